//! Nothing is left behind: descriptors, threads, the socket file. One test, since it counts what the process has.

#[path = "rig/rig.rs"]
mod rig;

use std::fs;
use std::path::Path;

use actix_qmp::MonitorOptions;
use actix_qmp::test_support::Client;
use rig::{Rig, answer, send_hold, send_note, until};
use tokio::net::{TcpStream, UnixStream};

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("/proc").count()
}

fn threads_of_arbiters() -> usize {
    let threads = fs::read_dir("/proc/self/task").expect("/proc");
    let names = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("actix-rt|")).count()
}

/// A life of monitors with clients that leave and clients that stay to the end.
async fn a_life(path: &Path) {
    let mut rig = Rig::start().await;
    let unix: MonitorOptions = format!("unix:{},server=on,wait=off", path.display()).parse().expect("options");
    let tcp: MonitorOptions = "tcp:127.0.0.1:0,server=on,wait=off".parse().expect("options");
    rig.monitors.add(unix).await.expect("a monitor");
    let tcp = rig.monitors.add(tcp).await.expect("a monitor");
    let address = tcp.local_name().strip_prefix("tcp:").expect("a TCP address");
    for n in 0..20 {
        let mut over_unix = Client::over(UnixStream::connect(path).await.expect("connected"));
        over_unix.negotiate(&["oob"]).await;
        let mut over_tcp = Client::over(TcpStream::connect(address).await.expect("connected"));
        over_tcp.negotiate(&[]).await;
        for client in [&mut over_unix, &mut over_tcp] {
            send_note(client, n).await;
            assert_eq!(client.receive().await, answer(n));
        }
    }
    let mut stays = Client::over(UnixStream::connect(path).await.expect("connected"));
    stays.negotiate(&["oob"]).await;
    send_hold(&mut stays, 1).await;
    rig.holds.runs(1).await;
    let _waits = UnixStream::connect(path).await.expect("connected");
    rig.end().await;
    assert_eq!(stays.receive().await, answer(1));
    assert_eq!(stays.try_receive().await, None);
}

#[actix::test]
async fn descriptors_threads_and_the_socket_file_are_gone_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("qmp.sock");
    let threads_before = threads_of_arbiters();
    a_life(&path).await;
    // The last of a thread comes behind the end of its tasks.
    until("I/O threads are back", || threads_of_arbiters() == threads_before).await;
    let descriptors_before = descriptors();
    for _ in 0..5 {
        a_life(&path).await;
        assert!(!path.exists(), "the socket file is left behind");
    }
    until("I/O threads are back", || threads_of_arbiters() == threads_before).await;
    until("descriptors are back", || descriptors() == descriptors_before).await;
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "files are left behind");
}
