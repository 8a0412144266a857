//! Starting, stopping and ending the machine.

use actix_qmp::Empty;
use serde::Serialize;

use crate::commands::bare_commands;
use crate::machine::runstate::RunState;

bare_commands! {
    /// `query-status`: what the machine is doing.
    QueryStatus => "query-status" -> StatusInfo;
    /// `stop`: stops the guest. When it has returned, the guest writes nothing.
    Stop => "stop" -> Empty;
    /// `cont`: lets the guest run.
    Cont => "cont" -> Empty;
    /// `system_reset`: resets the vCPUs; RAM keeps its content, as on a PC.
    SystemReset => "system_reset" -> Empty;
    /// `system_powerdown`: presses the power button. The synthetic guest does not listen to it.
    SystemPowerdown => "system_powerdown" -> Empty;
    /// `quit`: ends the process.
    Quit => "quit" -> Empty;
}

/// What `query-status` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StatusInfo {
    /// Whether the guest runs.
    pub running: bool,
    /// Always false: there is no single-stepping.
    pub singlestep: bool,
    /// The run state.
    pub status: RunState,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::tests::parse;

    #[test]
    fn a_command_without_arguments_takes_none() {
        assert_eq!(parse::<Stop>("{}"), Ok(Stop));
        assert_eq!(parse::<Stop>("{\"now\": true}"), Err("Parameter 'now' is unexpected".into()));
    }
}
