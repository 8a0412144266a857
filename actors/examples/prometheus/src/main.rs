//! `prometheus QMP HTTP`: a monitor on the chardev QMP, its numbers on the address HTTP.
#![forbid(unsafe_code)]

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use actix_qmp::{Monitors, VersionInfo};
use metrics_exporter_prometheus::PrometheusBuilder;

#[actix::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: prometheus unix:PATH,server=on,wait=off 127.0.0.1:9000";
    let (qmp, http) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);

    let recorder = PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    metrics::set_global_recorder(recorder)?;

    let mut monitors = Monitors::builder(VersionInfo::new("prometheus 0.1")).start().await?;
    let monitor = monitors.add(qmp.parse()?).await?;
    let listener = TcpListener::bind(http)?;
    println!("QMP on {}, numbers on http://{}/metrics; Ctrl-C ends", monitor.local_name(), listener.local_addr()?);
    let list = monitors.list();
    thread::spawn(move || prometheus::serve(&listener, &list, &prometheus));
    tokio::signal::ctrl_c().await?;
    Ok(monitors.shutdown(Duration::from_secs(5)).await?)
}
