//! `event`

use super::Context;
use super::payload::{self, Flag};
use crate::parse::Object;
use crate::schema::Event;
use crate::source::SchemaError;

pub(super) fn event(context: &Context<'_>, object: &Object) -> Result<Event, SchemaError> {
    Ok(Event { data: payload::payload(context, object)? })
}

/// Fails if `boxed` is there and not `true`.
pub(super) fn check_flags(context: &Context<'_>, object: &Object) -> Result<(), SchemaError> {
    payload::check_flag(context, object, "boxed", Flag::True)
}
