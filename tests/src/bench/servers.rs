//! The processes that answer, each started in the placement of the moment and killed when dropped.

use std::path::{Path, PathBuf};

mod own;

pub use own::OwnServer;

use super::options::{Options, Server};
use crate::program::Address;
use crate::{Launch, Outcome, Product, Program};

/// Something to measure, or why there is nothing.
#[derive(Debug)]
pub enum Availability<T> {
    /// It runs.
    There(T),
    /// It is not here, or was left out: shown, and no fault.
    Absent(String),
    /// It should be here and is not: shown, and the bench fails.
    Broken(String),
}

impl<T> Availability<T> {
    /// What this gives, or why it is not there.
    pub fn and_then<U>(&self, then: impl FnOnce(&T) -> Outcome<U>) -> Availability<U> {
        match self {
            Self::There(there) => then(there).into(),
            Self::Absent(reason) => Availability::Absent(reason.clone()),
            Self::Broken(reason) => Availability::Broken(reason.clone()),
        }
    }

    /// As [`and_then`](Self::and_then), and what was there becomes a part of it.
    pub fn then<U>(self, then: impl FnOnce(T) -> Outcome<U>) -> Availability<U> {
        match self {
            Self::There(there) => then(there).into(),
            Self::Absent(reason) => Availability::Absent(reason),
            Self::Broken(reason) => Availability::Broken(reason),
        }
    }
}

impl<T> From<Outcome<T>> for Availability<T> {
    fn from(outcome: Outcome<T>) -> Self {
        match outcome {
            Ok(there) => Self::There(there),
            Err(failure) => Self::Broken(failure.to_string()),
        }
    }
}

/// The monitors of one product. Each serves one client, so each kind of work has its own.
#[derive(Debug)]
pub struct MonitorServer {
    program: Program,
    /// Which product.
    pub product: Product,
}

impl MonitorServer {
    /// Starts the product with this many monitors, unless it is absent or left out.
    pub fn start(product: Product, monitors: usize, options: &Options) -> Availability<Self> {
        Self::launch(product, &Launch::new(product).monitors(monitors), options)
    }

    /// Starts both products, as [`start`](Self::start) does.
    pub fn start_both(monitors: usize, options: &Options) -> [(Product, Availability<Self>); 2] {
        [Product::Qemu, Product::QmpVmm].map(|product| (product, Self::start(product, monitors, options)))
    }

    /// Starts the product, unless it is absent or left out. `launch` is how.
    pub fn launch(product: Product, launch: &Launch, options: &Options) -> Availability<Self> {
        executable(product, options).and_then(|_| Ok(Self { program: launch.start()?, product }))
    }

    /// The socket of one monitor.
    ///
    /// # Errors
    /// If it is not a UNIX socket.
    pub fn path(&self, monitor: usize) -> Outcome<&Path> {
        self.program.address(monitor).as_path()
    }

    /// Where one monitor listens.
    pub fn address(&self, monitor: usize) -> &Address {
        self.program.address(monitor)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }
}

/// The product's executable, unless it is absent or left out.
pub fn executable(product: Product, options: &Options) -> Availability<PathBuf> {
    let server = match product {
        Product::QmpVmm => Server::QmpVmm,
        Product::Qemu => Server::Qemu,
    };
    match (product, product.executable()) {
        _ if options.without.contains(&server) => Availability::Absent("left out by --without".to_owned()),
        (Product::Qemu, Err(reason)) => Availability::Absent(reason.to_string()),
        (_, executable) => executable.into(),
    }
}

/// How a product is called in the tables.
pub fn name_of(product: Product) -> &'static str {
    match product {
        Product::QmpVmm => "qmp-vmm",
        Product::Qemu => "QEMU",
    }
}
