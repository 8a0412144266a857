//! Handlers that tell what the machine consists of.

use actix::Handler;
use actix_qmp::QmpError;

use crate::machine::Machine;
use crate::qapi::commands::{QueryCpusFast, QueryMemorySizeSummary, QueryName};
use crate::qapi::{CpuInfoFast, CpuInstanceProperties, MemoryInfo, NameInfo, SysEmuTarget};

impl Handler<QueryName> for Machine {
    type Result = Result<NameInfo, QmpError>;

    fn handle(&mut self, _: QueryName, _: &mut Self::Context) -> Self::Result {
        Ok(NameInfo { name: self.name.clone() })
    }
}

impl Handler<QueryCpusFast> for Machine {
    type Result = Result<Vec<CpuInfoFast>, QmpError>;

    fn handle(&mut self, _: QueryCpusFast, _: &mut Self::Context) -> Self::Result {
        let info = |(cpu_index, thread_id): (i64, i32)| CpuInfoFast {
            cpu_index,
            qom_path: format!("/machine/unattached/device[{cpu_index}]"),
            thread_id: thread_id.into(),
            props: Some(CpuInstanceProperties { core_id: Some(cpu_index), socket_id: Some(0), thread_id: Some(0) }),
            target: SysEmuTarget::X86_64,
        };
        Ok((0..).zip(self.vcpus.thread_ids()).map(info).collect())
    }
}

impl Handler<QueryMemorySizeSummary> for Machine {
    type Result = Result<MemoryInfo, QmpError>;

    fn handle(&mut self, _: QueryMemorySizeSummary, _: &mut Self::Context) -> Self::Result {
        Ok(MemoryInfo { base_memory: self.ram.size(), plugged_memory: Some(0) })
    }
}
