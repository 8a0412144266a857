//! Handlers that start, stop and end the machine.

use actix::{Handler, Message};
use actix_qmp::{Empty, QmpError};

use crate::events::MachineEvent;
use crate::machine::Machine;
use crate::machine::cpu::CpuState;
use crate::machine::runstate::{Autostart, RunState};
use crate::qapi::commands::{Cont, QueryStatus, Quit, Stop, SystemPowerdown, SystemReset, XExitPreconfig};
use crate::qapi::{ShutdownCause, StatusInfo, events};

impl Handler<QueryStatus> for Machine {
    type Result = Result<StatusInfo, QmpError>;

    fn handle(&mut self, _: QueryStatus, _: &mut Self::Context) -> Self::Result {
        Ok(StatusInfo { running: self.state.is_running(), singlestep: false, status: self.state })
    }
}

impl Handler<Stop> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, _: Stop, _: &mut Self::Context) -> Self::Result {
        match self.state {
            RunState::SaveVm => return Err(QmpError::generic("There is a dump in process, please wait.")),
            // The guest will not run when it has arrived (as in QEMU), or when the machine is turned on.
            RunState::Inmigrate | RunState::Prelaunch => self.autostart = Autostart::No,
            RunState::Running => self.halt_guest(RunState::Paused),
            RunState::Paused | RunState::FinishMigrate | RunState::Postmigrate | RunState::Shutdown => {}
        }
        Ok(Empty {})
    }
}

impl Handler<Cont> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, _: Cont, _: &mut Self::Context) -> Self::Result {
        let refusal = match self.state {
            RunState::SaveVm => "There is a dump in process, please wait.",
            // There is no guest yet. (QEMU says yes since 2.0 and means: when it has come.)
            RunState::Inmigrate => "An incoming migration is expected before this command can be executed",
            RunState::FinishMigrate => "Migration is not finalized yet",
            RunState::Shutdown => "The machine is shutting down",
            RunState::Running => return Ok(Empty {}),
            RunState::Prelaunch | RunState::Paused | RunState::Postmigrate => {
                self.run_guest();
                return Ok(Empty {});
            }
        };
        Err(QmpError::generic(refusal))
    }
}

impl Handler<SystemReset> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, _: SystemReset, _: &mut Self::Context) -> Self::Result {
        let fresh: Vec<_> = (0..).map(CpuState::at_reset).take(self.vcpus.states().len()).collect();
        // This pauses the vCPUs too, if they run.
        self.vcpus.load(&fresh);
        self.state = self.state.after_reset();
        self.emit(MachineEvent::Reset(events::Reset { guest: false, reason: ShutdownCause::HostQmpSystemReset }));
        if self.state.is_running() {
            self.vcpus.run();
        }
        Ok(Empty {})
    }
}

impl Handler<SystemPowerdown> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, _: SystemPowerdown, _: &mut Self::Context) -> Self::Result {
        self.emit(MachineEvent::Powerdown);
        Ok(Empty {})
    }
}

impl Handler<Quit> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, _: Quit, _: &mut Self::Context) -> Self::Result {
        self.shut_down(ShutdownCause::HostQmpQuit);
        Ok(Empty {})
    }
}

impl Handler<XExitPreconfig> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, _: XExitPreconfig, _: &mut Self::Context) -> Self::Result {
        if self.ready.is_set() {
            return Err(QmpError::generic("The command is permitted only before machine initialization"));
        }
        self.ready.set();
        self.turn_on();
        Ok(Empty {})
    }
}

/// Turns the machine on: the guest runs, unless it was to wait for `cont`, for `x-exit-preconfig` or for a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub struct TurnOn;

impl Handler<TurnOn> for Machine {
    type Result = ();

    fn handle(&mut self, _: TurnOn, _: &mut Self::Context) {
        if self.ready.is_set() {
            self.turn_on();
        }
    }
}

/// Ends the machine for a reason that came from the process, such as a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub struct TurnOff {
    /// Why.
    pub cause: ShutdownCause,
}

impl Handler<TurnOff> for Machine {
    type Result = ();

    fn handle(&mut self, order: TurnOff, _: &mut Self::Context) {
        self.shut_down(order.cause);
    }
}

impl Machine {
    fn turn_on(&mut self) {
        if self.state == RunState::Prelaunch && self.autostart == Autostart::Yes {
            self.run_guest();
        }
    }

    fn shut_down(&mut self, reason: ShutdownCause) {
        if self.state == RunState::Shutdown {
            return;
        }
        self.vcpus.pause();
        self.state = RunState::Shutdown;
        self.emit(MachineEvent::Shutdown(events::Shutdown { guest: false, reason }));
        self.dumps.cancellation().cancel();
        if let Some(outgoing) = &self.outgoing {
            outgoing.cancel();
        }
        self.exit.trigger();
    }
}
