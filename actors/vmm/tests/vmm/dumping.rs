//! Dumps of RAM: synchronous, detached, failing.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command as Process;

use qmp_vmm::dump::NO_DUMP;
use qmp_vmm::events::MachineEvent;
use qmp_vmm::machine::MachineConfig;
use qmp_vmm::machine::runstate::RunState;
use qmp_vmm::qapi::MigrationStatus;
use qmp_vmm::qapi::commands::{Cont, DumpGuestMemory, Migrate, MigrateIncoming, QueryDump, QueryMigrate, Quit, Stop};
use qmp_vmm::qapi::events;
use qmp_vmm::qapi::{DumpQueryResult, DumpStatus};

use crate::rig::{Rig, config, paused, until, waiting};

const RAM: u64 = 8 << 20;

pub(crate) fn dump_to(path: &Path) -> DumpGuestMemory {
    DumpGuestMemory {
        paging: false,
        protocol: format!("file:{}", path.display()),
        detach: None,
        begin: None,
        length: None,
        format: None,
    }
}

fn detached(path: &Path) -> DumpGuestMemory {
    DumpGuestMemory { detach: Some(true), ..dump_to(path) }
}

fn number<const N: usize>(bytes: &[u8], at: u64) -> u64 {
    let mut number = [0; 8];
    number[..N].copy_from_slice(&bytes[at as usize..at as usize + N]);
    u64::from_le_bytes(number)
}

/// The content of the core's PT_LOAD segments, with their physical addresses.
fn segments(core: &[u8]) -> Vec<(u64, &[u8])> {
    assert_eq!(&core[..4], b"\x7fELF");
    let (table, entry, count) = (number::<8>(core, 32), number::<2>(core, 54), number::<2>(core, 56));
    (0..count)
        .map(|index| table + index * entry)
        .filter(|at| number::<4>(core, *at) == 1)
        .map(|at| {
            let (offset, size) = (number::<8>(core, at + 8) as usize, number::<8>(core, at + 32) as usize);
            (number::<8>(core, at + 24), &core[offset..offset + size])
        })
        .collect()
}

#[actix::test]
async fn a_core_holds_all_of_ram_and_the_guest_runs_on() {
    let rig = Rig::running();
    rig.mark_ram();
    rig.send(Stop).await.unwrap();
    let path = rig.path("core");
    rig.send(dump_to(&path)).await.unwrap();
    assert_eq!(rig.events(), ["STOP", "DUMP_COMPLETED"]);
    assert_eq!(rig.state().await, RunState::Paused);
    let core = std::fs::read(&path).unwrap();
    let segments = segments(&core);
    assert_eq!(segments.iter().map(|(address, content)| (*address, content.len())).collect::<Vec<_>>(), [(0, 8 << 20)]);
    let mut ram = vec![0; RAM as usize];
    rig.ram.read(0, &mut ram).unwrap();
    assert!(segments[0].1 == ram);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let state = rig.send(QueryDump).await.unwrap();
    assert_eq!(state, DumpQueryResult { status: DumpStatus::Completed, completed: RAM, total: RAM });
}

#[actix::test]
async fn a_running_guest_stands_still_for_the_dump_and_the_events_say_so() {
    let rig = Rig::running();
    rig.send(dump_to(&rig.path("core"))).await.unwrap();
    assert_eq!(rig.events(), ["STOP", "DUMP_COMPLETED", "RESUME"]);
    assert_eq!(rig.state().await, RunState::Running);
}

#[actix::test]
async fn other_peoples_tools_read_the_core() {
    let rig = Rig::new(paused());
    rig.mark_ram();
    let path = rig.path("core");
    rig.send(dump_to(&path)).await.unwrap();
    let Ok(readelf) = Process::new("readelf").args(["-a", "-W"]).arg(&path).output() else {
        eprintln!("skipped: no readelf here");
        return;
    };
    let text = String::from_utf8_lossy(&readelf.stdout);
    assert!(readelf.stderr.is_empty(), "{}", String::from_utf8_lossy(&readelf.stderr));
    assert!(text.contains("CORE (Core file)") && text.contains("X86-64"), "{text}");
    assert_eq!(text.matches("NT_PRSTATUS").count(), 2, "{text}");
    let Ok(gdb) = Process::new("gdb")
        .args(["-nx", "-batch", "-ex", "info threads", "-ex", "x/s 65636"])
        .arg("-c")
        .arg(&path)
        .output()
    else {
        eprintln!("skipped: no gdb here");
        return;
    };
    let text = String::from_utf8_lossy(&gdb.stdout);
    assert!(text.contains("LWP 2") && text.contains("\"page 1\""), "{text}");
}

#[actix::test]
async fn a_part_of_ram_can_be_dumped() {
    let rig = Rig::new(paused());
    rig.mark_ram();
    let part = DumpGuestMemory { begin: Some(65636), length: Some(6), ..dump_to(&rig.path("core")) };
    rig.send(part).await.unwrap();
    let core = std::fs::read(rig.path("core")).unwrap();
    assert_eq!(segments(&core), [(65636, &b"page 1"[..])]);
}

#[actix::test]
async fn a_path_that_can_not_be_written_stops_nothing() {
    let rig = Rig::running();
    let path = rig.path("no/such/folder");
    let error = rig.send(dump_to(&path)).await.unwrap_err();
    assert_eq!(error, format!("Could not open '{}': No such file or directory", path.display()));
    assert!(rig.events().is_empty());
    assert_eq!((rig.state().await, rig.send(QueryDump).await.unwrap()), (RunState::Running, NO_DUMP));
}

#[actix::test]
async fn a_full_disk_is_told_by_reply_event_and_query() {
    let rig = Rig::running();
    let error = rig.send(dump_to(Path::new("/dev/full"))).await.unwrap_err();
    assert_eq!(error, "dump: failed to write elf header: No space left on device");
    let result = DumpQueryResult { status: DumpStatus::Failed, completed: 0, total: RAM };
    let event = rig.event_named("DUMP_COMPLETED");
    assert_eq!(
        event,
        MachineEvent::DumpCompleted(events::DumpCompleted { result: result.clone(), error: Some(error) })
    );
    assert_eq!(rig.send(QueryDump).await.unwrap(), result);
    rig.event_named("RESUME");
    assert_eq!(rig.state().await, RunState::Running);
}

#[actix::test]
async fn a_detached_dump_ends_with_its_event_and_the_guest_runs_on() {
    let rig = Rig::running();
    rig.send(detached(&rig.path("core"))).await.unwrap();
    let result = DumpQueryResult { status: DumpStatus::Completed, completed: RAM, total: RAM };
    let event = rig.event_named("DUMP_COMPLETED");
    assert_eq!(event, MachineEvent::DumpCompleted(events::DumpCompleted { result, error: None }));
    rig.event_named("RESUME");
    assert_eq!(rig.state().await, RunState::Running);
    assert_eq!(segments(&std::fs::read(rig.path("core")).unwrap())[0].1.len(), 8 << 20);
}

#[actix::test]
async fn while_a_detached_dump_runs_the_machine_is_not_touched() {
    let (rig, gate) = Rig::with_gate();
    rig.send(detached(&rig.path("core"))).await.unwrap();
    rig.event_named("DUMP_COMPLETED");
    assert_eq!(rig.state().await, RunState::SaveVm);
    let refusal = Err("There is a dump in process, please wait.".to_owned());
    assert_eq!(rig.send(dump_to(&rig.path("other"))).await, refusal);
    assert_eq!(rig.send(Stop).await, refusal);
    assert_eq!(rig.send(Cont).await, refusal);
    let migrate = Migrate { uri: "unix:/x".into(), blk: None, inc: None, detach: None, resume: None };
    assert_eq!(rig.send(migrate).await, Err("Live migration disabled: dump-guest-memory in progress".into()));
    assert!(!rig.path("other").exists());
    drop(gate);
    rig.event_named("RESUME");
    rig.send(dump_to(&rig.path("other"))).await.unwrap();
}

#[actix::test]
async fn a_machine_that_is_shut_down_during_a_dump_does_not_run_on() {
    let (rig, gate) = Rig::with_gate();
    rig.send(detached(&rig.path("core"))).await.unwrap();
    rig.event_named("DUMP_COMPLETED");
    rig.send(Quit).await.unwrap();
    drop(gate);
    rig.event_named("SHUTDOWN");
    let dump = dump_to(&rig.path("other"));
    until("the dump's thread has reported", async || {
        let error = rig.send(dump.clone()).await.unwrap_err();
        (error == "The machine is shutting down").then_some(())
    })
    .await;
    assert_eq!((rig.state().await, rig.events()), (RunState::Shutdown, vec![]));
}

#[actix::test]
async fn query_dump_tells_a_detached_dump_on_its_way() {
    // Large, so that there is time to look, but sparse, and what is written is thrown away: cheap for the host.
    let rig = Rig::new(MachineConfig { memory_bytes: 1 << 40, ..config() });
    rig.send(detached(Path::new("/dev/null"))).await.unwrap();
    let total = 1 << 40;
    let seen =
        until("it has begun", async || Some(rig.send(QueryDump).await.unwrap()).filter(|now| now.completed > 0)).await;
    assert!(seen.total == total && seen.completed <= total && seen.completed % (1 << 20) == 0, "{seen:?}");
    // The end of the machine doesn't wait for the end of the dump.
    rig.send(Quit).await.unwrap();
    rig.event_named("DUMP_COMPLETED");
}

#[actix::test]
async fn a_machine_that_waits_for_a_migration_is_not_dumped_once_one_has_begun_to_arrive() {
    let rig = Rig::new(waiting());
    rig.send(dump_to(&rig.path("before"))).await.unwrap();
    let refused = "Dump not allowed during incoming migration.";
    assert_eq!(rig.send(detached(&rig.path("core"))).await.unwrap_err(), refused);
    let uri = format!("unix:{}", rig.path("socket").display());
    rig.out_of_band.migrate_incoming(&MigrateIncoming { uri }).unwrap();
    rig.send(dump_to(&rig.path("listening"))).await.unwrap();
    let _source = UnixStream::connect(rig.path("socket")).unwrap();
    until("it arrives", async || {
        let status = rig.send(QueryMigrate).await.unwrap().status;
        status.filter(|status| *status == MigrationStatus::Active)
    })
    .await;
    assert_eq!(rig.send(dump_to(&rig.path("core"))).await.unwrap_err(), refused);
}
