//! What the fuzzers have kept, once more: each input that covered something new, and each that once broke a promise.

use std::fs;
use std::path::PathBuf;

use actix_qmp_tests::fuzz::TARGETS;
use actix_qmp_tests::{Context, Outcome};

fn replay(name: &str) -> Outcome {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let (_, run) = TARGETS.iter().find(|(target, _)| *target == name).expect("such a fuzzer");
    let mut inputs = 0;
    for entry in fs::read_dir(&folder).context(folder.display())? {
        let path = entry?.path();
        // A failure shows the last of these.
        println!("{}", path.display());
        run(&fs::read(&path).context(path.display())?);
        inputs += 1;
    }
    assert!(inputs > 0, "nothing in {}", folder.display());
    Ok(())
}

#[test]
fn framer() -> Outcome {
    replay("framer")
}

#[test]
fn options() -> Outcome {
    replay("options")
}

#[test]
fn schema() -> Outcome {
    replay("schema")
}

#[test]
fn session() -> Outcome {
    replay("session")
}
