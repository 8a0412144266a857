//! Noticing that the peer is gone, whoever reads or doesn't.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use actix_qmp_chardev::{Chardev, Connection};
use ends::{assert_pending, hangup, next, open, read, read_to_end, write};
use rustix::net::sockopt::set_socket_linger;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

async fn unix() -> (tempfile::TempDir, Chardev, Connection, UnixStream) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut chardev = open(&format!("unix:{},server=on", path.display()));
    let client = UnixStream::connect(path).unwrap();
    let connection = next(&mut chardev).await.unwrap();
    (directory, chardev, connection, client)
}

async fn tcp() -> (Chardev, Connection, TcpStream) {
    let mut chardev = open("tcp:127.0.0.1:0,server=on");
    let client = TcpStream::connect(chardev.local_name().strip_prefix("tcp:").unwrap()).unwrap();
    let connection = next(&mut chardev).await.unwrap();
    (chardev, connection, client)
}

#[tokio::test(start_paused = true)]
async fn a_unix_peer_that_vanishes_is_noticed_with_its_data_unread() {
    let (_directory, _chardev, mut connection, mut client) = unix().await;
    client.write_all(b"unread").unwrap();
    assert_pending(hangup(&mut connection)).await;
    assert!(!connection.is_hung_up());
    drop(client);
    hangup(&mut connection).await;
    assert!(connection.is_hung_up());
    // It stays so, and what was sent is still there.
    hangup(&mut connection).await;
    assert_eq!(read_to_end(&mut connection).await, b"unread");
}

#[tokio::test(start_paused = true)]
async fn the_waiting_task_is_woken_by_the_hangup_alone() {
    let (_directory, _chardev, mut connection, client) = unix().await;
    let watcher = tokio::spawn(async move {
        hangup(&mut connection).await;
        connection.is_hung_up()
    });
    tokio::task::yield_now().await;
    assert!(!watcher.is_finished());
    drop(client);
    assert!(watcher.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn watching_for_hangup_loses_no_read() {
    let (_directory, _chardev, mut connection, mut client) = unix().await;
    for round in 0..10_u8 {
        assert_pending(hangup(&mut connection)).await;
        client.write_all(&[round]).unwrap();
        assert_pending(hangup(&mut connection)).await;
        assert_eq!(read(&mut connection).await.unwrap(), [round]);
        assert_pending(read(&mut connection)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_unix_half_close_is_no_hangup_but_the_close_after_it_is() {
    let (_directory, _chardev, mut connection, mut client) = unix().await;
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read(&mut connection).await.unwrap(), b"");
    assert_pending(hangup(&mut connection)).await;
    assert!(!connection.is_hung_up());
    write(&mut connection, b"reply").await.unwrap();
    let mut reply = [0; 5];
    client.read_exact(&mut reply).unwrap();
    assert_pending(hangup(&mut connection)).await;
    drop(client);
    hangup(&mut connection).await;
    assert!(connection.is_hung_up());
}

#[tokio::test(start_paused = true)]
async fn a_tcp_reset_is_a_hangup_with_data_unread() {
    let (_chardev, mut connection, mut client) = tcp().await;
    client.write_all(b"unread").unwrap();
    assert_pending(hangup(&mut connection)).await;
    set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
    drop(client);
    hangup(&mut connection).await;
    assert!(connection.is_hung_up());
}

#[tokio::test(start_paused = true)]
async fn a_tcp_half_close_is_no_hangup_but_the_reset_after_it_is() {
    let (_chardev, mut connection, mut client) = tcp().await;
    client.write_all(b"x").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&mut connection).await, b"x");
    assert_pending(hangup(&mut connection)).await;
    assert!(!connection.is_hung_up());
    write(&mut connection, b"reply").await.unwrap();
    let mut reply = [0; 5];
    client.read_exact(&mut reply).unwrap();
    drop(client);
    // A closed TCP socket says no more than a half-closed one, until it is written to.
    assert_pending(hangup(&mut connection)).await;
    write(&mut connection, b"anybody there?").await.unwrap();
    hangup(&mut connection).await;
    assert!(connection.is_hung_up());
}

#[tokio::test(start_paused = true)]
async fn urgent_tcp_data_are_no_hangup() {
    let (_chardev, mut connection, client) = tcp().await;
    rustix::net::send(&client, b"!", rustix::net::SendFlags::OOB).unwrap();
    assert_pending(hangup(&mut connection)).await;
    assert!(!connection.is_hung_up());
}

#[tokio::test]
async fn a_writer_to_a_vanished_peer_gets_an_error_and_no_signal() {
    let (_directory, _chardev, mut connection, client) = unix().await;
    drop(client);
    assert_eq!(write(&mut connection, b"to nobody").await.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
}

#[tokio::test]
async fn a_connection_gives_back_all_of_its_descriptors() {
    let count = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let mut chardev = open("tcp:127.0.0.1:0,server=on");
    let address = chardev.local_name().strip_prefix("tcp:").unwrap().to_owned();
    // Other tests of this program open and close descriptors too: a leak shows as one per round.
    let before = count();
    for _ in 0..500 {
        let client = TcpStream::connect(&address).unwrap();
        let mut connection = next(&mut chardev).await.unwrap();
        connection.finish();
        drop((connection, client));
    }
    assert!(count() < before + 250, "{before} before, {} after", count());
}
