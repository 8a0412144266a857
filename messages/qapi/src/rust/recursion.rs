//! Types that contain themselves, and where a `Box` ends that.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::contents::contents;
use crate::schema::{Schema, TypeRef};

/// Which type contains which in a box: (container, contained).
pub(super) type Boxes<'s> = HashSet<(&'s str, &'s str)>;

/// Contained types by container, as indices.
type Graph = Vec<BTreeSet<usize>>;

/// Chooses boxes so that no type has an infinite size: time after time all ways into the type whose boxing takes most types
/// out of cycles, of several that with the fewest ways in, of these the first.
pub(super) fn boxes(schema: &Schema) -> Boxes<'_> {
    let names: Vec<&str> = schema.definitions.keys().map(String::as_str).collect();
    let index_of: HashMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
    let mut graph: Graph = names.iter().map(|name| contained(schema, name, &index_of)).collect();

    let mut boxed = Vec::new();
    loop {
        let cyclic = cyclic(&graph);
        let ways_in = |to: usize| cyclic.iter().filter(|from| graph[**from].contains(&to)).count();
        let rank = |to: &usize| (cyclic_without(&graph, &cyclic, *to), ways_in(*to), *to);
        let Some(target) = cyclic.iter().copied().min_by_key(rank) else { break };
        for from in &cyclic {
            if graph[*from].remove(&target) {
                boxed.push((*from, target));
            }
        }
    }
    // A way in from a cycle elsewhere was boxed in vain.
    boxed.retain(|(from, to)| {
        graph[*from].insert(*to);
        let needed = !cyclic(&graph).is_empty();
        if needed {
            graph[*from].remove(to);
        }
        needed
    });
    boxed.into_iter().map(|(from, to)| (names[from], names[to])).collect()
}

/// The types that a type contains by value; arrays are behind a pointer already.
fn contained(schema: &Schema, name: &str, index_of: &HashMap<&str, usize>) -> BTreeSet<usize> {
    let by_value = |type_ref: &TypeRef| match type_ref {
        TypeRef::Named(name) => index_of.get(name.as_str()).copied(),
        TypeRef::Builtin(_) | TypeRef::Array(_) => None,
    };
    contents(schema, name).into_iter().filter_map(by_value).collect()
}

/// The types that are in cycles, or between two of them.
fn cyclic(graph: &Graph) -> BTreeSet<usize> {
    trimmed(graph, (0..graph.len()).collect(), None)
}

/// How many of the `cyclic` types remain so when `target` is boxed.
fn cyclic_without(graph: &Graph, cyclic: &BTreeSet<usize>, target: usize) -> usize {
    trimmed(graph, cyclic.clone(), Some(target)).len()
}

/// Takes types out that nothing left contains, or that contain nothing left, until there are none.
fn trimmed(graph: &Graph, mut left: BTreeSet<usize>, boxed: Option<usize>) -> BTreeSet<usize> {
    loop {
        let targets = |from: usize| graph[from].iter().copied().filter(|to| Some(*to) != boxed);
        let contained: BTreeSet<usize> = left.iter().flat_map(|from| targets(*from)).collect();
        let before = left.len();
        let containing: BTreeSet<usize> =
            left.iter().copied().filter(|from| targets(*from).any(|to| left.contains(&to))).collect();
        left.retain(|index| contained.contains(index) && containing.contains(index));
        if left.len() == before {
            return left;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The boxes of a graph of structs, written `A: B C`.
    fn boxes_of(structs: &[(&str, &[&str])]) -> Vec<String> {
        let mut text = String::new();
        for (name, contained) in structs {
            let members: Vec<String> =
                contained.iter().enumerate().map(|(index, of)| format!("'*m{index}': '{of}'")).collect();
            text += &format!("{{ 'struct': '{name}', 'data': {{ {} }} }}\n", members.join(", "));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("graph.json");
        std::fs::write(&path, text).unwrap();
        let schema = Schema::load(&path).unwrap();
        let mut boxes: Vec<String> = boxes(&schema).into_iter().map(|(from, to)| format!("{from}>{to}")).collect();
        boxes.sort();
        boxes
    }

    #[test]
    fn without_cycles_there_are_no_boxes() {
        assert!(boxes_of(&[("Aa", &["Bb", "Cc"]), ("Bb", &["Cc"]), ("Cc", &[])]).is_empty());
    }

    #[test]
    fn a_type_in_itself_is_boxed_there() {
        assert_eq!(boxes_of(&[("Aa", &["Aa", "Bb"]), ("Bb", &[])]), ["Aa>Aa"]);
    }

    #[test]
    fn the_way_in_that_many_cycles_share_is_boxed() {
        let graph: [(&str, &[&str]); 4] =
            [("Ref", &["Options"]), ("Options", &["Aa", "Bb"]), ("Aa", &["Ref"]), ("Bb", &["Ref"])];
        assert_eq!(boxes_of(&graph), ["Ref>Options"]);
    }

    #[test]
    fn cycles_apart_get_boxes_each_and_the_way_between_them_none() {
        let graph: [(&str, &[&str]); 3] = [("Aa", &["Aa", "Mid"]), ("Mid", &["Bb"]), ("Bb", &["Bb"])];
        assert_eq!(boxes_of(&graph), ["Aa>Aa", "Bb>Bb"]);
    }
}
