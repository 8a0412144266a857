//! Short sessions, one after the other on one monitor: connect, greeting, negotiation, close. Beside it an echo that serves one
//! client at a time too, over which the client sends two lines as long as greeting and negotiation.

use std::time::Instant;

use super::connection::{Connection, negotiation};
use super::options::{Extent, Options};
use super::report::{Row, SessionFigures};
use super::servers::{Availability, MonitorServer, OwnServer, name_of};
use super::statistics::Quartiles;
use super::turns;
use crate::program::Address;
use crate::{Failure, Outcome, Product};

/// Sessions a turn.
const TURN: usize = 100;

/// As long as that of `qmp-vmm`.
const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 0}, \
                        \"package\": \"qmp-vmm 0.1.0\"}, \"capabilities\": [\"oob\"]}}\r\n";

/// The servers, the echo first.
#[derive(Debug)]
pub struct LineUp {
    sources: [(&'static str, Availability<Source>); 3],
    _echo: OwnServer,
    _monitors: [Availability<MonitorServer>; 2],
}

#[derive(Debug)]
struct Source {
    address: Address,
    dialogue: Dialogue,
    /// Not to be made for each session anew.
    buffer: Vec<u8>,
}

/// What is said in a session.
#[derive(Debug)]
enum Dialogue {
    Echo,
    Monitor,
}

impl LineUp {
    /// Starts the servers.
    ///
    /// # Errors
    /// If there is no echo.
    pub fn start(options: &Options) -> Outcome<Self> {
        let echo = OwnServer::start("echo-in-turn", None)?;
        let monitors = [Product::Qemu, Product::QmpVmm].map(|product| MonitorServer::start(product, 1, options));
        let [qemu, vmm] = &monitors;
        let monitor = |server: &Availability<MonitorServer>| {
            server.and_then(|server| Source::new(server.address(0), Dialogue::Monitor))
        };
        let sources = [
            ("bare echo, one client at a time", Source::new(echo.address(), Dialogue::Echo).into()),
            (name_of(Product::Qemu), monitor(qemu)),
            (name_of(Product::QmpVmm), monitor(vmm)),
        ];
        Ok(Self { sources, _echo: echo, _monitors: monitors })
    }
}

impl Source {
    fn new(address: &Address, dialogue: Dialogue) -> Outcome<Self> {
        let buffer = Connection::open(address)?.close();
        Ok(Self { address: address.clone(), dialogue, buffer })
    }

    /// Sessions a second.
    fn turn(&mut self) -> Outcome<f64> {
        let negotiation = negotiation(&["oob"]);
        let started = Instant::now();
        for _ in 0..TURN {
            let mut connection = Connection::open_with(&self.address, std::mem::take(&mut self.buffer))?;
            match self.dialogue {
                Dialogue::Echo => {
                    expect_echo(&mut connection, GREETING)?;
                    expect_echo(&mut connection, &negotiation)?;
                }
                Dialogue::Monitor => connection.negotiate(&negotiation)?,
            }
            self.buffer = connection.close();
        }
        Ok(TURN as f64 / started.elapsed().as_secs_f64())
    }
}

fn expect_echo(connection: &mut Connection, line: &str) -> Outcome {
    let (_, echoed) = connection.exchange(line.as_bytes())?;
    if echoed == line.as_bytes() { Ok(()) } else { Err(Failure::new("an echo of something else")) }
}

/// Measures all, a turn each, round by round.
pub fn measure(line_up: LineUp, extent: Extent) -> Vec<Row<SessionFigures>> {
    let LineUp { mut sources, _echo: echo, _monitors: monitors } = line_up;
    let mut rates = [const { Vec::new() }; 3];
    let all = sources.iter_mut().map(|(_, source)| source).zip(&mut rates);
    turns::take(extent.pipelined, all, |source, rates| {
        rates.push(source.turn()?);
        Ok(())
    });
    drop((echo, monitors));
    let echo = rates[0].clone();
    let row = |((name, source), rates): ((_, Availability<Source>), _)| {
        Row::new(name, source.then(|_| figures(rates, &echo)))
    };
    sources.into_iter().zip(rates).map(row).collect()
}

fn figures(rates: Vec<f64>, echo: &[f64]) -> Outcome<SessionFigures> {
    // What takes longer has fewer of them.
    let to_echo = Quartiles::of_some(rates.iter().zip(echo).map(|(own, echo)| echo / own).collect())?;
    Ok(SessionFigures { per_second: Quartiles::of_some(rates)?, to_echo })
}
