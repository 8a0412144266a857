//! Two answers to `query-qmp-schema` that may differ in the numbers of their types.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

/// Which type of ours is which of QEMU's, by walking both from the commands and events of equal names.
///
/// # Errors
/// Where the two differ by more than the names of types.
pub(crate) fn renaming(ours: &[Value], qemus: &[Value]) -> Result<BTreeMap<String, String>, String> {
    let by_name = |entries: &[Value]| -> HashMap<String, Value> {
        entries.iter().map(|entry| (entry["name"].as_str().unwrap().to_owned(), entry.clone())).collect()
    };
    let (ours, qemus) = (by_name(ours), by_name(qemus));
    let mut renaming = Renaming::default();
    for (name, entry) in &ours {
        if entry["meta-type"] == "command" || entry["meta-type"] == "event" {
            let qemus = qemus.get(name).ok_or_else(|| format!("only we have {name}"))?;
            renaming.compare(entry, qemus).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    while let Some((our_name, qemus_name)) = renaming.open.pop() {
        renaming
            .compare(&ours[&our_name], &qemus[&qemus_name])
            .map_err(|error| format!("our type {our_name}, QEMU's {qemus_name}: {error}"))?;
    }
    Ok(renaming.there)
}

#[derive(Default)]
struct Renaming {
    there: BTreeMap<String, String>,
    back: BTreeMap<String, String>,
    open: Vec<(String, String)>,
}

impl Renaming {
    fn compare(&mut self, our: &Value, qemus: &Value) -> Result<(), String> {
        match (our, qemus) {
            (Value::Object(our), Value::Object(qemus)) => self.compare_members(our, qemus),
            (Value::Array(our), Value::Array(qemus)) if our.len() == qemus.len() => {
                our.iter().zip(qemus).try_for_each(|(our, qemus)| self.compare(our, qemus))
            }
            _ if our == qemus => Ok(()),
            _ => Err(format!("{our} is not {qemus}")),
        }
    }

    fn compare_members(&mut self, our: &Map<String, Value>, qemus: &Map<String, Value>) -> Result<(), String> {
        if our.len() != qemus.len() {
            return Err(format!("{our:?} is not {qemus:?}"));
        }
        let is_type = our.contains_key("meta-type");
        for (key, our) in our {
            let qemus = qemus.get(key).ok_or_else(|| format!("only we have {key}"))?;
            match key.as_str() {
                "name" if is_type => {}
                "type" | "element-type" | "arg-type" | "ret-type" => self.same_type(our, qemus)?,
                _ => self.compare(our, qemus)?,
            }
        }
        Ok(())
    }

    fn same_type(&mut self, our: &Value, qemus: &Value) -> Result<(), String> {
        let (our, qemus) = (our.as_str().unwrap().to_owned(), qemus.as_str().unwrap().to_owned());
        match (self.there.insert(our.clone(), qemus.clone()), self.back.insert(qemus.clone(), our.clone())) {
            (None, None) => self.open.push((our, qemus)),
            (Some(before), Some(back)) if before == qemus && back == our => {}
            (before, back) => return Err(format!("type {our} is {qemus}, but {before:?} and {back:?} before")),
        }
        Ok(())
    }
}

#[test]
fn a_mere_renumbering_is_told_from_a_difference() {
    let answer = |name: &str, member: &str| -> Vec<Value> {
        vec![
            serde_json::json!({ "name": "stop", "meta-type": "command", "arg-type": name, "ret-type": name }),
            serde_json::json!({ "name": name, "meta-type": "object", "members": [{ "name": member, "type": name }] }),
        ]
    };
    let renamed = renaming(&answer("0", "a"), &answer("7", "a")).unwrap();
    assert_eq!(renamed, BTreeMap::from([("0".to_owned(), "7".to_owned())]));
    assert!(renaming(&answer("0", "a"), &answer("7", "b")).is_err());
}
