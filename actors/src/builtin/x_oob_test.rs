//! `x-oob-test`: holds the dispatcher in-band until it is let go, which works out-of-band (series, "qmp: add command
//! x-oob-test").

use std::sync::Arc;

use actix_qmp_messages::schema::commands::XOobTest;
use actix_qmp_messages::{Arguments, Command, Empty, QmpError};
use tokio::sync::Semaphore;

use crate::command_table::Registry;
use crate::handler::{InBand, outcome};

/// Releases that nobody has waited for; more have no use, since one command runs at a time.
const RELEASES: usize = 1;

pub(super) fn register(registry: &mut Registry) {
    let releases = Arc::new(Semaphore::new(0));
    let for_in_band = Arc::clone(&releases);
    let in_band = InBand::future(move |test| run_in_band(Arc::clone(&for_in_band), test));
    let run_oob = move |arguments| outcome::<XOobTest>(run_oob(&releases, arguments));
    registry.add(in_band, Some(Box::new(run_oob)));
}

async fn run_in_band(releases: Arc<Semaphore>, test: XOobTest) -> Result<Empty, QmpError> {
    if test.lock {
        let permit = releases.acquire().await;
        permit.map_err(|_| QmpError::generic("Internal error: x-oob-test was taken down"))?.forget();
    } else {
        release(&releases);
    }
    Ok(Empty {})
}

fn run_oob(releases: &Semaphore, arguments: Arguments) -> Result<Empty, QmpError> {
    let test = XOobTest::from_arguments(arguments)?;
    if test.lock {
        return Err(QmpError::generic(
            "x-oob-test with 'lock': true would block all out-of-band commands; send it in-band",
        ));
    }
    release(releases);
    Ok(Empty {})
}

fn release(releases: &Semaphore) {
    if releases.available_permits() < RELEASES {
        releases.add_permits(1);
    }
}
