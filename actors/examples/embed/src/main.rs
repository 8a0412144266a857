//! The smallest VMM with a QMP socket: `cargo run -p embed -- unix:/tmp/qmp.sock,server=on,wait=off`

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::prelude::*;
use actix_qmp::{Empty, EventEmitter, Monitors, QmpError, VersionInfo};
use embed::qapi::commands::{Balloon, QueryBalloon};
use embed::qapi::events::BalloonChange;
use embed::qapi::{BalloonInfo, SCHEMA};

struct Machine {
    actual: Arc<AtomicU64>,
    events: EventEmitter,
}

impl Actor for Machine {
    type Context = Context<Self>;
}

impl Handler<Balloon> for Machine {
    type Result = Result<Empty, QmpError>;

    fn handle(&mut self, Balloon { value }: Balloon, _ctx: &mut Self::Context) -> Self::Result {
        self.actual.store(value, Ordering::Relaxed);
        self.events.emit(BalloonChange { actual: value }).map_err(|error| QmpError::generic(error.to_string()))?;
        Ok(Empty {})
    }
}

#[actix::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let builder = Monitors::builder(VersionInfo::new("embed 0.1")).schema(&SCHEMA);
    let actual = Arc::new(AtomicU64::new(1 << 30));
    let machine = Machine { actual: actual.clone(), events: builder.events() }.start();
    let mut monitors = builder
        .command_to::<Balloon>(machine.recipient())
        .command_oob(move |_: QueryBalloon| Ok(BalloonInfo { actual: actual.load(Ordering::Relaxed) }))
        .start()
        .await?;
    let options = std::env::args().nth(1).ok_or("usage: embed unix:PATH,server=on,wait=off")?;
    let monitor = monitors.add(options.parse()?).await?;
    println!("QMP on {}; Ctrl-C ends", monitor.local_name());
    tokio::signal::ctrl_c().await?;
    Ok(monitors.shutdown(Duration::from_secs(5)).await?)
}
