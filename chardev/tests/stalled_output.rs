//! Output that the peer does not take: the runtime is asked to tell of room just then.
//!
//! One test, since it looks at all epoll registrations of the process.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use actix_qmp_chardev::{Chardev, Connection};
use ends::{hangup, next, open, read, write};
use std::collections::HashSet;
use std::fs;
use std::future::poll_fn;
use std::io::{IoSlice, Read, Write};
use std::os::unix::net::UnixStream;
use std::task::Poll;
use std::time::Duration;

/// epoll's bit for room to write.
const EPOLLOUT: u32 = 4;

/// More than a socket's buffers take.
const MUCH: usize = 8 << 20;

async fn connected() -> (tempfile::TempDir, Chardev, Connection, UnixStream) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut chardev = open(&format!("unix:{},server=on", path.display()));
    let client = UnixStream::connect(path).unwrap();
    let connection = next(&mut chardev).await.unwrap();
    (directory, chardev, connection, client)
}

/// How many descriptors this process's epoll instances watch for room.
fn watched_for_room() -> usize {
    // The runtime has its epoll instance under two descriptors.
    let mut watched = HashSet::new();
    for info in fs::read_dir("/proc/self/fdinfo").unwrap() {
        // One may have been closed meanwhile.
        let Ok(text) = fs::read_to_string(info.unwrap().path()) else { continue };
        watched.extend(text.lines().filter(|line| events(line) & EPOLLOUT != 0).map(str::to_owned));
    }
    watched.len()
}

/// The mask in a line about something that is watched; nothing in other lines.
fn events(line: &str) -> u32 {
    let mask = line.split_once("events:").and_then(|(_, rest)| rest.split_whitespace().next());
    mask.map_or(0, |mask| u32::from_str_radix(mask, 16).unwrap())
}

/// Writes until the socket takes no more.
async fn stall(connection: &mut Connection) -> usize {
    let bytes = vec![b'x'; 65536];
    let mut taken = 0;
    poll_fn(|cx| {
        while let Poll::Ready(length) = connection.poll_write_vectored(cx, &[IoSlice::new(&bytes)]) {
            taken += length.unwrap();
        }
        Poll::Ready(())
    })
    .await;
    taken
}

async fn bounded<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

#[tokio::test]
async fn room_is_watched_for_only_while_there_is_none() {
    let (_directory, _chardev, mut connection, mut client) = connected().await;
    write(&mut connection, b"reply").await.unwrap();
    let mut reply = [0; 5];
    client.read_exact(&mut reply).unwrap();
    assert_eq!(watched_for_room(), 0, "replies that are taken wake nobody");

    let stalled = stall(&mut connection).await;
    assert_eq!(watched_for_room(), 1);

    // Input still comes while output stands.
    client.write_all(b"request").unwrap();
    assert_eq!(bounded("input", read(&mut connection)).await.unwrap(), b"request");

    let expected = stalled + MUCH;
    let reader = std::thread::spawn(move || {
        let mut all = vec![0; expected];
        client.read_exact(&mut all).unwrap();
        (all, client)
    });
    bounded("room", write(&mut connection, &vec![b'y'; MUCH])).await.unwrap();
    let (all, client) = reader.join().unwrap();
    assert!(all[..stalled].iter().all(|&byte| byte == b'x') && all[stalled..].iter().all(|&byte| byte == b'y'));
    // A last write that is taken whole ends the watch.
    write(&mut connection, b"z").await.unwrap();
    assert_eq!(watched_for_room(), 0);

    // And a peer that vanishes is noticed in either state.
    stall(&mut connection).await;
    assert_eq!(watched_for_room(), 1);
    drop(client);
    bounded("the hang-up", hangup(&mut connection)).await;
    assert!(connection.is_hung_up());
}
