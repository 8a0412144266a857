//! What goes out, what is thrown away, and what the responder is told of it.

use super::*;

#[test]
fn output_goes_out_in_order_byte_for_byte_however_small_the_pipe() {
    for buffer_bytes in [1, 2, 3, 7, 64, 4096] {
        actix_rt::System::new().block_on(write_twenty_messages(buffer_bytes));
    }
}

async fn write_twenty_messages(buffer_bytes: usize) {
    let (bench, mut client) = Bench::connected_with_buffer(buffer_bytes).await;
    let messages: Vec<Vec<u8>> = (0..20_u8).map(|number| vec![number; 1 + usize::from(number) * 5]).collect();
    for message in &messages {
        bench.write(1, message.clone()).await;
    }
    bench.finish(1).await;
    assert_eq!(read_to_end(&mut client).await, messages.concat(), "through {buffer_bytes} bytes");
}

#[actix::test]
async fn output_of_another_session_is_thrown_away() {
    let (mut bench, first) = Bench::connected().await;
    drop(first);
    let mut second = bench.connector.connect();
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::Opened(2)]);
    bench.write(1, "a secret of the first").await;
    bench.write(3, "from the future").await;
    bench.write(2, "for the second").await;
    assert_eq!(read_now(&mut second).await, b"for the second");
}

#[actix::test]
async fn output_that_the_first_client_did_not_take_never_reaches_the_second() {
    let (mut bench, first) = Bench::connected_with_buffer(8).await;
    bench.write(1, vec![b'1'; 100]).await;
    drop(first);
    let mut second = bench.connector.connect();
    assert_eq!(bench.seen().await, [Seen::Closed(1), Seen::Opened(2)]);
    bench.write(2, "two").await;
    assert_eq!(read_now(&mut second).await, b"two");
}

#[actix::test]
async fn client_that_vanishes_under_output_ends_its_session() {
    let (mut bench, client) = Bench::connected_with_buffer(8).await;
    bench.write(1, vec![b'1'; 100]).await;
    assert_eq!(bench.seen().await, []);
    drop(client);
    assert_eq!(bench.seen().await, [Seen::Closed(1)]);
}

#[actix::test]
async fn responder_is_told_once_per_half_window_of_writes() {
    let (mut bench, mut client) = Bench::connected().await;
    for _ in 1..WRITE_WINDOW / 2 {
        bench.write(1, "1234567890").await;
    }
    assert_eq!(bench.reported().await, []);
    bench.write(1, "1234567890").await;
    let half = WRITE_WINDOW / 2;
    assert_eq!(bench.reported().await, [Reported { session: 1, writes: half, bytes: 10 * half }]);
    assert_eq!(read_now(&mut client).await.len(), 10 * half);
    bench.write(1, "more").await;
    assert_eq!(bench.reported().await, [], "what was told is not told again");
}

#[actix::test]
async fn responder_is_told_of_many_bytes_at_once() {
    let (mut bench, _client) = Bench::connected_with_buffer(1 << 20).await;
    let every = OutputLimits::default().report_every();
    bench.write(1, vec![0; every - 1]).await;
    assert_eq!(bench.reported().await, []);
    bench.write(1, vec![0; 1]).await;
    assert_eq!(bench.reported().await, [Reported { session: 1, writes: 2, bytes: every }]);
}

#[actix::test]
async fn responder_is_told_when_output_that_had_to_wait_has_gone_out() {
    let (mut bench, mut client) = Bench::connected_with_buffer(8).await;
    bench.write(1, "0123456789").await;
    assert_eq!(bench.reported().await, [], "two bytes wait");
    assert_eq!(read_now(&mut client).await, b"0123456789");
    assert_eq!(bench.reported().await, [Reported { session: 1, writes: 1, bytes: 10 }]);
}

#[actix::test]
async fn client_that_does_not_read_is_not_reported_as_having_read() {
    let (mut bench, _client) = Bench::connected_with_buffer(8).await;
    for _ in 0..WRITE_WINDOW {
        bench.write(1, "0123456789").await;
    }
    assert_eq!(bench.reported().await, []);
    assert_eq!(bench.seen().await, [], "and stays connected");
}

#[actix::test]
async fn client_that_does_not_read_can_still_send() {
    let (mut bench, mut client) = Bench::connected_with_buffer(8).await;
    bench.write(1, "0123456789").await;
    client.write_all(b"hello").await.unwrap();
    assert_eq!(bench.seen().await, [Seen::Bytes(1, b"hello".into())]);
}

#[actix::test]
async fn responder_with_a_full_mailbox_is_told_of_every_byte_all_the_same() {
    let mut bench = Bench::start_with(1 << 20, Probe::start(), Probe::stalled(1));
    let mut client = bench.connector.connect();
    tokio::task::yield_now().await;
    for _ in 0..3 * WRITE_WINDOW {
        bench.write(1, "x").await;
    }
    bench.responder.release();
    let reported = bench.reported().await;
    assert_eq!(reported.iter().map(|report| report.writes).sum::<usize>(), 3 * WRITE_WINDOW);
    assert_eq!(read_now(&mut client).await.len(), 3 * WRITE_WINDOW);
}
