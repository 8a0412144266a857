//! `qmp-vmm`: reads the command line, puts machine and monitors together, runs them until somebody says `quit`.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fmt::Arguments;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, System};
use actix_qmp::{AddError, MachineReady, Monitor, MonitorOptions, Monitors, ShutdownTrigger, VersionInfo};
use qmp_vmm::machine::{Machine, MachineConfig, TurnOn};
use qmp_vmm::options::Options;
use qmp_vmm::{control, signals};
use tracing_subscriber::EnvFilter;

/// How long clients that don't read can hold the end up.
const SHUTDOWN_WITHIN: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let options = Options::from_command_line();
    let filter = match std::env::var(EnvFilter::DEFAULT_ENV).map(EnvFilter::try_new) {
        Ok(Ok(filter)) => filter,
        Ok(Err(error)) => {
            say(format_args!("RUST_LOG is not understood, so 'warn' is taken: {error}"));
            EnvFilter::new("warn")
        }
        Err(_not_set) => EnvFilter::new("warn"),
    };
    // On standard error: standard output may be a monitor's.
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // It would say on standard error that standard error can't be written to, and panic of that.
    log.log_internal_errors(false).init();
    // A task of its own: what is blocked on is polled whenever anything happens on this thread.
    let ended = System::new().block_on(async { actix::spawn(run(options)).await });
    actix_qmp::chardev::restore_terminal();
    match ended.unwrap_or_else(|panicked| Err(panicked.into())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("{error}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells whoever started the program. That standard error is closed, or its disk full, is no reason to end a machine.
fn say(words: Arguments<'_>) {
    // Where should it be told?
    let _ = writeln!(std::io::stderr(), "qmp-vmm: {words}");
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let builder = Monitors::builder(VersionInfo::new(concat!("qmp-vmm ", env!("CARGO_PKG_VERSION"))));
    let warn_after = (options.warn_held > 0).then(|| Duration::from_secs(options.warn_held.into()));
    let builder = builder.warn_when_held(warn_after);
    let exit = builder.shutdown_trigger();
    let ready = if options.preconfig { builder.preconfig() } else { MachineReady::from_the_start() };
    let machine = Machine::new(MachineConfig::from(&options), Arc::new(builder.events()), exit.clone(), ready)?;
    let (out_of_band, emergency_stop) = (machine.out_of_band(), machine.emergency_stop());
    let machine = machine.start();
    signals::watch(machine.clone(), emergency_stop).await?;
    let mut monitors = control::register(builder, &machine, &out_of_band).start().await?;

    if options.qmp.is_empty() {
        say(format_args!("no --qmp given, so only a signal can end this machine; see --help"));
    }
    let served = serve(&mut monitors, &options, &machine, &exit).await;
    // Also after an error: monitors that were opened by then give their socket files back.
    if let Err(error) = monitors.shutdown(SHUTDOWN_WITHIN).await {
        say(format_args!("{error}"));
    }
    served
}

/// Opens the monitors, starts the guest, and waits until somebody asks for the end.
async fn serve(
    monitors: &mut Monitors,
    options: &Options,
    machine: &Addr<Machine>,
    exit: &ShutdownTrigger,
) -> Result<(), Box<dyn Error>> {
    let somebody_waits = options.qmp.iter().any(|monitor| monitor.chardev.waits_for_client());
    if !somebody_waits {
        // Before there can be a client: it finds a running machine, and no stray RESUME among its first messages.
        machine.send(TurnOn).await?;
    }
    let opened = open(monitors, &options.qmp).await?;
    if somebody_waits {
        wait_for_clients(opened, exit).await;
        machine.send(TurnOn).await?;
    }

    exit.triggered().await;
    Ok(())
}

/// Opens the monitors, and tells where they listen: TCP ports may have been chosen by the host.
async fn open(monitors: &mut Monitors, all: &[MonitorOptions]) -> Result<Vec<Monitor>, AddError> {
    let mut waited_for = Vec::new();
    for options in all {
        let monitor = monitors.add(options.clone()).await?;
        say(format_args!("QMP on {}", monitor.local_name()));
        if options.chardev.waits_for_client() {
            waited_for.push(monitor);
        }
    }
    Ok(waited_for)
}

/// Waits for the first client of each of the monitors (`wait=on`), unless the end is asked for first.
async fn wait_for_clients(monitors: Vec<Monitor>, exit: &ShutdownTrigger) {
    for mut monitor in monitors {
        tokio::select! {
            () = monitor.first_client() => {}
            () = exit.triggered() => return,
        }
    }
}
