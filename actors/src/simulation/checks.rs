//! What must hold in a history: at rest, when a session ends, when all have been answered, at the end.

use super::client::Client;
use super::expectation::{Expected, Order};
use super::history::History;
use super::stage::on_stage;
use super::watch::{MAY_WAIT, Seen, of_monitor};

impl History<'_> {
    /// The monitor ended a session: only after the client did and all was answered, or where it may otherwise.
    pub(super) fn check_end(&self, place: usize) -> Result<(), String> {
        let client = &self.clients[place];
        let aborted = of_monitor(client.monitor, |seen| seen.aborted.contains(&client.session));
        if aborted {
            return Ok(());
        }
        if client.has_part_of_a_line() {
            return Err(format!("client {} was left with half a message", client.number));
        }
        if self.ending || self.world.monitors[client.monitor].closed {
            return Ok(());
        }
        if !client.half_closed {
            return Err(format!("client {} reads the end though it has not ended", client.number));
        }
        let owed = client.model.owed();
        if owed.is_empty() {
            Ok(())
        } else {
            Err(format!("client {} reads the end before answers to {owed:?}", client.number))
        }
    }

    pub(super) fn what_is_missing(&self) -> String {
        let open = self.clients.iter().filter(|client| client.is_open() && !client.at_end);
        let missing: Vec<String> = open
            .map(|client| {
                let (owed, unsent) = (client.model.owed(), client.has_output());
                format!("client {} of monitor {}: owed {owed:?}, unsent input: {unsent}", client.number, client.monitor)
            })
            .collect();
        format!("nothing goes on: {}", missing.join("; "))
    }

    /// What the monitors count is what was seen of them.
    pub(super) fn check_counts(&self) -> Result<(), String> {
        let all = self.world.list.read();
        let open = (0..).zip(&self.world.monitors).filter(|(_, monitor)| !monitor.closed).map(|(id, _)| id);
        if !all.iter().map(|told| told.monitor).eq(open) {
            return Err(format!("not the monitors that there are: {all:?}"));
        }
        for told in all {
            let monitor = told.monitor as usize;
            let seen = of_monitor(monitor, |seen| [seen.opened, seen.in_band, seen.out_of_band, seen.dropped]);
            let counts = &told.counts;
            let counts = [counts.sessions, counts.in_band, counts.out_of_band, counts.dropped];
            let is_idle = told.queue_length == 0 && told.running.is_none() && told.session.is_none();
            if counts != seen || !is_idle || !told.suspended_by.is_empty() {
                return Err(format!("{seen:?} sessions, in-band, out-of-band and dropped, and it tells {told:?}"));
            }
        }
        Ok(())
    }

    /// Who reads all was not kept waiting when the monitor was closed.
    pub(super) fn check_ended(&self) -> Result<(), String> {
        let is_closed = |client: &&Client| self.world.monitors[client.monitor].closed;
        let is_left = |client: &&Client| client.is_open() && client.reads && !client.at_end;
        match self.clients.iter().filter(is_closed).find(is_left) {
            Some(client) => Err(format!("client {} reads all and its session does not end", client.number)),
            None => Ok(()),
        }
    }

    /// What was executed was answered, end or not, to whoever reads.
    pub(super) fn check_finished_are_answered(&self) -> Result<(), String> {
        for client in self.clients.iter().filter(|client| client.is_open() && client.reads) {
            if of_monitor(client.monitor, |seen| seen.aborted.contains(&client.session)) {
                continue;
            }
            let owed = client.model.owed();
            if let Some(tag) = client.promised.iter().find(|tag| owed.contains(&tag.as_str())) {
                return Err(format!("{tag} was executed and never answered"));
            }
        }
        self.clients.iter().try_for_each(|client| client.model.check_handlers())
    }
}

/// What is served has gone as far as it can: everything was read, unless somebody holds the input, who has a reason to.
pub(super) fn check_at_rest(client: &mut Client, seen: &Seen) -> Result<(), String> {
    if seen.closing || seen.session != Some(client.session) {
        return Ok(());
    }
    if seen.negotiated {
        let (event, tick) = on_stage(|stage| (stage.last_event, stage.last_tick));
        client.model.takes_events_after(event, tick);
    }
    let unreasonable = |holder: &&String| match holder.as_str() {
        "CommandInFlight" => seen.oob || seen.waiting.is_empty() && !seen.running,
        "QueueFull" => seen.may_drop || seen.waiting.len() < MAY_WAIT,
        _ => false,
    };
    if let Some(holder) = seen.holders.iter().find(unreasonable) {
        return Err(format!("{holder} holds monitor {} without a reason", client.monitor));
    }
    if !seen.holders.is_empty() || !client.has_sent_all() {
        return Ok(());
    }
    let is_in_band = |request: &&Expected| matches!(request.order, Order::InBand { .. });
    let in_band = client.model.requests.iter().filter(is_in_band).count();
    if seen.handed_in != in_band as u64 {
        return Err(format!("of {in_band} requests of client {} only {} were read", client.number, seen.handed_in));
    }
    match client.model.requests.iter().find(|request| request.order == Order::OutOfBand && !request.has_run()) {
        Some(late) => Err(format!("{} was not run at once", late.tag)),
        None => Ok(()),
    }
}
