//! The commands and events that every monitor has: one file each. Declared in the schema of the messages.

mod command_dropped;
mod qmp_capabilities;
mod query_commands;
mod query_qmp_schema;
mod x_oob_test;
mod x_query_monitors;

use actix_qmp_messages::Command;
use actix_qmp_messages::qapi::Schema;
use actix_qmp_messages::schema::VersionInfo;
use actix_qmp_messages::schema::commands::{QmpCapabilities, QueryVersion};

pub(crate) use self::command_dropped::CommandDropped;
pub(crate) use self::qmp_capabilities::already_complete;
use crate::command_table::{RegistrationError, Registry};
use crate::handler::InBand;
use crate::statistics::MonitorList;

/// The command that ends negotiation; the parser answers it.
pub(crate) const QMP_CAPABILITIES: &str = QmpCapabilities::NAME;

/// Registers the built-in commands behind the embedder's.
///
/// # Errors
/// For a schema that can't be told to clients.
pub(crate) fn register(
    registry: &mut Registry,
    version: &VersionInfo,
    schemas: &[&Schema],
    list: &MonitorList,
) -> Result<(), RegistrationError> {
    registry.add::<QmpCapabilities>(InBand::closure(qmp_capabilities::refuse), None);
    let version = version.clone();
    registry.add::<QueryVersion>(InBand::closure(move |_| Ok(version.clone())), None);
    x_oob_test::register(registry);
    x_query_monitors::register(registry, list.clone());
    query_qmp_schema::register(registry, schemas)?;
    query_commands::register(registry);
    Ok(())
}
