//! Migrations: whole, refused, cancelled, stuck.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use qmp_vmm::events::MachineEvent;
use qmp_vmm::machine::MachineConfig;
use qmp_vmm::machine::cpu::CpuState;
use qmp_vmm::machine::memory::GuestRam;
use qmp_vmm::machine::runstate::{Autostart, RunState};
use qmp_vmm::migration::DeviceState;
use qmp_vmm::migration::stream::{Frame, FrameReader, FrameWriter, Hello};
use qmp_vmm::qapi::MigrationStatus;
use qmp_vmm::qapi::commands::{Cont, Migrate, MigrateCancel, MigrateIncoming, QueryMigrate, QueryStatus, Stop, Yank};
use qmp_vmm::qapi::events;
use qmp_vmm::qapi::{InetSocketAddress, MigrationInfo, SocketAddress, UnixSocketAddress, YankInstance};

use crate::dumping::dump_to;
use crate::rig::{Rig, config, paused, until, waiting};

fn migrate(uri: &str) -> Migrate {
    Migrate { uri: uri.into(), blk: None, inc: None, detach: None, resume: None }
}

fn to(path: &Path) -> Migrate {
    migrate(&format!("unix:{}", path.display()))
}

fn yank() -> Yank {
    Yank { instances: vec![YankInstance::Migration] }
}

fn changed(status: MigrationStatus) -> MachineEvent {
    MachineEvent::Migration(events::Migration { status })
}

/// Lets a destination listen, out-of-band, and tells the URI for the source.
async fn listen(rig: &Rig, uri: &str) -> String {
    rig.out_of_band.migrate_incoming(&MigrateIncoming { uri: uri.into() }).unwrap();
    let info = rig.send(QueryMigrate).await.unwrap();
    match &info.socket_address.unwrap()[0] {
        SocketAddress::Inet(InetSocketAddress { host, port }) => format!("tcp:{host}:{port}"),
        SocketAddress::Unix(UnixSocketAddress { path }) => format!("unix:{path}"),
    }
}

async fn ended(rig: &Rig) -> MigrationInfo {
    until("the migration ends", async || {
        let info = rig.send(QueryMigrate).await.unwrap();
        (!info.status?.is_under_way()).then_some(info)
    })
    .await
}

/// Migrates and waits for both ends.
async fn move_machine(source: &Rig, destination: &Rig, uri: &str) {
    let uri = listen(destination, uri).await;
    source.send(migrate(&uri)).await.unwrap();
    assert_eq!(ended(source).await.status, Some(MigrationStatus::Completed));
    assert_eq!(ended(destination).await.status, Some(MigrationStatus::Completed));
}

#[actix::test]
async fn a_running_machine_moves_over_both_kinds_of_socket_and_runs_there() {
    for kind in ["unix", "tcp"] {
        let (source, destination) = (Rig::running(), Rig::new(waiting()));
        source.mark_ram();
        let uri = match kind {
            "unix" => format!("unix:{}", destination.path("s").display()),
            _ => "tcp:127.0.0.1:0".to_owned(),
        };
        move_machine(&source, &destination, &uri).await;
        assert_eq!(source.state().await, RunState::Postmigrate);
        assert_eq!(destination.state().await, RunState::Running);
        assert_eq!(source.events(), ["MIGRATION", "MIGRATION", "STOP", "MIGRATION"]);
        assert_eq!(destination.events(), ["MIGRATION", "MIGRATION", "RESUME", "MIGRATION"]);
        let info = source.send(QueryMigrate).await.unwrap();
        let ram = info.ram.unwrap();
        assert_eq!((ram.total, ram.remaining), (8 << 20, 0));
        assert!(ram.normal >= 128 && ram.duplicate > 0 && info.downtime.is_some(), "{ram:?}");
        assert!(!destination.path("s").exists());
    }
}

#[actix::test]
async fn ram_and_registers_are_equal_afterwards_however_busy_the_guest_was() {
    for _ in 0..10 {
        let source = Rig::running();
        // It may not start there, so that there is something to compare.
        let destination = Rig::new(MachineConfig { autostart: Autostart::No, ..waiting() });
        source.mark_ram();
        // As an earlier migration that failed may have left it.
        destination.ram.write(1000, &[0xff; 1 << 20]).unwrap();
        move_machine(&source, &destination, "tcp:127.0.0.1:0").await;
        assert_eq!(destination.state().await, RunState::Paused);
        assert_eq!(source.ram.fingerprint().unwrap(), destination.ram.fingerprint().unwrap());
        // A core has the registers too.
        assert!(core(&source).await == core(&destination).await);
    }
}

async fn core(rig: &Rig) -> Vec<u8> {
    let path = rig.path("core");
    rig.send(dump_to(&path)).await.unwrap();
    std::fs::read(path).unwrap()
}

#[actix::test]
async fn a_destination_listens_for_one_source_and_runs_only_on_its_commit() {
    let source_ram = GuestRam::new(8 << 20).unwrap();
    let destination = Rig::new(waiting());
    let uri = listen(&destination, "tcp:127.0.0.1:0").await;
    let address = uri.strip_prefix("tcp:").unwrap();
    let stream = TcpStream::connect(address).unwrap();
    let mut writer = FrameWriter::new(&stream);
    let mut reader = FrameReader::new(&stream);
    writer.hello(&Hello { page_size: 4096, cpus: 2, ram: source_ram.ranges() }).unwrap();
    reader.expect(&Frame::Accepted).unwrap();
    let second = TcpStream::connect(address).unwrap_err();
    assert_eq!(second.kind(), std::io::ErrorKind::ConnectionRefused);
    let cpus = vec![CpuState::at_reset(0), CpuState::at_reset(1)];
    writer.state(&DeviceState { run_state: RunState::Running, cpus }).unwrap();
    writer.end().unwrap();
    reader.expect(&Frame::Loaded).unwrap();
    drop(stream);
    assert_eq!(ended(&destination).await.status, Some(MigrationStatus::Failed));
    assert_eq!(destination.state().await, RunState::Inmigrate);
    assert!(!destination.events().contains(&"RESUME"));
}

#[actix::test]
async fn ram_above_the_device_hole_moves_too() {
    let large = 5 << 30;
    let source = Rig::new(MachineConfig { memory_bytes: large, ..paused() });
    let destination = Rig::new(MachineConfig { memory_bytes: large, ..waiting() });
    for address in [0, 0xbfff_f000, 0x1_0000_0000, 0x1_7fff_f000] {
        source.ram.write(address, b"here").unwrap();
    }
    move_machine(&source, &destination, "tcp:127.0.0.1:0").await;
    for address in [0, 0xbfff_f000, 0x1_0000_0000, 0x1_7fff_f000] {
        let mut found = [0; 4];
        destination.ram.read(address, &mut found).unwrap();
        assert_eq!(&found, b"here");
    }
}

#[actix::test]
async fn a_machine_that_did_not_run_does_not_run_there() {
    let (source, destination) = (Rig::new(paused()), Rig::new(waiting()));
    move_machine(&source, &destination, "tcp:127.0.0.1:0").await;
    assert_eq!(destination.state().await, RunState::Prelaunch);
    assert!(!destination.events().contains(&"RESUME"));

    let (source, destination) = (Rig::running(), Rig::new(waiting()));
    source.send(Stop).await.unwrap();
    move_machine(&source, &destination, "tcp:127.0.0.1:0").await;
    assert_eq!(destination.state().await, RunState::Paused);
}

#[actix::test]
async fn a_machine_can_move_on_and_the_one_it_left_can_be_told_to_run_again() {
    let (first, second, third) = (Rig::running(), Rig::new(waiting()), Rig::new(waiting()));
    move_machine(&first, &second, "tcp:127.0.0.1:0").await;
    let error = first.send(migrate("unix:/x")).await.unwrap_err();
    assert_eq!(error, "Can't migrate the vm that was paused due to previous migration");
    let error = second.out_of_band.migrate_incoming(&MigrateIncoming { uri: "unix:/x".into() }).unwrap_err();
    assert_eq!(error.desc(), "The incoming migration has already been started");
    move_machine(&second, &third, "tcp:127.0.0.1:0").await;
    assert_eq!(third.state().await, RunState::Running);
    first.send(Cont).await.unwrap();
    assert_eq!(first.state().await, RunState::Running);
}

#[actix::test]
async fn a_migration_to_nobody_fails_later_in_words_and_the_guest_runs_on() {
    let rig = Rig::running();
    let path = rig.path("nobody");
    rig.send(to(&path)).await.unwrap();
    let info = ended(&rig).await;
    assert_eq!(info.status, Some(MigrationStatus::Failed));
    let words = format!("Failed to connect to '{}': No such file or directory", path.display());
    assert_eq!(info.error_desc, Some(words));
    assert_eq!([rig.event(), rig.event()], [changed(MigrationStatus::Setup), changed(MigrationStatus::Failed)]);
    assert_eq!((rig.state().await, rig.out_of_band.query_yank()), (RunState::Running, vec![]));
}

#[actix::test]
async fn what_can_not_be_migrated_to_is_refused_at_once() {
    let rig = Rig::running();
    for (uri, error) in [
        ("foo:bar", "Parameter 'uri' expects a valid migration protocol"),
        ("tcp:127.0.0.1", "error parsing address '127.0.0.1'"),
        ("unix:", "invalid Unix socket address"),
    ] {
        assert_eq!(rig.send(migrate(uri)).await, Err(error.into()));
    }
    let resume = Migrate { resume: Some(true), ..migrate("unix:/x") };
    assert_eq!(rig.send(resume).await, Err("Cannot resume if there is no paused migration".into()));
    assert_eq!(rig.send(QueryMigrate).await.unwrap(), MigrationInfo::default());
    rig.send(MigrateCancel).await.unwrap();
    assert!(rig.events().is_empty());
    let waiting = Rig::new(waiting());
    let error = waiting.send(migrate("unix:/x")).await.unwrap_err();
    assert_eq!(error, "Guest is waiting for an incoming migration");
}

#[actix::test]
async fn an_incoming_migration_is_started_once_and_only_where_one_is_expected() {
    let start = |rig: &Rig, uri: &str| {
        let answer = rig.out_of_band.migrate_incoming(&MigrateIncoming { uri: uri.into() });
        answer.map_err(|error| error.desc().to_owned())
    };
    let rig = Rig::running();
    assert_eq!(start(&rig, "tcp:127.0.0.1:0").unwrap_err(), "'-incoming' was not specified on the command line");

    let rig = Rig::new(waiting());
    assert_eq!(start(&rig, "foo").unwrap_err(), "unknown migration protocol: foo");
    assert_eq!(start(&rig, "unix:/nope/x").unwrap_err(), "Failed to bind socket to /nope/x: No such file or directory");
    assert!(rig.out_of_band.query_yank().is_empty());
    start(&rig, "tcp:127.0.0.1:0").unwrap();
    assert_eq!(rig.out_of_band.query_yank(), [YankInstance::Migration]);
    assert_eq!(start(&rig, "tcp:127.0.0.1:0").unwrap_err(), "The incoming migration has already been started");
}

#[actix::test]
async fn a_machine_of_another_size_is_refused_on_both_sides_and_the_right_one_may_come_after() {
    let source = Rig::new(MachineConfig { memory_bytes: 4 << 20, ..config() });
    let (right, destination) = (Rig::running(), Rig::new(waiting()));
    source.event_named("RESUME");
    let uri = listen(&destination, "tcp:127.0.0.1:0").await;
    source.send(migrate(&uri)).await.unwrap();
    let mismatch = "Size mismatch: ram: 0x400000 != 0x800000: Invalid argument";
    let info = ended(&source).await;
    assert_eq!(info.error_desc, Some(format!("The destination refused: {mismatch}")));
    assert_eq!(source.state().await, RunState::Running);
    assert_eq!(ended(&destination).await.error_desc.as_deref(), Some(mismatch));
    assert_eq!(destination.state().await, RunState::Inmigrate);

    move_machine(&right, &destination, "tcp:127.0.0.1:0").await;
    assert_eq!(destination.state().await, RunState::Running);
}

#[actix::test]
async fn garbage_from_a_source_fails_the_migration_and_nothing_else() {
    for garbage in [
        &b""[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"QMP-VMM\n\x01\0\0\0P\xff\xff\xff\xff",
        b"QMP-VMM\n\x01\0\0\0H\x02\0\0\0{}",
    ] {
        let rig = Rig::new(waiting());
        listen(&rig, &format!("unix:{}", rig.path("s").display())).await;
        let mut source = UnixStream::connect(rig.path("s")).unwrap();
        // The machine may be gone from the connection before all is written.
        let _ = source.write_all(garbage);
        drop(source);
        assert_eq!(ended(&rig).await.status, Some(MigrationStatus::Failed));
        assert_eq!(rig.state().await, RunState::Inmigrate);
    }
}

/// A destination that takes everything, if it reads at all, and never says that it has it.
struct MuteDestination {
    listener: UnixListener,
}

impl MuteDestination {
    fn new(rig: &Rig) -> Self {
        Self { listener: UnixListener::bind(rig.path("mute")).unwrap() }
    }

    fn accept(&self) -> UnixStream {
        let (mut stream, _) = self.listener.accept().unwrap();
        stream.write_all(b"A\0\0\0\0").unwrap();
        stream
    }
}

#[actix::test]
async fn a_migration_whose_peer_does_not_read_can_be_cancelled_and_yanked() {
    for out in ["cancel", "yank"] {
        let rig = Rig::running();
        rig.ram.write(0, &vec![7; 8 << 20]).unwrap();
        let mute = MuteDestination::new(&rig);
        rig.send(to(&rig.path("mute"))).await.unwrap();
        let _stream = mute.accept();
        until("it is active", async || {
            (rig.send(QueryMigrate).await.unwrap().status == Some(MigrationStatus::Active)).then_some(())
        })
        .await;
        let refusal = Err("There's a migration process in progress".to_owned());
        assert_eq!(rig.send(migrate("unix:/x")).await, refusal);
        let dump = dump_to(Path::new("/dev/null"));
        assert!(rig.send(dump).await.unwrap_err().ends_with("dump-guest-memory in progress"));
        assert_eq!(rig.out_of_band.query_yank(), [YankInstance::Migration]);
        let (end, error) = if out == "cancel" {
            rig.send(MigrateCancel).await.unwrap();
            (MigrationStatus::Cancelled, None)
        } else {
            rig.out_of_band.yank(&yank()).unwrap();
            (MigrationStatus::Failed, Some("Unable to write to socket: Broken pipe".to_owned()))
        };
        let info = ended(&rig).await;
        assert_eq!((info.status, info.error_desc), (Some(end), error));
        assert_eq!((rig.state().await, rig.out_of_band.query_yank()), (RunState::Running, vec![]));
        assert!(!rig.events().contains(&"STOP"));
    }
}

#[actix::test]
async fn yank_frees_the_main_thread_from_the_last_phase_and_the_guest_runs_on() {
    for before in [RunState::Running, RunState::Prelaunch] {
        let rig = Rig::new(if before.is_running() { config() } else { paused() });
        let mute = MuteDestination::new(&rig);
        rig.send(to(&rig.path("mute"))).await.unwrap();
        let mut stream = mute.accept();
        read_until_end(&mut stream);
        // The main thread waits for an answer now; a command in-band waits behind it.
        let status = rig.machine.send(QueryStatus);
        assert_eq!(rig.out_of_band.query_yank(), [YankInstance::Migration]);
        rig.out_of_band.yank(&yank()).unwrap();
        assert_eq!(status.await.unwrap().unwrap().status, before);
        let info = ended(&rig).await;
        assert_eq!(info.status, Some(MigrationStatus::Failed));
        let words = "The connection was closed before the migration was complete";
        assert_eq!(info.error_desc.as_deref(), Some(words));
        let expected: &[_] = if before.is_running() {
            &["RESUME", "MIGRATION", "MIGRATION", "STOP", "RESUME", "MIGRATION"]
        } else {
            &["MIGRATION", "MIGRATION", "MIGRATION"]
        };
        assert_eq!(rig.events(), expected);
        assert!(rig.out_of_band.query_yank().is_empty());
    }
}

/// Reads frames up to the end of RAM and state.
fn read_until_end(stream: &mut UnixStream) {
    stream.read_exact(&mut [0; 12]).unwrap();
    loop {
        let mut header = [0; 5];
        stream.read_exact(&mut header).unwrap();
        let [kind, len @ ..] = header;
        let mut rest = vec![0; u32::from_le_bytes(len) as usize];
        stream.read_exact(&mut rest).unwrap();
        if kind == b'E' {
            return;
        }
    }
}

#[actix::test]
async fn a_destination_is_freed_by_yank_wherever_it_waits_and_can_start_again() {
    for connected in [false, true] {
        let rig = Rig::new(waiting());
        let path = rig.path("s");
        listen(&rig, &format!("unix:{}", path.display())).await;
        let _silent_source = connected.then(|| UnixStream::connect(&path).unwrap());
        if connected {
            until("it is active", async || rig.send(QueryMigrate).await.unwrap().status).await;
        }
        rig.out_of_band.yank(&yank()).unwrap();
        let info = ended(&rig).await;
        assert_eq!(info.status, Some(MigrationStatus::Failed));
        assert!(!path.exists());
        listen(&rig, &format!("unix:{}", path.display())).await;
        assert_eq!(rig.state().await, RunState::Inmigrate);
    }
}

#[actix::test]
async fn stop_while_incoming_means_that_the_guest_will_not_start() {
    let (source, destination) = (Rig::running(), Rig::new(waiting()));
    destination.send(Stop).await.unwrap();
    move_machine(&source, &destination, "tcp:127.0.0.1:0").await;
    assert_eq!(destination.state().await, RunState::Paused);
}
