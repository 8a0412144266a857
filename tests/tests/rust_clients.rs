//! Client crates that nobody here wrote: `qapi` and `qmp`. Each test runs against `qmp-vmm`, and against QEMU to show
//! that the test is right.

use std::time::Duration;

use actix_qmp_tests::program::Address;
use actix_qmp_tests::skip::{Decision, unless_available};
use actix_qmp_tests::{Context, Failure, Launch, Outcome, Product, Program};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

#[path = "rust_clients/qapi_crate.rs"]
mod qapi_crate;
#[path = "rust_clients/qmp_crate.rs"]
mod qmp_crate;

/// It only ever ends a failed test.
const DEADLINE: Duration = Duration::from_secs(30);

/// Starts the program and runs a client on it. Skips, and says so, where the program may be missing.
fn with_program(product: Product, test: &str, client: impl AsyncFnOnce(&str) -> Outcome) -> Outcome<Option<Program>> {
    if unless_available(product, test)? == Decision::Skip {
        return Ok(None);
    }
    let program = Launch::new(product).start()?;
    let Address::Unix(path) = program.address(0) else { return Err(Failure::new("not a UNIX socket")) };
    let path = path.display().to_string();
    runtime()?.block_on(async { timeout(DEADLINE, client(&path)).await.context("the client waits for ever")? })?;
    Ok(Some(program))
}

fn runtime() -> Outcome<Runtime> {
    Builder::new_current_thread().enable_all().build().context("no runtime")
}

/// As above, for a client whose last act is `quit`.
fn with_program_that_ends(product: Product, test: &str, client: impl AsyncFnOnce(&str) -> Outcome) -> Outcome {
    let Some(mut program) = with_program(product, test, client)? else { return Ok(()) };
    assert!(program.wait_exit()?.success(), "{}", program.stderr());
    Ok(())
}

mod qmp_vmm {
    use super::*;

    #[test]
    fn qapi_negotiates_runs_commands_sees_events_and_quits() -> Outcome {
        with_program_that_ends(Product::QmpVmm, "qapi", qapi_crate::full_session)
    }

    #[test]
    fn qapi_is_shared_by_eight_callers() -> Outcome {
        with_program(Product::QmpVmm, "qapi", qapi_crate::shared_by_eight).map(drop)
    }

    #[test]
    fn qmp_negotiates_runs_commands_sees_events_and_quits() -> Outcome {
        with_program_that_ends(Product::QmpVmm, "qmp", qmp_crate::full_session)
    }

    #[test]
    fn qmp_negotiates_oob_and_pipelines() -> Outcome {
        with_program(Product::QmpVmm, "qmp", qmp_crate::pipelined_with_oob).map(drop)
    }
}

mod qemu {
    use super::*;

    #[test]
    fn qapi_negotiates_runs_commands_sees_events_and_quits() -> Outcome {
        with_program_that_ends(Product::Qemu, "qapi", qapi_crate::full_session)
    }

    #[test]
    fn qapi_is_shared_by_eight_callers() -> Outcome {
        with_program(Product::Qemu, "qapi", qapi_crate::shared_by_eight).map(drop)
    }

    #[test]
    fn qmp_negotiates_runs_commands_sees_events_and_quits() -> Outcome {
        with_program_that_ends(Product::Qemu, "qmp", qmp_crate::full_session)
    }

    #[test]
    fn qmp_negotiates_oob_and_pipelines() -> Outcome {
        with_program(Product::Qemu, "qmp", qmp_crate::pipelined_with_oob).map(drop)
    }
}
