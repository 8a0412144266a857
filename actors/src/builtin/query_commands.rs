//! `query-commands`.

use actix_qmp_messages::Command;
use actix_qmp_messages::schema::CommandInfo;
use actix_qmp_messages::schema::commands::QueryCommands;

use crate::command_table::Registry;
use crate::handler::InBand;

/// Registers the command behind all others, so that it lists them and itself.
pub(super) fn register(registry: &mut Registry) {
    let names = registry.table.names().chain([QueryCommands::NAME]);
    let list: Vec<_> = names.map(|name| CommandInfo { name: name.to_owned() }).collect();
    registry.add::<QueryCommands>(InBand::closure(move |_| Ok(list.clone())), None);
}
