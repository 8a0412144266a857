//! `fd:N`: what can be inherited, and what can't.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use ends::{bind, bind_error, hangup, next, open, read, read_to_end, write};
use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, IntoRawFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};

/// As if it had come through exec(2).
fn inherited(fd: impl Into<OwnedFd>) -> String {
    let fd = fd.into();
    fcntl_setfd(&fd, FdFlags::empty()).unwrap();
    format!("fd:{}", fd.into_raw_fd())
}

#[tokio::test]
async fn a_connected_socket_is_one_connection() {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let options = inherited(ours);
    let mut chardev = open(&options);
    assert_eq!(chardev.local_name(), options);
    let mut connection = next(&mut chardev).await.unwrap();
    // The other end has no name, but a process.
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    assert_eq!(connection.peer(), format!("unix:pid={},uid={uid},gid={gid}", std::process::id()));
    theirs.write_all(b"hi").unwrap();
    assert_eq!(read(&mut connection).await.unwrap(), b"hi");
    write(&mut connection, b"hello").await.unwrap();
    connection.finish();
    drop(connection);
    let mut answer = String::new();
    theirs.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "hello");
    assert!(next(&mut chardev).await.is_none());
}

#[tokio::test]
async fn a_listening_unix_socket_serves_many_and_keeps_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    let parents = listener.try_clone().unwrap();
    let mut chardev = open(&inherited(listener));
    for _ in 0..3 {
        let mut client = UnixStream::connect(&path).unwrap();
        client.write_all(b"hi").unwrap();
        let mut connection = next(&mut chardev).await.unwrap();
        assert_eq!(read(&mut connection).await.unwrap(), b"hi");
    }
    assert!(fcntl_getfl(&parents).unwrap().contains(OFlags::NONBLOCK));
    drop(chardev);
    assert!(!fcntl_getfl(&parents).unwrap().contains(OFlags::NONBLOCK), "the parent's listener was left non-blocking");
    assert!(path.exists());
}

#[tokio::test]
async fn tcp_sockets_are_inherited_too_with_the_same_rule_for_loopback() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut chardev = open(&inherited(listener));
    let client = TcpStream::connect(address).unwrap();
    let connection = next(&mut chardev).await.unwrap();
    assert_eq!(connection.peer(), format!("tcp:{}", client.local_addr().unwrap()));

    let error = bind_error(&inherited(TcpListener::bind("0.0.0.0:0").unwrap()));
    assert!(error.contains("0.0.0.0 is not a loopback address"), "{error}");
    let exposed = inherited(TcpListener::bind("0.0.0.0:0").unwrap());
    bind(&format!("{exposed},insecure=on")).unwrap();
}

#[tokio::test]
async fn two_pipes_are_one_connection() {
    let (input, mut to_input) = std::io::pipe().unwrap();
    let (mut from_output, output) = std::io::pipe().unwrap();
    let output = inherited(output);
    let options = format!("{},output={}", inherited(input), output.strip_prefix("fd:").unwrap());
    let mut chardev = open(&options);
    let mut connection = next(&mut chardev).await.unwrap();
    to_input.write_all(b"hi").unwrap();
    drop(to_input);
    assert_eq!(read_to_end(&mut connection).await, b"hi");
    assert!(!connection.is_hung_up(), "output goes on when input has ended");
    write(&mut connection, b"hello").await.unwrap();
    let mut answer = [0; 5];
    from_output.read_exact(&mut answer).unwrap();
    drop(from_output);
    hangup(&mut connection).await;
    assert!(connection.is_hung_up());
}

#[test]
fn one_way_descriptors_are_refused_where_they_cannot_serve() {
    let (input, output) = std::io::pipe().unwrap();
    let error = bind_error(&inherited(input));
    assert!(error.contains("goes one way only; pass two, for input and output: fd:N,output=M"), "{error}");
    let output = inherited(output);
    let error = bind_error(&format!("{output},output=60000"));
    assert!(error.contains("can't be read from"), "{error}");
    let (input, _output) = std::io::pipe().unwrap();
    let (wrong, _output) = std::io::pipe().unwrap();
    let wrong = inherited(wrong);
    let options = format!("{},output={}", inherited(input), wrong.strip_prefix("fd:").unwrap());
    let error = bind_error(&options);
    assert!(error.contains("can't be written to"), "{error}");
}

#[test]
fn a_claimed_descriptor_is_close_on_exec_and_cannot_be_claimed_again() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let options = inherited(ours);
    let _bound = bind(&options).unwrap();
    let error = bind_error(&options);
    assert!(error.contains("is already in use by another monitor"), "{error}");
    assert!(fcntl_getfd(theirs.as_fd()).unwrap().contains(FdFlags::CLOEXEC));
}

#[test]
fn a_descriptor_that_this_process_opened_for_itself_is_not_taken() {
    let file = File::open("/dev/null").unwrap();
    let error = bind_error(&format!("fd:{}", std::os::fd::AsRawFd::as_raw_fd(&file)));
    assert!(error.contains("was not inherited"), "{error}");
    file.metadata().unwrap();
}

#[test]
fn what_is_no_stream_is_refused_in_words() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let unconnected =
        rustix::net::socket(rustix::net::AddressFamily::UNIX, rustix::net::SocketType::STREAM, None).unwrap();
    let (socket, _peer) = UnixStream::pair().unwrap();
    for (options, problem) in [
        ("fd:60000".to_owned(), "is not open; was it passed to this program?"),
        ("fd:1".to_owned(), "use the chardev 'stdio'"),
        (inherited(udp), "is a socket, but not a stream socket"),
        (inherited(unconnected), "is neither connected nor listening"),
        (inherited(tempfile::tempfile().unwrap()), "is neither a socket nor a pipe nor a terminal"),
        (format!("{},output=9", inherited(socket)), "leave output= out"),
    ] {
        let error = bind_error(&options);
        assert!(error.contains(problem), "{error}");
    }
}
