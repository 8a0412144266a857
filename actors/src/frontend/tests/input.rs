//! Clients come and go, and what they send.

use actix_qmp_messages::READ_WINDOW;
use bytes::BytesMut;

use super::*;
use crate::frontend::client::without_waste;

#[actix::test]
async fn bytes_are_forwarded_in_order_under_their_session() {
    let (mut bench, mut client) = Bench::connected().await;
    for text in ["{", "\"execute\"", "\n"] {
        client.write_all(text.as_bytes()).await.unwrap();
        assert_eq!(bench.seen().await, [Seen::Bytes(1, text.into())]);
    }
}

#[actix::test]
async fn first_client_is_announced() {
    let mut bench = Bench::start();
    assert_eq!(bench.seen().await, []);
    assert!(bench.first_client.try_recv().is_err());
    let _client = bench.connector.connect();
    assert_eq!(bench.seen().await, [Seen::Opened(1)]);
    assert_eq!(bench.first_client.try_recv(), Ok(()));
}

#[actix::test]
async fn reading_stops_at_sixteen_chunks_until_room_is_given_back() {
    let (mut bench, mut client) = Bench::connected().await;
    for number in 0..READ_WINDOW.chunks as u8 {
        client.write_all(&[number]).await.unwrap();
        assert_eq!(bench.seen().await, [Seen::Bytes(1, vec![number])]);
    }
    for number in 0..10 {
        client.write_all(&[number]).await.unwrap();
        assert_eq!(bench.seen().await, []);
    }
    bench.give_room(1, 1, 1).await;
    assert_eq!(bench.seen().await, [Seen::Bytes(1, (0..10).collect())]);
    client.write_all(b"more").await.unwrap();
    assert_eq!(bench.seen().await, [], "one chunk was given back, no more");
}

/// The input of a session, however it was cut.
fn joined(session: u64, seen: Vec<Seen>) -> Vec<u8> {
    let bytes = seen.into_iter().map(|seen| {
        let Seen::Bytes(of, bytes) = seen else { panic!("{seen:?}") };
        assert_eq!(of, session);
        bytes
    });
    bytes.collect::<Vec<_>>().concat()
}

#[actix::test]
async fn reading_stops_at_64_kib_until_room_is_given_back() {
    let (mut bench, mut client) = Bench::connected_with_buffer(1 << 20).await;
    let input: Vec<u8> = (0..100_000_u32).map(|place| (place % 251) as u8).collect();
    client.write_all(&input).await.unwrap();
    let (window, rest) = input.split_at(READ_WINDOW.bytes);
    assert!(joined(1, bench.seen().await) == window);
    bench.give_room(1, 0, 1000).await;
    assert!(joined(1, bench.seen().await) == rest[..1000]);
    bench.give_room(1, 2, READ_WINDOW.bytes).await;
    assert!(joined(1, bench.seen().await) == rest[1000..]);
}

#[actix::test]
async fn half_close_is_told_behind_the_bytes_and_output_still_goes_out() {
    let (mut bench, mut client) = Bench::connected().await;
    client.write_all(b"last").await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(bench.seen().await, [Seen::Bytes(1, b"last".into()), Seen::InputEnded(1)]);
    bench.write(1, "answer").await;
    assert_eq!(read_now(&mut client).await, b"answer");
    assert_eq!(bench.seen().await, [], "the session goes on, and the end is told once");
}

#[actix::test]
async fn client_that_leaves_ends_its_session() {
    let (mut bench, mut client) = Bench::connected().await;
    client.write_all(b"last").await.unwrap();
    drop(client);
    assert_eq!(bench.seen().await, [Seen::Bytes(1, b"last".into()), Seen::Closed(1)]);
}

#[actix::test]
async fn client_that_vanishes_while_nothing_may_be_read_ends_its_session() {
    let (mut bench, mut client) = Bench::connected_with_buffer(1 << 20).await;
    client.write_all(&vec![0; READ_WINDOW.bytes + 1]).await.unwrap();
    assert_eq!(joined(1, bench.seen().await).len(), READ_WINDOW.bytes);
    drop(client);
    assert_eq!(bench.seen().await, [Seen::Closed(1)]);
}

#[actix::test]
async fn client_that_vanishes_after_its_half_close_ends_its_session() {
    let (mut bench, mut client) = Bench::connected().await;
    client.shutdown().await.unwrap();
    assert_eq!(bench.seen().await, [Seen::InputEnded(1)]);
    drop(client);
    assert_eq!(bench.seen().await, [Seen::Closed(1)]);
}

#[actix::test]
async fn next_client_waits_for_its_turn_and_gets_a_session_of_its_own() {
    let (mut bench, first) = Bench::connected().await;
    let mut second = bench.connector.connect();
    second.write_all(b"sent ahead").await.unwrap();
    assert_eq!(bench.seen().await, [], "one client at a time");
    drop(first);
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::Opened(2), Seen::Bytes(2, b"sent ahead".into())]);
}

#[actix::test]
async fn a_thousand_clients_get_a_thousand_sessions_in_order() {
    let mut bench = Bench::start();
    let clients: Vec<MemoryStream> = (0..1000).map(|_| bench.connector.connect()).collect();
    assert_eq!(bench.seen().await, [Seen::Opened(1)]);
    drop(clients);
    let expected = (1..=1000).flat_map(|number| [Seen::Opened(number), Seen::Closed(number)]);
    assert!(bench.seen().await.into_iter().eq(expected.skip(1)));
}

#[actix::test]
async fn every_session_begins_with_the_whole_window() {
    let (mut bench, mut first) = Bench::connected_with_buffer(1 << 20).await;
    first.write_all(&vec![0; READ_WINDOW.bytes]).await.unwrap();
    assert_eq!(joined(1, bench.seen().await).len(), READ_WINDOW.bytes);
    drop(first);
    let mut second = bench.connector.connect();
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::Opened(2)]);
    bench.give_room(1, 16, READ_WINDOW.bytes).await;
    second.write_all(&vec![0; READ_WINDOW.bytes + 1]).await.unwrap();
    assert_eq!(joined(2, bench.seen().await).len(), READ_WINDOW.bytes, "room of session 1 is not room here");
}

#[actix::test]
async fn parser_with_a_full_mailbox_gets_everything_in_order_all_the_same() {
    let mut bench = Bench::start_with(64, Probe::stalled(1), Probe::start());
    let mut client = bench.connector.connect();
    for text in ["a", "b", "c"] {
        client.write_all(text.as_bytes()).await.unwrap();
        tokio::task::yield_now().await;
    }
    drop(client);
    tokio::task::yield_now().await;
    bench.parser.release();
    let seen = bench.seen().await;
    assert_eq!(seen.first(), Some(&Seen::Opened(1)));
    assert_eq!(seen.last(), Some(&Seen::Closed(1)));
    let bytes =
        seen.iter().filter_map(|seen| if let Seen::Bytes(1, bytes) = seen { Some(bytes.clone()) } else { None });
    assert_eq!(bytes.collect::<Vec<_>>().concat(), b"abc");
}

#[actix::test]
async fn peers_that_are_gone_do_not_keep_the_frontend_from_ending() {
    let bench = Bench::start_with(64, Probe::gone(), Probe::gone());
    let mut client = bench.connector.connect();
    client.write_all(b"to nobody").await.unwrap();
    bench.close(Duration::ZERO).await;
    assert_eq!(read_to_end(&mut client).await, b"");
    bench.alive.wait().await;
}

#[test]
fn what_was_read_takes_no_more_memory_than_it_is_long_and_an_eighth() {
    for length in [1, 2048, 40_000, 57_000, 60_000, 65_536] {
        let mut read = BytesMut::zeroed(65_536);
        read.truncate(length);
        let kept = without_waste(read, 65_536).try_into_mut().unwrap();
        assert_eq!(kept.len(), length);
        assert!(kept.capacity() <= length + 65_536 / 8, "{length} bytes take {}", kept.capacity());
    }
}
