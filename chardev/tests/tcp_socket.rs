//! TCP sockets: loopback only unless told otherwise, and errors that say what and where.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use ends::{assert_pending, bind, bind_error, next, open, read, write};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

fn address_of(name: &str) -> String {
    name.strip_prefix("tcp:").unwrap().to_owned()
}

#[tokio::test]
async fn port_0_is_any_free_port_and_its_number_is_told() {
    let mut chardev = open("tcp:127.0.0.1:0,server=on,wait=off");
    let address = address_of(chardev.local_name());
    assert!(!address.ends_with(":0"));
    let mut client = TcpStream::connect(&address).unwrap();
    client.write_all(b"hi").unwrap();
    let mut connection = next(&mut chardev).await.unwrap();
    assert_eq!(connection.peer(), format!("tcp:{}", client.local_addr().unwrap()));
    assert_eq!(read(&mut connection).await.unwrap(), b"hi");
    write(&mut connection, b"last words").await.unwrap();
    client.write_all(b"never read").unwrap();
    connection.finish();
    drop(connection);
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"last words");
}

#[test]
fn an_empty_host_is_loopback() {
    assert!(bind("tcp::0,server=on").unwrap().local_name().starts_with("tcp:127.0.0.1:"));
}

#[test]
fn an_ipv6_address_is_written_in_brackets() {
    // A machine without IPv6 has nothing to test here.
    if TcpListener::bind("[::1]:0").is_ok() {
        assert!(bind("tcp:[::1]:0,server=on").unwrap().local_name().starts_with("tcp:[::1]:"));
    }
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind_error(&format!("tcp:{address},server=on"));
    assert!(error.contains(&format!("cannot listen: {address} is already in use; choose another port")), "{error}");
}

#[test]
fn addresses_off_loopback_need_insecure_and_are_told_why() {
    for options in [
        "tcp:0.0.0.0:0,server=on",
        "tcp:[::]:0,server=on",
        "tcp:192.0.2.1:4444,server=on",
        "tcp:192.0.2.1:4444",
        "tcp:192.0.2.1:4444,reconnect=1",
        "tcp:[::ffff:192.0.2.1]:4444,server=on",
    ] {
        let error = bind_error(options);
        assert!(error.contains("is not a loopback address"), "{error}");
        assert!(error.contains("no authentication and no encryption"), "{error}");
        assert!(error.contains("insecure=on"), "{error}");
    }
    bind("tcp:0.0.0.0:0,server=on,insecure=on").unwrap();
}

#[test]
fn every_loopback_address_is_allowed() {
    bind("tcp:127.1.2.3:0,server=on").unwrap();
    bind("tcp:localhost:0,server=on").unwrap();
}

#[test]
fn a_host_without_address_is_named() {
    let error = bind_error("tcp:host.invalid:1,server=on");
    assert!(error.contains("cannot resolve the host 'host.invalid'"), "{error}");
}

#[test]
fn an_address_of_another_machine_cannot_be_listened_on() {
    let error = bind_error("tcp:192.0.2.1:4444,server=on,insecure=on");
    assert!(error.contains("cannot listen on 192.0.2.1:4444: "), "{error}");
}

#[tokio::test]
async fn nodelay_is_on_unless_told_otherwise() {
    // Accepted connections can't be looked into from outside, but a client's own socket can, by its descriptor.
    for (tail, expected) in [("", true), (",nodelay=off", false)] {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let mut chardev = open(&format!("tcp:127.0.0.1:{port}{tail}"));
        let _connection = next(&mut chardev).await.unwrap();
        let ours = server.accept().unwrap().1;
        let fd = descriptor_with_local_address(&ours.to_string());
        assert_eq!(rustix::net::sockopt::tcp_nodelay(&fd).unwrap(), expected, "{tail}");
    }
}

/// A duplicate of this process' socket with that local address.
fn descriptor_with_local_address(address: &str) -> std::os::fd::OwnedFd {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let myself = pidfd_open(getpid(), PidfdFlags::empty()).unwrap();
    let has_it = |number: &i32| {
        let Ok(fd) = pidfd_getfd(&myself, *number, PidfdGetfdFlags::empty()) else { return None };
        let name = rustix::net::getsockname(&fd).ok()?;
        let name = std::net::SocketAddr::try_from(name).ok()?;
        (name.to_string() == address).then_some(fd)
    };
    (3..1000).find_map(|number| has_it(&number)).unwrap()
}

#[test]
fn a_client_fails_when_nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = bind_error(&format!("tcp:127.0.0.1:{port}"));
    assert!(error.contains(&format!("cannot connect to 127.0.0.1:{port}: Connection refused")), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_client_with_reconnect_waits_for_its_server() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut chardev = open(&format!("tcp:127.0.0.1:{port},reconnect=1"));
    assert_pending(next(&mut chardev)).await;
    let server = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let connection = next(&mut chardev).await.unwrap();
    assert_eq!(connection.peer(), format!("tcp:127.0.0.1:{port}"));
    server.accept().unwrap();
    chardev.stop_listening();
    assert!(next(&mut chardev).await.is_none());
}
