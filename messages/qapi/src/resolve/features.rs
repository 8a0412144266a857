//! Which features may be where.

use super::clash::{Named, Owner, Role, Seen};
use crate::schema::{Definition, Feature, Kind};
use crate::source::SchemaError;

/// Checks the features of a definition itself.
pub(super) fn check(definition: &Definition) -> Result<(), SchemaError> {
    check_unique(definition, &definition.features, None)?;
    match &definition.kind {
        Kind::Command(_) | Kind::Event(_) => Ok(()),
        Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => check_supported(definition),
    }
}

/// Clients find out about types by what uses them: a type that is deprecated has no use that isn't.
fn check_supported(definition: &Definition) -> Result<(), SchemaError> {
    let special = definition.features.iter().find(|feature| matches!(feature.name.as_str(), "deprecated" | "unstable"));
    match special {
        Some(feature) => Err(definition.error(format!("feature '{}' is not supported for types", feature.name))),
        None => Ok(()),
    }
}

/// Checks the features of a definition or, if there is an `owner`, of that member or value of it.
pub(super) fn check_unique<'d>(
    definition: &Definition,
    features: &'d [Feature],
    owner: Option<Owner<'d>>,
) -> Result<(), SchemaError> {
    let mut seen = Seen::default();
    features.iter().try_for_each(|feature| seen.add(definition, Named::new(Role::Feature, &feature.name).of(owner)))
}
