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
/// For an introspection that is not one: generated ones are.
pub(super) fn register(registry: &mut Registry, schemas: &[&Schema]) -> Result<(), RegistrationError> {
    let merged = merge(schemas).and_then(|entries| Json::new(&entries));
    let answer = merged.map_err(|_| RegistrationError::Introspection)?;
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
fn merge(schemas: &[&Schema]) -> serde_json::Result<Vec<SchemaInfo>> {
    let (mut interface, mut types) = (Vec::new(), Vec::new());
    let mut known = HashSet::new();
    let mut numbered = 0;
    for schema in schemas {
        let entries: Vec<SchemaInfo> = serde_json::from_str(schema.introspection)?;
        let offset = numbered;
        for mut entry in entries {
            rename(&mut entry, &mut |name| renumber(name, offset));
            if let SchemaInfoBranch::Command(_) | SchemaInfoBranch::Event(_) = entry.meta_type {
                interface.push(entry);
            } else if known.insert(entry.name.clone()) {
                numbered += usize::from(entry.name.parse::<usize>().is_ok());
                types.push(entry);
            }
        }
    }
    interface.append(&mut types);
    Ok(interface)
}

/// `5`, or `[5]` for an array of these, moved by `offset`; other names stay.
fn renumber(name: &mut String, offset: usize) {
    let element = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(Ok(number)) = element.map(str::parse::<usize>) {
        *name = format!("[{}]", number + offset);
    } else if let Ok(number) = name.parse::<usize>() {
        *name = (number + offset).to_string();
    }
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

    #[test]
    fn one_schema_stays_as_it_is() {
        let merged = serde_json::to_value(merge(&[&VALVES]).unwrap()).unwrap();
        assert_eq!(merged, serde_json::from_str::<Value>(VALVES.introspection).unwrap());
    }
}
