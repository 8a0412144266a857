//! The monitors' numbers for the `metrics` facade, on demand: the monitors themselves know nothing of it.

use actix_qmp_messages::QapiEnum;
use actix_qmp_messages::schema::{MonitorDurations, MonitorInfo};
use metrics::{Label, SharedString, Unit, counter, describe_counter, describe_gauge, gauge};

use super::{MonitorList, all_holders};

const SESSIONS: &str = "qmp_monitor_sessions_total";
const REQUESTS: &str = "qmp_monitor_requests_total";
const DROPPED: &str = "qmp_monitor_dropped_total";
const ERRORS: &str = "qmp_monitor_errors_total";
const EVENTS: &str = "qmp_monitor_events_total";
const BYTES: &str = "qmp_monitor_bytes_total";
const COMMANDS: &str = "qmp_monitor_commands_total";
const COMMAND_TIME: &str = "qmp_monitor_command_microseconds_total";
const COMMAND_QUANTILE: &str = "qmp_monitor_command_microseconds";
const CONNECTED: &str = "qmp_monitor_connected";
const QUEUE_LENGTH: &str = "qmp_monitor_queue_length";
const SUSPENDED: &str = "qmp_monitor_suspended";
const RUNNING: &str = "qmp_monitor_running_microseconds";

impl MonitorList {
    /// Publishes all numbers, as they stand now, to the recorder of the `metrics` facade; call it before each export.
    ///
    /// Names, labels and units are in `docs/operating.md`. A monitor that was closed is published once more, and longer if
    /// a command of it still runs.
    pub fn publish_metrics(&self) {
        describe();
        let (all, ended) = self.to_publish();
        all.iter().for_each(|statistics| publish(&statistics.read()));
        for statistics in ended {
            publish(&MonitorInfo { session: None, suspended_by: Vec::new(), queue_length: 0, ..statistics.read() });
        }
    }
}

fn describe() {
    describe_counter!(SESSIONS, Unit::Count, "Sessions that were opened");
    describe_counter!(
        REQUESTS,
        Unit::Count,
        "In-band requests that were read in command mode, and out-of-band commands that were run"
    );
    describe_counter!(DROPPED, Unit::Count, "Requests that found the queue full");
    describe_counter!(ERRORS, Unit::Count, "Error replies that were made for clients");
    describe_counter!(EVENTS, Unit::Count, "Events that were made for clients");
    describe_counter!(BYTES, Unit::Bytes, "Bytes read from clients and taken by them");
    describe_counter!(COMMANDS, Unit::Count, "Commands that were begun (waiting) and have ended (running)");
    describe_counter!(COMMAND_TIME, Unit::Microseconds, "Time that commands waited and ran, in all");
    describe_gauge!(COMMAND_QUANTILE, Unit::Microseconds, "Time that commands waited and ran, by quantile");
    describe_gauge!(CONNECTED, Unit::Count, "1 while there is a client");
    describe_gauge!(QUEUE_LENGTH, Unit::Count, "In-band commands that wait");
    describe_gauge!(SUSPENDED, Unit::Count, "1 while this holder holds the input");
    describe_gauge!(RUNNING, Unit::Microseconds, "For how long the command that runs has been running; 0 if none does");
}

fn publish(info: &MonitorInfo) {
    let labels = Labels(info);
    let counts = &info.counts;
    for (name, label, value) in [
        (SESSIONS, None, counts.sessions),
        (REQUESTS, Some(("band", "in-band")), counts.in_band),
        (REQUESTS, Some(("band", "out-of-band")), counts.out_of_band),
        (DROPPED, None, counts.dropped),
        (ERRORS, None, counts.errors),
        (EVENTS, None, counts.events),
        (BYTES, Some(("direction", "in")), counts.bytes_in),
        (BYTES, Some(("direction", "out")), counts.bytes_out),
    ] {
        counter!(name, labels.with(label)).absolute(value);
    }
    publish_durations(&labels, [("band", "in-band"), ("phase", "waiting")], &info.in_band_waiting);
    publish_durations(&labels, [("band", "in-band"), ("phase", "running")], &info.in_band_running);
    publish_durations(&labels, [("band", "out-of-band"), ("phase", "running")], &info.out_of_band_running);
    gauge!(CONNECTED, labels.with([])).set(f64::from(u8::from(info.session.is_some())));
    gauge!(QUEUE_LENGTH, labels.with([])).set(info.queue_length as f64);
    gauge!(RUNNING, labels.with([])).set(info.running.as_ref().map_or(0, |running| running.running_us) as f64);
    for holder in all_holders() {
        let holds = info.suspended_by.contains(&holder);
        gauge!(SUSPENDED, labels.with([("holder", holder.name())])).set(f64::from(u8::from(holds)));
    }
}

fn publish_durations(labels: &Labels<'_>, which: [(&'static str, &'static str); 2], durations: &MonitorDurations) {
    counter!(COMMANDS, labels.with(which)).absolute(durations.count);
    counter!(COMMAND_TIME, labels.with(which)).absolute(durations.total_us);
    for (quantile, value) in [("0.5", durations.p50_us), ("0.99", durations.p99_us), ("1", durations.max_us)] {
        let which = which.into_iter().chain([("quantile", quantile)]);
        gauge!(COMMAND_QUANTILE, labels.with(which)).set(value as f64);
    }
}

/// What tells a monitor's numbers from another's.
struct Labels<'a>(&'a MonitorInfo);

impl Labels<'_> {
    fn with(&self, more: impl IntoIterator<Item = (&'static str, &'static str)>) -> Vec<Label> {
        let own = [("monitor", self.0.monitor.to_string()), ("chardev", self.0.chardev.clone())];
        let own = own.into_iter().map(|(name, value)| Label::new(name, value));
        own.chain(more.into_iter().map(|(name, value)| Label::new(name, SharedString::const_str(value)))).collect()
    }
}
