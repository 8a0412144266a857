//! The members of a request's top-level object.
//!
//! Whatever is wrong with one member, the others are still read: an error goes back with the request's
//! `id`, wherever in the object that stands.

use std::collections::BTreeSet;

use actix_qmp_messages::RequestId;
use serde_json::Value;

use super::reader::Refused;

/// What a request's object has.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Members {
    pub(crate) execute: Option<Value>,
    pub(crate) exec_oob: Option<Value>,
    pub(crate) arguments: Option<Value>,
    pub(crate) control: Option<Value>,
    pub(crate) id: Option<RequestId>,
    /// The first member that no request has.
    pub(crate) unexpected: Option<String>,
    /// The names of all of these, to find one that comes twice.
    others: BTreeSet<String>,
}

/// Where a member's value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Execute,
    ExecOob,
    Arguments,
    Control,
    Id,
    /// Nowhere: no request has it.
    Other,
}

impl Members {
    /// A member of this name begins. After an error, `self` has what stood before the mistake.
    ///
    /// # Errors
    /// When there was one of this name already.
    pub(crate) fn begin(&mut self, name: &str) -> Result<Slot, Refused> {
        let (slot, is_new) = match name {
            "execute" => (Slot::Execute, self.execute.is_none()),
            "exec-oob" => (Slot::ExecOob, self.exec_oob.is_none()),
            "arguments" => (Slot::Arguments, self.arguments.is_none()),
            "control" => (Slot::Control, self.control.is_none()),
            // Two of them: neither is the request's.
            "id" => (Slot::Id, self.id.take().is_none()),
            _ => {
                self.unexpected.get_or_insert_with(|| name.to_owned());
                (Slot::Other, self.others.insert(name.to_owned()))
            }
        };
        if is_new { Ok(slot) } else { Err(Refused) }
    }

    /// The value of a member other than the `id`.
    pub(crate) fn put(&mut self, slot: Slot, value: Value) {
        match slot {
            Slot::Execute => self.execute = Some(value),
            Slot::ExecOob => self.exec_oob = Some(value),
            Slot::Arguments => self.arguments = Some(value),
            Slot::Control => self.control = Some(value),
            Slot::Id | Slot::Other => {}
        }
    }
}
