//! The reference in `docs/reference` is what the schemas say.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

use std::env;
use std::fs;
use std::path::Path;

use actix_qmp_qapi::{Schema, markdown};

/// Set to write the reference anew.
const BLESS: &str = "QAPI_BLESS";

fn check(schema: &str, title: &str, page: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = root.join("docs/reference").join(page);
    let text = markdown::reference(&Schema::load(root.join(schema)).unwrap(), title);
    if env::var_os(BLESS).is_some() {
        fs::write(&page, &text).unwrap();
    }
    let written = fs::read_to_string(&page).unwrap();
    assert!(written == text, "{} is not what {schema} says; {BLESS}=1 writes it anew", page.display());
}

#[test]
fn the_reference_of_the_monitor_is_up_to_date() {
    check("messages/schema/monitor.json", "What every monitor has", "monitor.md");
}

#[test]
fn the_reference_of_the_prototype_is_up_to_date() {
    check("actors/vmm/schema/vmm.json", "What qmp-vmm has", "qmp-vmm.md");
}
