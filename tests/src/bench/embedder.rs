//! A program that has nothing but monitors: run in a process of its own, so that what it takes is the library's alone.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use actix::System;
use actix_qmp::{Empty, Monitors, MonitorsBuilder, QmpError, VersionInfo};

use self::qapi::HoldKind;
use self::qapi::commands::{XHold, XPing, XRelease};
use crate::Outcome;

/// The commands of `schema/hold.json`.
mod qapi {
    actix_qmp::include_schema!("hold");
}

/// Serves this many monitors until killed. The first is the last to listen.
///
/// # Errors
/// If a socket can't be made.
pub fn serve(path: &Path, monitors: usize) -> Outcome {
    System::new().block_on(async {
        let builder = Monitors::builder(VersionInfo::new("embedder")).schema(&qapi::SCHEMA);
        let mut all = register(builder).start().await?;
        for monitor in (0..monitors).rev() {
            let path = path_of(path, monitor);
            // Dropped, a monitor goes on all the same; there is nothing to ask of it.
            drop(all.add(format!("unix:{},server=on,wait=off", path.display()).parse()?).await?);
        }
        all.shutdown_trigger().triggered().await;
        Ok(())
    })
}

/// Where one of the monitors listens; `path` is the first one's.
pub fn path_of(path: &Path, monitor: usize) -> PathBuf {
    match monitor {
        0 => path.to_owned(),
        _ => path.with_extension(monitor.to_string()),
    }
}

fn register(builder: MonitorsBuilder) -> MonitorsBuilder {
    let (release, released) = channel();
    builder
        .command_oob::<XPing>(|_| Ok(Empty {}))
        .command_fn::<XHold>(move |XHold { how }| hold(how, &released))
        .command_oob::<XRelease>(move |_| {
        // The other end lives as long as the main thread.
        release.send(()).map_err(|_| QmpError::generic("the main thread has ended"))?;
        Ok(Empty {})
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_monitor_has_the_path_and_the_others_have_numbers() {
        assert_eq!(path_of(Path::new("/t/server.sock"), 0), Path::new("/t/server.sock"));
        assert_eq!(path_of(Path::new("/t/server.sock"), 12), Path::new("/t/server.12"));
    }
}
