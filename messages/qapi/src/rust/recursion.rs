//! Types that contain themselves, and where a `Box` ends that.

mod cycles;

use std::collections::{BTreeSet, HashMap, HashSet};

use self::cycles::{Graph, cycles};
use super::contents::contents;
use crate::schema::{Schema, TypeRef};

/// Which type contains which in a box: (container, contained).
pub(super) type Boxes<'s> = HashSet<(&'s str, &'s str)>;

/// Chooses boxes so that no type has an infinite size. Of types that contain each other, all ways into the one that contains
/// most of them and is contained in fewest: with few boxes that ends many cycles. Then what is left of them without that
/// type, until no type contains itself.
pub(super) fn boxes(schema: &Schema) -> Boxes<'_> {
    let names: Vec<&str> = schema.definitions.keys().map(String::as_str).collect();
    let index_of: HashMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
    let graph: Graph = names.iter().map(|name| contained(schema, name, &index_of)).collect();

    let mut boxes = Boxes::new();
    let all: Vec<usize> = (0..graph.len()).collect();
    let mut left = cycles(&graph, &all);
    while let Some(mut component) = left.pop() {
        let Some(target) = target(&graph, &component) else { continue };
        let ways_in = component.iter().filter(|from| graph[**from].contains(&target));
        boxes.extend(ways_in.map(|from| (names[*from], names[target])));
        component.retain(|index| *index != target);
        left.extend(cycles(&graph, &component));
    }
    boxes
}

/// The type to box: the one with the most ways out for its ways in, within the component; of several the first.
fn target(graph: &Graph, component: &[usize]) -> Option<usize> {
    let within: HashSet<usize> = component.iter().copied().collect();
    let mut ways_in: HashMap<usize, usize> = HashMap::new();
    let mut ways_out: HashMap<usize, usize> = HashMap::new();
    for from in component {
        for to in graph[*from].iter().filter(|to| within.contains(to)) {
            *ways_out.entry(*from).or_default() += 1;
            *ways_in.entry(*to).or_default() += 1;
        }
    }
    let count = |ways: &HashMap<usize, usize>, index: &usize| ways.get(index).copied().unwrap_or_default();
    let rank = |index: &usize| {
        let (ways_in, ways_out) = (count(&ways_in, index), count(&ways_out, index));
        // Less is better: in - out, without going below zero.
        (ways_in + component.len() - ways_out, ways_in, *index)
    };
    component.iter().copied().min_by_key(rank)
}

/// The types that a type contains by value; arrays are behind a pointer already.
fn contained(schema: &Schema, name: &str, index_of: &HashMap<&str, usize>) -> BTreeSet<usize> {
    let by_value = |type_ref: &TypeRef| match type_ref {
        TypeRef::Named(name) => index_of.get(name.as_str()).copied(),
        TypeRef::Builtin(_) | TypeRef::Array(_) => None,
    };
    contents(schema, name).into_iter().filter_map(by_value).collect()
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

    #[test]
    fn a_long_ring_takes_one_box_and_no_stack() {
        let names: Vec<String> = (0..20_000).map(|index| format!("Ring{index}x")).collect();
        let next: Vec<[&str; 1]> = (1..=names.len()).map(|index| [names[index % names.len()].as_str()]).collect();
        let ring: Vec<(&str, &[&str])> =
            names.iter().zip(&next).map(|(name, next)| (name.as_str(), &next[..])).collect();
        assert_eq!(boxes_of(&ring), ["Ring19999x>Ring0x"]);
    }

    #[test]
    fn types_that_all_contain_each_other_are_boxed_half_the_time() {
        let names: Vec<String> = (0..60).map(|index| format!("Dense{index}x")).collect();
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let dense: Vec<(&str, &[&str])> = all.iter().map(|name| (*name, &all[..])).collect();
        assert_eq!(boxes_of(&dense).len(), 60 * 61 / 2);
    }

    #[test]
    fn what_is_left_of_a_cycle_is_looked_at_again() {
        let graph: [(&str, &[&str]); 3] = [("Aa", &["Bb"]), ("Bb", &["Aa", "Cc"]), ("Cc", &["Bb", "Cc"])];
        assert_eq!(boxes_of(&graph), ["Bb>Aa", "Cc>Bb", "Cc>Cc"]);
    }
}
