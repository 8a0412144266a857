//! Prints how often `qmp-vmm` and QEMU mix up sessions, lose replies, hoard output and amplify garbage:
//! `cargo run --release -p actix-qmp-tests --bin reliability`, half a minute.

use actix_qmp_tests::reliability::Figures;
use actix_qmp_tests::skip::{Decision, unless_available};
use actix_qmp_tests::{Failure, Outcome, Product};

const ROWS: [&str; 4] = [
    "client 2 gets client 1's reply",
    "replies lost on half-close, with oob",
    "memory taken by a client that sends for 10 s and never reads",
    "bytes of replies for each byte of 100,000 `[` and 100,000 `]`",
];

fn main() -> Outcome {
    let figures = Figures::of(Product::QmpVmm)?;
    let ours = figures.columns();
    let qemu = match unless_available(Product::Qemu, "reliability")? {
        Decision::Run => Figures::of(Product::Qemu)?.columns(),
        Decision::Skip => std::array::from_fn(|_| "not installed".to_owned()),
    };
    println!("| test | qmp-vmm | QEMU |\n|---|---:|---:|");
    for ((row, ours), qemu) in ROWS.iter().zip(ours).zip(qemu) {
        println!("| {row} | {ours} | {qemu} |");
    }
    if figures.is_as_promised() { Ok(()) } else { Err(Failure::new("qmp-vmm is not as docs/reliability.md promises")) }
}
