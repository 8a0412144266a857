//! One history: the steps of a script, with everybody taking turns by chance, and then the end, where all must drain.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use actix::Recipient;
use actix::prelude::SendError;
use actix_qmp_messages::{EmbedderToQueue, HoldId};
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

use super::chance::Chance;
use super::checks::check_at_rest;
use super::client::Client;
use super::script::{Script, Step};
use super::stage::{self, on_stage};
use super::watch::{note, of_monitor};
use super::world::World;

/// Turns of actors in one history; more is a loop that never comes to rest.
const MOST_POLLS: usize = 50_000;
/// How long the end may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// A guard of the embedder.
struct Hold {
    monitor: usize,
    id: HoldId,
    queue: Recipient<EmbedderToQueue>,
    /// Sessions that had ended when everybody was last at rest before.
    closed_before: u64,
    confirmed: bool,
}

pub(super) struct History<'a> {
    runtime: &'a Runtime,
    chance: Chance,
    script: &'a Script,
    pub(super) world: World,
    pub(super) clients: Vec<Client>,
    holds: Vec<Hold>,
    guards: u64,
    /// Sessions of each monitor that had ended when everybody was last at rest.
    closed_at_rest: Vec<u64>,
    answers: LocalSet,
    pub(super) ending: bool,
}

impl<'a> History<'a> {
    /// Nothing has happened yet; `seed` decides who runs when. The `answers` are where actix puts what answers the order to stop.
    pub(super) fn new(runtime: &'a Runtime, script: &'a Script, seed: u64, answers: LocalSet) -> Self {
        Self {
            runtime,
            chance: Chance::new(seed ^ 0x5eed),
            script,
            world: World::new(script),
            clients: Vec::new(),
            holds: Vec::new(),
            guards: 0,
            closed_at_rest: vec![0; script.settings.len()],
            answers,
            ending: false,
        }
    }
}

impl History<'_> {
    pub(super) fn live(&mut self) -> Result<(), String> {
        let mut steps = self.script.steps.iter();
        let mut next = steps.next();
        while let Some(&step) = next {
            if self.someone_acts()? {
                continue;
            }
            note(|| format!("* {step:?}"));
            self.take(step)?;
            next = steps.next();
        }
        if self.chance.percent(70) {
            self.drain()?;
        }
        self.shut_down()
    }

    /// Somebody has a turn by chance; false when the next step is due.
    fn someone_acts(&mut self) -> Result<bool, String> {
        let what = self.chance.below(100);
        if what < 50 {
            return self.poll_one();
        }
        if self.clients.is_empty() || what >= 85 {
            return Ok(false);
        }
        let place = self.chance.below(self.clients.len());
        let most = self.chance.pick(&[1, 40, 4096]);
        if what < 70 {
            self.clients[place].write(most);
        } else if self.clients[place].reads {
            self.read_at(place, most)?;
        }
        self.check()?;
        Ok(true)
    }

    pub(super) fn poll_one(&mut self) -> Result<bool, String> {
        let ready = self.world.executor.ready();
        if ready.is_empty() {
            self.at_rest()?;
            return Ok(false);
        }
        let place = self.chance.pick(&ready);
        note(|| format!("  {} runs", self.world.executor.name(place)));
        self.world.executor.poll(place)?;
        if self.world.executor.polls > MOST_POLLS {
            return Err(format!("no rest after {MOST_POLLS} turns: {} is ready", self.world.executor.name(place)));
        }
        self.check()?;
        Ok(true)
    }

    fn check(&self) -> Result<(), String> {
        stage::first_fault().map_or(Ok(()), Err)
    }

    fn read_at(&mut self, place: usize, most: usize) -> Result<bool, String> {
        let client = &mut self.clients[place];
        let had_ended = client.at_end;
        let progress = client.read(most)?;
        if client.at_end && !had_ended {
            self.check_end(place)?;
        }
        Ok(progress)
    }

    /// Nobody can run: what was said has reached everybody.
    fn at_rest(&mut self) -> Result<(), String> {
        for (monitor, closed) in self.closed_at_rest.iter_mut().enumerate() {
            *closed = of_monitor(monitor, |seen| seen.closed);
        }
        for hold in &mut self.holds {
            hold.confirmed |= hold.closed_before == self.closed_at_rest[hold.monitor];
        }
        self.freeze();
        for client in &self.clients {
            let is_over = of_monitor(client.monitor, |seen| {
                client.session < seen.opened || client.session == seen.opened && seen.session.is_none()
            });
            if is_over {
                on_stage(|stage| stage.dead.insert(client.number));
            }
        }
        if self.ending {
            return Ok(());
        }
        self.clients.iter_mut().try_for_each(|client| of_monitor(client.monitor, |seen| check_at_rest(client, seen)))
    }

    fn freeze(&self) {
        for (monitor, &at_rest) in self.closed_at_rest.iter().enumerate() {
            let holds = |hold: &Hold| hold.monitor == monitor && hold.confirmed && hold.closed_before == at_rest;
            let held = self.holds.iter().any(holds);
            of_monitor(monitor, |seen| seen.frozen = held && seen.closed == at_rest);
        }
    }

    fn settle(&mut self) -> Result<(), String> {
        while self.poll_one()? {}
        Ok(())
    }

    fn pick(&self, client: usize, may: impl Fn(&Client) -> bool) -> Option<usize> {
        let open: Vec<usize> = (0..self.clients.len()).filter(|&place| may(&self.clients[place])).collect();
        (!open.is_empty()).then(|| open[open.len() - 1 - client % open.len()])
    }

    pub(super) fn take(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Connect { monitor } => self.connect(monitor),
            Step::Send { client, ask, naming } => {
                if let Some(place) = self.pick(client / 4, Client::may_send) {
                    self.clients[place].ask(ask, naming);
                }
            }
            Step::HalfClose { client } => {
                if let Some(place) = self.pick(client, Client::may_send) {
                    self.clients[place].half_closing = true;
                }
            }
            Step::Close { client } => {
                if let Some(place) = self.pick(client, Client::is_open) {
                    self.clients[place].close();
                }
            }
            Step::StopReading { client } => {
                if let Some(place) = self.pick(client, Client::is_open) {
                    self.clients[place].reads = false;
                }
            }
            Step::ReadOn { client } => {
                if let Some(place) = self.pick(client, |client| client.is_open() && !client.reads) {
                    self.clients[place].reads = true;
                }
            }
            Step::Hold { monitor } => self.hold(monitor),
            Step::Release { hold } if !self.holds.is_empty() => {
                self.release(self.holds.len() - 1 - hold % self.holds.len())
            }
            Step::Release { .. } => {}
            Step::ReleaseSlow => stage::release_slow(),
            Step::Emit => stage::emit(None),
            Step::Tick => stage::tick(),
            Step::Advance { milliseconds } => self.advance(milliseconds),
            Step::CloseMonitor { monitor, within_ms } => self.close(monitor, Duration::from_millis(within_ms)),
            Step::EndPerformer => self.world.end_performer(),
            Step::Settle => self.settle()?,
        }
        self.check()
    }

    fn connect(&mut self, monitor: usize) {
        let setting = self.script.settings[monitor];
        let number = self.clients.len();
        let at = &mut self.world.monitors[monitor];
        at.sessions += 1;
        let client = Client::new(number, monitor, at.sessions, setting, at.connector.connect());
        note(|| format!("client {number} connects to monitor {monitor}"));
        self.clients.push(client);
    }

    fn hold(&mut self, monitor: usize) {
        self.guards += 1;
        let (id, queue) = (HoldId(self.guards), &self.world.monitors[monitor].queue);
        if queue.try_send(EmbedderToQueue::HoldInput { hold: id }).is_ok() {
            let closed_before = self.closed_at_rest[monitor];
            // What lets go is a new sender, as a guard's is.
            let queue = queue.clone();
            self.holds.push(Hold { monitor, id, queue, closed_before, confirmed: false });
        }
    }

    fn release(&mut self, place: usize) {
        let hold = self.holds.swap_remove(place);
        let release = EmbedderToQueue::ReleaseInput { hold: hold.id, credit: Arc::new(()) };
        if let Err(SendError::Full(_)) = hold.queue.try_send(release) {
            stage::fault("a release was lost".into());
        }
        self.freeze();
    }

    /// The embedder ends a monitor: what was executed until now is answered to whoever reads.
    fn close(&mut self, monitor: usize, within: Duration) {
        if self.world.monitors[monitor].closed {
            return;
        }
        of_monitor(monitor, |seen| seen.closing = true);
        for client in self.clients.iter_mut().filter(|client| client.monitor == monitor) {
            let owed = client.model.owed().into_iter().map(str::to_owned);
            client.promised = on_stage(|stage| owed.filter(|tag| stage.finished.contains(tag)).collect());
        }
        self.world.close(monitor, within);
    }

    fn advance(&mut self, milliseconds: u64) {
        self.runtime.block_on(tokio::time::advance(Duration::from_millis(milliseconds)));
    }

    /// Everybody lets go and reads: all must be answered.
    pub(super) fn drain(&mut self) -> Result<(), String> {
        note(|| "* everybody lets go, sends and reads".into());
        self.exchange()?;
        self.check_ended()?;
        // The last throttled event is due by then.
        self.advance(1100);
        while !self.holds.is_empty() {
            self.release(0);
        }
        stage::release_all_slow();
        self.clients.iter_mut().for_each(|client| client.reads = true);
        let mut idle = 0;
        while self.clients.iter().any(|client| client.is_open() && !client.at_end) {
            if self.exchange()? || self.end_front_sessions()? {
                idle = 0;
                continue;
            }
            idle += 1;
            if idle > 3 {
                return Err(self.what_is_missing());
            }
            self.advance(1100);
        }
        self.exchange()?;
        // A command may go on when its client has gone.
        self.advance(100);
        self.exchange()?;
        self.check_counts()
    }

    /// All that can be sent and read is.
    pub(super) fn exchange(&mut self) -> Result<bool, String> {
        let mut progress = false;
        loop {
            self.settle()?;
            let mut moved = false;
            for place in 0..self.clients.len() {
                moved |= self.exchange_with(place)?;
            }
            if !moved {
                return Ok(progress);
            }
            progress = true;
        }
    }

    pub(super) fn exchange_with(&mut self, place: usize) -> Result<bool, String> {
        let mut moved = false;
        while self.clients[place].write(4096) {
            moved = true;
        }
        while self.clients[place].reads && self.read_at(place, 4096)? {
            moved = true;
        }
        Ok(moved)
    }

    /// Clients that have all their answers end their output.
    fn end_front_sessions(&mut self) -> Result<bool, String> {
        let mut ended = false;
        for client in &mut self.clients {
            let current = of_monitor(client.monitor, |seen| seen.session == Some(client.session));
            let goes_on = !self.world.monitors[client.monitor].closed;
            let waits = goes_on && client.is_open() && current && !client.half_closing && !client.has_output();
            if waits && client.model.owed().is_empty() {
                let (event, tick) = on_stage(|stage| (stage.last_event, stage.last_tick));
                client
                    .model
                    .check_last_events(event, tick)
                    .map_err(|why| format!("client {}: {why}", client.number))?;
                client.half_closing = true;
                ended = true;
            }
        }
        Ok(ended)
    }

    pub(super) fn shut_down(&mut self) -> Result<(), String> {
        note(|| "* shutdown".into());
        self.ending = true;
        (0..self.script.settings.len()).for_each(|monitor| of_monitor(monitor, |seen| seen.closing = true));
        let mut stopped = Box::pin(self.world.trigger());
        stage::release_all_slow();
        let mut task = Context::from_waker(Waker::noop());
        // The order waits for room in the mailbox.
        if stopped.as_mut().poll(&mut task).is_ready() {
            return Err("the dispatcher has stopped before it was told to".into());
        }
        self.settle()?;
        self.advance(100);
        self.exchange()?;
        if Pin::new(&mut self.answers).poll(&mut task).is_pending() || stopped.as_mut().poll(&mut task).is_pending() {
            return Err("a command still runs, or the dispatcher doesn't say that none does".into());
        }
        (0..self.script.settings.len()).for_each(|monitor| self.close(monitor, CLOSE_WITHIN));
        self.exchange()?;
        self.check_ended()?;
        self.advance(2000);
        self.exchange()?;
        let alive = self.world.executor.alive();
        if alive.iter().filter(|&&name| name != "performer").ne(&["responder"]) {
            return Err(format!("after the end there are still {alive:?}"));
        }
        self.check_finished_are_answered()
    }
}
