//! The commands and events that every monitor has: one file each.

mod command_dropped;
mod qmp_capabilities;
mod query_commands;
mod query_version;
mod x_oob_test;

pub(crate) use self::command_dropped::CommandDropped;
pub(crate) use self::qmp_capabilities::already_complete;
use self::query_commands::list_of;
pub use self::query_commands::{CommandInfo, CommandList, QueryCommands};
pub use self::query_version::QueryVersion;
pub use self::x_oob_test::XOobTest;
use crate::command_table::Registry;
use crate::handler::InBand;
use crate::responder::VersionInfo;

/// The command that ends negotiation; the parser answers it.
pub(crate) const QMP_CAPABILITIES: &str = "qmp_capabilities";

/// Registers the built-in commands behind the embedder's.
pub(crate) fn register(registry: &mut Registry, version: &VersionInfo) {
    registry.add(InBand::closure(qmp_capabilities::refuse), None);
    let version = version.clone();
    registry.add::<QueryVersion>(InBand::closure(move |_| Ok(version.clone())), None);
    x_oob_test::register(registry);
    let list = list_of(registry.table.names().chain([<QueryCommands as actix_qmp_messages::Command>::NAME]));
    registry.add::<QueryCommands>(InBand::closure(move |_| Ok(list.clone())), None);
}
