//! A client that passes descriptors, which are not taken: the bytes around them are.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use ends::{next, open, read};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::fs::{self, File};
use std::io::{IoSlice, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// More than the 16 that some monitors have room for.
const PASSED: usize = 20;

/// Sends bytes with descriptors.
fn send(client: &UnixStream, bytes: &[u8], passed: &[BorrowedFd<'_>]) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(PASSED))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    assert!(ancillary.push(SendAncillaryMessage::ScmRights(passed)));
    assert_eq!(sendmsg(client, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::empty()).unwrap(), bytes.len());
}

#[tokio::test]
async fn what_follows_a_message_with_descriptors_is_read_without_further_input() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut chardev = open(&format!("unix:{},server=on", path.display()));
    let mut client = UnixStream::connect(path).unwrap();
    let mut connection = next(&mut chardev).await.unwrap();

    let stdin = std::io::stdin();
    send(&client, b"first", &[stdin.as_fd()]);
    client.write_all(b"second").unwrap();

    // Both were there before the first read: no event tells of the second one by itself.
    let mut all = Vec::new();
    while all.len() < b"firstsecond".len() {
        let more = tokio::time::timeout(Duration::from_secs(60), read(&mut connection)).await;
        all.extend(more.expect("the bytes behind the descriptors did not come").unwrap());
    }
    assert_eq!(all, b"firstsecond");
}

/// How many descriptors of this process are of that file: what other tests open does not count.
fn descriptors_of(path: &Path) -> usize {
    let all = fs::read_dir("/proc/self/fd").unwrap();
    // One may be closed since, by another test.
    all.filter(|entry| fs::read_link(entry.as_ref().unwrap().path()).is_ok_and(|target| target == path)).count()
}

#[tokio::test]
async fn of_20_descriptors_in_each_of_100_messages_none_is_left_open() {
    const MESSAGES: usize = 100;
    let directory = tempfile::tempdir().unwrap();
    let (socket, file) = (directory.path().join("s"), directory.path().canonicalize().unwrap().join("passed"));
    let mut chardev = open(&format!("unix:{},server=on", socket.display()));
    let client = UnixStream::connect(socket).unwrap();
    let mut connection = next(&mut chardev).await.unwrap();
    let passed = File::create(&file).unwrap();
    for message in 0..MESSAGES {
        send(&client, &[message as u8; 3], &[passed.as_fd(); PASSED]);
        let mut all = Vec::new();
        while all.len() < 3 {
            let more = tokio::time::timeout(Duration::from_secs(60), read(&mut connection)).await;
            all.extend(more.expect("the bytes beside the descriptors did not come").unwrap());
        }
        assert_eq!((all, descriptors_of(&file)), (vec![message as u8; 3], 1), "message {message}");
    }
    // Also those that nobody reads any more.
    send(&client, b"unread", &[passed.as_fd(); PASSED]);
    connection.finish();
    drop(connection);
    assert_eq!(descriptors_of(&file), 1);
}
