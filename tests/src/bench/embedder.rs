//! Programs that have nothing but monitors, each run in a process of its own: what such a one takes is the library's alone, and
//! it is placed and counted as QEMU is.
//!
//! | module | its monitors |
//! |---|---|
//! | [`hold_monitor`] | hold the main thread |
//! | [`event_monitor`] | let an emitter go on |
//! | [`schema_monitor`] | tell another program's schema |

use std::path::{Path, PathBuf};

pub mod event_monitor;
pub mod hold_monitor;
pub mod schema_monitor;

use actix::System;
use actix_qmp::MonitorsBuilder;

use crate::Outcome;

/// Serves this many monitors until killed. The first is the last to listen.
fn serve(path: &Path, monitors: usize, builder: MonitorsBuilder) -> Outcome {
    System::new().block_on(async {
        let mut all = builder.start().await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_monitor_has_the_path_and_the_others_have_numbers() {
        assert_eq!(path_of(Path::new("/t/server.sock"), 0), Path::new("/t/server.sock"));
        assert_eq!(path_of(Path::new("/t/server.sock"), 12), Path::new("/t/server.12"));
    }
}
