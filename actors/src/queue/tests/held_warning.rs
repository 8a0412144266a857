//! When a command is warned of that holds the dispatcher.

use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::statistics::{MonitorList, RunningCommand};

const AFTER: Duration = Duration::from_secs(5);

/// Takes the log of this thread, on which all actors of the test run.
#[derive(Clone)]
struct Log(std::sync::mpsc::Sender<Vec<u8>>);

impl std::io::Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.send(text.to_vec()).map_err(std::io::Error::other)?;
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A queue that warns, with session 1 in command mode, and what it warns of.
struct Warned {
    bench: Bench,
    statistics: Arc<Statistics>,
    log: std::sync::mpsc::Receiver<Vec<u8>>,
    _default: tracing::subscriber::DefaultGuard,
}

impl Warned {
    async fn start() -> Self {
        let (tell, log) = std::sync::mpsc::channel();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(Log(tell)).finish();
        let default = tracing::subscriber::set_default(subscriber);
        let listed = MonitorList::default().add(MONITOR, "null".to_owned());
        let statistics = listed.statistics();
        let mut bench =
            Bench::start_changed(QueueFull::Drop, |queue| queue.counting(listed).warning_after(Some(AFTER)));
        bench.open(1, Oob::Enabled).await;
        bench.forget_what_was_said().await;
        Self { bench, statistics, log, _default: default }
    }

    /// The dispatcher takes a request and runs it.
    async fn run(&mut self, request: RequestKey, name: &'static str) {
        self.bench.hand_in(request).await;
        let since = tokio::time::Instant::now();
        self.statistics.set_running(Some(RunningCommand { request, name, since }));
        self.bench.taken(request).await;
        self.bench.forget_what_was_said().await;
    }

    /// What is warned of while so many milliseconds pass.
    async fn within(&mut self, millis: u64) -> Vec<String> {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        self.log.try_iter().map(|line| String::from_utf8(line).unwrap().trim().to_owned()).collect()
    }
}

#[actix::test]
async fn a_command_is_warned_of_once_when_its_time_is_over() {
    let mut warned = Warned::start().await;
    warned.run(key(1, 1), "stop").await;
    assert_eq!(warned.within(4_900).await, [""; 0]);
    let told = warned.within(200).await;
    let [line] = &told[..] else { panic!("not one warning: {told:?}") };
    assert!(line.starts_with("WARN") && line.contains("dispatcher_held"), "{line}");
    assert!(line.contains("monitor=3 session=1 sequence=1 command=\"stop\" held_us=5"), "{line}");
    assert_eq!(warned.within(60_000).await, [""; 0]);
}

#[actix::test]
async fn a_command_that_was_warned_of_is_not_again_when_requests_behind_it_are_thrown_away() {
    let mut warned = Warned::start().await;
    warned.run(key(1, 1), "stop").await;
    warned.bench.hand_in(key(1, 2)).await;
    assert_eq!(warned.within(5_100).await.len(), 1);
    warned.bench.end_session(1).await;
    warned.bench.taken(key(1, 2)).await;
    assert_eq!(warned.within(60_000).await, [""; 0]);
}

#[actix::test]
async fn each_command_has_its_own_time_however_many_come_before_it() {
    let mut warned = Warned::start().await;
    for sequence in 1..=10 {
        warned.run(key(1, sequence), "cont").await;
        assert_eq!(warned.within(900).await, [""; 0]);
        warned.statistics.set_running(None);
    }
    warned.run(key(1, 11), "stop").await;
    assert_eq!(warned.within(4_900).await, [""; 0], "it has not run for long yet");
    assert_eq!(warned.within(200).await.len(), 1);
    warned.statistics.set_running(None);
    warned.run(key(1, 12), "cont").await;
    assert_eq!(warned.within(5_100).await.len(), 1, "the next one has a warning of its own");
}

#[actix::test]
async fn nothing_wakes_up_when_nothing_runs() {
    let mut warned = Warned::start().await;
    warned.run(key(1, 1), "cont").await;
    warned.statistics.set_running(None);
    warned.within(5_100).await;
    let watching = warned.bench.queue.send(IsWatching).await.unwrap();
    assert!(!watching, "a watch sleeps on");
}

/// Asks whether a watch sleeps.
#[derive(actix::Message)]
#[rtype(result = "bool")]
struct IsWatching;

impl Handler<IsWatching> for Queue {
    type Result = bool;

    fn handle(&mut self, _message: IsWatching, _ctx: &mut Self::Context) -> bool {
        self.held_warning.is_watching()
    }
}
