//! Makes the types that `tests/generated.rs` tries, those of the monitor in `tests/wrong_requests.rs`, and those of the bench's
//! own embedder.

use actix_qmp_qapi::CompileError;

fn main() -> Result<(), CompileError> {
    println!("cargo::rerun-if-changed=build.rs");
    for schema in ["../messages/qapi/tests/fixtures/every_construct.json", "schema/prelude_names.json"] {
        actix_qmp_qapi::configure().runtime("::actix_qmp_messages::qapi").define("CONFIG_SHOWN").compile(schema)?;
    }
    actix_qmp_qapi::configure().compile("schema/hold.json")?;
    actix_qmp_qapi::configure().compile("schema/checks.json")
}
