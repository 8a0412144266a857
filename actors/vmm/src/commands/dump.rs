//! Dumps of the guest's RAM.

use actix::Message;
use actix_qmp::{Arguments, Command, Empty, QmpError};
use serde::Serialize;

use crate::commands::bare_commands;
use crate::dump::DumpState;

/// `dump-guest-memory`: writes the guest's RAM to a file.
///
/// Without `detach` it runs in the handler, and the machine does nothing else until it is done.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "Result<Empty, QmpError>")]
pub struct DumpGuestMemory {
    /// Whether to follow the guest's page tables. The synthetic guest has none: guest virtual addresses are physical.
    pub paging: bool,
    /// `file:PATH`.
    pub protocol: String,
    /// Whether to return at once; `DUMP_COMPLETED` tells the end.
    pub detach: Option<bool>,
    /// The first guest physical address to dump; comes with `length`.
    pub begin: Option<i64>,
    /// How many bytes to dump; comes with `begin`.
    pub length: Option<i64>,
    /// The file format.
    pub format: Option<DumpGuestMemoryFormat>,
}

impl Command for DumpGuestMemory {
    const NAME: &'static str = "dump-guest-memory";
    type Return = Empty;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let command = Self {
            paging: arguments.required("paging")?,
            protocol: arguments.required("protocol")?,
            detach: arguments.optional("detach")?,
            begin: arguments.optional("begin")?,
            length: arguments.optional("length")?,
            format: arguments.optional::<String>("format")?.map(DumpGuestMemoryFormat::from_name).transpose()?,
        };
        arguments.finish()?;
        Ok(command)
    }
}

/// The file formats that the schema knows; this VMM writes ELF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DumpGuestMemoryFormat {
    /// An ELF core file.
    Elf,
    /// kdump, compressed by zlib.
    KdumpZlib,
    /// kdump, compressed by lzo.
    KdumpLzo,
    /// kdump, compressed by snappy.
    KdumpSnappy,
    /// A Windows crash dump.
    WinDmp,
}

impl DumpGuestMemoryFormat {
    /// The format's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Elf => "elf",
            Self::KdumpZlib => "kdump-zlib",
            Self::KdumpLzo => "kdump-lzo",
            Self::KdumpSnappy => "kdump-snappy",
            Self::WinDmp => "win-dmp",
        }
    }

    fn from_name(name: String) -> Result<Self, QmpError> {
        [Self::Elf, Self::KdumpZlib, Self::KdumpLzo, Self::KdumpSnappy, Self::WinDmp]
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| QmpError::generic(format!("Parameter 'format' does not accept value '{name}'")))
    }
}

bare_commands! {
    /// `query-dump`: how far the last dump came.
    QueryDump => "query-dump" -> DumpState;
    /// `query-dump-guest-memory-capability`: the formats that can be written.
    QueryDumpGuestMemoryCapability => "query-dump-guest-memory-capability" -> DumpGuestMemoryCapability;
}

/// What `query-dump-guest-memory-capability` returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DumpGuestMemoryCapability {
    /// The formats.
    pub formats: Vec<DumpGuestMemoryFormat>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::tests::parse;

    #[test]
    fn arguments_are_taken_and_checked() {
        let command = parse::<DumpGuestMemory>(
            r#"{"paging": false, "protocol": "file:/x", "detach": true, "begin": 0, "length": 4096, "format": "win-dmp"}"#,
        )
        .unwrap();
        assert_eq!((command.begin, command.length), (Some(0), Some(4096)));
        assert_eq!(command.format, Some(DumpGuestMemoryFormat::WinDmp));
        let errors = [
            (r#"{"protocol": "x"}"#, "Parameter 'paging' is missing"),
            (
                r#"{"paging": false, "protocol": "x", "format": "foo"}"#,
                "Parameter 'format' does not accept value 'foo'",
            ),
            (r#"{"paging": 1, "protocol": "x"}"#, "Invalid parameter type for 'paging', expected: boolean"),
            (
                r#"{"paging": true, "protocol": "x", "begin": 0.5}"#,
                "Invalid parameter type for 'begin', expected: integer",
            ),
        ];
        for (arguments, error) in errors {
            assert_eq!(parse::<DumpGuestMemory>(arguments), Err(error.into()));
        }
    }
}
