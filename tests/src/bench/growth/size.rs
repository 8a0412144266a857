//! How long a request takes whose one argument is a long text.

use std::time::Instant;

use serde::Serialize;

use crate::bench::connection::Connection;
use crate::bench::options::GrowthExtent;
use crate::bench::report::Row;
use crate::bench::servers::OwnServer;
use crate::bench::statistics::Quartiles;
use crate::{Failure, Outcome};

const SIZES: [usize; 7] = [100, 1_000, 10_000, 100_000, 1 << 20, 4 << 20, 16 << 20];

/// At least so many requests of each size, at most a thousand times as many.
const REQUESTS: usize = 5;

/// Of requests of one size.
#[derive(Debug, Serialize)]
pub struct SizeFigures {
    /// Their size.
    pub bytes: usize,
    /// From the first byte sent to the reply, in microseconds.
    pub request_us: Quartiles,
    /// Bytes a second, in millions, at the median.
    pub mb_per_second: f64,
}

pub(super) fn measure(extent: GrowthExtent) -> Vec<Row<SizeFigures>> {
    let server = OwnServer::start_embedder("event-monitor", 1);
    let connection = server
        .as_ref()
        .map_err(Failure::new)
        .and_then(|server| Connection::open_session(&server.monitor(0)?, &["oob"]));
    match connection {
        Ok(mut connection) => SIZES.map(|bytes| Row::new(name(bytes), figures(&mut connection, bytes, extent))).into(),
        Err(failure) => vec![Row::new("requests".to_owned(), Err(failure))],
    }
}

fn name(bytes: usize) -> String {
    if bytes < 1 << 20 { format!("{bytes} B") } else { format!("{} MiB", bytes >> 20) }
}

fn figures(connection: &mut Connection, bytes: usize, extent: GrowthExtent) -> Outcome<SizeFigures> {
    let request = text_of(bytes);
    let started = Instant::now();
    let mut took_us = Vec::new();
    while took_us.len() < REQUESTS || (took_us.len() < 1000 * REQUESTS && started.elapsed() < extent.point) {
        let (took, reply) = connection.exchange(request.as_bytes())?;
        if reply != b"{\"return\": {}, \"id\": 1}\r\n" {
            return Err(Failure::new(String::from_utf8_lossy(reply)));
        }
        took_us.push(took.as_secs_f64() * 1e6);
    }
    let request_us = Quartiles::of_some(took_us)?;
    Ok(SizeFigures { bytes, request_us, mb_per_second: bytes as f64 / request_us.median })
}

/// A request of exactly so many bytes.
fn text_of(bytes: usize) -> String {
    let (start, end) = ("{\"exec-oob\": \"take\", \"arguments\": {\"text\": \"", "\"}, \"id\": 1}\n");
    let text = "a text that has nothing to escape ".chars().cycle().take(bytes - start.len() - end.len());
    format!("{start}{}{end}", text.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_size_asked_for_and_are_json() {
        for bytes in SIZES {
            let request = text_of(bytes);
            assert_eq!(request.len(), bytes);
            assert!(serde_json::from_str::<serde_json::Value>(&request).is_ok(), "{bytes}");
        }
    }
}
