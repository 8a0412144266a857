//! Starting, stopping, resetting, ending.

use qmp_vmm::events::MachineEvent;
use qmp_vmm::machine::TurnOff;
use qmp_vmm::machine::runstate::RunState;
use qmp_vmm::qapi::commands::{
    Cont, QueryCpusFast, QueryMemorySizeSummary, QueryName, QueryStatus, Quit, Stop, SystemPowerdown, SystemReset,
};
use qmp_vmm::qapi::{ShutdownCause, events};

use crate::rig::{Rig, paused, until, waiting};

#[actix::test]
async fn a_machine_runs_on_its_own_and_a_paused_one_waits_for_cont() {
    let rig = Rig::running();
    assert_eq!(rig.state().await, RunState::Running);
    let rig = Rig::new(paused());
    assert_eq!(rig.state().await, RunState::Prelaunch);
    assert!(rig.ram.take_dirty().is_empty());
    rig.send(Cont).await.unwrap();
    assert_eq!((rig.state().await, rig.events()), (RunState::Running, vec!["RESUME"]));
    until("RAM is dirtied", async || (!rig.ram.take_dirty().is_empty()).then_some(())).await;
}

#[actix::test]
async fn nothing_is_written_to_ram_once_stop_has_returned() {
    let rig = Rig::running();
    for _ in 0..20 {
        rig.send(Stop).await.unwrap();
        let print = rig.ram.fingerprint().unwrap();
        assert_eq!(rig.state().await, RunState::Paused);
        assert_eq!(rig.ram.fingerprint().unwrap(), print);
        rig.send(Cont).await.unwrap();
    }
}

#[actix::test]
async fn stop_and_cont_twice_are_one_event_each() {
    let rig = Rig::running();
    for _ in 0..2 {
        rig.send(Stop).await.unwrap();
    }
    for _ in 0..2 {
        rig.send(Cont).await.unwrap();
    }
    assert_eq!(rig.events(), ["STOP", "RESUME"]);
}

#[actix::test]
async fn a_reset_starts_the_guest_afresh_and_keeps_its_ram() {
    let rig = Rig::running();
    rig.send(SystemReset).await.unwrap();
    let reset = events::Reset { guest: false, reason: ShutdownCause::HostQmpSystemReset };
    assert_eq!(rig.event(), MachineEvent::Reset(reset));
    assert_eq!(rig.state().await, RunState::Running);
    rig.send(Stop).await.unwrap();
    let print = rig.ram.fingerprint().unwrap();
    rig.send(SystemReset).await.unwrap();
    assert_eq!(rig.state().await, RunState::Prelaunch);
    assert_eq!(rig.ram.fingerprint().unwrap(), print);
}

#[actix::test]
async fn the_power_button_is_told_and_the_guest_does_not_listen() {
    let rig = Rig::running();
    rig.send(SystemPowerdown).await.unwrap();
    assert_eq!((rig.state().await, rig.events()), (RunState::Running, vec!["POWERDOWN"]));
}

#[actix::test]
async fn quit_and_a_signal_shut_down_once() {
    let rig = Rig::running();
    rig.send(Quit).await.unwrap();
    assert!(rig.exit.is_triggered());
    rig.machine.send(TurnOff { cause: ShutdownCause::HostSignal }).await.unwrap();
    assert_eq!(
        rig.event(),
        MachineEvent::Shutdown(events::Shutdown { guest: false, reason: ShutdownCause::HostQmpQuit })
    );
    assert!(rig.events().is_empty());
    assert_eq!(rig.state().await, RunState::Shutdown);
    assert_eq!(rig.send(Cont).await, Err("The machine is shutting down".into()));
}

#[actix::test]
async fn cont_while_incoming_is_an_error() {
    let rig = Rig::new(waiting());
    let status = rig.send(QueryStatus).await.unwrap();
    assert_eq!((status.running, status.status), (false, RunState::Inmigrate));
    let error = rig.send(Cont).await.unwrap_err();
    assert_eq!(error, "An incoming migration is expected before this command can be executed");
    assert_eq!(rig.state().await, RunState::Inmigrate);
}

#[actix::test]
async fn the_machine_tells_what_it_consists_of() {
    let rig = Rig::running();
    assert_eq!(rig.send(QueryName).await.unwrap().name.as_deref(), Some("rig"));
    let memory = rig.send(QueryMemorySizeSummary).await.unwrap();
    assert_eq!(serde_json::to_value(memory).unwrap(), serde_json::json!({"base-memory": 8 << 20, "plugged-memory": 0}));
    let cpus = rig.send(QueryCpusFast).await.unwrap();
    assert_eq!(cpus.len(), 2);
    for cpu in &cpus {
        let name = std::fs::read_to_string(format!("/proc/self/task/{}/comm", cpu.thread_id)).unwrap();
        assert_eq!(name.trim_end(), format!("vcpu-{}", cpu.cpu_index));
    }
    let expected = serde_json::json!({"cpu-index": 1, "qom-path": "/machine/unattached/device[1]", "target": "x86_64",
        "thread-id": cpus[1].thread_id, "props": {"core-id": 1, "socket-id": 0, "thread-id": 0}});
    assert_eq!(serde_json::to_value(&cpus[1]).unwrap(), expected);
}
