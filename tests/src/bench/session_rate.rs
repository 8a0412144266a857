//! Short sessions, one after the other on one monitor: connect, greeting, negotiation, close. Beside it an echo that serves one
//! client at a time too, over which the client sends two lines as long as greeting and negotiation.

use std::time::Instant;

use super::connection::{Connection, negotiation};
use super::options::Options;
use super::report::{Row, SessionFigures};
use super::servers::{Availability, MonitorServer, OwnServer, name_of};
use super::statistics::Quartiles;
use super::turns;
use crate::program::{Address, Transport};
use crate::{Failure, Outcome};

/// Sessions a turn.
const TURN: usize = 100;

/// As long as that of `qmp-vmm`.
const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 0}, \
                        \"package\": \"qmp-vmm 0.1.0\"}, \"capabilities\": [\"oob\"]}}\r\n";

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

/// Measures all, a turn each, round by round; the echo comes first.
///
/// # Errors
/// If there is no echo.
pub fn measure(options: &Options) -> Outcome<Vec<Row<SessionFigures>>> {
    let echo = OwnServer::start_echo("echo-in-turn", Transport::Unix)?;
    let servers = MonitorServer::start_both(1, options);
    let mut names = vec!["bare echo, one client at a time"];
    let mut sources = vec![Availability::from(Source::new(echo.address(), Dialogue::Echo))];
    for (product, server) in &servers {
        names.push(name_of(*product));
        sources.push(server.and_then(|server| Source::new(server.address(0), Dialogue::Monitor)));
    }
    let mut rates = vec![Vec::new(); sources.len()];
    turns::take(options.extent().pipelined, sources.iter_mut().zip(&mut rates), |source, rates| {
        rates.push(source.turn()?);
        Ok(())
    });
    let of_echo = rates[0].clone();
    let row = |((name, source), rates): ((_, Availability<Source>), _)| {
        Row::new(name, source.then(|_| figures(rates, &of_echo)))
    };
    Ok(names.into_iter().zip(sources).zip(rates).map(row).collect())
}

fn figures(rates: Vec<f64>, echo: &[f64]) -> Outcome<SessionFigures> {
    // What takes longer has fewer of them.
    let to_echo = Quartiles::of_some(rates.iter().zip(echo).map(|(own, echo)| echo / own).collect())?;
    Ok(SessionFigures { per_second: Quartiles::of_some(rates)?, to_echo })
}
