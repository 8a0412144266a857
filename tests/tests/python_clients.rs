//! Clients in Python that nobody here wrote: the `qemu.qmp` library and its `qmp-shell`. Each test runs against
//! `qmp-vmm`, and against QEMU to show that the test is right.

use actix_qmp_tests::program::Transport;
use actix_qmp_tests::python::{Environment, Finished};
use actix_qmp_tests::skip::{self, Decision, unless_available};
use actix_qmp_tests::{Launch, Outcome, Product, Program};

/// What a test needs: the clients, and a program. `None`: skipped, and said so.
fn prepared(test: &str, launch: &Launch, product: Product) -> Outcome<Option<(Environment, Program)>> {
    if unless_available(product, test)? == Decision::Skip {
        return Ok(None);
    }
    match Environment::prepare() {
        Ok(environment) => Ok(Some((environment, launch.start()?))),
        Err(reason) => {
            skip::report(test, &reason.to_string())?;
            Ok(None)
        }
    }
}

fn run_script(product: Product, script: &str, more: &[&str]) -> Outcome {
    for transport in [Transport::Unix, Transport::Tcp] {
        let launch = Launch::new(product).transport(transport);
        let Some((environment, program)) = prepared(script, &launch, product)? else { return Ok(()) };
        let address = program.address(0).to_argument();
        environment.script(script, &[&[address.as_str()], more].concat())?;
    }
    Ok(())
}

fn run_shell(product: Product, test: &str, lines: &str) -> Outcome<Option<Finished>> {
    let Some((environment, program)) = prepared(test, &Launch::new(product), product)? else { return Ok(None) };
    let finished = environment.shell(&[&program.address(0).to_argument()], lines)?;
    assert!(finished.status.success(), "{finished:?}");
    Ok(Some(finished))
}

fn shell_runs_commands(product: Product) -> Outcome {
    let lines = "query-status\nquery-version\nno-such\nquery-version a=1\ncont\nstop\n\nquery-name\n";
    let Some(finished) = run_shell(product, "qmp-shell", lines)? else { return Ok(()) };
    let answers: Vec<&str> = finished.stdout.split("(QEMU) ").skip(1).collect();
    let expected = [
        "\"running\": false",
        "\"package\": ",
        "\"desc\": \"The command no-such has not been found\"",
        "\"desc\": \"Parameter 'a' is unexpected\"",
        "{\"return\": {}}",
        "{\"return\": {}}",
        "'event': 'RESUME'",
        "{\"return\": {",
    ];
    assert!(answers.len() > expected.len(), "{finished:?}");
    for (answer, expected) in answers.iter().zip(expected) {
        assert!(answer.contains(expected), "expected {expected} in {answer}\n{finished:?}");
    }
    assert!(finished.stdout.contains("Connected to QEMU"), "{finished:?}");
    assert!(answers[6].contains("'event': 'STOP'"), "{finished:?}");
    Ok(())
}

fn quit_ends_the_program(product: Product) -> Outcome {
    let Some((environment, mut program)) = prepared("quit.py", &Launch::new(product), product)? else { return Ok(()) };
    environment.script("quit.py", &[&program.address(0).to_argument()])?;
    assert!(program.wait_exit()?.success());
    Ok(())
}

mod qmp_vmm {
    use super::*;

    #[test]
    fn greeting_and_negotiation_are_understood() -> Outcome {
        run_script(Product::QmpVmm, "negotiate.py", &[])
    }

    #[test]
    fn events_come_before_the_reply_of_their_command() -> Outcome {
        run_script(Product::QmpVmm, "events.py", &[])
    }

    #[test]
    fn out_of_band_commands_run() -> Outcome {
        run_script(Product::QmpVmm, "oob.py", &[])
    }

    #[test]
    fn errors_have_their_class_and_description() -> Outcome {
        run_script(Product::QmpVmm, "errors.py", &[])
    }

    #[test]
    fn eight_commands_in_flight_are_each_answered() -> Outcome {
        run_script(Product::QmpVmm, "concurrency.py", &["8", "600"])
    }

    #[test]
    fn clients_come_and_go() -> Outcome {
        run_script(Product::QmpVmm, "reconnect.py", &[])
    }

    #[test]
    fn quit_is_answered_and_ends_the_program() -> Outcome {
        quit_ends_the_program(Product::QmpVmm)
    }

    #[test]
    fn qmp_shell_runs_commands() -> Outcome {
        shell_runs_commands(Product::QmpVmm)
    }

    #[test]
    fn qmp_shell_completes_command_names() -> Outcome {
        run_script(Product::QmpVmm, "shell_completion.py", &[])
    }
}

mod qemu {
    use super::*;

    #[test]
    fn greeting_and_negotiation_are_understood() -> Outcome {
        run_script(Product::Qemu, "negotiate.py", &[])
    }

    #[test]
    fn events_come_before_the_reply_of_their_command() -> Outcome {
        run_script(Product::Qemu, "events.py", &[])
    }

    #[test]
    fn out_of_band_commands_run() -> Outcome {
        run_script(Product::Qemu, "oob.py", &[])
    }

    #[test]
    fn errors_have_their_class_and_description() -> Outcome {
        run_script(Product::Qemu, "errors.py", &[])
    }

    #[test]
    fn eight_commands_in_flight_are_each_answered() -> Outcome {
        run_script(Product::Qemu, "concurrency.py", &["8", "600"])
    }

    #[test]
    fn clients_come_and_go() -> Outcome {
        run_script(Product::Qemu, "reconnect.py", &[])
    }

    #[test]
    fn quit_is_answered_and_ends_the_program() -> Outcome {
        quit_ends_the_program(Product::Qemu)
    }

    #[test]
    fn qmp_shell_runs_commands() -> Outcome {
        shell_runs_commands(Product::Qemu)
    }

    #[test]
    fn qmp_shell_completes_command_names() -> Outcome {
        run_script(Product::Qemu, "shell_completion.py", &[])
    }
}
