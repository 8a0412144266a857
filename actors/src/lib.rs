//! A QMP monitor with out-of-band execution for virtual machine monitors, as actix actors.
#![forbid(unsafe_code)]

mod builtin;
mod command_table;
mod contained;
mod deadline;
mod dispatcher;
mod drive;
mod emitter;
mod frontend;
mod handler;
mod monitor;
mod monitors;
mod options;
mod outbox;
mod parser;
mod phase;
mod queue;
mod request_span;
mod responder;
#[cfg(test)]
mod simulation;
mod statistics;
#[cfg(feature = "test-support")]
pub mod test_support;
mod wall_clock;

pub use actix_qmp_chardev as chardev;
pub use actix_qmp_messages::schema::VersionInfo;
pub use actix_qmp_messages::{
    Arguments, Command, Empty, ErrorClass, Event, MonitorId, OutputLimits, QapiEnum, QapiObject, QmpError, Style,
    excerpt, include_schema, path_excerpt, qapi, schema,
};

pub use self::command_table::RegistrationError;
pub use self::emitter::{EmitError, EventEmitter};
pub use self::handler::InBand;
pub use self::monitor::{CloseError, Monitor, SuspendError, SuspendGuard};
pub use self::monitors::{
    AddError, Monitors, MonitorsBuilder, ShutdownError, ShutdownTrigger, StartError, WiringFault,
};
pub use self::options::{IdRule, MonitorOptionError, MonitorOptions, Placement};
pub use self::phase::MachineReady;
pub use self::queue::{QUEUE_LENGTH, QueueFull};
pub use self::responder::ThrottleRule;
pub use self::statistics::MonitorList;
pub use actix_qmp_messages::HOLDS;
