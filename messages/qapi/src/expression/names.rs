//! How things are named.
//!
//! A name is letters, digits, `-` and `_` after a letter; before that may stand `__rfqdn_` of a downstream, and `x-`.
//! What follows these prefixes is the stem, which rules on upper and lower case are about.

use super::meta::Meta;
use super::{Context, Part};
use crate::source::SchemaError;

/// What a lower case name may have besides lower case letters, digits and `-`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leniency {
    Strict,
    Underscores,
    UnderscoresAndUpperCase,
}

/// Whether a name may be one that members of structs can't have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    Allowed,
    Refused,
}

/// The name that the expression gives.
pub(super) fn check_definition(context: &Context<'_>) -> Result<(), SchemaError> {
    let part = Part::Expression(context.meta);
    let stem = stem(context.name).ok_or_else(|| invalid(context, part))?;
    match context.meta {
        Meta::Command => {
            let lenient = context.pragma.command_name_exceptions.iter().any(|name| name == context.name);
            check_case(context, part, stem, if lenient { Leniency::Underscores } else { Leniency::Strict })
        }
        Meta::Event => match stem.contains(|c: char| c.is_ascii_lowercase() || c == '-') {
            true => Err(context.error("name of event must not use lowercase or '-'")),
            false => Ok(()),
        },
        Meta::Enum | Meta::Struct | Meta::Union | Meta::Alternate => {
            if !is_camel_case(stem) {
                return Err(context.error(format!("name of {part} must use CamelCase")));
            }
            // An array of T is TList to those who generate code.
            match context.name.ends_with("List") {
                true => Err(context.error(format!("{part} name should not end in 'List'"))),
                false => Ok(()),
            }
        }
    }
}

/// The name of a member, parameter, branch or feature.
pub(super) fn check_member(
    context: &Context<'_>,
    part: Part<'_>,
    name: &str,
    leniency: Leniency,
    reserved: Reserved,
) -> Result<(), SchemaError> {
    let stem = stem(name).ok_or_else(|| invalid(context, part))?;
    check_case(context, part, stem, leniency)?;
    // Generated C code has a union `u` and a flag `has_NAME` for an optional member.
    let taken = name == "u" || name.starts_with("has-") || name.starts_with("has_");
    match reserved == Reserved::Refused && taken {
        true => Err(context.error(format!("{part} uses reserved name"))),
        false => Ok(()),
    }
}

/// The name of an enum's value, which may begin with a digit.
pub(super) fn check_value(
    context: &Context<'_>,
    part: Part<'_>,
    name: &str,
    leniency: Leniency,
) -> Result<(), SchemaError> {
    let numeric = name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(is_name_char);
    let stem = if numeric { Some(name) } else { stem(name) };
    check_case(context, part, stem.ok_or_else(|| invalid(context, part))?, leniency)
}

/// How strict to be with the members of this type.
pub(super) fn member_leniency(context: &Context<'_>) -> Leniency {
    match context.pragma.member_name_exceptions.iter().any(|name| name == context.name) {
        true => Leniency::UnderscoresAndUpperCase,
        false => Leniency::Strict,
    }
}

fn invalid(context: &Context<'_>, part: Part<'_>) -> SchemaError {
    context.error(format!("{part} has an invalid name"))
}

fn check_case(context: &Context<'_>, part: Part<'_>, stem: &str, leniency: Leniency) -> Result<(), SchemaError> {
    let upper = leniency != Leniency::UnderscoresAndUpperCase && stem.contains(|c: char| c.is_ascii_uppercase());
    let underscore = leniency == Leniency::Strict && stem.contains('_');
    match upper || underscore {
        true => Err(context.error(format!("name of {part} must not use uppercase or '_'"))),
        false => Ok(()),
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn is_camel_case(stem: &str) -> bool {
    let mut chars = stem.chars();
    chars.next().is_some_and(|first| first.is_ascii_uppercase())
        && stem.chars().all(|c| c.is_ascii_alphanumeric())
        && chars.any(|c| c.is_ascii_lowercase())
}

/// A name without its prefixes; `None` if it isn't one.
fn stem(name: &str) -> Option<&str> {
    // Generators put `q_` before names that their language can't have.
    if name.starts_with("q_") || name.starts_with("q-") {
        return None;
    }
    let own = match name.strip_prefix("__") {
        Some(downstream) => {
            let (domain, own) = downstream.split_once('_')?;
            let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            (!domain.is_empty() && domain.chars().all(valid)).then_some(own)?
        }
        None => name,
    };
    let letter_first = |stem: &str| stem.starts_with(|c: char| c.is_ascii_alphabetic());
    let without_x = own.strip_prefix("x-").or_else(|| own.strip_prefix("X-")).filter(|stem| letter_first(stem));
    let stem = without_x.unwrap_or(own);
    (letter_first(stem) && stem.chars().all(is_name_char)).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::{is_camel_case, stem};

    #[test]
    fn prefixes_are_no_part_of_the_stem() {
        for (name, expected) in [
            ("start-pump", "start-pump"),
            ("x-start-pump", "start-pump"),
            ("X-START", "START"),
            ("__com.pumps_start", "start"),
            ("__com.pumps_x-start_pump", "start_pump"),
            ("__com-pumps.2_start", "start"),
        ] {
            assert_eq!(stem(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn what_only_looks_like_a_prefix_is_part_of_the_stem() {
        for name in ["x", "x-", "x-1", "quality", "q", "x_pump"] {
            assert_eq!(stem(name), Some(name));
        }
    }

    #[test]
    fn malformed_names_have_no_stem() {
        for name in
            ["", "-pump", "_pump", "1st", "q-pump", "q_pump", "__pump", "___pump", "__a__b", "__a.b_1", "pump.1"]
        {
            assert_eq!(stem(name), None, "{name}");
        }
        assert_eq!(stem("pümp"), None);
    }

    #[test]
    fn camel_case_begins_upper_and_has_lower_letters() {
        assert!(["Pump", "WaterPump", "Pump2", "Pu", "PUMPs"].into_iter().all(is_camel_case));
        assert!(!["P", "PUMP", "pump", "Water-Pump", "Water_Pump", "2Pump", ""].into_iter().any(is_camel_case));
    }
}
