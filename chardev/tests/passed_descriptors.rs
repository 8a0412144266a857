//! A client that passes descriptors, which are not taken: the bytes around them are.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use ends::{next, open, read};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::io::{IoSlice, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

#[tokio::test]
async fn what_follows_a_message_with_descriptors_is_read_without_further_input() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut chardev = open(&format!("unix:{},server=on", path.display()));
    let mut client = UnixStream::connect(path).unwrap();
    let mut connection = next(&mut chardev).await.unwrap();

    let stdin = std::io::stdin();
    let passed = [stdin.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    assert!(ancillary.push(SendAncillaryMessage::ScmRights(&passed)));
    sendmsg(&client, &[IoSlice::new(b"first")], &mut ancillary, SendFlags::empty()).unwrap();
    client.write_all(b"second").unwrap();

    // Both were there before the first read: no event tells of the second one by itself.
    let mut all = Vec::new();
    while all.len() < b"firstsecond".len() {
        let more = tokio::time::timeout(Duration::from_secs(60), read(&mut connection)).await;
        all.extend(more.expect("the bytes behind the descriptors did not come").unwrap());
    }
    assert_eq!(all, b"firstsecond");
}
