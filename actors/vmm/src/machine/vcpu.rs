//! The vCPU threads.
//!
//! Each waits for orders on its own channel and answers each; while it runs it writes a batch and then waits a moment
//! for the next order, which is its pace too. So an order is carried out within one batch, and when
//! [`Vcpus::pause`] has returned, nothing writes to RAM.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::machine::cpu::{CpuState, Workload};

/// Writes between two looks at the orders.
const BATCH: usize = 16;
/// The rest between two batches: with [`BATCH`], about 64 MiB of pages are dirtied in a second by each vCPU.
const PACE: Duration = Duration::from_millis(1);

enum Order {
    Run,
    Pause,
    /// Replaces the registers; only of a paused vCPU.
    Load(CpuState),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Running,
    Paused,
}

/// The vCPUs of a machine. Dropping them ends and joins their threads.
#[derive(Debug)]
pub struct Vcpus {
    vcpus: Vec<Vcpu>,
}

#[derive(Debug)]
struct Vcpu {
    /// `None` once the thread was told to end.
    orders: Option<SyncSender<Order>>,
    answers: Receiver<CpuState>,
    /// As of the last answer.
    state: CpuState,
    thread_id: i32,
    thread: Option<JoinHandle<()>>,
}

impl Vcpus {
    /// Starts the threads of `count` vCPUs, paused.
    ///
    /// # Errors
    /// When the host has no thread to give.
    pub fn start(count: u16, workload: &Workload) -> io::Result<Self> {
        let vcpus = (0..count).map(|index| Vcpu::start(index, workload.clone())).collect::<io::Result<_>>()?;
        Ok(Self { vcpus })
    }

    /// Lets the guest run.
    pub fn run(&mut self) {
        self.order(|_| Order::Run);
    }

    /// Stops the guest; when this returns, no vCPU writes to RAM.
    pub fn pause(&mut self) {
        self.order(|_| Order::Pause);
    }

    /// Puts other registers into paused vCPUs; what is missing stays as it is.
    pub fn load(&mut self, states: &[CpuState]) {
        self.order(|index| states.get(index).map_or(Order::Pause, |state| Order::Load(*state)));
    }

    /// The registers, as of the last order.
    #[must_use]
    pub fn states(&self) -> Vec<CpuState> {
        self.vcpus.iter().map(|vcpu| vcpu.state).collect()
    }

    /// The threads' ids, as the host's tools show them.
    #[must_use]
    pub fn thread_ids(&self) -> Vec<i32> {
        self.vcpus.iter().map(|vcpu| vcpu.thread_id).collect()
    }

    /// Gives every vCPU an order, and then waits for all of them.
    fn order(&mut self, order: impl Fn(usize) -> Order) {
        for (index, vcpu) in self.vcpus.iter().enumerate() {
            // A thread that is gone doesn't run, and its last state stays.
            let _ = vcpu.orders.as_ref().map(|orders| orders.send(order(index)));
        }
        for vcpu in &mut self.vcpus {
            if let Ok(state) = vcpu.answers.recv() {
                vcpu.state = state;
            }
        }
    }
}

impl Drop for Vcpus {
    fn drop(&mut self) {
        for vcpu in &mut self.vcpus {
            vcpu.orders = None;
        }
        for thread in self.vcpus.iter_mut().filter_map(|vcpu| vcpu.thread.take()) {
            if thread.join().is_err() {
                tracing::error!("vcpu_panicked");
            }
        }
    }
}

impl Vcpu {
    fn start(index: u16, workload: Workload) -> io::Result<Self> {
        let (orders, orders_in) = sync_channel(1);
        let (answers, answers_in) = sync_channel(1);
        let (id, id_in) = sync_channel(1);
        let thread = Builder::new().name(format!("vcpu-{index}")).spawn(move || {
            let _ = id.send(rustix::thread::gettid().as_raw_nonzero().get());
            VcpuThread { workload, state: CpuState::at_reset(index), orders: orders_in, answers }.run();
        })?;
        let thread_id = id_in.recv().map_err(io::Error::other)?;
        let state = CpuState::at_reset(index);
        Ok(Self { orders: Some(orders), answers: answers_in, state, thread_id, thread: Some(thread) })
    }
}

struct VcpuThread {
    workload: Workload,
    state: CpuState,
    orders: Receiver<Order>,
    answers: SyncSender<CpuState>,
}

impl VcpuThread {
    /// Until the orders end.
    fn run(mut self) {
        let mut mode = Mode::Paused;
        while let Some(order) = self.next(mode) {
            match order {
                Order::Run => mode = Mode::Running,
                Order::Pause => mode = Mode::Paused,
                Order::Load(state) => (mode, self.state) = (Mode::Paused, state),
            }
            if self.answers.send(self.state).is_err() {
                return;
            }
        }
    }

    /// The next order; the guest runs until it comes, if it runs.
    fn next(&mut self, mode: Mode) -> Option<Order> {
        if mode == Mode::Paused {
            return self.orders.recv().ok();
        }
        loop {
            self.batch();
            match self.orders.recv_timeout(PACE) {
                Ok(order) => return Some(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn batch(&mut self) {
        for _ in 0..BATCH {
            if let Err(error) = self.workload.step(&mut self.state) {
                tracing::error!(%error, "guest_access_failed");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::machine::memory::GuestRam;

    fn wait_until(what: &str, condition: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !condition() {
            assert!(Instant::now() < deadline, "{what}");
            std::thread::yield_now();
        }
    }

    fn machine(cpus: u16) -> (GuestRam, Vcpus) {
        let ram = GuestRam::new(1 << 20).unwrap();
        let vcpus = Vcpus::start(cpus, &Workload::new(ram.clone())).unwrap();
        (ram, vcpus)
    }

    #[test]
    fn a_running_guest_dirties_ram_and_a_new_one_does_not_run() {
        let (ram, mut vcpus) = machine(2);
        assert!(ram.take_dirty().is_empty());
        vcpus.run();
        wait_until("RAM is dirtied", || !ram.take_dirty().is_empty());
        vcpus.pause();
        assert!(vcpus.states().iter().any(|state| state.rax > 0));
    }

    #[test]
    fn nothing_is_written_once_pause_has_returned() {
        let (ram, mut vcpus) = machine(3);
        for _ in 0..200 {
            vcpus.run();
            vcpus.pause();
            let states = vcpus.states();
            let _ = ram.take_dirty();
            let print = ram.fingerprint().unwrap();
            std::thread::yield_now();
            assert_eq!(ram.fingerprint().unwrap(), print);
            assert!(ram.take_dirty().is_empty());
            assert_eq!(vcpus.states(), states);
        }
    }

    #[test]
    fn orders_may_come_twice_and_registers_can_be_loaded() {
        let (_, mut vcpus) = machine(2);
        let other = CpuState { rax: 77, ..CpuState::at_reset(9) };
        vcpus.run();
        vcpus.run();
        vcpus.load(&[other]);
        assert_eq!(vcpus.states()[0], other);
        vcpus.pause();
        vcpus.pause();
        assert_eq!(vcpus.states()[0], other);
    }

    #[test]
    fn every_vcpu_is_a_thread_of_its_own_that_ends_with_the_machine() {
        let (_, mut vcpus) = machine(3);
        let mut ids = vcpus.thread_ids();
        ids.dedup();
        assert_eq!(ids.len(), 3);
        let exists = |id: &i32| std::path::Path::new(&format!("/proc/self/task/{id}")).exists();
        assert!(ids.iter().all(exists));
        vcpus.run();
        drop(vcpus);
        wait_until("the threads are gone", || !ids.iter().any(exists));
    }
}
