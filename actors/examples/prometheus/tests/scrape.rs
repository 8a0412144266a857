//! What Prometheus reads is what the monitor has done.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use actix_qmp::chardev::ChardevOptions;
use actix_qmp::test_support::Client;
use actix_qmp::{MonitorOptions, Monitors, VersionInfo};
use metrics_exporter_prometheus::PrometheusBuilder;

/// Longer than anything takes on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

fn answer(address: SocketAddr, request: &[u8]) -> String {
    let mut scrape = TcpStream::connect(address).unwrap();
    scrape.set_read_timeout(Some(PATIENCE)).unwrap();
    scrape.write_all(request).unwrap();
    let mut text = String::new();
    scrape.read_to_string(&mut text).unwrap();
    text
}

#[actix::test]
async fn a_scrape_has_the_figures_of_the_session_with_their_labels() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).unwrap();
    let mut monitors = Monitors::builder(VersionInfo::new("test")).start().await.unwrap();
    let (chardev, connector) = ChardevOptions::memory();
    let monitor = monitors.add(MonitorOptions::new(chardev)).await.unwrap();
    let mut client = Client::negotiated(&connector, &["oob"]).await;
    for (id, command) in ["query-version", "query-commands", "no-such"].into_iter().enumerate() {
        client.execute(command, id).await;
        assert_eq!(client.receive().await["id"], id);
    }
    client.execute_oob("x-query-monitors", "oob").await;
    assert_eq!(client.receive().await["id"], "oob");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let list = monitors.list();
    thread::spawn(move || prometheus::serve(&listener, &list, &handle));
    let text = answer(address, b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
    for expected in [
        "# TYPE qmp_monitor_requests_total counter",
        "qmp_monitor_sessions_total{monitor=\"0\",chardev=\"memory\"} 1",
        "qmp_monitor_requests_total{monitor=\"0\",chardev=\"memory\",band=\"in-band\"} 3",
        "qmp_monitor_requests_total{monitor=\"0\",chardev=\"memory\",band=\"out-of-band\"} 1",
        "qmp_monitor_errors_total{monitor=\"0\",chardev=\"memory\"} 1",
        "qmp_monitor_commands_total{monitor=\"0\",chardev=\"memory\",band=\"in-band\",phase=\"running\"} 2",
        "qmp_monitor_connected{monitor=\"0\",chardev=\"memory\"} 1",
        "qmp_monitor_suspended{monitor=\"0\",chardev=\"memory\",holder=\"queue-full\"} 0",
    ] {
        assert!(text.lines().any(|line| line == expected), "no line {expected}\n{text}");
    }

    assert_eq!(answer(address, &[b'x'; 8 << 10]), "", "a request that is too long");
    monitor.close(PATIENCE).await.unwrap();
    let text = answer(address, b"GET / HTTP/1.0\r\n\r\n");
    for expected in [
        "qmp_monitor_sessions_total{monitor=\"0\",chardev=\"memory\"} 1",
        "qmp_monitor_requests_total{monitor=\"0\",chardev=\"memory\",band=\"in-band\"} 3",
        "qmp_monitor_connected{monitor=\"0\",chardev=\"memory\"} 0",
        "qmp_monitor_running_microseconds{monitor=\"0\",chardev=\"memory\"} 0",
    ] {
        assert!(text.lines().any(|line| line == expected), "no line {expected} of a closed monitor\n{text}");
    }
    drop(client);
    monitors.shutdown(PATIENCE).await.unwrap();
}
