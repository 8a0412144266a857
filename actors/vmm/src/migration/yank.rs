//! Connections that can be shut down from outside, whoever waits on them.
//!
//! The registry must answer while the thread that uses a connection is stuck in a system call on it, so it belongs to
//! none of those threads: it holds duplicates of their file descriptors. `shutdown(2)` on a duplicate ends the wait of
//! every thread on the socket; the threads see an error or the end of the stream and clean up themselves.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
// Locked only to push to or walk over a list of at most two, never across anything that waits: `shutdown(2)` doesn't.
#[allow(
    clippy::disallowed_types,
    reason = "no actor: the one place that must be reached while its owner is stuck"
)]
use std::sync::Mutex;
use std::sync::{MutexGuard, PoisonError};

use actix_qmp::{Empty, ErrorClass, QmpError};
use rustix::net::Shutdown;

use crate::qapi::YankInstance;

/// What can be yanked in this process; clones share it.
#[derive(Debug, Clone, Default)]
pub struct YankRegistry {
    migrations: Arc<Locked<Migrations>>,
}

#[derive(Debug, Default)]
struct Migrations {
    slots: Vec<Arc<Slot>>,
    closed: bool,
}

/// A migration that can be yanked, until it is dropped.
#[derive(Debug)]
pub struct Registration {
    registry: YankRegistry,
    slot: Arc<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    cut: AtomicBool,
    sockets: Locked<Vec<OwnedFd>>,
}

impl YankRegistry {
    /// Enters a migration; it has no socket yet, but can be yanked already.
    #[must_use]
    pub fn register(&self) -> Registration {
        let slot = Arc::new(Slot::default());
        let mut migrations = self.migrations.lock();
        slot.cut.store(migrations.closed, Ordering::Release);
        migrations.slots.push(Arc::clone(&slot));
        Registration { registry: self.clone(), slot }
    }

    /// What can be yanked now.
    #[must_use]
    pub fn instances(&self) -> Vec<YankInstance> {
        if self.migrations.lock().slots.is_empty() { Vec::new() } else { vec![YankInstance::Migration] }
    }

    /// Shuts down all the given instances, or none if one of them isn't there. Never waits.
    ///
    /// # Errors
    /// [`ErrorClass::DeviceNotFound`] when one isn't there.
    pub fn yank(&self, instances: &[YankInstance]) -> Result<Empty, QmpError> {
        let known = self.instances();
        if !instances.iter().all(|instance| known.contains(instance)) {
            return Err(QmpError::new(ErrorClass::DeviceNotFound, "Instance not found"));
        }
        if instances.contains(&YankInstance::Migration) {
            tracing::warn!("migration_yanked");
            self.cut_all();
        }
        Ok(Empty {})
    }

    /// Shuts down everything, also what will be registered from now on: the machine is at its end.
    pub fn close(&self) {
        self.migrations.lock().closed = true;
        self.cut_all();
    }

    fn cut_all(&self) {
        for slot in &self.migrations.lock().slots {
            slot.cut();
        }
    }
}

impl Registration {
    /// Makes a socket part of the migration. If that was yanked before, the socket is shut down at once.
    ///
    /// # Errors
    /// When the file descriptor can't be duplicated.
    pub fn attach(&self, socket: &impl AsFd) -> io::Result<()> {
        let socket = socket.as_fd().try_clone_to_owned()?;
        let mut sockets = self.slot.sockets.lock();
        // `cut` sets the mark before it takes the lock: either it finds the socket, or the mark is seen here.
        if self.is_cut() {
            shut_down(&socket);
        }
        sockets.push(socket);
        Ok(())
    }

    /// Lets go of the sockets that were attached.
    pub fn detach_all(&self) {
        self.slot.sockets.lock().clear();
    }

    /// Shuts the migration's sockets down, those too that will be attached.
    pub fn cut(&self) {
        self.slot.cut();
    }

    /// Whether that has happened.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.slot.cut.load(Ordering::Acquire)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.migrations.lock().slots.retain(|slot| !Arc::ptr_eq(slot, &self.slot));
    }
}

impl Slot {
    fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        for socket in self.sockets.lock().iter() {
            shut_down(socket);
        }
    }
}

fn shut_down(socket: &OwnedFd) {
    if let Err(error) = rustix::net::shutdown(socket, Shutdown::Both) {
        // A peer that is gone already: whoever waits has been told.
        tracing::debug!(%error, "shutdown_failed");
    }
}

#[derive(Debug, Default)]
#[allow(clippy::disallowed_types, reason = "see the import")]
struct Locked<T>(Mutex<T>);

impl<T> Locked<T> {
    fn lock(&self) -> MutexGuard<'_, T> {
        // Nothing that runs under the lock can leave the list half done, so a panic there doesn't spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::thread;

    use super::*;
    use crate::qapi::YankInstanceChardev;

    const MIGRATION: [YankInstance; 1] = [YankInstance::Migration];

    #[test]
    fn what_is_not_registered_is_not_found_and_then_nothing_is_cut() {
        let registry = YankRegistry::default();
        let error = registry.yank(&MIGRATION).unwrap_err();
        assert_eq!((error.class(), error.desc()), (ErrorClass::DeviceNotFound, "Instance not found"));
        assert_eq!(registry.yank(&[]), Ok(Empty {}));

        let registration = registry.register();
        assert_eq!(registry.instances(), MIGRATION);
        let other = YankInstance::Chardev(YankInstanceChardev { id: "a".into() });
        assert!(registry.yank(&[YankInstance::Migration, other]).is_err());
        assert!(!registration.is_cut());
        drop(registration);
        assert!(registry.instances().is_empty());
    }

    #[test]
    fn a_thread_stuck_in_a_write_gets_an_error() {
        let registry = YankRegistry::default();
        let registration = registry.register();
        let (mut ours, _peer_that_does_not_read) = UnixStream::pair().unwrap();
        registration.attach(&ours).unwrap();
        let stuck = thread::spawn(move || {
            let failure = std::iter::repeat_with(|| ours.write_all(&[0; 65536])).find_map(Result::err);
            failure.map(|error| error.kind())
        });
        registry.yank(&MIGRATION).unwrap();
        assert_eq!(stuck.join().unwrap(), Some(io::ErrorKind::BrokenPipe));
    }

    #[test]
    fn a_thread_that_waits_for_a_byte_or_a_connection_is_freed() {
        let folder = tempfile::tempdir().unwrap();
        let registry = YankRegistry::default();
        let registration = registry.register();
        let (mut ours, _peer_that_does_not_write) = UnixStream::pair().unwrap();
        let unix = UnixListener::bind(folder.path().join("s")).unwrap();
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        registration.attach(&ours).unwrap();
        registration.attach(&unix).unwrap();
        registration.attach(&tcp).unwrap();
        let read = thread::spawn(move || ours.read(&mut [0]).unwrap());
        let unix = thread::spawn(move || unix.accept().is_err());
        let tcp = thread::spawn(move || tcp.accept().is_err());
        registry.yank(&MIGRATION).unwrap();
        assert_eq!(read.join().unwrap(), 0);
        assert!(unix.join().unwrap() && tcp.join().unwrap());
    }

    #[test]
    fn a_socket_attached_after_the_yank_is_shut_down_too() {
        let registry = YankRegistry::default();
        let registration = registry.register();
        registry.yank(&MIGRATION).unwrap();
        let (mut ours, _peer) = UnixStream::pair().unwrap();
        registration.attach(&ours).unwrap();
        assert!(ours.write_all(&[0]).is_err());
        assert!(registration.is_cut());
        assert!(!registry.register().is_cut());
        registry.close();
        assert!(registry.register().is_cut());
    }
}
