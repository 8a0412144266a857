//! Standard input and output as one connection. Logs belong on standard error.
//!
//! A terminal keeps its modes: echo and line editing are what a person needs who types JSON by hand, Enter sends the
//! line, Ctrl-D on an empty line ends the input, Ctrl-C is SIGINT. (The kernel's line editor takes 4,095 bytes per
//! line.) Only O_NONBLOCK is needed, and that on an open file description of our own wherever possible.

use crate::Connection;
use crate::connection::FdPair;
use crate::fd_end::{Direction, FdEnd};
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};

static TAKEN: AtomicBool = AtomicBool::new(false);

/// The right to use stdio: there is one per process, and it comes back when dropped.
#[derive(Debug)]
pub(crate) struct StdioClaim(());

impl StdioClaim {
    /// None if another chardev has it.
    pub(crate) fn take() -> Option<Self> {
        let was_taken = TAKEN.swap(true, Ordering::AcqRel);
        (!was_taken).then_some(StdioClaim(()))
    }
}

impl Drop for StdioClaim {
    fn drop(&mut self) {
        TAKEN.store(false, Ordering::Release);
    }
}

/// The process' stdio; the runtime's context is needed.
pub(crate) fn connect(claim: StdioClaim) -> io::Result<Connection> {
    let mut pair = pair(rustix::stdio::stdin(), rustix::stdio::stdout())?;
    pair.claim = Some(claim);
    Ok(Connection::from_pair(pair, "stdio".to_owned()))
}

/// Any two descriptors, input and output, which stay open and unchanged.
pub(crate) fn pair(input: BorrowedFd<'_>, output: BorrowedFd<'_>) -> io::Result<FdPair> {
    let input = FdEnd::new(input, Direction::Input)?;
    let output = FdEnd::new(output, Direction::Output)?;
    Ok(FdPair { input, output, claim: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restore_terminal;
    use rustix::fs::{Mode, OFlags, fcntl_getfl, open};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::fs::File;
    use std::future::poll_fn;
    use std::io::{IoSlice, Read, Seek, Write};
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;
    use tokio::io::ReadBuf;

    fn terminal() -> (File, OwnedFd) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        (master.into(), slave)
    }

    fn connection(input: BorrowedFd<'_>, output: BorrowedFd<'_>) -> Connection {
        Connection::from_pair(pair(input, output).unwrap(), "test".to_owned())
    }

    async fn read(connection: &mut Connection) -> String {
        let mut bytes = [0; 64];
        let mut buf = ReadBuf::new(&mut bytes);
        poll_fn(|cx| connection.poll_read(cx, &mut buf)).await.unwrap();
        String::from_utf8(buf.filled().to_vec()).unwrap()
    }

    async fn write(connection: &mut Connection, text: &str) {
        let slices = [IoSlice::new(text.as_bytes())];
        let written = poll_fn(|cx| connection.poll_write_vectored(cx, &slices)).await.unwrap();
        assert_eq!(written, text.len());
    }

    fn is_non_blocking(fd: impl AsFd) -> bool {
        fcntl_getfl(fd).unwrap().contains(OFlags::NONBLOCK)
    }

    #[tokio::test]
    async fn a_terminal_is_served_and_neither_its_modes_nor_its_flags_change() {
        let (mut master, slave) = terminal();
        let modes = |fd: &OwnedFd| format!("{:?}", rustix::termios::tcgetattr(fd).unwrap());
        let before = modes(&slave);
        let mut connection = connection(slave.as_fd(), slave.as_fd());
        master.write_all(b"{\"execute\": 1}\n").unwrap();
        assert_eq!(read(&mut connection).await, "{\"execute\": 1}\n");
        write(&mut connection, "reply\n").await;
        let mut seen = String::new();
        while !seen.ends_with("reply\r\n") {
            let mut bytes = [0; 64];
            let length = master.read(&mut bytes).unwrap();
            seen.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        }
        assert!(seen.starts_with("{\"execute\": 1}"), "no echo: {seen}");
        assert!(!is_non_blocking(&slave), "the shell would get EAGAIN");
        assert_eq!(modes(&slave), before);
        connection.finish();
        drop(connection);
        assert_eq!(modes(&slave), before);
        assert!(!is_non_blocking(&slave));
    }

    #[tokio::test]
    async fn a_closed_terminal_is_a_hangup() {
        let (master, slave) = terminal();
        let mut connection = connection(slave.as_fd(), slave.as_fd());
        assert!(!connection.is_hung_up());
        drop(master);
        poll_fn(|cx| connection.poll_hangup(cx)).await;
        assert!(connection.is_hung_up());
    }

    #[tokio::test(start_paused = true)]
    async fn pipes_are_served_without_touching_their_flags() {
        let (input, mut writer) = io::pipe().unwrap();
        let (mut reader, output) = io::pipe().unwrap();
        let mut connection = connection(input.as_fd(), output.as_fd());
        assert!(!is_non_blocking(&input) && !is_non_blocking(&output));
        writer.write_all(b"hi").unwrap();
        assert_eq!(read(&mut connection).await, "hi");
        write(&mut connection, "ho").await;
        let mut answer = [0; 2];
        reader.read_exact(&mut answer).unwrap();
        drop(writer);
        assert_eq!(read(&mut connection).await, "");
        assert!(!connection.is_hung_up());
        let hangup = poll_fn(|cx| connection.poll_hangup(cx));
        assert!(tokio::time::timeout(Duration::from_secs(1), hangup).await.is_err(), "output was still open");
        drop(reader);
        poll_fn(|cx| connection.poll_hangup(cx)).await;
    }

    /// The one test that has shared descriptors in this program, since restore_terminal concerns all of them.
    #[tokio::test]
    async fn a_shared_socket_is_blocking_again_after_finish_drop_and_restore() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut first = connection(ours.as_fd(), ours.as_fd());
        assert!(is_non_blocking(&ours));
        theirs.write_all(b"hi").unwrap();
        assert_eq!(read(&mut first).await, "hi");
        first.finish();
        assert!(!is_non_blocking(&ours));

        let second = connection(ours.as_fd(), ours.as_fd());
        assert!(is_non_blocking(&ours));
        drop(second);
        assert!(!is_non_blocking(&ours));

        let third = connection(ours.as_fd(), ours.as_fd());
        assert!(is_non_blocking(&ours));
        restore_terminal();
        assert!(!is_non_blocking(&ours));
        drop(third);

        ours.set_nonblocking(true).unwrap();
        drop(connection(ours.as_fd(), ours.as_fd()));
        assert!(is_non_blocking(&ours), "somebody wanted it that way");
    }

    #[tokio::test]
    async fn files_that_epoll_refuses_are_read_and_written_directly() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"commands").unwrap();
        file.rewind().unwrap();
        let null = File::options().write(true).open("/dev/null").unwrap();
        let mut from_file = connection(file.as_fd(), null.as_fd());
        assert_eq!(read(&mut from_file).await, "commands");
        assert_eq!(read(&mut from_file).await, "");
        write(&mut from_file, "nowhere").await;
        assert!(!from_file.is_hung_up());
        // The offset is shared, as it must be with `(vmm; next) < file`.
        assert_eq!(file.stream_position().unwrap(), 8);

        let null = File::open("/dev/null").unwrap();
        let output = tempfile::tempfile().unwrap();
        let mut from_null = connection(null.as_fd(), output.as_fd());
        assert_eq!(read(&mut from_null).await, "");
        write(&mut from_null, "kept").await;
        assert_eq!(output.metadata().unwrap().len(), 4);
    }

    #[test]
    fn stdio_can_be_had_once_at_a_time() {
        let options: crate::ChardevOptions = "stdio".parse().unwrap();
        let bound = options.clone().bind().unwrap();
        assert_eq!(options.clone().bind().unwrap_err().to_string(), "stdio: already in use by another monitor");
        drop(bound);
        options.bind().unwrap();
    }
}
