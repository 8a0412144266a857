//! A virtual machine monitor (VMM) prototype that is controlled over QMP.
//!
//! It embeds the monitor crate as any VMM would: the machine is an actor, [`machine::Machine`], that handles one
//! message per command. RAM is real memory, the guest is synthetic: its vCPUs run no instructions but dirty RAM, which
//! is all that dumps and migration need to be worth watching.
//!
//! | module | what it is |
//! |---|---|
//! | [`options`] | the command line |
//! | [`qapi`] | its commands, events and types |
//! | [`events`] | where events go to |
//! | [`control`] | which handler runs which command |
//! | [`signals`] | the end by a signal |
//! | [`machine`] | the actor, and what it is made of: RAM, vCPUs, run state |
//! | [`dump`] | guest RAM to an ELF core file |
//! | [`migration`] | guest RAM and state to another `qmp-vmm`, and forcing a stuck connection closed |
//!
//! # Threads
//! | thread | lives | may block on |
//! |---|---|---|
//! | main (the arbiter of [`machine::Machine`]) | always | a dump's file, a migration's last phase |
//! | the monitors' I/O thread | always | nothing |
//! | `vcpu-N` | always | nothing: runs or waits for an order |
//! | `dump` | during a detached dump | the file |
//! | `migration-out` | from `migrate` to the last phase | the connection |
//! | `migration-in` | always, with `--incoming` | the connection |
//!
//! Whoever blocks on a migration's connection is freed by `yank`, which runs on the monitors' I/O thread, and when the
//! process is to end by a signal, which has a thread of its own.
#![forbid(unsafe_code)]

pub mod control;
pub mod dump;
pub mod events;
pub mod machine;
pub mod migration;
pub mod options;
pub mod qapi;
pub mod signals;

mod os_error;
