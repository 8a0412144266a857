//! The in-memory pair keeps the same rules as a socket, and `null` never has anybody.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use actix_qmp_chardev::{Chardev, ChardevOptions, MemoryConnector};
use ends::{assert_pending, hangup, next, open, read, read_to_end, write};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn memory(buffer_bytes: usize) -> (Chardev, MemoryConnector) {
    let (options, connector) = ChardevOptions::memory_with_buffer(buffer_bytes);
    (options.bind().unwrap().register().unwrap(), connector)
}

#[tokio::test]
async fn clients_are_served_in_order_and_may_write_before_their_turn() {
    let (mut chardev, connector) = memory(64);
    let mut first = connector.connect();
    let mut second = connector.clone().connect();
    second.write_all(b"two").await.unwrap();
    first.write_all(b"one").await.unwrap();
    let mut connection = next(&mut chardev).await.unwrap();
    assert_eq!(connection.peer(), "memory");
    assert_eq!(read(&mut connection).await.unwrap(), b"one");
    write(&mut connection, b"answer").await.unwrap();
    connection.finish();
    let mut answer = String::new();
    first.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "answer");
    let mut connection = next(&mut chardev).await.unwrap();
    assert_eq!(read(&mut connection).await.unwrap(), b"two");
}

#[tokio::test(start_paused = true)]
async fn a_half_close_is_no_hangup_but_a_drop_is_with_data_unread() {
    let (mut chardev, connector) = memory(64);
    let mut client = connector.connect();
    let mut connection = next(&mut chardev).await.unwrap();
    client.write_all(b"unread").await.unwrap();
    client.shutdown().await.unwrap();
    assert_pending(hangup(&mut connection)).await;
    assert!(!connection.is_hung_up());
    write(&mut connection, b"reply").await.unwrap();
    drop(client);
    hangup(&mut connection).await;
    hangup(&mut connection).await;
    assert!(connection.is_hung_up());
    assert_eq!(read_to_end(&mut connection).await, b"unread");
    assert!(write(&mut connection, b"to nobody").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_holds_the_writer_up() {
    let (mut chardev, connector) = memory(8);
    let mut client = connector.connect();
    let mut connection = next(&mut chardev).await.unwrap();
    write(&mut connection, b"12345678").await.unwrap();
    assert_pending(write(&mut connection, b"9")).await;
    let mut bytes = [0; 8];
    client.read_exact(&mut bytes).await.unwrap();
    write(&mut connection, b"9").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_chardev_ends_with_its_last_connector_and_not_before() {
    let (mut chardev, connector) = memory(8);
    let copy = connector.clone();
    drop(connector);
    assert_pending(next(&mut chardev)).await;
    let mut client = copy.connect();
    drop(copy);
    client.write_all(b"queued").await.unwrap();
    let mut connection = next(&mut chardev).await.unwrap();
    assert_eq!(read(&mut connection).await.unwrap(), b"queued");
    assert!(next(&mut chardev).await.is_none());
    assert!(next(&mut chardev).await.is_none());
}

#[tokio::test]
async fn a_client_of_a_stopped_chardev_reads_the_end() {
    let (options, connector) = ChardevOptions::memory();
    let mut chardev = options.bind().unwrap().register().unwrap();
    let mut waiting = connector.connect();
    chardev.stop_listening();
    assert!(next(&mut chardev).await.is_none());
    assert_eq!(waiting.read(&mut [0; 1]).await.unwrap(), 0);
    assert_eq!(connector.connect().read(&mut [0; 1]).await.unwrap(), 0);
}

#[test]
fn one_memory_chardev_cannot_be_bound_twice() {
    let (options, _connector) = ChardevOptions::memory();
    let bound = options.clone().bind().unwrap();
    assert_eq!(options.clone().bind().unwrap_err().to_string(), "memory: already in use by another monitor");
    drop(bound);
    options.bind().unwrap();
}

#[tokio::test(start_paused = true)]
async fn null_never_has_anybody() {
    let mut chardev = open("null");
    assert_eq!(chardev.local_name(), "null");
    assert_pending(next(&mut chardev)).await;
}
