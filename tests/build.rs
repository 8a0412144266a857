//! Makes the types that `tests/generated.rs` tries, those of the monitor in `tests/wrong_requests.rs`, and those of the bench's
//! own embedders.

use std::env;
use std::process::Command;

use actix_qmp_qapi::CompileError;

fn main() -> Result<(), CompileError> {
    println!("cargo::rustc-env=RUSTC_VERSION={}", rustc_version().unwrap_or_else(|| "unknown".to_owned()));
    println!("cargo::rerun-if-changed=build.rs");
    for schema in ["../messages/qapi/tests/fixtures/every_construct.json", "schema/prelude_names.json"] {
        actix_qmp_qapi::configure().runtime("::actix_qmp_messages::qapi").define("CONFIG_SHOWN").compile(schema)?;
    }
    actix_qmp_qapi::configure().compile("schema/event_monitor.json")?;
    actix_qmp_qapi::configure().compile("schema/hold.json")?;
    actix_qmp_qapi::configure().compile("schema/checks.json")
}

/// Counts of instructions are those of one compiler only.
fn rustc_version() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
