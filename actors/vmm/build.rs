//! Makes the types of this VMM's schema.

fn main() -> Result<(), actix_qmp_qapi::CompileError> {
    actix_qmp_qapi::configure().compile("schema/vmm.json")
}
