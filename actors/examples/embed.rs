//! A VMM of thirty lines with a QMP socket: `cargo run -p actix-qmp --example embed -- unix:/tmp/qmp.sock,server=on,wait=off`

use std::time::Duration;

use actix::prelude::*;
use actix_qmp::{Arguments, Command, Monitors, QmpError, VersionInfo};

/// `query-name`: which machine is this?
#[derive(Message)]
#[rtype(result = "Result<serde_json::Value, QmpError>")]
struct QueryName;

impl Command for QueryName {
    const NAME: &'static str = "query-name";
    type Return = serde_json::Value;

    fn from_arguments(arguments: Arguments) -> Result<Self, QmpError> {
        arguments.finish().map(|()| Self)
    }
}

struct Machine;

impl Actor for Machine {
    type Context = Context<Self>;
}

impl Handler<QueryName> for Machine {
    type Result = Result<serde_json::Value, QmpError>;

    fn handle(&mut self, _: QueryName, _ctx: &mut Self::Context) -> Self::Result {
        Ok(serde_json::json!({"name": "thirty lines"}))
    }
}

#[actix::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let machine = Machine.start();
    let builder = Monitors::builder(VersionInfo::new("embed 0.1")).command_to::<QueryName>(machine.recipient());
    let mut monitors = builder.start().await?;
    let options = std::env::args().nth(1).ok_or("usage: embed unix:PATH,server=on,wait=off")?;
    let monitor = monitors.add(options.parse()?).await?;
    println!("QMP on {}; Ctrl-C ends", monitor.local_name());
    tokio::signal::ctrl_c().await?;
    Ok(monitors.shutdown(Duration::from_secs(5)).await?)
}
