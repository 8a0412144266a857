//! How long requests take under a steady load: at several rates, in both bands, QEMU at those that it can take.

mod answers;
mod open_loop;

use std::num::NonZero;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rustix::thread::set_current_timer_slack;
use serde::Serialize;

use self::open_loop::{OpenLoop, RequestStart, Slice};
use super::connection::Connection;
use super::options::{LatencyExtent, Options};
use super::report::Row;
use super::servers::{Availability, MonitorServer, name_of};
use super::statistics::Quartiles;
use crate::{Context, Outcome, Product};

const IN_BAND: RequestStart = "{\"execute\": \"query-status\", \"id\": ";
const OUT_OF_BAND: RequestStart = "{\"exec-oob\": \"query-yank\", \"id\": ";

const RATES: [u32; 6] = [1_000, 5_000, 10_000, 20_000, 40_000, 80_000];
const RATES_OF_QEMU: [u32; 3] = [500, 1_000, 2_000];

/// Of a steady load.
#[derive(Debug, Serialize)]
pub struct LatencyFigures {
    /// Requests due in a second.
    pub due_per_second: u32,
    /// Requests answered in a second, slice by slice.
    pub answered_per_second: Quartiles,
    /// From being due to the answer, in microseconds; each slice's median.
    pub p50_us: Quartiles,
    /// Of all requests.
    pub p99_us: f64,
    /// Of all requests.
    pub p999_us: f64,
    /// The longest.
    pub max_us: f64,
    /// How many were answered.
    pub answered: u64,
    /// How many were dropped, and said to be: COMMAND_DROPPED.
    pub dropped: u64,
}

struct Line {
    name: String,
    rate: u32,
    /// Of the connections.
    connection: usize,
    slices: Vec<Slice>,
}

/// Measures all rates, a slice each in turn.
pub fn measure(options: &Options, extent: LatencyExtent) -> Vec<Row<LatencyFigures>> {
    let mut connections = Vec::new();
    let mut lines = Vec::new();
    // The servers must live as long as they are measured.
    let mut servers = Vec::new();
    for product in [Product::Qemu, Product::QmpVmm] {
        let server = MonitorServer::start(product, 2, options);
        let rates = match product {
            Product::Qemu => &RATES_OF_QEMU[..],
            Product::QmpVmm => &RATES[..],
        };
        for (monitor, (band, request)) in [("in-band", IN_BAND), ("OOB", OUT_OF_BAND)].into_iter().enumerate() {
            let open = |server: &MonitorServer| {
                OpenLoop::new(Connection::open_session(server.path(monitor)?, &["oob"])?, request)
            };
            let name = |rate| format!("{} {band}, {rate}/s", name_of(product));
            let line = |&rate| Line { name: name(rate), rate, connection: connections.len(), slices: Vec::new() };
            lines.extend(rates.iter().map(line));
            connections.push(server.and_then(open));
        }
        servers.push(server);
    }
    // Without it a sleep ends up to 50 us late, which would count. Servers, which inherit it, have been started.
    let _ = set_current_timer_slack(Some(NonZero::<u64>::MIN));
    run(&mut connections, &mut lines, extent);
    let _ = set_current_timer_slack(None);
    let row = |line: Line| {
        let connection = &connections[line.connection];
        Row::new(line.name.clone(), connection.and_then(|_| figures(&line)))
    };
    lines.into_iter().map(row).collect()
}

fn run(connections: &mut [Availability<OpenLoop>], lines: &mut [Line], extent: LatencyExtent) {
    let started = Instant::now();
    for _ in 0..extent.rounds.count {
        for line in &mut *lines {
            if started.elapsed() >= extent.rounds.at_most {
                return;
            }
            let Availability::There(open) = &mut connections[line.connection] else { continue };
            let requests = (f64::from(line.rate) * extent.slice.as_secs_f64()) as usize;
            match open.slice(requests, line.rate) {
                Ok(slice) => line.slices.push(slice),
                Err(failure) => connections[line.connection] = Availability::Broken(failure.to_string()),
            }
        }
    }
}

fn figures(line: &Line) -> Outcome<LatencyFigures> {
    let mut all = Histogram::new_with_max(Duration::from_secs(60).as_nanos() as u64, 3).context("no histogram")?;
    for slice in &line.slices {
        all.add(&slice.latencies).context("histograms that don't fit")?;
    }
    let us = |nanoseconds: u64| nanoseconds as f64 / 1000.0;
    let answered = |slice: &Slice| slice.latencies.len() as f64 / slice.took.as_secs_f64();
    let p50 = |slice: &Slice| us(slice.latencies.value_at_quantile(0.5));
    let of_slices = |figure: &dyn Fn(&Slice) -> f64| Quartiles::of_some(line.slices.iter().map(figure).collect());
    Ok(LatencyFigures {
        due_per_second: line.rate,
        answered_per_second: of_slices(&answered)?,
        p50_us: of_slices(&p50)?,
        p99_us: us(all.value_at_quantile(0.99)),
        p999_us: us(all.value_at_quantile(0.999)),
        max_us: us(all.max()),
        answered: all.len(),
        dropped: line.slices.iter().map(|slice| slice.dropped).sum(),
    })
}
