//! Where the programs are: `qmp-vmm` is built once per process, in the profile this code was itself built in; QEMU is
//! looked for on the search path.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::{Context, Failure, Outcome};

const QEMU: &str = "qemu-system-x86_64";

/// The directory that holds the profile directories: two or one above this executable, so that `CARGO_TARGET_DIR` and
/// `build.target-dir` need no reading.
pub fn target_directory() -> PathBuf {
    profile_directory().parent().map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
}

fn profile_directory() -> PathBuf {
    let executable = env::current_exe().unwrap_or_else(|_| PathBuf::from("target/debug/unknown"));
    let folder = executable.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    if folder.ends_with("deps") || folder.ends_with("examples") {
        return folder.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    }
    folder
}

/// The workspace's root.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The path of `qmp-vmm`: the environment's `QMP_VMM` if set, otherwise what cargo builds, once per process.
///
/// # Errors
/// If it can't be built; the text holds cargo's own.
pub fn qmp_vmm() -> Outcome<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BUILT
        .get_or_init(|| match env::var_os("QMP_VMM") {
            Some(path) => Ok(PathBuf::from(path)),
            None => build().map_err(|failure| failure.to_string()),
        })
        .clone()
        .map_err(Failure::new)
}

fn build() -> Outcome<PathBuf> {
    let directory = profile_directory();
    // The one profile whose directory has another name.
    let profile = match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(workspace())
        .args(["build", "--package", "qmp-vmm", "--bin", "qmp-vmm", "--message-format", "json-render-diagnostics"])
        .args(["--profile", profile])
        .arg("--target-dir")
        .arg(target_directory())
        .stdin(Stdio::null())
        .output()
        .context("cannot run cargo to build qmp-vmm")?;
    if !output.status.success() {
        return Err(Failure::new(format!("qmp-vmm does not build:\n{}", String::from_utf8_lossy(&output.stderr))));
    }
    executable_in(&output.stdout).ok_or_else(|| Failure::new("cargo built no executable named qmp-vmm"))
}

/// Finds the executable in cargo's messages, one JSON object a line.
fn executable_in(messages: &[u8]) -> Option<PathBuf> {
    messages.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok()).find_map(
        |message| {
            let of_ours = message["target"]["name"] == "qmp-vmm";
            message["executable"].as_str().filter(|_| of_ours).map(PathBuf::from)
        },
    )
}

/// The path of QEMU, which is only ever a reference.
///
/// # Errors
/// If it is not installed.
pub fn qemu() -> Outcome<PathBuf> {
    env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join(QEMU))
        .find(|path| path.is_file())
        .ok_or_else(|| Failure::new(format!("{QEMU} is not installed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_cargos_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"qmp_vmm"},"executable":null}"#,
            "\nnot json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"qmp-vmm"},"executable":"/t/debug/qmp-vmm"}"#
        );
        assert_eq!(executable_in(messages.as_bytes()), Some(PathBuf::from("/t/debug/qmp-vmm")));
        assert_eq!(executable_in(b""), None);
    }

    #[test]
    fn the_target_directory_holds_this_executable() {
        assert!(env::current_exe().unwrap().starts_with(target_directory()));
    }
}
