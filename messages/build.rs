//! Makes the types of the monitor's own schema.

fn main() -> Result<(), actix_qmp_qapi::CompileError> {
    actix_qmp_qapi::configure().runtime("crate::qapi").compile("schema/monitor.json")
}
