//! The monitors' numbers as Prometheus reads them, over a little HTTP.
#![forbid(unsafe_code)]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use actix_qmp::MonitorList;
use metrics_exporter_prometheus::PrometheusHandle;

/// How long a client may take to send its request, and then for each part of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of a request.
const LONGEST_REQUEST: usize = 8 << 10;

/// Answers whoever asks, on a thread of its own: figures are wanted most when the main thread is stuck.
pub fn serve(listener: &TcpListener, list: &MonitorList, prometheus: &PrometheusHandle) {
    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| answer(&client, &render(list, prometheus))) {
            eprintln!("prometheus: {error}");
        }
    }
}

/// All numbers as they stand now.
#[must_use]
pub fn render(list: &MonitorList, prometheus: &PrometheusHandle) -> String {
    list.publish_metrics();
    prometheus.render()
}

fn answer(mut client: &TcpStream, text: &str) -> io::Result<()> {
    client.set_write_timeout(Some(PATIENCE))?;
    let deadline = Instant::now() + PATIENCE;
    let (mut request, mut length) = ([0; LONGEST_REQUEST], 0);
    // It ends with an empty line; whatever it asks for, there is one answer.
    while !request[..length].windows(3).any(|end| end == b"\n\r\n") {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || length == request.len() {
            return Err(io::Error::new(ErrorKind::InvalidData, "no request, or one without an end"));
        }
        client.set_read_timeout(Some(left))?;
        match client.read(&mut request[length..])? {
            0 => break,
            more => length += more,
        }
    }
    let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4";
    write!(client, "{head}\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}
