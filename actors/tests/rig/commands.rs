//! Commands and an event of the tests' own.

use std::thread;

use actix_qmp::{Event, MonitorsBuilder};
use serde::Serialize;
use serde_json::json;
use tokio::sync::{mpsc, watch};

use super::within;

/// Declares a command with one optional argument `n` that returns any JSON value.
macro_rules! test_command {
    ($(#[$doc:meta])* $type:ident = $name:literal $(, $constant:ident: $value:literal)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        #[allow(dead_code, reason = "not every handler looks at it")]
        pub(crate) struct $type {
            pub(crate) n: i64,
        }

        impl actix::Message for $type {
            type Result = Result<serde_json::Value, actix_qmp::QmpError>;
        }

        impl actix_qmp::Command for $type {
            const NAME: &'static str = $name;
            $(const $constant: bool = $value;)*
            type Return = serde_json::Value;

            fn from_arguments(mut arguments: actix_qmp::Arguments) -> Result<Self, actix_qmp::QmpError> {
                let n = arguments.optional("n")?.unwrap_or_default();
                arguments.finish().map(|()| Self { n })
            }
        }
    };
}
pub(crate) use test_command;

test_command! {
    /// Runs in-band until the test has released its number.
    Hold = "hold"
}
test_command! {
    /// Runs in-band and leaves its number with the test.
    Note = "note"
}
test_command! {
    /// Says on which thread it runs, in both bands.
    Where = "where", ALLOW_OOB: true
}

/// Something happened; it is not throttled.
#[derive(Debug, Serialize)]
pub(crate) struct Happened {
    pub(crate) n: i64,
}

impl Event for Happened {
    const NAME: &'static str = "HAPPENED";
}

/// The test's end of `hold`.
pub(crate) struct Holds {
    running: mpsc::UnboundedReceiver<i64>,
    released: watch::Sender<i64>,
}

impl Holds {
    pub(crate) fn register(builder: MonitorsBuilder) -> (MonitorsBuilder, Self) {
        let (tell, running) = mpsc::unbounded_channel();
        let (released, _) = watch::channel(i64::MIN);
        let watched = released.subscribe();
        let builder = builder.command_async(move |Hold { n }| {
            let (tell, mut watched) = (tell.clone(), watched.clone());
            async move {
                tell.send(n).expect("the test listens");
                watched.wait_for(|&released| released >= n).await.expect("the test lives");
                Ok(json!({"n": n}))
            }
        });
        (builder, Self { running, released })
    }

    /// Waits until a `hold` runs, and checks that it is this one.
    pub(crate) async fn runs(&mut self, n: i64) {
        let running = within("a 'hold' runs", self.running.recv()).await;
        assert_eq!(running, Some(n), "another 'hold' runs");
    }

    /// Lets every `hold` up to this number end, those that come later too.
    pub(crate) fn release(&self, n: i64) {
        self.released.send_replace(n);
    }
}

/// The test's end of `note`.
pub(crate) struct Notes {
    taken: mpsc::UnboundedReceiver<i64>,
}

impl Notes {
    pub(crate) fn register(builder: MonitorsBuilder) -> (MonitorsBuilder, Self) {
        let (tell, taken) = mpsc::unbounded_channel();
        let builder = builder.command_fn(move |Note { n }| {
            // Refused when the test no longer looks.
            let _ = tell.send(n);
            Ok(json!({"n": n}))
        });
        (builder, Self { taken })
    }

    /// Of a rig whose own the test has taken.
    pub(crate) fn none() -> Self {
        Self { taken: mpsc::unbounded_channel().1 }
    }

    /// The numbers of the `note`s that were executed since the last call, in that order.
    pub(crate) fn so_far(&mut self) -> Vec<i64> {
        std::iter::from_fn(|| self.taken.try_recv().ok()).collect()
    }
}

pub(crate) fn register_where(builder: MonitorsBuilder) -> MonitorsBuilder {
    builder.command_oob(|_: Where| Ok(json!(format!("{:?}", thread::current().id()))))
}
