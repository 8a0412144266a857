//! An echo through two threads that sleep in epoll: one reads and writes, the other is woken for each line and wakes the
//! first. It does nothing else, so it is the least that a command costs which is read on one thread and run on another.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, eventfd};

use super::listening::Listening;
use super::{BUFFER_BYTES, serve_each};
use crate::Outcome;
use crate::bench::connection::Socket;

const CONNECTION: EventData = EventData::new_u64(0);
const WAKE_UP: EventData = EventData::new_u64(1);

/// Echoes until killed, one line at a time; `path` as in [`serve_blocking`](super::serve_blocking).
///
/// # Errors
/// If there is no such socket.
pub fn serve(path: Option<&Path>) -> Outcome {
    serve_each(&Listening::at(path)?, echo)
}

/// What wakes a thread, with its epoll instance.
struct Sleeper {
    epoll: OwnedFd,
    waker: OwnedFd,
}

impl Sleeper {
    fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let waker = eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?;
        epoll::add(&epoll, &waker, WAKE_UP, EventFlags::IN | EventFlags::ET)?;
        Ok(Self { epoll, waker })
    }

    fn wake(&self) -> io::Result<()> {
        rustix::io::write(&self.waker, &1_u64.to_ne_bytes())?;
        Ok(())
    }

    fn sleep(&self, woken_by: &mut Vec<epoll::Event>) -> io::Result<()> {
        woken_by.clear();
        woken_by.reserve(2);
        epoll::wait(&self.epoll, spare_capacity(woken_by), None)?;
        Ok(())
    }
}

fn echo(mut connection: Socket) -> io::Result<()> {
    connection.set_nonblocking()?;
    let (first, second) = (Sleeper::new()?, Sleeper::new()?);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| hand_back(&first, &second, &over));
        let outcome = read_and_write(&mut connection, &first, &second);
        over.store(true, Ordering::Release);
        second.wake()?;
        outcome
    })
}

fn hand_back(first: &Sleeper, second: &Sleeper, over: &AtomicBool) -> io::Result<()> {
    let mut woken_by = Vec::new();
    while !over.load(Ordering::Acquire) {
        second.sleep(&mut woken_by)?;
        first.wake()?;
    }
    Ok(())
}

fn read_and_write(connection: &mut Socket, first: &Sleeper, second: &Sleeper) -> io::Result<()> {
    epoll::add(&first.epoll, &*connection, CONNECTION, EventFlags::IN | EventFlags::RDHUP | EventFlags::ET)?;
    let (mut woken_by, mut buffer, mut filled) = (Vec::new(), vec![0; BUFFER_BYTES], 0);
    loop {
        first.sleep(&mut woken_by)?;
        let has = |data: EventData| woken_by.iter().any(|event| event.data.u64() == data.u64());
        if has(WAKE_UP) {
            connection.write_all(&buffer[..std::mem::take(&mut filled)])?;
        }
        if has(CONNECTION) {
            filled = connection.read(&mut buffer)?;
            second.wake()?;
        }
        if has(CONNECTION) && filled == 0 {
            return Ok(());
        }
    }
}
