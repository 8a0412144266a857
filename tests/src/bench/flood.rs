//! Keeps a dispatcher busy: eight in-band requests in flight all the time on a monitor of its own, during a turn.
//!
//! ```text
//! idle --Start--> flooding --Stop--> draining --all answered--> idle
//! ```
//!
//! Both orders are acknowledged, so that a turn begins when the first answer has come, and the next when the last has.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel};
use std::thread;

use super::connection::{Connection, expect_return};
use super::requests::IN_BAND;
use crate::{Failure, Outcome};

const IN_FLIGHT: usize = 8;

#[derive(Debug)]
enum Order {
    Start,
    Stop,
}

/// A thread that floods when told to. Ends when dropped.
#[derive(Debug)]
pub struct Flood {
    orders: SyncSender<Order>,
    done: Receiver<Outcome>,
}

impl Flood {
    /// Opens a session on this monitor, and waits for orders.
    ///
    /// # Errors
    /// If the monitor can't be reached.
    pub fn on(path: &Path) -> Outcome<Self> {
        let connection = Connection::open_session(path, &["oob"])?;
        let (orders, to_obey) = sync_channel(0);
        let (tell, done) = sync_channel(1);
        thread::spawn(move || obey(connection, &to_obey, &tell));
        Ok(Self { orders, done })
    }

    /// Floods from now on.
    ///
    /// # Errors
    /// If the monitor does not answer any more.
    pub fn start(&self) -> Outcome {
        self.order(Order::Start)
    }

    /// Stops, and waits until all has been answered.
    ///
    /// # Errors
    /// If the monitor does not answer any more.
    pub fn stop(&self) -> Outcome {
        self.order(Order::Stop)
    }

    fn order(&self, order: Order) -> Outcome {
        let gone = |_| Failure::new("the flooding thread has ended");
        self.orders.send(order).map_err(|_| gone(RecvError))?;
        self.done.recv().map_err(gone)?
    }
}

fn obey(mut connection: Connection, orders: &Receiver<Order>, tell: &SyncSender<Outcome>) {
    while let Ok(order) = orders.recv() {
        let outcome = match order {
            // Stop without Start: nothing is in flight.
            Order::Stop => Ok(()),
            Order::Start => begin(&mut connection).and_then(|in_flight| {
                // The one who waits for this is there until it has come.
                let _ = tell.send(Ok(()));
                flood(&mut connection, in_flight, orders)
            }),
        };
        if tell.send(outcome).is_err() {
            return;
        }
    }
}

fn begin(connection: &mut Connection) -> Outcome<usize> {
    connection.send(IN_BAND.repeat(IN_FLIGHT).as_bytes())?;
    Ok(IN_FLIGHT - connection.receive_lines(expect_return)?)
}

/// Floods until the next order, which can only be to stop, and drains.
fn flood(connection: &mut Connection, mut in_flight: usize, orders: &Receiver<Order>) -> Outcome {
    while matches!(orders.try_recv(), Err(TryRecvError::Empty)) {
        connection.send(IN_BAND.repeat(IN_FLIGHT - in_flight).as_bytes())?;
        in_flight = IN_FLIGHT - connection.receive_lines(expect_return)?;
    }
    while in_flight > 0 {
        in_flight -= connection.receive_lines(expect_return)?;
    }
    Ok(())
}
