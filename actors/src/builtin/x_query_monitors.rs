//! `x-query-monitors`: how the monitors are doing; out-of-band also while the main arbiter is not.

use actix_qmp_messages::Command;
use actix_qmp_messages::schema::commands::XQueryMonitors;

use crate::command_table::Registry;
use crate::handler::{InBand, outcome};
use crate::statistics::MonitorList;

pub(super) fn register(registry: &mut Registry, list: MonitorList) {
    let for_in_band = list.clone();
    let in_band = InBand::closure(move |_: XQueryMonitors| Ok(for_in_band.read()));
    let run_oob = move |arguments| {
        let answer = XQueryMonitors::from_arguments(arguments).map(|_| list.read());
        outcome::<XQueryMonitors>(answer)
    };
    registry.add(in_band, Some(Box::new(run_oob)));
}
