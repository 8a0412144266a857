//! What the tests of whole monitors stand on: monitors in memory with commands that the test lets go, a neighbour to
//! settle by, bounded waits and seeded chance.
#![allow(dead_code, unused_imports, reason = "each test binary uses its part")]

mod chance;
mod commands;
mod gate;
mod patience;

use actix_qmp::chardev::{ChardevOptions, MemoryConnector};
use actix_qmp::test_support::Client;
use actix_qmp::{
    EventEmitter, Monitor, MonitorOptions, Monitors, MonitorsBuilder, OutputLimits, QueueFull, VersionInfo,
};
use serde_json::{Value, json};

pub(crate) use self::chance::Chance;
pub(crate) use self::commands::{Happened, Hold, Holds, Note, Notes, Where, test_command};
pub(crate) use self::gate::{Gate, gate};
pub(crate) use self::patience::{PATIENCE, elsewhere, until, within};

/// Round trips after which everything that was under way on the I/O thread has had its turn.
const ROUND_TRIPS: usize = 16;

/// Monitors with `hold`, `note` and `where`, on one I/O thread.
pub(crate) struct Rig {
    pub(crate) monitors: Monitors,
    pub(crate) events: EventEmitter,
    pub(crate) holds: Holds,
    pub(crate) notes: Notes,
    neighbour: Client,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::start_with(|builder| builder).await
    }

    /// With what `register` adds.
    pub(crate) async fn start_with(register: impl FnOnce(MonitorsBuilder) -> MonitorsBuilder) -> Self {
        let builder = Monitors::builder(VersionInfo::new("test")).without_schema();
        let (builder, holds) = Holds::register(builder);
        let (builder, notes) = Notes::register(builder);
        let builder = register(commands::register_where(builder));
        let events = builder.events();
        let mut monitors = within("the monitors start", builder.start()).await.expect("the monitors start");
        let (chardev, connector) = ChardevOptions::memory();
        monitors.add(MonitorOptions::new(chardev)).await.expect("the neighbour starts");
        let neighbour = Client::negotiated(&connector, &["oob"]).await;
        Self { monitors, events, holds, notes, neighbour }
    }

    /// A monitor in memory with the default options.
    pub(crate) async fn add(&mut self) -> (Monitor, MemoryConnector) {
        self.add_with(|_| ()).await
    }

    /// A monitor in memory with the options that `change` makes.
    pub(crate) async fn add_with(&mut self, change: impl FnOnce(&mut MonitorOptions)) -> (Monitor, MemoryConnector) {
        let (chardev, connector) = ChardevOptions::memory();
        let mut options = MonitorOptions::new(chardev);
        change(&mut options);
        (self.monitors.add(options).await.expect("the monitor starts"), connector)
    }

    /// A client with out-of-band, on a monitor of its own.
    pub(crate) async fn client(&mut self) -> Client {
        let (_monitor, connector) = self.add().await;
        Client::negotiated(&connector, &["oob"]).await
    }

    /// The same with a connection that takes next to nothing of what the client doesn't read.
    pub(crate) async fn deaf_client(&mut self, limits: OutputLimits) -> (Monitor, Client) {
        let (chardev, connector) = ChardevOptions::memory_with_buffer(16);
        let options = MonitorOptions { limits, ..MonitorOptions::new(chardev) };
        let monitor = self.monitors.add(options).await.expect("the monitor starts");
        (monitor, Client::negotiated(&connector, &["oob"]).await)
    }

    /// The same with `queue-full=suspend`.
    pub(crate) async fn client_that_is_suspended(&mut self) -> Client {
        let (_monitor, connector) = self.add_with(|options| options.queue_full = QueueFull::Suspend).await;
        Client::negotiated(&connector, &["oob"]).await
    }

    /// Returns when the I/O thread has dealt with all it was given before: the neighbour was served several times.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..ROUND_TRIPS {
            self.settle_briefly().await;
        }
    }

    /// A single one of these round trips, where it matters little if it was not enough.
    pub(crate) async fn settle_briefly(&mut self) {
        self.neighbour.execute_oob("where", "settle").await;
        assert_eq!(self.neighbour.reply().await["id"], "settle");
    }

    /// What `x-query-monitors` tells of a monitor.
    pub(crate) async fn info(&mut self, monitor: &Monitor) -> Value {
        self.neighbour.execute_oob("x-query-monitors", "info").await;
        let reply = self.neighbour.reply().await;
        let number = monitor.id().0;
        let info = reply["return"].as_array().and_then(|all| all.iter().find(|info| info["monitor"] == number));
        info.unwrap_or_else(|| panic!("monitor {number} is not listed: {reply}")).clone()
    }

    /// The same, once it is `expected`.
    pub(crate) async fn info_once(
        &mut self,
        monitor: &Monitor,
        missing: &str,
        expected: impl Fn(&Value) -> bool,
    ) -> Value {
        within(missing, self.ask_until(monitor, expected)).await
    }

    async fn ask_until(&mut self, monitor: &Monitor, expected: impl Fn(&Value) -> bool) -> Value {
        loop {
            let info = self.info(monitor).await;
            if expected(&info) {
                return info;
            }
        }
    }

    /// Ends in good order.
    pub(crate) async fn end(self) {
        self.holds.release(i64::MAX);
        // It has not read the events of the test, and would hold up the end.
        drop(self.neighbour);
        within("the monitors end", self.monitors.shutdown(PATIENCE / 2)).await.expect("the monitors end in good order");
    }
}

/// Sends `hold` with this number as its `n` and its `id`.
pub(crate) async fn send_hold(client: &mut Client, n: i64) {
    client.execute_with("hold", json!({"n": n}), n).await;
}

/// Sends `note` with this number as its `n` and its `id`.
pub(crate) async fn send_note(client: &mut Client, n: i64) {
    client.execute_with("note", json!({"n": n}), n).await;
}

/// What `hold`, `note` and other commands of a test answer.
pub(crate) fn answer(n: i64) -> Value {
    json!({"return": {"n": n}, "id": n})
}

/// The `desc` of an error reply of class `GenericError`.
pub(crate) fn generic_error(reply: &Value) -> &str {
    assert_eq!(reply["error"]["class"], "GenericError", "{reply}");
    reply["error"]["desc"].as_str().expect("a description")
}
