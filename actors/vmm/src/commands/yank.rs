//! Forcing stuck connections closed.

use actix::Message;
use actix_qmp::{Arguments, Command, Empty, QmpError};
use serde::Serialize;
use serde_json::{Map, Value};

/// `yank`: shuts down the connections of the given instances, whoever waits on them. May run out-of-band.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "Result<Empty, QmpError>")]
pub struct Yank {
    /// What to shut down.
    pub instances: Vec<YankInstance>,
}

/// Something whose connection can be shut down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum YankInstance {
    /// A block device's; this VMM has none.
    BlockNode {
        /// Its node.
        node_name: String,
    },
    /// A character device's; those of this VMM's monitors can't be yanked.
    Chardev {
        /// Its id.
        id: String,
    },
    /// The migration's, in either direction.
    Migration,
}

impl YankInstance {
    fn from_value(value: Value, place: &str) -> Result<Self, QmpError> {
        let Value::Object(members) = value else {
            return Err(QmpError::generic(format!("Invalid parameter type for '{place}', expected: object")));
        };
        // Errors name the whole path of a member, so the members get it as their name.
        let members: Map<_, _> = members.into_iter().map(|(name, value)| (format!("{place}.{name}"), value)).collect();
        let mut members = Arguments::new(members);
        let kind: String = members.required(&format!("{place}.type"))?;
        let instance = match kind.as_str() {
            "block-node" => Self::BlockNode { node_name: members.required(&format!("{place}.node-name"))? },
            "chardev" => Self::Chardev { id: members.required(&format!("{place}.id"))? },
            "migration" => Self::Migration,
            _ => return Err(QmpError::generic(format!("Parameter 'type' does not accept value '{kind}'"))),
        };
        members.finish()?;
        Ok(instance)
    }
}

impl Command for Yank {
    const NAME: &'static str = "yank";
    const ALLOW_OOB: bool = true;
    type Return = Empty;

    fn from_arguments(mut arguments: Arguments) -> Result<Self, QmpError> {
        let instances: Vec<Value> = arguments.required("instances")?;
        let instances = instances
            .into_iter()
            .enumerate()
            .map(|(index, value)| YankInstance::from_value(value, &format!("instances[{index}]")))
            .collect::<Result<_, _>>()?;
        arguments.finish()?;
        Ok(Self { instances })
    }
}

/// `query-yank`: what can be yanked now. May run out-of-band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Message)]
#[rtype(result = "Result<Vec<YankInstance>, QmpError>")]
pub struct QueryYank;

impl Command for QueryYank {
    const NAME: &'static str = "query-yank";
    const ALLOW_OOB: bool = true;
    type Return = Vec<YankInstance>;

    fn from_arguments(arguments: Arguments) -> Result<Self, QmpError> {
        arguments.finish().map(|()| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::tests::parse;

    #[test]
    fn instances_are_taken_and_checked_with_their_place() {
        let text = r#"{"instances": [{"type": "migration"}, {"type": "chardev", "id": "a"}, {"type": "block-node", "node-name": "b"}]}"#;
        let all = parse::<Yank>(text).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(text).unwrap()["instances"],
            serde_json::to_value(all.instances).unwrap()
        );
        let errors = [
            ("{}", "Parameter 'instances' is missing"),
            (r#"{"instances": [5]}"#, "Invalid parameter type for 'instances[0]', expected: object"),
            (r#"{"instances": [{}]}"#, "Parameter 'instances[0].type' is missing"),
            (r#"{"instances": [{"type": "chardev"}]}"#, "Parameter 'instances[0].id' is missing"),
            (r#"{"instances": [{"type": "foo"}]}"#, "Parameter 'type' does not accept value 'foo'"),
            (
                r#"{"instances": [{"type": "migration"}, {"type": "migration", "x": 1}]}"#,
                "Parameter 'instances[1].x' is unexpected",
            ),
        ];
        for (arguments, error) in errors {
            assert_eq!(parse::<Yank>(arguments), Err(error.into()));
        }
    }
}
