//! The Rust code of QEMU's whole schemas, with all that conditions ask for defined, as a crate of its own: rustc takes
//! it without a warning.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use actix_qmp_qapi::configure;
use actix_qmp_tests::program::locate;
use actix_qmp_tests::qemu_source::QemuSource;
use actix_qmp_tests::{Context, Failure, Outcome};

/// The names that QEMU's conditions ask for, all of them.
fn names_in_conditions(schema: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(schema.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut names = BTreeSet::new();
    for text in texts.map(|path| fs::read_to_string(path).unwrap()) {
        let quoted = text.split('\'').filter(|word| !word.is_empty() && !word.contains(char::is_whitespace));
        let asked_for =
            quoted.filter(|word| ["CONFIG_", "HAVE_", "TARGET_"].iter().any(|start| word.starts_with(start)));
        names.extend(asked_for.map(str::to_owned));
    }
    names
}

/// Writes the code of a schema, and gives its length in lines.
fn generate(schema: &Path, output: &Path) -> Outcome<usize> {
    let mut config = configure().runtime("::actix_qmp_messages::qapi");
    for name in names_in_conditions(schema) {
        config = config.define(&name);
    }
    config.write_to(schema, output)?;
    Ok(fs::read_to_string(output)?.lines().count())
}

/// Cargo goes by the time of a file.
fn write_if_changed(path: &Path, text: &str) -> Outcome {
    if !fs::read_to_string(path).is_ok_and(|known| known == text) {
        fs::write(path, text)?;
    }
    Ok(())
}

/// A crate of these modules, a workspace of its own. Its folder is kept: what is unchanged is not compiled again.
fn write_crate(modules: &[(String, PathBuf)]) -> Outcome<PathBuf> {
    let folder = locate::target_directory().join("qemu-schema-code");
    fs::create_dir_all(folder.join("src"))?;
    let messages = locate::workspace().join("messages");
    let manifest = format!(
        "[package]\nname = \"qemu-schema-code\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nactix-qmp-messages = {{ path = {messages:?} }}\n\n[workspace]\n"
    );
    write_if_changed(&folder.join("Cargo.toml"), &manifest)?;
    fs::copy(locate::workspace().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let mut root = "//! Made by a test.\n#![deny(warnings, missing_docs)]\n".to_owned();
    for (module, schema) in modules {
        let lines = generate(schema, &folder.join(format!("src/{module}.in")))?;
        println!("{}: {lines} lines of Rust", schema.display());
        root += &format!("\n/// One schema.\npub mod {module} {{\n    include!(\"{module}.in\");\n}}\n");
    }
    write_if_changed(&folder.join("src/lib.rs"), &root)?;
    Ok(folder)
}

/// The storage daemon's schema is made of files of the monitor's.
fn modules(source: &QemuSource) -> [(String, PathBuf); 2] {
    let version = source.version.to_string().replace('.', "_");
    [(format!("monitor_{version}"), source.monitor()), (format!("guest_agent_{version}"), source.guest_agent())]
}

#[test]
fn the_code_of_qemus_whole_schemas_compiles_without_a_warning() -> Outcome {
    let test = "the_code_of_qemus_whole_schemas_compiles_without_a_warning";
    let sources = QemuSource::all(test)?;
    if sources.is_empty() {
        return Ok(());
    }
    let modules: Vec<_> = sources.iter().flat_map(modules).collect();
    let folder = write_crate(&modules)?;
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(&folder)
        // The workspace has what it needs already; and its artifacts save time.
        .args(["check", "--offline", "--target-dir"])
        .arg(locate::target_directory())
        .stdin(Stdio::null())
        .output()
        .context("cannot run cargo")?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("the code does not compile:\n{}", String::from_utf8_lossy(&output.stderr))))
}
