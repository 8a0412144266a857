//! The state of a vCPU, and the program of the synthetic guest.

use serde::{Deserialize, Serialize};

use crate::machine::memory::{GuestRam, PAGE_SIZE, RamError};

/// The registers that the synthetic guest has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuState {
    /// Instruction pointer: moves on with every write.
    pub rip: u64,
    /// Flags.
    pub rflags: u64,
    /// Writes since the reset.
    pub rax: u64,
    /// State of the random number generator; never 0.
    pub rbx: u64,
    /// Guest address of the last write.
    pub rcx: u64,
}

impl CpuState {
    /// A vCPU after a reset: at the reset vector of a PC.
    #[must_use]
    pub const fn at_reset(index: u16) -> Self {
        Self { rip: 0xffff_fff0, rflags: 2, rax: 0, rbx: index as u64 + 1, rcx: 0 }
    }
}

/// What the synthetic guest does: it counts up numbers at the start of pages that it picks at random.
#[derive(Debug, Clone)]
pub struct Workload {
    ram: GuestRam,
    first_page: Vec<(u64, u64)>,
    stride: u64,
    pages: u64,
}

impl Workload {
    /// The most pages that the guest ever touches, so that a machine with much RAM doesn't eat up the host: 256 MiB.
    const WORKING_SET: u64 = (256 << 20) / PAGE_SIZE as u64;

    /// A workload that is spread evenly over `ram`.
    #[must_use]
    pub fn new(ram: GuestRam) -> Self {
        let total = ram.pages();
        let pages = total.min(Self::WORKING_SET);
        let mut first_page = Vec::new();
        let mut index = 0;
        for range in ram.ranges() {
            first_page.push((index, range.start));
            index += range.len / PAGE_SIZE as u64;
        }
        Self { ram, first_page, stride: (total / pages.max(1)).max(1), pages: pages.max(1) }
    }

    /// Runs one step: one write to RAM.
    ///
    /// # Errors
    /// None while the RAM is what the workload was made for.
    pub fn step(&self, cpu: &mut CpuState) -> Result<(), RamError> {
        cpu.rbx = xorshift(cpu.rbx);
        let address = self.address(cpu.rbx % self.pages * self.stride);
        self.ram.count_up(address)?;
        cpu.rax = cpu.rax.wrapping_add(1);
        cpu.rip = cpu.rip.wrapping_add(3);
        cpu.rcx = address;
        Ok(())
    }

    /// The guest address of a page that is counted over all RAM.
    fn address(&self, page: u64) -> u64 {
        let after = self.first_page.partition_point(|(first, _)| *first <= page);
        let (first, start) = self.first_page.get(after.saturating_sub(1)).copied().unwrap_or_default();
        start + (page - first) * PAGE_SIZE as u64
    }
}

/// Marsaglia's xorshift64; a state that a peer sent as 0, where the generator would stay for ever, counts as 1.
const fn xorshift(state: u64) -> u64 {
    let mut x = if state == 0 { 1 } else { state };
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::memory::RamRange;

    const PAGE: u64 = PAGE_SIZE as u64;

    #[test]
    fn pages_are_counted_over_the_hole() {
        let ram = GuestRam::with_ranges(&[
            RamRange { start: 0, len: 2 * PAGE },
            RamRange { start: 10 * PAGE, len: 2 * PAGE },
        ]);
        let workload = Workload::new(ram.unwrap());
        let addresses: Vec<_> = (0..4).map(|page| workload.address(page) / PAGE).collect();
        assert_eq!(addresses, [0, 1, 10, 11]);
    }

    #[test]
    fn every_step_writes_and_the_same_state_writes_the_same() {
        let run = |steps: u32| {
            let ram = GuestRam::new(1 << 20).unwrap();
            let workload = Workload::new(ram.clone());
            let mut cpu = CpuState::at_reset(0);
            (0..steps).for_each(|_| workload.step(&mut cpu).unwrap());
            (cpu, ram.fingerprint().unwrap())
        };
        assert_eq!(run(1000), run(1000));
        assert_ne!(run(1000), run(1001));
        assert_eq!(run(1000).0.rax, 1000);
    }

    #[test]
    fn a_generator_state_of_zero_does_not_stick() {
        assert_ne!(xorshift(0), 0);
    }
}
