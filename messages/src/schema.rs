//! The commands, events and types that every monitor has; declared in `schema/monitor.json`.

crate::include_schema!("monitor");

impl VersionInfo {
    /// Announces `package` at the level of the protocol that this crate was measured against.
    pub fn new(package: impl Into<String>) -> Self {
        Self { qemu: VersionTriple { major: 7, minor: 2, micro: 0 }, package: package.into() }
    }
}
