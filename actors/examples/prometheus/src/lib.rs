//! The monitors' numbers as Prometheus reads them, over a little HTTP.
#![forbid(unsafe_code)]

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use actix_qmp::MonitorList;
use metrics_exporter_prometheus::PrometheusHandle;

/// How long a client may take to send its request.
const PATIENCE: Duration = Duration::from_secs(5);

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
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let mut request = String::new();
    let mut lines = BufReader::new(client);
    // The request ends with an empty line; whatever it asks for, there is one answer.
    while lines.read_line(&mut request)? > 2 {}
    let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4";
    write!(client, "{head}\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}
