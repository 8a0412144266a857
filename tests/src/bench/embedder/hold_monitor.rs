//! Monitors whose commands do nothing but hold the main thread.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use actix_qmp::{Empty, Monitors, QmpError, VersionInfo};

use self::schema::HoldKind;
use self::schema::commands::{XHold, XPing, XRelease};
use crate::Outcome;

/// What these monitors have beyond those that every monitor has.
mod schema {
    actix_qmp::include_schema!("hold");
}

/// Serves this many until killed; `path` as in [`path_of`](super::path_of).
///
/// # Errors
/// If a socket can't be made.
pub fn serve(path: &Path, monitors: usize) -> Outcome {
    let (release, released) = channel();
    let builder = Monitors::builder(VersionInfo::new("hold-monitor"))
        .schema(&schema::SCHEMA)
        .command_oob::<XPing>(|_| Ok(Empty {}))
        .command_fn::<XHold>(move |XHold { how }| hold(how, &released))
        .command_oob::<XRelease>(move |_| {
            // The other end lives as long as the main thread.
            release.send(()).map_err(|_| QmpError::generic("the main thread has ended"))?;
            Ok(Empty {})
        });
    super::serve(path, monitors, builder)
}

fn hold(how: HoldKind, released: &Receiver<()>) -> Result<Empty, QmpError> {
    match how {
        HoldKind::Block => {
            released.recv().map_err(|_| QmpError::generic("nobody is left who could release"))?;
        }
        HoldKind::Spin => while released.try_recv().is_err() {},
    }
    Ok(Empty {})
}
