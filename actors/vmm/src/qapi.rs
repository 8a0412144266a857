//! The commands, events and types of this VMM; declared in `schema/vmm.json`. Names, members and types are QEMU's.

actix_qmp::include_schema!("vmm");
