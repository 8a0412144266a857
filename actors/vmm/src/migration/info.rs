//! What `query-migrate` returns.

use serde::Serialize;

use crate::migration::MigrationStatus;

/// How a migration goes; empty where there was none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MigrationInfo {
    /// How far it has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MigrationStatus>,
    /// RAM that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ram: Option<MigrationStats>,
    /// Milliseconds since the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_time: Option<u64>,
    /// Milliseconds that the guest stood still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downtime: Option<u64>,
    /// Milliseconds until the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_time: Option<u64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_desc: Option<String>,
    /// Where the machine listens for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_address: Option<Vec<SocketAddress>>,
}

/// RAM on its way. The schema has more members than this VMM has facts: those are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "members of the schema that this VMM has no facts for")]
pub struct MigrationStats {
    /// Bytes sent.
    pub transferred: u64,
    /// Bytes of RAM that the running pass has yet to look at.
    pub remaining: u64,
    /// Bytes of RAM.
    pub total: u64,
    /// Pages of zeros.
    pub duplicate: u64,
    pub skipped: u64,
    /// Pages with content.
    pub normal: u64,
    /// Bytes of those.
    pub normal_bytes: u64,
    pub dirty_pages_rate: u64,
    pub mbps: u64,
    /// Passes over dirty pages.
    pub dirty_sync_count: u64,
    pub postcopy_requests: u64,
    /// Bytes of a page.
    pub page_size: u64,
    pub multifd_bytes: u64,
    pub pages_per_second: u64,
    pub precopy_bytes: u64,
    pub downtime_bytes: u64,
    pub postcopy_bytes: u64,
    pub dirty_sync_missed_zero_copy: u64,
}

/// An address that a machine listens on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum SocketAddress {
    /// TCP.
    Inet {
        /// The address.
        host: String,
        /// The port, as text.
        port: String,
    },
    /// A UNIX socket.
    Unix {
        /// Its path.
        path: String,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_migration_is_the_empty_object() {
        assert_eq!(serde_json::to_value(MigrationInfo::default()).unwrap(), json!({}));
    }

    #[test]
    fn members_have_the_names_of_the_schema() {
        let info = MigrationInfo {
            status: Some(MigrationStatus::Failed),
            error_desc: Some("x".into()),
            socket_address: Some(vec![
                SocketAddress::Inet { host: "::1".into(), port: "5".into() },
                SocketAddress::Unix { path: "/x".into() },
            ]),
            ..MigrationInfo::default()
        };
        let expected = json!({"status": "failed", "error-desc": "x", "socket-address": [
            {"type": "inet", "host": "::1", "port": "5"}, {"type": "unix", "path": "/x"}]});
        assert_eq!(serde_json::to_value(info).unwrap(), expected);
    }
}
