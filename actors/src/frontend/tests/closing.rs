//! The end of a session by the responder, and the end of the monitor by the embedder.

use tokio::time::Instant;

use super::*;

const LONG: Duration = Duration::from_secs(3600);

#[actix::test]
async fn finished_session_is_closed_once_its_output_is_out() {
    let (mut bench, mut client) = Bench::connected_with_buffer(8).await;
    bench.write(1, "a reply, longer than the pipe").await;
    bench.finish(1).await;
    assert_eq!(bench.seen().await, [], "some of it waits");
    assert_eq!(read_to_end(&mut client).await, b"a reply, longer than the pipe");
    assert_eq!(bench.seen().await, [Seen::Closed(1)]);
}

#[actix::test]
async fn finished_session_reads_no_more() {
    let (mut bench, mut client) = Bench::connected_with_buffer(8).await;
    bench.write(1, "0123456789").await;
    bench.finish(1).await;
    client.write_all(b"late").await.unwrap();
    assert_eq!(bench.seen().await, []);
    assert_eq!(read_to_end(&mut client).await, b"0123456789");
    assert_eq!(bench.seen().await, [Seen::Closed(1)]);
}

#[actix::test]
async fn client_that_vanishes_while_its_session_is_finished_frees_the_place() {
    let (mut bench, client) = Bench::connected_with_buffer(8).await;
    bench.write(1, "0123456789").await;
    bench.finish(1).await;
    let _next = bench.connector.connect();
    assert_eq!(bench.seen().await, []);
    drop(client);
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::Opened(2)]);
}

#[actix::test]
async fn aborted_session_is_closed_at_once() {
    let (mut bench, mut client) = Bench::connected_with_buffer(8).await;
    bench.write(1, "0123456789").await;
    bench.abort(1).await;
    assert_eq!(bench.seen().await, [Seen::Closed(1)]);
    assert_eq!(read_to_end(&mut client).await, b"01234567", "what the pipe held, and no more");
}

#[actix::test]
async fn orders_for_another_session_change_nothing() {
    let (mut bench, first) = Bench::connected().await;
    drop(first);
    let mut second = bench.connector.connect();
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::Opened(2)]);
    bench.finish(1).await;
    bench.abort(1).await;
    bench.write(2, "still here").await;
    assert_eq!(read_now(&mut second).await, b"still here");
    assert_eq!(bench.seen().await, []);
}

#[actix::test]
async fn closed_monitor_without_a_client_ends_at_once() {
    let mut bench = Bench::start();
    bench.close(LONG).await;
    assert_eq!(bench.seen().await, [Seen::MonitorClosed]);
    bench.alive.wait().await;
    assert!(!bench.frontend.connected());
}

#[actix::test]
async fn closed_monitor_ends_when_its_session_has_been_finished() {
    let (mut bench, mut client) = Bench::connected().await;
    bench.close(LONG).await;
    bench.write(1, "the last reply").await;
    assert_eq!(bench.seen().await, [], "the responder has not said that this is all");
    bench.finish(1).await;
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::MonitorClosed]);
    assert_eq!(read_to_end(&mut client).await, b"the last reply");
    assert!(bench.alive.is_empty());
}

#[actix::test]
async fn closed_monitor_takes_no_further_client() {
    let (mut bench, first) = Bench::connected().await;
    let mut waiting = bench.connector.connect();
    bench.close(LONG).await;
    let mut late = bench.connector.connect();
    assert!(is_at_end(&mut waiting).await && is_at_end(&mut late).await);
    drop(first);
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::MonitorClosed]);
}

#[actix::test]
async fn client_that_does_not_read_is_cut_off_at_the_deadline() {
    let (mut bench, mut client) = Bench::connected_with_buffer(8).await;
    let within = Duration::from_secs(5);
    let asked = Instant::now();
    bench.close(within).await;
    bench.write(1, "0123456789").await;
    bench.finish(1).await;
    assert_eq!(bench.seen().await, []);
    bench.alive.wait().await;
    assert!((within..within + Duration::from_millis(10)).contains(&asked.elapsed()), "{:?}", asked.elapsed());
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::MonitorClosed]);
    assert_eq!(read_to_end(&mut client).await, b"01234567");
}

#[actix::test]
async fn deadline_holds_even_when_the_responder_never_finishes_the_session() {
    let (mut bench, mut client) = Bench::connected().await;
    bench.close(Duration::from_secs(5)).await;
    assert_eq!(read_to_end(&mut client).await, b"");
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::MonitorClosed]);
}

#[actix::test]
async fn end_of_the_monitor_is_told_once_even_to_a_full_mailbox() {
    let mut bench = Bench::start_with(64, Probe::stalled(1), Probe::start());
    let client = bench.connector.connect();
    tokio::task::yield_now().await;
    drop(client);
    bench.close(LONG).await;
    tokio::task::yield_now().await;
    bench.parser.release();
    assert_eq!(bench.seen().await, [Seen::Opened(1), Seen::Closed(1), Seen::MonitorClosed]);
    assert!(!bench.frontend.connected());
}

#[actix::test]
async fn second_close_counts_with_its_own_deadline() {
    let (mut bench, mut client) = Bench::connected().await;
    bench.close(LONG).await;
    let asked = Instant::now();
    bench.close(Duration::from_secs(1)).await;
    assert_eq!(read_to_end(&mut client).await, b"");
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::MonitorClosed]);
}

#[actix::test]
async fn deadline_holds_against_a_sender_that_never_pauses() {
    let (bench, _client) = Bench::connected_with_buffer(8).await;
    let sender = bench.frontend.clone();
    let sending = actix_rt::spawn(async move {
        let output = || ResponderToFrontend::WriteOutput { session: session(1), bytes: b"x".to_vec() };
        let mut taken = 0_u64;
        loop {
            while sender.try_send(output()).is_ok() {
                taken += 1;
            }
            if !sender.connected() {
                return taken;
            }
            tokio::task::yield_now().await;
        }
    });
    tokio::task::yield_now().await;
    let within = Duration::from_secs(5);
    let asked = Instant::now();
    // As the embedder does, whose sender is its own and finds a place even in a full mailbox.
    bench.frontend.clone().try_send(MonitorsToFrontend::Close { within }).unwrap();
    while !bench.alive.is_empty() {
        assert!(asked.elapsed() < 10 * within, "it serves on after {:?}", asked.elapsed());
        // The clock goes on by itself only when nobody has anything to do.
        tokio::time::advance(within / 50).await;
    }
    assert!(asked.elapsed() >= within, "it did not wait for its client: {:?}", asked.elapsed());
    let taken = sending.await.unwrap();
    assert!(taken > MAILBOX as u64, "the sender was not heard: {taken}");
}
