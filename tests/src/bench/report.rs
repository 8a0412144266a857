//! What came out, for people (Markdown) and for machines (JSON). A line that has no figures says why.

use serde::Serialize;

mod large_requests;
pub(super) mod markdown;
mod row;
mod service;

pub use self::large_requests::{EndToEndFigures, LargeRequests, ParseFigures, PeakFigures};
pub use self::row::{Row, RowOutcome};
pub use self::service::{AsleepFigures, CrowdFigures, SessionFigures, StartFigures};

use super::placement::Placement;
use super::scale::ScaleFigures;
use super::statistics::Quartiles;

/// Everything.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The circumstances.
    pub about: About,
    /// One for each placement.
    pub sections: Vec<Section>,
    /// Requests of 64 KiB and more.
    pub large_requests: LargeRequests,
    /// A large schema.
    pub compilation: Vec<Row<CompilationFigures>>,
    /// Starting.
    pub starts: Vec<Row<StartFigures>>,
    /// The library alone, idle.
    pub asleep: Vec<Row<AsleepFigures>>,
    /// Idle sessions.
    pub idle: Vec<Row<IdleFigures>>,
    /// Many events, steady load, growth.
    pub scale: ScaleFigures,
}

/// Under what circumstances.
#[derive(Debug, Default, Serialize)]
pub struct About {
    /// CPUs that this process may use.
    pub cpus: usize,
    /// Whether this is a build whose figures mean something.
    pub optimised: bool,
    /// The executable that is called qmp-vmm here; none if it does not build or was left out.
    pub program: Option<String>,
    /// How requests to qmp-vmm were marked out-of-band.
    pub oob_form: &'static str,
    /// Whether everything was cut to a tenth.
    pub quick: bool,
}

/// What was measured in one placement.
#[derive(Debug, Serialize)]
pub struct Section {
    /// Where.
    pub placement: Placement,
    /// One request at a time.
    pub round_trips: Vec<Row<RoundTripFigures>>,
    /// The same over TCP.
    pub over_tcp: Vec<Row<RoundTripFigures>>,
    /// One request at a time, with a client that waits in its read.
    pub waiting_in_reads: Vec<Row<RoundTripFigures>>,
    /// While the main thread has no time.
    pub hindered: Vec<Row<RoundTripFigures>>,
    /// Several in flight.
    pub pipelined: Vec<Row<PipelineFigures>>,
    /// The same on many connections.
    pub crowds: Vec<Row<CrowdFigures>>,
    /// Short sessions.
    pub session_rates: Vec<Row<SessionFigures>>,
    /// `query-qmp-schema`.
    pub introspection: Vec<Row<IntrospectionFigures>>,
}

/// Of one request at a time.
#[derive(Debug, Serialize)]
pub struct RoundTripFigures {
    /// The median of the turns' medians, in microseconds.
    pub p50_us: f64,
    /// Of all round trips, in microseconds.
    pub p99_us: f64,
    /// Each turn's median over the bare echo's of the same round.
    pub to_echo: Quartiles,
    /// The p99 over the bare echo's, each of all round trips.
    pub p99_to_echo: f64,
    /// Each turn's median over that of the same work with nothing beside it, of the same round.
    pub to_beside: Option<Quartiles>,
    /// How many there were.
    pub round_trips: u64,
}

/// Of several requests in flight.
#[derive(Debug, Serialize)]
pub struct PipelineFigures {
    /// Commands a second, slice by slice.
    pub per_second: Quartiles,
    /// The server's CPU time for a command, in microseconds, slice by slice.
    pub cpu_us: Quartiles,
}

/// Of `query-qmp-schema`, one request at a time.
#[derive(Debug, Serialize)]
pub struct IntrospectionFigures {
    /// Entries of the reply.
    pub entries: usize,
    /// Its length.
    pub bytes: usize,
    /// The median of the turns' medians, in microseconds.
    pub p50_us: f64,
    /// Replies a second, turn by turn.
    pub per_second: Quartiles,
    /// Bytes of replies in a second, in the median turn.
    pub bytes_per_second: f64,
    /// The server's CPU time for a reply, in microseconds, turn by turn.
    pub cpu_us: Quartiles,
    /// Replies a second over QEMU's of the same round.
    pub to_qemu: Option<Quartiles>,
}

/// Of a schema that is compiled.
#[derive(Debug, Serialize)]
pub struct CompilationFigures {
    /// Its files.
    pub files: usize,
    /// Lines of these.
    pub lines: usize,
    /// From the path to the code, in milliseconds.
    pub total_ms: Quartiles,
    /// Lines a second, in the median run.
    pub lines_per_second: f64,
    /// The steps, each with its median in milliseconds.
    pub steps_ms: Vec<(&'static str, f64)>,
    /// Lines of the code that is generated.
    pub code_lines: usize,
    /// Bytes of it.
    pub code_bytes: usize,
}

/// Of idle sessions.
#[derive(Debug, Serialize)]
pub struct IdleFigures {
    /// How many.
    pub sessions: usize,
    /// Resident memory of such a process with one monitor and no session.
    pub one_monitor_bytes: u64,
    /// Resident memory with all monitors and no session.
    pub before_bytes: u64,
    /// Resident memory with a session on each.
    pub after_bytes: u64,
    /// What each session adds.
    pub bytes_per_session: f64,
    /// What each monitor and its session add together.
    pub bytes_per_monitor_and_session: f64,
}

impl Report {
    /// The tables.
    pub fn to_markdown(&self) -> String {
        markdown::render(self)
    }

    /// Whether a server that should have answered did not.
    pub fn has_failures(&self) -> bool {
        self.scale.has_failures()
            || self.idle.iter().any(Row::has_failed)
            || self.starts.iter().any(Row::has_failed)
            || self.asleep.iter().any(Row::has_failed)
            || self.compilation.iter().any(Row::has_failed)
            || self.large_requests.has_failures()
            || self.sections.iter().any(|section| {
                let round_trips =
                    [&section.round_trips, &section.over_tcp, &section.waiting_in_reads, &section.hindered];
                round_trips.into_iter().flatten().any(Row::has_failed)
                    || section.crowds.iter().any(Row::has_failed)
                    || section.session_rates.iter().any(Row::has_failed)
                    || section.pipelined.iter().any(Row::has_failed)
                    || section.introspection.iter().any(Row::has_failed)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(outcome: RowOutcome<IdleFigures>) -> Report {
        let about = About { cpus: 2, program: None, optimised: true, oob_form: "exec-oob", quick: false };
        let idle = vec![Row { name: "QEMU".into(), outcome }];
        Report { about, idle, ..Report::default() }
    }

    #[test]
    fn a_line_without_figures_says_why() {
        let report = report(RowOutcome::NotMeasured { reason: "not installed".into() });
        assert!(report.to_markdown().contains("| QEMU | not measured: not installed |"), "{}", report.to_markdown());
        assert!(!report.has_failures());
    }

    #[test]
    fn a_server_that_breaks_off_is_a_failure() {
        let report = report(RowOutcome::Failed { reason: "closed\nits socket".into() });
        assert!(report.to_markdown().contains("| QEMU | FAILED: closed / its socket |"), "{}", report.to_markdown());
        assert!(report.has_failures());
        assert_eq!(serde_json::to_value(&report).unwrap()["idle"][0]["failed"]["reason"], "closed\nits socket");
    }
}
