//! Migration URIs.

use std::path::PathBuf;

use actix_qmp::path_excerpt;

/// Where a migration goes to or comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrationUri {
    /// `unix:PATH`
    Unix(PathBuf),
    /// `tcp:HOST:PORT`
    Tcp {
        /// A name or an address; empty means any.
        host: String,
        /// The port.
        port: u16,
    },
}

/// A URI that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// Neither `unix:` nor `tcp:`. The two sides say it in different words.
    #[error("unknown migration protocol: {0}")]
    UnknownProtocol(String),
    /// `unix:` without a path.
    #[error("invalid Unix socket address")]
    NoPath,
    /// No `HOST:PORT`.
    #[error("error parsing address '{0}'")]
    NotAnAddress(String),
}

impl MigrationUri {
    /// Reads a URI.
    ///
    /// # Errors
    /// When it isn't `unix:PATH`, `tcp:HOST:PORT` or `tcp:[IPv6]:PORT`.
    pub fn parse(uri: &str) -> Result<Self, UriError> {
        if let Some(path) = uri.strip_prefix("unix:") {
            return if path.is_empty() { Err(UriError::NoPath) } else { Ok(Self::Unix(path.into())) };
        }
        let Some(address) = uri.strip_prefix("tcp:") else {
            return Err(UriError::UnknownProtocol(path_excerpt(uri)));
        };
        let bad = || UriError::NotAnAddress(path_excerpt(address));
        let (host, port) = address.rsplit_once(':').ok_or_else(bad)?;
        let host = match host.strip_prefix('[') {
            Some(bracketed) => bracketed.strip_suffix(']').ok_or_else(bad)?,
            None if host.contains(':') => return Err(bad()),
            None => host,
        };
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        Ok(Self::Tcp { host: host.to_owned(), port: port.parse().map_err(|_| bad())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Result<MigrationUri, UriError> {
        Ok(MigrationUri::Tcp { host: host.into(), port })
    }

    #[test]
    fn both_kinds_are_read() {
        assert_eq!(MigrationUri::parse("unix:/a:b"), Ok(MigrationUri::Unix("/a:b".into())));
        assert_eq!(MigrationUri::parse("tcp:127.0.0.1:0"), tcp("127.0.0.1", 0));
        assert_eq!(MigrationUri::parse("tcp:[::1]:65535"), tcp("::1", 65535));
        assert_eq!(MigrationUri::parse("tcp::5"), tcp("", 5));
    }

    #[test]
    fn what_is_none_is_refused_in_words() {
        for (uri, words) in [
            ("", "unknown migration protocol: "),
            ("foo:bar", "unknown migration protocol: foo:bar"),
            ("unix:", "invalid Unix socket address"),
            ("tcp:", "error parsing address ''"),
            ("tcp:127.0.0.1", "error parsing address '127.0.0.1'"),
            ("tcp:127.0.0.1:", "error parsing address '127.0.0.1:'"),
            ("tcp:127.0.0.1:99999", "error parsing address '127.0.0.1:99999'"),
            ("tcp:127.0.0.1:+5", "error parsing address '127.0.0.1:+5'"),
            ("tcp:::1:5", "error parsing address '::1:5'"),
            ("tcp:[::1:5", "error parsing address '[::1:5'"),
            ("a\u{1b}[2J", "unknown migration protocol: a\\u001B[2J"),
        ] {
            assert_eq!(MigrationUri::parse(uri).unwrap_err().to_string(), words);
        }
    }
}
