//! What came out, for people (Markdown) and for machines (JSON). A line that has no figures says why.

use serde::Serialize;

mod commands;
mod compilation;
mod large_requests;
pub(super) mod markdown;
mod row;
mod service;

pub use self::commands::{IntrospectionFigures, PipelineFigures, RoundTripFigures};
pub use self::compilation::CompilationFigures;
pub use self::large_requests::{EndToEndFigures, LargeRequests, ParseFigures, PeakFigures};
pub use self::row::{Row, RowOutcome};
pub use self::service::{AsleepFigures, CrowdFigures, IdleFigures, SessionFigures, StartFigures};

use super::placement::Placement;
use super::scale::ScaleFigures;

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
    pub held: Vec<Row<RoundTripFigures>>,
    /// Several in flight.
    pub pipelined: Vec<Row<PipelineFigures>>,
    /// The same on many connections.
    pub crowds: Vec<Row<CrowdFigures>>,
    /// Short sessions.
    pub session_rates: Vec<Row<SessionFigures>>,
    /// `query-qmp-schema`.
    pub introspection: Vec<Row<IntrospectionFigures>>,
}

impl Section {
    /// Of this placement, with nothing measured yet.
    pub fn of(placement: Placement) -> Self {
        Self {
            placement,
            round_trips: Vec::new(),
            over_tcp: Vec::new(),
            waiting_in_reads: Vec::new(),
            held: Vec::new(),
            pipelined: Vec::new(),
            crowds: Vec::new(),
            session_rates: Vec::new(),
            introspection: Vec::new(),
        }
    }

    fn has_failures(&self) -> bool {
        let round_trips = [&self.round_trips, &self.over_tcp, &self.waiting_in_reads, &self.held];
        round_trips.into_iter().flatten().any(Row::has_failed)
            || self.pipelined.iter().any(Row::has_failed)
            || self.crowds.iter().any(Row::has_failed)
            || self.session_rates.iter().any(Row::has_failed)
            || self.introspection.iter().any(Row::has_failed)
    }
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
            || self.sections.iter().any(Section::has_failures)
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
