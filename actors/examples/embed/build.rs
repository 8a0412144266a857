//! Makes Rust types of the schema.

fn main() -> Result<(), actix_qmp_qapi::CompileError> {
    actix_qmp_qapi::configure().compile("schema/embed.json")
}
