//! Moving the machine to another process.

use actix::Message;
use actix_qmp::{Arguments, Command, Empty, QmpError};

use crate::commands::bare_commands;
pub use crate::migration::info::{MigrationInfo, MigrationStats, SocketAddress};

/// `migrate`: sends RAM and state to another `qmp-vmm`. Returns once that was started; `query-migrate` and the event
/// `MIGRATION` tell how it goes.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "Result<Empty, QmpError>")]
pub struct Migrate {
    /// `unix:PATH` or `tcp:HOST:PORT`.
    pub uri: String,
    /// Whether to send whole disks; this machine has none.
    pub blk: Option<bool>,
    /// Whether to send changes of disks; this machine has none.
    pub inc: Option<bool>,
    /// Means nothing, as in QEMU: the command never waits.
    pub detach: Option<bool>,
    /// Whether to go on with a paused post-copy migration; there is none.
    pub resume: Option<bool>,
}

impl Command for Migrate {
    const NAME: &'static str = "migrate";
    type Return = Empty;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let command = Self {
            uri: arguments.required("uri")?,
            blk: arguments.optional("blk")?,
            inc: arguments.optional("inc")?,
            detach: arguments.optional("detach")?,
            resume: arguments.optional("resume")?,
        };
        arguments.finish()?;
        Ok(command)
    }
}

/// `migrate-incoming`: listens for the migration that a machine started with `--incoming defer` waits for. May run
/// out-of-band.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "Result<Empty, QmpError>")]
pub struct MigrateIncoming {
    /// `unix:PATH` or `tcp:ADDRESS:PORT`; port 0 lets the host choose, `query-migrate` tells its choice.
    pub uri: String,
}

impl Command for MigrateIncoming {
    const NAME: &'static str = "migrate-incoming";
    const ALLOW_OOB: bool = true;
    type Return = Empty;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let command = Self { uri: arguments.required("uri")? };
        arguments.finish()?;
        Ok(command)
    }
}

bare_commands! {
    /// `migrate_cancel`: gives the outgoing migration up. No migration is no error.
    MigrateCancel => "migrate_cancel" -> Empty;
    /// `query-migrate`: how the migration goes, in either direction.
    QueryMigrate => "query-migrate" -> MigrationInfo;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::tests::parse;

    #[test]
    fn arguments_are_taken_and_checked() {
        let command = parse::<Migrate>(r#"{"uri": "unix:/x", "detach": true}"#).unwrap();
        assert_eq!((command.uri.as_str(), command.detach), ("unix:/x", Some(true)));
        assert_eq!(parse::<Migrate>("{}"), Err("Parameter 'uri' is missing".into()));
        assert_eq!(
            parse::<MigrateIncoming>(r#"{"uri": 1}"#),
            Err("Invalid parameter type for 'uri', expected: string".into())
        );
    }
}
