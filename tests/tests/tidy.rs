//! House rules that a tool can check, over the sources of the workspace.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn sources_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What is compared with, not part of the program.
            if !path.ends_with("fixtures") {
                sources_below(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every Rust file of the workspace, by its path below the root, with its text.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for member in ["messages", "chardev", "actors", "tests"] {
        sources_below(&root().join(member), &mut found);
    }
    assert!(found.len() > 100, "only {} sources were found", found.len());
    found.sort();
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

fn offenders(breaks_rule: impl Fn(&str, &str) -> bool) -> Vec<String> {
    sources().into_iter().filter(|(name, text)| breaks_rule(name, text)).map(|(name, _)| name).collect()
}

const NONE: [String; 0] = [];

#[test]
fn every_file_says_what_it_is_for() {
    assert_eq!(offenders(|_, text| !text.starts_with("//!")), NONE);
}

#[test]
fn no_file_is_named_for_having_no_subject() {
    let nameless = ["mod.rs", "utils.rs", "util.rs", "common.rs", "helpers.rs", "manager.rs", "misc.rs"];
    assert_eq!(offenders(|name, _| nameless.iter().any(|bad| name.ends_with(&format!("/{bad}")))), NONE);
}

#[test]
fn every_edge_is_in_the_table_of_edges() {
    let table = fs::read_to_string(root().join("messages/src/lib.rs")).unwrap();
    let documented = |edge: &str| {
        let message = edge.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<String>();
        table.contains(&format!("`{message}`")) || edge.starts_with("monitors_to_")
    };
    let edges: Vec<_> = sources()
        .into_iter()
        .filter_map(|(name, _)| Some(name.strip_prefix("messages/src/")?.strip_suffix(".rs")?.to_owned()))
        .filter(|edge| edge.contains("_to_"))
        .collect();
    assert!(edges.len() >= 13, "{edges:?}");
    assert_eq!(edges.into_iter().filter(|edge| !documented(edge)).collect::<Vec<_>>(), NONE);
}

#[test]
fn actors_know_their_peers_by_recipient_and_only_the_wiring_knows_them_together() {
    let actors = ["frontend", "parser", "queue", "dispatcher", "responder"];
    let knows_another = |name: &str, text: &str| {
        let Some(own) = actors.iter().find(|actor| name == format!("actors/src/{actor}.rs")) else { return false };
        let production = text.split("#[cfg(test)]").next().unwrap();
        let others = actors.iter().filter(|other| *other != own);
        others
            .into_iter()
            .any(|other| production.contains(&format!("Addr<{}{}>", other[..1].to_uppercase(), &other[1..])))
    };
    assert_eq!(offenders(knows_another), NONE);
}

#[test]
fn pure_decisions_know_nothing_of_actix() {
    let pure = [
        "actors/src/queue/policy.rs",
        "actors/src/queue/suspend.rs",
        "actors/src/dispatcher/round_robin.rs",
        "actors/src/responder/accounting.rs",
        "actors/src/responder/throttle.rs",
        "actors/src/responder/encode.rs",
        "actors/src/frontend/output.rs",
        "actors/src/parser/framer.rs",
        "actors/src/parser/lexer.rs",
        "actors/src/parser/request.rs",
        "actors/src/parser/capabilities.rs",
    ];
    let known: Vec<_> = sources().into_iter().map(|(name, _)| name).collect();
    assert!(pure.iter().all(|name| known.iter().any(|known| known == name)), "the list of pure files is out of date");
    assert_eq!(offenders(|name, text| pure.contains(&name) && text.contains("use actix::")), NONE);
}

#[test]
fn the_readme_shows_the_example_as_it_is() {
    let example = fs::read_to_string(root().join("actors/examples/embed/src/main.rs")).unwrap();
    let body = example.split_once("use std::sync::Arc;").unwrap().1.trim_end();
    assert!(fs::read_to_string(root().join("README.md")).unwrap().contains(body), "README.md and the example differ");
}

/// The tests that a page names as `PATH.rs::TEST`.
fn tests_named_in(page: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let code = text.split('`').skip(1).step_by(2);
    let named = code.filter_map(|code| code.split_once(".rs::"));
    named.map(|(file, test)| (format!("{file}.rs"), test.to_owned())).collect()
}

#[test]
fn every_test_that_the_documentation_names_exists() {
    let sources: HashMap<_, _> = sources().into_iter().collect();
    for page in ["docs/reliability.md", "docs/testing.md"] {
        let exists = |(file, test): &(String, String)| {
            let declared = format!("fn {test}(");
            sources.get(file).is_some_and(|text| text.contains(&declared))
        };
        let lost: Vec<_> = tests_named_in(page).into_iter().filter(|named| !exists(named)).collect();
        assert!(lost.is_empty(), "{page} names tests that are not there: {lost:?}");
    }
    assert!(tests_named_in("docs/reliability.md").len() > 10);
}

#[test]
fn every_edge_of_the_table_has_its_tests() {
    let table = fs::read_to_string(root().join("messages/src/lib.rs")).unwrap();
    let tests = fs::read_to_string(root().join("docs/testing.md")).unwrap();
    let edges = table.lines().filter_map(|line| line.strip_prefix("//! | ")?.split_once(" | ")).map(|(edge, _)| edge);
    let edges: Vec<_> = edges.filter(|edge| edge.contains(" → ") && !edge.starts_with("sender")).collect();
    assert!(edges.len() > 15, "{edges:?}");
    let lost: Vec<_> = edges.iter().filter(|edge| !tests.contains(&format!("\n| {edge} |"))).collect();
    assert!(lost.is_empty(), "docs/testing.md has no row for {lost:?}");
}
