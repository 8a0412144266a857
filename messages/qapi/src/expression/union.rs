//! `union`

use super::type_names::MembersOrName;
use super::{Context, Part, members, names, type_names};
use crate::parse::{Object, Value};
use crate::schema::{Base, TypeRef, Union};
use crate::source::SchemaError;

pub(super) fn union(context: &Context<'_>, object: &Object) -> Result<Union, SchemaError> {
    let base = base(context, object)?;
    let discriminator = object.get("discriminator").and_then(Value::as_string);
    let discriminator = discriminator.ok_or_else(|| context.error("'discriminator' requires a string name"))?;
    let data = object.get("data").and_then(Value::as_object);
    let data = data.ok_or_else(|| context.error("'data' must be an object"))?;
    // Names of branches are checked as values of the enum that the discriminator has for its type.
    let branch = |(name, value): (&String, &Value)| {
        members::branch(context, name, value, |part, value| {
            type_names::name(context, part, value).map(TypeRef::of_name)
        })
    };
    let branches = data.iter().map(branch).collect::<Result<_, _>>()?;
    Ok(Union { base, discriminator: discriminator.to_owned(), branches })
}

fn base(context: &Context<'_>, object: &Object) -> Result<Base, SchemaError> {
    let Some(base) = object.get("base") else {
        return Ok(Base::Inline(Vec::new()));
    };
    Ok(match type_names::members_or_name(context, Part::Key("base"), base)? {
        MembersOrName::Name(name) => Base::Named(name.to_owned()),
        MembersOrName::Members(list) => {
            Base::Inline(members::members(context, "base", list, names::member_leniency(context))?)
        }
    })
}
