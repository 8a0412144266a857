//! What the machine consists of.

use serde::Serialize;

use crate::commands::bare_commands;

bare_commands! {
    /// `query-name`: the machine's name.
    QueryName => "query-name" -> NameInfo;
    /// `query-cpus-fast`: the vCPUs, without stopping them.
    QueryCpusFast => "query-cpus-fast" -> Vec<CpuInfoFast>;
    /// `query-memory-size-summary`: how much RAM there is.
    QueryMemorySizeSummary => "query-memory-size-summary" -> MemoryInfo;
}

/// What `query-name` returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NameInfo {
    /// The name, if the machine has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A vCPU, as `query-cpus-fast` returns it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CpuInfoFast {
    /// Its number, from 0.
    pub cpu_index: u16,
    /// Its path in the object tree.
    pub qom_path: String,
    /// Id of its thread on the host.
    pub thread_id: i32,
    /// Its place in the topology: one socket of single-threaded cores.
    pub props: CpuInstanceProperties,
    /// Its architecture.
    pub target: &'static str,
}

/// A vCPU's place in the topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CpuInstanceProperties {
    /// Its core.
    pub core_id: u16,
    /// Its socket.
    pub socket_id: u16,
    /// Its thread within the core.
    pub thread_id: u16,
}

/// What `query-memory-size-summary` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MemoryInfo {
    /// Bytes of RAM that the machine started with.
    pub base_memory: u64,
    /// Bytes that were plugged in later: none.
    pub plugged_memory: u64,
}
