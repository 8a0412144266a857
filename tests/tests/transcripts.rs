//! The conversations in `tests/transcripts`, whole and a byte at a time, on UNIX and TCP sockets.

use actix_qmp_tests::program::Transport;
use actix_qmp_tests::skip::{Decision, unless_available};
use actix_qmp_tests::transcript::{Writes, in_folder, play};
use actix_qmp_tests::{Launch, Outcome, Product};

fn play_all(product: Product, folder: &str, transport: Transport) -> Outcome {
    if unless_available(product, &format!("transcripts/{folder} on {product:?}"))? == Decision::Skip {
        return Ok(());
    }
    let program = Launch::new(product).transport(transport).start()?;
    for transcript in in_folder(folder)? {
        play(&transcript, &program, Writes::Whole)?;
        play(&transcript, &program, Writes::ByteByByte)?;
    }
    Ok(())
}

mod qmp_vmm {
    use super::*;

    #[test]
    fn answers_as_written_on_a_unix_socket() -> Outcome {
        play_all(Product::QmpVmm, "common", Transport::Unix)
    }

    #[test]
    fn answers_as_written_on_a_tcp_socket() -> Outcome {
        play_all(Product::QmpVmm, "common", Transport::Tcp)
    }

    #[test]
    fn answers_the_forms_of_the_series_as_written() -> Outcome {
        play_all(Product::QmpVmm, "series", Transport::Unix)
    }
}

mod qemu {
    use super::*;

    #[test]
    fn answers_as_written_on_a_unix_socket() -> Outcome {
        play_all(Product::Qemu, "common", Transport::Unix)
    }

    #[test]
    fn answers_as_written_on_a_tcp_socket() -> Outcome {
        play_all(Product::Qemu, "common", Transport::Tcp)
    }
}
