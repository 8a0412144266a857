//! UNIX sockets: the socket file's life, and serving one client after another.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/ends.rs"]
mod ends;

use actix_qmp_chardev::ChardevError;
use ends::{assert_pending, bind, bind_error, next, open, read, read_to_end, write};
use rustix::fs::{FileType, Mode, lstat};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::fs;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::time::Duration;
use tempfile::TempDir;

fn place() -> (TempDir, PathBuf, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qmp.sock");
    let options = format!("unix:{},server=on", path.display());
    (directory, path, options)
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// What a crashed server leaves behind.
fn leave_stale(path: &Path) {
    drop(UnixListener::bind(path).unwrap());
    assert!(exists(path));
}

#[tokio::test]
async fn clients_are_served_one_after_another() {
    let (_directory, path, options) = place();
    let mut chardev = open(&options);
    let mut first = UnixStream::connect(&path).unwrap();
    let mut second = UnixStream::connect(&path).unwrap();
    second.write_all(b"two").unwrap();
    first.write_all(b"one").unwrap();

    let mut connection = next(&mut chardev).await.unwrap();
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    assert_eq!(connection.peer(), format!("unix:pid={},uid={uid},gid={gid}", std::process::id()));
    assert_eq!(read(&mut connection).await.unwrap(), b"one");
    write(&mut connection, b"hello").await.unwrap();
    connection.finish();
    drop(connection);
    let mut answer = String::new();
    first.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "hello");

    let mut connection = next(&mut chardev).await.unwrap();
    assert_eq!(read(&mut connection).await.unwrap(), b"two");
}

#[tokio::test(start_paused = true)]
async fn there_is_no_connection_without_a_client() {
    let (_directory, _path, options) = place();
    let mut chardev = open(&options);
    assert_pending(next(&mut chardev)).await;
}

#[tokio::test]
async fn finishing_with_unread_input_still_delivers_the_output_and_then_its_end() {
    let (_directory, path, options) = place();
    let mut chardev = open(&options);
    let mut client = UnixStream::connect(&path).unwrap();
    client.write_all(b"never read").unwrap();
    let mut connection = next(&mut chardev).await.unwrap();
    write(&mut connection, b"last words").await.unwrap();
    connection.finish();
    drop(connection);
    let mut answer = Vec::new();
    // Without the drain in finish this is ECONNRESET.
    client.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"last words");
}

#[test]
fn the_socket_file_has_mode_0600_whatever_the_umask() {
    // No other test of this program depends on the umask.
    rustix::process::umask(Mode::empty());
    let (_directory, path, options) = place();
    let _bound = bind(&options).unwrap();
    let stat = lstat(&path).unwrap();
    assert_eq!(FileType::from_raw_mode(stat.st_mode), FileType::Socket);
    assert_eq!(stat.st_mode & 0o7777, 0o600);
}

#[test]
fn a_dropped_chardev_removes_its_socket_file_and_leaves_nothing_else() {
    let (directory, path, options) = place();
    let bound = bind(&options).unwrap();
    assert_eq!(bound.local_name(), format!("unix:{}", path.display()));
    assert!(exists(&path));
    drop(bound);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn stop_listening_removes_the_socket_file_and_ends_the_chardev() {
    let (directory, path, options) = place();
    let mut chardev = open(&options);
    let _client = UnixStream::connect(&path).unwrap();
    let mut connection = next(&mut chardev).await.unwrap();
    let mut waiting = UnixStream::connect(&path).unwrap();
    chardev.stop_listening();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    assert!(next(&mut chardev).await.is_none());
    // Who waited is turned away, who was served stays.
    assert!(matches!(waiting.read(&mut [0]), Ok(0) | Err(_)));
    write(&mut connection, b"still here").await.unwrap();
}

#[tokio::test]
async fn a_dropped_registered_chardev_removes_its_socket_file() {
    let (_directory, path, options) = place();
    let chardev = open(&options);
    assert!(exists(&path));
    drop(chardev);
    assert!(!exists(&path));
}

#[test]
fn a_socket_file_that_is_no_longer_ours_is_not_removed() {
    let (_directory, path, options) = place();
    let bound = bind(&options).unwrap();
    fs::remove_file(&path).unwrap();
    let other = UnixListener::bind(&path).unwrap();
    drop(bound);
    assert!(exists(&path));
    UnixStream::connect(&path).unwrap();
    drop(other);
}

#[test]
fn a_stale_socket_file_is_replaced() {
    let (_directory, path, options) = place();
    leave_stale(&path);
    let _bound = bind(&options).unwrap();
    UnixStream::connect(&path).unwrap();
}

#[test]
fn a_live_server_is_never_robbed() {
    let (_directory, path, options) = place();
    let live = bind(&options).unwrap();
    let error = bind(&options).unwrap_err();
    assert!(matches!(error, ChardevError::LiveServer { .. }));
    let path = path.display();
    assert_eq!(
        error.to_string(),
        format!("{options}: cannot listen: a live server already answers on {path}; stop it or choose another path")
    );
    UnixStream::connect(path.to_string()).unwrap();
    drop(live);
    bind(&options).unwrap();
}

#[test]
fn a_live_server_with_a_full_backlog_is_not_taken_for_a_stale_one() {
    let (_directory, path, options) = place();
    let live: OwnedFd =
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).unwrap();
    rustix::net::bind(&live, &SocketAddrUnix::new(&path).unwrap()).unwrap();
    rustix::net::listen(&live, 0).unwrap();
    let _fills_it = UnixStream::connect(&path).unwrap();
    assert!(matches!(bind(&options), Err(ChardevError::LiveServer { .. })));
}

#[test]
fn what_is_no_socket_is_left_alone() {
    let (directory, path, options) = place();
    fs::write(&path, "precious").unwrap();
    assert!(bind_error(&options).contains("is a regular file, not a socket"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fs::remove_file(&path).unwrap();

    fs::create_dir(&path).unwrap();
    assert!(bind_error(&options).contains("is a directory, not a socket"));
    fs::remove_dir(&path).unwrap();

    let target = directory.path().join("target");
    symlink(&target, &path).unwrap();
    assert!(bind_error(&options).contains("is a symbolic link, which is not followed"), "dangling");
    assert!(!exists(&target));
    leave_stale(&target);
    assert!(bind_error(&options).contains("is a symbolic link, which is not followed"), "to a stale socket");
    assert!(exists(&target));
    assert_eq!(fs::read_link(&path).unwrap(), target);
    fs::remove_file(&path).unwrap();

    let _datagram = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    assert!(bind_error(&options).contains("a socket of another type"));
    assert!(exists(&path));
}

#[test]
fn of_100_starters_on_one_path_exactly_one_wins() {
    for round in 0..20 {
        let (directory, path, options) = place();
        if round % 2 == 0 {
            leave_stale(&path);
        }
        let (start, end) = (Barrier::new(100), Barrier::new(100));
        let starter = || {
            start.wait();
            let result = bind(&options);
            // Nobody leaves before all have tried, or a second one could rightly win.
            end.wait();
            match result {
                Ok(_) => 1,
                Err(ChardevError::LiveServer { .. }) => 0,
                Err(other) => panic!("{other}"),
            }
        };
        let winners: usize = std::thread::scope(|scope| {
            let starters: Vec<_> = (0..100).map(|_| scope.spawn(starter)).collect();
            starters.into_iter().map(|s| s.join().unwrap()).sum()
        });
        assert_eq!(winners, 1, "round {round}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn start_crash_start_works_with_what_a_killed_server_leaves() {
    let (_directory, path, options) = place();
    let bound = bind(&options).unwrap();
    // A killed process runs no destructor, but the kernel closes its sockets.
    let moved = path.with_extension("kept");
    fs::rename(&path, &moved).unwrap();
    drop(bound);
    fs::rename(&moved, &path).unwrap();
    bind(&options).unwrap();
    assert!(!exists(&path));
}

#[test]
fn a_path_has_107_bytes_at_most() {
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().display().to_string();
    let path_of = |length: usize| format!("{base}/{}", "x".repeat(length - base.len() - 1));

    let path = path_of(107);
    let _bound = bind(&format!("unix:{path},server=on")).unwrap();
    UnixStream::connect(&path).unwrap();
    for length in [108, 109] {
        for role in [",server=on", ""] {
            let error = bind_error(&format!("unix:{}{role}", path_of(length)));
            assert!(error.contains(&format!("the path has {length} bytes, a socket's path can have 107 at most")));
        }
    }
}

#[test]
fn a_missing_directory_is_named() {
    let error = bind_error("unix:/nonexistent/deeper/qmp.sock,server=on");
    assert!(error.ends_with("the directory /nonexistent/deeper does not exist"), "{error}");
}

#[test]
fn a_missing_permission_is_named() {
    let (directory, path, options) = place();
    fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    // Only this thread becomes nobody, and root alone can become it: anybody else already has no permission on /.
    let error = std::thread::spawn(move || {
        if rustix::thread::set_thread_uid(rustix::fs::Uid::from_raw(65534)).is_ok() {
            bind_error(&options)
        } else {
            bind_error("unix:/qmp.sock,server=on").replace("/qmp.sock", &path.display().to_string())
        }
    });
    let error = error.join().unwrap();
    let path = directory.path().join("qmp.sock");
    assert!(error.ends_with(&format!("no permission to create or replace {}", path.display())), "{error}");
}

#[tokio::test]
async fn a_client_has_one_connection() {
    let (_directory, path, _) = place();
    let server = UnixListener::bind(&path).unwrap();
    let mut chardev = open(&format!("unix:{}", path.display()));
    assert_eq!(chardev.local_name(), format!("unix:{}", path.display()));
    let mut connection = next(&mut chardev).await.unwrap();
    let (mut peer, _) = server.accept().unwrap();
    peer.write_all(b"hi").unwrap();
    drop(peer);
    assert_eq!(read_to_end(&mut connection).await, b"hi");
    drop(connection);
    assert!(next(&mut chardev).await.is_none());
    drop(chardev);
    assert!(exists(&path), "the server's file was removed by its client");
}

#[test]
fn a_client_without_reconnect_fails_when_nobody_listens() {
    let (_directory, path, _) = place();
    let error = bind_error(&format!("unix:{}", path.display()));
    assert!(error.contains("No such file"), "{error}");
    assert!(error.contains("give reconnect=SECONDS"), "{error}");
    leave_stale(&path);
    assert!(bind_error(&format!("unix:{}", path.display())).contains("refused"));
}

#[tokio::test(start_paused = true)]
async fn a_client_with_reconnect_tries_again_after_each_failure_and_each_end() {
    let (_directory, path, _) = place();
    let mut chardev = open(&format!("unix:{},reconnect=7", path.display()));
    let started = tokio::time::Instant::now();
    {
        let seven_seconds = Duration::from_millis(7_100);
        // The first attempt fails at once, the second one after 7 s.
        assert!(tokio::time::timeout(seven_seconds, next(&mut chardev)).await.is_err());
    }
    let server = UnixListener::bind(&path).unwrap();
    let connection = next(&mut chardev).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 14);
    assert!(connection.peer().starts_with(&format!("unix:pid={},", std::process::id())), "{}", connection.peer());
    drop(server.accept().unwrap());
    drop(connection);
    let ended = started.elapsed();
    let _connection = next(&mut chardev).await.unwrap();
    assert_eq!((started.elapsed() - ended).as_secs(), 7, "no pause after an end");
}

/// Whether one more client waits.
fn has_client(server: &UnixListener) -> bool {
    match server.accept() {
        Ok(_) => true,
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_with_reconnect_connects_once_for_each_end_and_never_while_it_is_connected() {
    let (_directory, path, _) = place();
    let mut chardev = open(&format!("unix:{},reconnect=7", path.display()));
    let server = UnixListener::bind(&path).unwrap();
    server.set_nonblocking(true).unwrap();
    let mut connection = next(&mut chardev).await.unwrap();
    for round in 0..50 {
        let (peer, _) = server.accept().unwrap();
        assert!(!has_client(&server), "round {round}: two connections");
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert!(!has_client(&server), "round {round}: a connection while one is up");
        drop((peer, connection));
        let ended = tokio::time::Instant::now();
        // Asked twice and dropped before it was done: one pause goes on, and not two.
        for _ in 0..2 {
            assert!(tokio::time::timeout(Duration::from_secs(3), next(&mut chardev)).await.is_err());
        }
        connection = next(&mut chardev).await.unwrap();
        assert_eq!(ended.elapsed().as_secs(), 7, "round {round}");
    }
}

/// The descriptors of this process that would survive exec(2).
fn heritable() -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc/self/fdinfo").unwrap() {
        // Closed since, by another test.
        let Ok(info) = fs::read_to_string(entry.as_ref().unwrap().path()) else { continue };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
        if i64::from_str_radix(flags.trim(), 8).unwrap() & 0o2_000_000 == 0 {
            found.push(entry.unwrap().file_name().into_string().unwrap());
        }
    }
    found
}

#[tokio::test]
async fn no_descriptor_survives_exec() {
    // What cargo passes to us may be among them.
    let before = heritable();
    let (_directory, path, options) = place();
    let mut chardev = open(&options);
    let client = open(&format!("unix:{}", path.display()));
    let tcp = open("tcp:127.0.0.1:0,server=on");
    let connection = next(&mut chardev).await.unwrap();
    assert_eq!(heritable(), before);
    drop((client, tcp, connection));
}
