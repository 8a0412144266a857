//! The beginning of an ELF core file: everything but the content of RAM.
//!
//! ```text
//!   ELF header │ program headers: PT_NOTE, a PT_LOAD for each region │ notes │ padding │ RAM, region after region
//! ```
//!
//! Each vCPU is a "thread" of the core, with a note `CORE`/`NT_PRSTATUS` that holds its registers, so that a debugger
//! can open the file. A region's physical address is its guest physical address; its virtual address is the same, as
//! the guest runs without paging. Source: System V ABI, generic and x86-64; `elf(5)`, `core(5)`.

use crate::machine::cpu::CpuState;
use crate::machine::memory::{PAGE_SIZE, RamRange};

const EHDR_SIZE: u16 = 64;
const PHDR_SIZE: u16 = 56;
const ET_CORE: u16 = 4;
const EM_X86_64: u16 = 62;
const PT_LOAD: u32 = 1;
const PT_NOTE: u32 = 4;
const NT_PRSTATUS: u32 = 1;

/// Size of x86-64's `struct elf_prstatus`, and where the members that are used are.
const PRSTATUS_SIZE: usize = 336;
const PRSTATUS_PID: usize = 32;
const PRSTATUS_REGISTERS: usize = 112;
/// Places in its array of registers.
const RBX: usize = 5;
const RAX: usize = 10;
const RCX: usize = 11;
const RIP: usize = 16;
const RFLAGS: usize = 18;

/// All that stands before the content of `ranges`: whole pages.
#[must_use]
pub fn header(ranges: &[RamRange], cpus: &[CpuState]) -> Vec<u8> {
    let notes: Vec<u8> = cpus.iter().zip(1..).flat_map(|(cpu, thread)| prstatus_note(cpu, thread)).collect();
    let notes_at = u64::from(EHDR_SIZE) + u64::from(PHDR_SIZE) * (ranges.len() as u64 + 1);
    let ram_at = (notes_at + notes.len() as u64).next_multiple_of(PAGE_SIZE as u64);

    // A handful of regions, never the 65,535 that the format can't count.
    let mut bytes = elf_header(u16::try_from(ranges.len() + 1).unwrap_or(u16::MAX));
    let note = RamRange { start: 0, len: notes.len() as u64 };
    bytes.extend(program_header(PT_NOTE, notes_at, note, 0));
    let mut offset = ram_at;
    for range in ranges {
        bytes.extend(program_header(PT_LOAD, offset, *range, range.len));
        offset += range.len;
    }
    bytes.extend(notes);
    bytes.resize(usize::try_from(ram_at).unwrap_or(bytes.len()), 0);
    bytes
}

fn elf_header(program_headers: u16) -> Vec<u8> {
    let mut bytes = b"\x7fELF".to_vec();
    // 64 bits, little-endian, version 1, System V.
    bytes.extend([2, 1, 1, 0]);
    bytes.resize(16, 0);
    bytes.extend(ET_CORE.to_le_bytes());
    bytes.extend(EM_X86_64.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    let (entry, sections_at) = (0_u64, 0_u64);
    for field in [entry, u64::from(EHDR_SIZE), sections_at] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend(0_u32.to_le_bytes());
    for field in [EHDR_SIZE, PHDR_SIZE, program_headers, 0, 0, 0] {
        bytes.extend(field.to_le_bytes());
    }
    bytes
}

fn program_header(kind: u32, offset: u64, range: RamRange, memory_size: u64) -> Vec<u8> {
    let (flags, align) = (0_u32, 0_u64);
    let mut bytes = [kind.to_le_bytes(), flags.to_le_bytes()].concat();
    for field in [offset, range.start, range.start, range.len, memory_size, align] {
        bytes.extend(field.to_le_bytes());
    }
    bytes
}

fn prstatus_note(cpu: &CpuState, thread: u32) -> Vec<u8> {
    const NAME: [u8; 8] = *b"CORE\0\0\0\0";
    let mut status = vec![0; PRSTATUS_SIZE];
    status[PRSTATUS_PID..PRSTATUS_PID + 4].copy_from_slice(&thread.to_le_bytes());
    for (place, value) in [(RBX, cpu.rbx), (RAX, cpu.rax), (RCX, cpu.rcx), (RIP, cpu.rip), (RFLAGS, cpu.rflags)] {
        let at = PRSTATUS_REGISTERS + place * size_of::<u64>();
        status[at..at + size_of::<u64>()].copy_from_slice(&value.to_le_bytes());
    }
    let name_len = 5_u32;
    let mut bytes = [name_len, PRSTATUS_SIZE as u32, NT_PRSTATUS].map(u32::to_le_bytes).concat();
    bytes.extend(NAME);
    bytes.extend(status);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    #[test]
    fn sizes_and_places_fit_together() {
        let ranges = [RamRange { start: 0, len: 0x5000 }, RamRange { start: 1 << 32, len: 0x3000 }];
        let cpus = [CpuState::at_reset(0), CpuState::at_reset(1)];
        let bytes = header(&ranges, &cpus);
        assert_eq!(bytes.len() % PAGE_SIZE, 0);
        let headers: Vec<_> = bytes[64..64 + 3 * 56].chunks(56).collect();
        let note_size = number(headers[0], 32) as usize;
        assert_eq!(number(headers[0], 8), 64 + 3 * 56);
        assert_eq!(note_size, 2 * (12 + 8 + 336));
        assert_eq!(number(headers[1], 8), bytes.len() as u64);
        assert_eq!(number(headers[2], 8), bytes.len() as u64 + 0x5000);
        assert_eq!(number(headers[2], 24), 1 << 32);
        assert_eq!(number(headers[2], 32), 0x3000);
    }

    #[test]
    fn registers_are_where_debuggers_look_for_them() {
        let cpu = CpuState { rip: 1, rflags: 2, rax: 3, rbx: 4, rcx: 5 };
        let note = prstatus_note(&cpu, 7);
        let registers = 12 + 8 + 112;
        let places = [(5, 4), (10, 3), (11, 5), (16, 1), (18, 2)];
        for (place, value) in places {
            assert_eq!(number(&note, registers + place * 8), value);
        }
        assert_eq!(note[12 + 8 + 32], 7);
    }
}
