//! QEMU's own schemas and the conformance cases of its QAPI compiler. `tests/qemu-source` fetches them under the target
//! directory: they are compiled and compared with, and are no part of the project.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use crate::program::locate;
use crate::{Outcome, skip};

/// Set to the directory that holds a directory for each version, if it is not where the script puts it.
const PLACE: &str = "QEMU_SOURCE";

/// A version that the script fetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Of Debian 12: the version whose answers ours are compared with.
    V7_2,
    /// Of Debian 13: the newer one. 8.2 is in no suite of Debian.
    V10_0,
}

impl Version {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::V7_2, Self::V10_0];
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V7_2 => "7.2",
            Self::V10_0 => "10.0",
        })
    }
}

/// What Debian's build of QEMU 7.2 for x86-64 was made with.
pub const DEBIAN_DEFINES: [&str; 26] = [
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

/// The sources of one version.
#[derive(Debug, Clone)]
pub struct QemuSource {
    /// Which.
    pub version: Version,
    folder: PathBuf,
}

impl QemuSource {
    /// The sources, or why they are not there.
    ///
    /// # Errors
    /// If they were not fetched.
    pub fn find(version: Version) -> Result<Self, String> {
        let sources = env::var_os(PLACE)
            .map_or_else(|| locate::target_directory().join("qemu-source"), |place| locate::workspace().join(place));
        let folder = sources.join(version.to_string());
        if folder.is_dir() {
            return Ok(Self { version, folder });
        }
        // Left by the script.
        let failure = fs::read_to_string(sources.join("failure"));
        let failure = failure.map_or_else(|_| String::new(), |failure| format!(" (last time: {})", failure.trim()));
        Err(format!("the source of QEMU {version} is not there: run tests/qemu-source{failure}"))
    }

    /// The sources, or nothing after reporting that `test` is skipped because they were not fetched.
    ///
    /// # Errors
    /// If the skip can't be reported.
    pub fn unless_missing(version: Version, test: &str) -> Outcome<Option<Self>> {
        match Self::find(version) {
            Ok(source) => Ok(Some(source)),
            Err(reason) => {
                skip::report(&format!("{test}, QEMU {version}"), &reason)?;
                Ok(None)
            }
        }
    }

    /// The sources of every version that is there; the others are reported as skipped.
    ///
    /// # Errors
    /// If a skip can't be reported.
    pub fn all(test: &str) -> Outcome<Vec<Self>> {
        let found = Version::ALL.into_iter().map(|version| Self::unless_missing(version, test));
        Ok(found.collect::<Outcome<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The schema of the monitor, the largest.
    pub fn monitor(&self) -> PathBuf {
        self.folder.join("qapi/qapi-schema.json")
    }

    /// The schema of the agent in the guest.
    pub fn guest_agent(&self) -> PathBuf {
        self.folder.join("qga/qapi-schema.json")
    }

    /// The schema of the storage daemon, which includes files of the monitor's.
    pub fn storage_daemon(&self) -> PathBuf {
        self.folder.join("storage-daemon/qapi/qapi-schema.json")
    }

    /// The folder of the conformance cases: `NAME.json`, with what is wrong with it in `NAME.err`, empty if nothing is.
    pub fn cases(&self) -> PathBuf {
        self.folder.join("tests/qapi-schema")
    }

    /// A path of these sources without what comes before them.
    pub fn name<'path>(&self, path: &'path Path) -> &'path Path {
        path.strip_prefix(&self.folder).unwrap_or(path)
    }
}
