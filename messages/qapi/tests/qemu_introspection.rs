//! QEMU 7.2's own schema, compiled here, against what the running QEMU 7.2 answers to `query-qmp-schema`.
//!
//! Needs `qemu-system-x86_64` 7.2 on the path and `QEMU_QAPI_SCHEMA`, the path of that version's `qapi-schema.json`:
//! ```text
//! QEMU_QAPI_SCHEMA=…/qapi/qapi-schema.json cargo test -p actix-qmp-qapi --test qemu_introspection
//! ```
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use actix_qmp_qapi::introspect::{Entry, introspect_with};
use actix_qmp_qapi::{Defines, Schema};
use serde_json::{Map, Value};

/// What Debian's build of QEMU 7.2 for x86-64 was made with, as far as its schema asks; found by experiment.
const DEFINES: [&str; 26] = [
    "CONFIG_CURSES",
    "CONFIG_DBUS_DISPLAY",
    "CONFIG_FDT",
    "CONFIG_FUSE",
    "CONFIG_GBM",
    "CONFIG_GTK",
    "CONFIG_LIBPMEM",
    "CONFIG_LINUX",
    "CONFIG_LINUX_IO_URING",
    "CONFIG_OPENGL",
    "CONFIG_POSIX",
    "CONFIG_REPLICATION",
    "CONFIG_SDL",
    "CONFIG_SECRET_KEYRING",
    "CONFIG_SPICE",
    "CONFIG_SPICE_PROTOCOL",
    "CONFIG_TCG",
    "CONFIG_TPM",
    "CONFIG_VDUSE_BLK_EXPORT",
    "CONFIG_VHOST_CRYPTO",
    "CONFIG_VHOST_USER_BLK_SERVER",
    "CONFIG_VNC",
    "CONFIG_ZSTD",
    "HAVE_HOST_BLOCK_DEVICE",
    "HAVE_IPPROTO_MPTCP",
    "TARGET_I386",
];

/// A QEMU without a machine; killed when the test fails half-way.
struct Qemu(Child);

impl Drop for Qemu {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `None` when there is no QEMU.
fn start() -> Option<Qemu> {
    let mut command = Command::new("qemu-system-x86_64");
    command.args(["-machine", "none", "-display", "none", "-nodefaults", "-qmp", "stdio"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok().map(Qemu)
}

/// QEMU's version and its entries.
fn ask(mut qemu: Qemu) -> (Value, Vec<Value>) {
    let mut to_qemu = qemu.0.stdin.take().unwrap();
    to_qemu.write_all(b"{'execute':'qmp_capabilities'}\n{'execute':'query-qmp-schema'}\n{'execute':'quit'}\n").unwrap();
    let mut version = Value::Null;
    for line in BufReader::new(qemu.0.stdout.take().unwrap()).lines() {
        let mut message: Value = serde_json::from_str(&line.unwrap()).unwrap();
        if message["QMP"].is_object() {
            version = message["QMP"]["version"]["qemu"].take();
        }
        if let Value::Array(entries) = message["return"].take() {
            return (version, entries);
        }
    }
    panic!("QEMU {version} ended without an answer");
}

fn compiled(path: PathBuf) -> Vec<Value> {
    let mut defines = Defines::default();
    for name in DEFINES {
        defines.define(name, None);
    }
    introspect_with(&Schema::load(path).unwrap(), &defines).iter().map(Entry::to_json).collect()
}

fn names(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

/// Which type of ours is which of QEMU's, by walking both from the commands and events of equal names.
///
/// # Errors
/// Where the two differ by more than the names of types.
fn renaming(ours: &[Value], qemus: &[Value]) -> Result<BTreeMap<String, String>, String> {
    let by_name = |entries: &[Value]| -> HashMap<String, Value> {
        entries.iter().map(|entry| (entry["name"].as_str().unwrap().to_owned(), entry.clone())).collect()
    };
    let (ours, qemus) = (by_name(ours), by_name(qemus));
    let mut renaming = Renaming::default();
    for (name, entry) in &ours {
        if entry["meta-type"] == "command" || entry["meta-type"] == "event" {
            let qemus = qemus.get(name).ok_or_else(|| format!("only we have {name}"))?;
            renaming.compare(entry, qemus).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    while let Some((our_name, qemus_name)) = renaming.open.pop() {
        renaming
            .compare(&ours[&our_name], &qemus[&qemus_name])
            .map_err(|error| format!("our type {our_name}, QEMU's {qemus_name}: {error}"))?;
    }
    Ok(renaming.there)
}

#[derive(Default)]
struct Renaming {
    there: BTreeMap<String, String>,
    back: BTreeMap<String, String>,
    open: Vec<(String, String)>,
}

impl Renaming {
    fn compare(&mut self, our: &Value, qemus: &Value) -> Result<(), String> {
        match (our, qemus) {
            (Value::Object(our), Value::Object(qemus)) => self.compare_members(our, qemus),
            (Value::Array(our), Value::Array(qemus)) if our.len() == qemus.len() => {
                our.iter().zip(qemus).try_for_each(|(our, qemus)| self.compare(our, qemus))
            }
            _ if our == qemus => Ok(()),
            _ => Err(format!("{our} is not {qemus}")),
        }
    }

    fn compare_members(&mut self, our: &Map<String, Value>, qemus: &Map<String, Value>) -> Result<(), String> {
        if our.len() != qemus.len() {
            return Err(format!("{our:?} is not {qemus:?}"));
        }
        let is_type = our.contains_key("meta-type");
        for (key, our) in our {
            let qemus = qemus.get(key).ok_or_else(|| format!("only we have {key}"))?;
            match key.as_str() {
                "name" if is_type => {}
                "type" | "element-type" | "arg-type" | "ret-type" => self.same_type(our, qemus)?,
                _ => self.compare(our, qemus)?,
            }
        }
        Ok(())
    }

    fn same_type(&mut self, our: &Value, qemus: &Value) -> Result<(), String> {
        let (our, qemus) = (our.as_str().unwrap().to_owned(), qemus.as_str().unwrap().to_owned());
        match (self.there.insert(our.clone(), qemus.clone()), self.back.insert(qemus.clone(), our.clone())) {
            (None, None) => self.open.push((our, qemus)),
            (Some(before), Some(back)) if before == qemus && back == our => {}
            (before, back) => return Err(format!("type {our} is {qemus}, but {before:?} and {back:?} before")),
        }
        Ok(())
    }
}

/// Both answers, or `None` with the reason on standard error.
fn answers() -> Option<(Vec<Value>, Vec<Value>)> {
    let Some(schema) = std::env::var_os("QEMU_QAPI_SCHEMA") else {
        eprintln!("SKIPPED: QEMU_QAPI_SCHEMA does not name the qapi-schema.json of QEMU 7.2");
        return None;
    };
    let Some(qemu) = start() else {
        eprintln!("SKIPPED: no qemu-system-x86_64 on the path");
        return None;
    };
    let (version, qemus) = ask(qemu);
    if version["major"] != 7 || version["minor"] != 2 {
        eprintln!("SKIPPED: qemu-system-x86_64 is {version}, not 7.2");
        return None;
    }
    Some((compiled(schema.into()), qemus))
}

#[test]
fn the_answer_made_of_qemus_schema_is_what_the_running_qemu_answers() {
    let Some((ours, qemus)) = answers() else { return };
    match renaming(&ours, &qemus) {
        Err(difference) => panic!("the answers differ by more than numbers: {difference}"),
        Ok(types) => {
            let renamed: Vec<_> = types.iter().filter(|(our, qemus)| our != qemus).take(10).collect();
            assert!(renamed.is_empty(), "the answers are equal but for numbers of types (ours, QEMU's): {renamed:?}");
        }
    }
    assert_eq!(names(&ours), names(&qemus), "entries in another order");
    for (our, qemus) in ours.iter().zip(&qemus) {
        assert_eq!(our, qemus);
    }
}

#[test]
fn a_mere_renumbering_is_told_from_a_difference() {
    let answer = |name: &str, member: &str| -> Vec<Value> {
        vec![
            serde_json::json!({ "name": "stop", "meta-type": "command", "arg-type": name, "ret-type": name }),
            serde_json::json!({ "name": name, "meta-type": "object", "members": [{ "name": member, "type": name }] }),
        ]
    };
    let renamed = renaming(&answer("0", "a"), &answer("7", "a")).unwrap();
    assert_eq!(renamed, BTreeMap::from([("0".to_owned(), "7".to_owned())]));
    assert!(renaming(&answer("0", "a"), &answer("7", "b")).is_err());
}
