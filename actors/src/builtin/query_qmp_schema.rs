//! `query-qmp-schema`: the answer is made once, at the start, of all schemas that the program has.

use std::collections::HashSet;

use actix_qmp_messages::qapi::{Json, Schema};
use actix_qmp_messages::schema::commands::QueryQmpSchema;
use actix_qmp_messages::schema::{SchemaInfo, SchemaInfoBranch};
use actix_qmp_messages::{Arguments, QmpError};

use crate::command_table::{RegistrationError, Registry};
use crate::handler::InBand;

/// Registers the command.
///
/// # Errors
/// For an introspection that is not one: generated ones are. For a command or event that two schemas have.
pub(super) fn register(registry: &mut Registry, schemas: &[&Schema]) -> Result<(), RegistrationError> {
    let answer = Json::new(&merge(schemas)?).map_err(|_| RegistrationError::Introspection)?;
    let run = move |QueryQmpSchema { arguments }| {
        Arguments::new(arguments).finish()?;
        Ok::<_, QmpError>(answer.clone())
    };
    registry.add::<QueryQmpSchema>(InBand::closure(run), None);
    Ok(())
}

/// One introspection of several: commands and events first, then types.
///
/// Each schema has numbered its types from 0, so those of a later one are numbered on. Types of the language have the same
/// names everywhere, and stay in once.
fn merge(schemas: &[&Schema]) -> Result<Vec<SchemaInfo>, RegistrationError> {
    let (mut interface, mut types) = (Vec::new(), Vec::new());
    let mut known = HashSet::new();
    let mut next_number = 0;
    for schema in schemas {
        let entries: Result<Vec<SchemaInfo>, _> = serde_json::from_str(schema.introspection);
        let entries = entries.map_err(|_| RegistrationError::Introspection)?;
        let offset = next_number;
        for mut entry in entries {
            rename(&mut entry, &mut |name| {
                let number = renumber(name, offset);
                next_number = next_number.max(number.map_or(0, |number| number + 1));
            });
            let of_interface = matches!(entry.meta_type, SchemaInfoBranch::Command(_) | SchemaInfoBranch::Event(_));
            match (of_interface, known.insert(entry.name.clone())) {
                (true, true) => interface.push(entry),
                (true, false) => return Err(RegistrationError::InTwoSchemas(entry.name)),
                (false, true) => types.push(entry),
                (false, false) => {}
            }
        }
    }
    interface.append(&mut types);
    Ok(interface)
}

/// `5`, or `[5]` for an array of these, moved by `offset`; gives the number that came of it. Other names stay.
fn renumber(name: &mut String, offset: usize) -> Option<usize> {
    let element = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let number = element.unwrap_or(name).parse::<usize>().ok()? + offset;
    *name = if element.is_some() { format!("[{number}]") } else { number.to_string() };
    Some(number)
}

/// Visits the name of every type in an entry.
fn rename(entry: &mut SchemaInfo, visit: &mut impl FnMut(&mut String)) {
    match &mut entry.meta_type {
        SchemaInfoBranch::Command(command) => {
            visit(&mut command.arg_type);
            visit(&mut command.ret_type);
            return;
        }
        SchemaInfoBranch::Event(event) => {
            visit(&mut event.arg_type);
            return;
        }
        SchemaInfoBranch::Array(array) => visit(&mut array.element_type),
        SchemaInfoBranch::Object(object) => {
            object.members.iter_mut().for_each(|member| visit(&mut member.r#type));
            object.variants.iter_mut().flatten().for_each(|variant| visit(&mut variant.r#type));
        }
        SchemaInfoBranch::Alternate(alternate) => {
            alternate.members.iter_mut().for_each(|member| visit(&mut member.r#type));
        }
        SchemaInfoBranch::Builtin(_) | SchemaInfoBranch::Enum(_) => {}
    }
    visit(&mut entry.name);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const PUMPS: Schema = Schema {
        commands: &[],
        introspection: r#"[
            {"name": "query-pumps", "meta-type": "command", "arg-type": "0", "ret-type": "[1]"},
            {"name": "0", "meta-type": "object", "members": []},
            {"name": "[1]", "meta-type": "array", "element-type": "1"},
            {"name": "1", "meta-type": "object", "members": [{"name": "label", "type": "str", "default": null}]},
            {"name": "str", "meta-type": "builtin", "json-type": "string"}]"#,
    };
    const VALVES: Schema = Schema {
        commands: &[],
        introspection: r#"[
            {"name": "VALVE", "meta-type": "event", "arg-type": "0"},
            {"name": "0", "meta-type": "object", "members": [{"name": "kind", "type": "1"}], "tag": "kind",
             "variants": [{"case": "ball", "type": "2"}]},
            {"name": "1", "meta-type": "enum", "members": [{"name": "ball"}], "values": ["ball"]},
            {"name": "2", "meta-type": "alternate", "members": [{"type": "str"}, {"type": "1"}]},
            {"name": "str", "meta-type": "builtin", "json-type": "string"}]"#,
    };

    #[test]
    fn schemas_are_merged_with_types_numbered_on_and_those_of_the_language_once() {
        let merged = serde_json::to_value(merge(&[&PUMPS, &VALVES]).unwrap()).unwrap();
        let names: Vec<_> = merged.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["query-pumps", "VALVE", "0", "[1]", "1", "str", "2", "3", "4"]);
        assert_eq!(merged[1]["arg-type"], "2");
        assert_eq!(merged[6]["members"][0]["type"], "3");
        assert_eq!(merged[6]["variants"][0]["type"], "4");
        assert_eq!(merged[8]["members"], json!([{"type": "str"}, {"type": "3"}]));
    }

    /// Its types are numbered with gaps, as those of a schema are that has parts left out.
    const PIPES: Schema = Schema {
        commands: &[],
        introspection: r#"[
            {"name": "PIPE", "meta-type": "event", "arg-type": "7"},
            {"name": "7", "meta-type": "object", "members": [{"name": "bore", "type": "int"}]},
            {"name": "int", "meta-type": "builtin", "json-type": "int"}]"#,
    };

    #[test]
    fn gaps_in_the_numbers_make_no_two_types_the_same() {
        let merged = merge(&[&PIPES, &VALVES, &PUMPS]).unwrap();
        let names: Vec<_> = merged.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["PIPE", "VALVE", "query-pumps", "7", "int", "8", "9", "10", "str", "11", "[12]", "12"]);
    }

    #[test]
    fn an_event_of_two_schemas_is_a_mistake() {
        assert_eq!(merge(&[&PIPES, &VALVES, &PIPES]), Err(RegistrationError::InTwoSchemas("PIPE".to_owned())));
    }

    #[test]
    fn one_schema_stays_as_it_is() {
        let merged = serde_json::to_value(merge(&[&VALVES]).unwrap()).unwrap();
        assert_eq!(merged, serde_json::from_str::<Value>(VALVES.introspection).unwrap());
    }
}
