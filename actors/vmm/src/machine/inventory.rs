//! Handlers that tell what the machine consists of.

use actix::Handler;
use actix_qmp::QmpError;

use crate::commands::inventory::{
    CpuInfoFast, CpuInstanceProperties, MemoryInfo, NameInfo, QueryCpusFast, QueryMemorySizeSummary, QueryName,
};
use crate::machine::Machine;

impl Handler<QueryName> for Machine {
    type Result = Result<NameInfo, QmpError>;

    fn handle(&mut self, _: QueryName, _: &mut Self::Context) -> Self::Result {
        Ok(NameInfo { name: self.name.clone() })
    }
}

impl Handler<QueryCpusFast> for Machine {
    type Result = Result<Vec<CpuInfoFast>, QmpError>;

    fn handle(&mut self, _: QueryCpusFast, _: &mut Self::Context) -> Self::Result {
        let info = |(cpu_index, thread_id): (u16, i32)| CpuInfoFast {
            cpu_index,
            qom_path: format!("/machine/unattached/device[{cpu_index}]"),
            thread_id,
            props: CpuInstanceProperties { core_id: cpu_index, socket_id: 0, thread_id: 0 },
            target: "x86_64",
        };
        Ok((0..).zip(self.vcpus.thread_ids()).map(info).collect())
    }
}

impl Handler<QueryMemorySizeSummary> for Machine {
    type Result = Result<MemoryInfo, QmpError>;

    fn handle(&mut self, _: QueryMemorySizeSummary, _: &mut Self::Context) -> Self::Result {
        Ok(MemoryInfo { base_memory: self.ram.size(), plugged_memory: 0 })
    }
}
