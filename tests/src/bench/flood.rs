//! Keeps a dispatcher busy: in-band requests in flight all the time on a monitor of its own, during a turn; eight unless they
//! take long.
//!
//! ```text
//! idle --Start--> flooding --Stop--> draining --all answered--> idle
//! ```
//!
//! Both orders are acknowledged, so that a turn begins when the first answer has come, and the next when the last has.

use std::sync::mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel};
use std::thread;

use super::connection::{Connection, expect_return};
use super::requests::IN_BAND;
use super::round_trip::Meanwhile;
use crate::program::Address;
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
    pub fn on(address: &Address) -> Outcome<Self> {
        Ok(Self::of(IN_BAND, IN_FLIGHT, Connection::open_session(address, &["oob"])?))
    }

    /// Waits for orders to keep this many of these requests in flight on a session.
    pub fn of(request: &str, in_flight: usize, connection: Connection) -> Self {
        let source = Source { connection, request: request.to_owned(), in_flight };
        let (orders, to_obey) = sync_channel(0);
        let (tell, done) = sync_channel(1);
        thread::spawn(move || obey(source, &to_obey, &tell));
        Self { orders, done }
    }

    fn order(&self, order: Order) -> Outcome {
        let gone = |_| Failure::new("the flooding thread has ended");
        self.orders.send(order).map_err(|_| gone(RecvError))?;
        self.done.recv().map_err(gone)?
    }
}

impl Meanwhile for Flood {
    fn start(&mut self) -> Outcome {
        self.order(Order::Start)
    }

    /// Waits until all has been answered.
    fn stop(&mut self) -> Outcome {
        self.order(Order::Stop)
    }
}

/// What the thread has.
struct Source {
    connection: Connection,
    request: String,
    /// How many are kept there.
    in_flight: usize,
}

fn obey(mut source: Source, orders: &Receiver<Order>, tell: &SyncSender<Outcome>) {
    while let Ok(order) = orders.recv() {
        let outcome = match order {
            // Stop without Start: nothing is in flight.
            Order::Stop => Ok(()),
            Order::Start => source.begin().and_then(|in_flight| {
                // The one who waits for this is there until it has come.
                let _ = tell.send(Ok(()));
                source.flood(in_flight, orders)
            }),
        };
        if tell.send(outcome).is_err() {
            return;
        }
    }
}

impl Source {
    fn begin(&mut self) -> Outcome<usize> {
        self.connection.send(self.request.repeat(self.in_flight).as_bytes())?;
        Ok(self.in_flight - self.connection.receive_lines(expect_return)?)
    }

    /// Floods until the next order, which can only be to stop, and drains.
    fn flood(&mut self, mut in_flight: usize, orders: &Receiver<Order>) -> Outcome {
        while matches!(orders.try_recv(), Err(TryRecvError::Empty)) {
            self.connection.send(self.request.repeat(self.in_flight - in_flight).as_bytes())?;
            in_flight = self.in_flight - self.connection.receive_lines(expect_return)?;
        }
        while in_flight > 0 {
            in_flight -= self.connection.receive_lines(expect_return)?;
        }
        Ok(())
    }
}
