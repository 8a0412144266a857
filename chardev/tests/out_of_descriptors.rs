//! A process that is out of descriptors can't accept. It must not spin, nor fill the log, and recover by itself.
//! Alone in its program, since the limit is the process'.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use ends::{bind, next};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::future::Future;
use std::io;
use std::os::unix::net::UnixStream;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

struct CountingWaker(AtomicUsize);

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct LogWriter(mpsc::Sender<String>);

impl io::Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(String::from_utf8_lossy(bytes).into_owned()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn accepting_without_descriptors_waits_100_ms_logs_once_and_recovers() {
    let (lines, log) = mpsc::channel();
    let subscriber = tracing_subscriber::fmt().with_writer(move || LogWriter(lines.clone())).finish();
    let _subscriber = tracing::subscriber::set_default(subscriber);

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut chardev = bind(&format!("unix:{},server=on", path.display())).unwrap().register().unwrap();
    let _client = UnixStream::connect(&path).unwrap();
    let before = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(0), maximum: before.maximum }).unwrap();

    let counter = Arc::new(CountingWaker(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&counter));
    let mut context = Context::from_waker(&waker);
    {
        let mut waiting = pin!(next(&mut chardev));
        let mut woken = 0;
        for _streak in 0..5 {
            // Until the failure the reactor may wake us; from there on only the clock may.
            tokio::time::advance(Duration::from_millis(100)).await;
            assert!(waiting.as_mut().poll(&mut context).is_pending());
            woken = counter.0.load(Ordering::SeqCst);
            tokio::time::advance(Duration::from_millis(98)).await;
            assert_eq!(counter.0.load(Ordering::SeqCst), woken, "woken before its time");
        }
        setrlimit(Resource::Nofile, before).unwrap();
        tokio::time::advance(Duration::from_millis(2)).await;
        assert!(counter.0.load(Ordering::SeqCst) > woken);
        let Poll::Ready(Some(_)) = waiting.as_mut().poll(&mut context) else { panic!("did not recover") };
    }
    let lines: Vec<_> = log.try_iter().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("cannot accept a connection"), "{lines:?}");
}
