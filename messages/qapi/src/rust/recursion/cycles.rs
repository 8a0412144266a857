//! The cycles of a graph: Tarjan's strongly connected components, with a stack of its own, since chains of types may be
//! as long as memory allows.

use std::collections::BTreeSet;
use std::collections::btree_set::Iter;

/// Contained types by container, as indices.
pub(super) type Graph = Vec<BTreeSet<usize>>;

/// What is known of a type.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// It is not among those looked at.
    Outside,
    /// It was not reached yet.
    Unseen,
    /// Its component is not complete; its place on the stack.
    Open(usize),
    /// Its component is complete.
    Closed,
}

/// A type on the way that is being followed.
struct Step<'g> {
    /// Its place on the stack.
    place: usize,
    /// The lowest place that can be reached from it.
    lowest: usize,
    left: Iter<'g, usize>,
}

/// The search among some types.
struct Search<'g> {
    graph: &'g Graph,
    marks: Vec<Mark>,
    /// Types whose components are not complete.
    open: Vec<usize>,
    found: Vec<Vec<usize>>,
}

/// The components that have a cycle: types of which each contains all others, or one that contains itself. Looks only at
/// types `among` these and at the ways between them.
pub(super) fn cycles(graph: &Graph, among: &[usize]) -> Vec<Vec<usize>> {
    let mut marks = vec![Mark::Outside; graph.len()];
    among.iter().for_each(|index| marks[*index] = Mark::Unseen);
    let mut search = Search { graph, marks, open: Vec::new(), found: Vec::new() };
    for index in among {
        if matches!(search.marks[*index], Mark::Unseen) {
            search.follow(*index);
        }
    }
    search.found
}

impl<'g> Search<'g> {
    /// Completes the components of all that can be reached from a type.
    fn follow(&mut self, start: usize) {
        let mut way = vec![self.step(start)];
        while let Some(step) = way.last_mut() {
            match step.left.next().map(|to| (*to, self.marks[*to])) {
                Some((to, Mark::Unseen)) => way.push(self.step(to)),
                Some((_, Mark::Open(place))) => step.lowest = step.lowest.min(place),
                Some((_, Mark::Outside | Mark::Closed)) => {}
                None => self.go_back(&mut way),
            }
        }
    }

    /// Leaves the last type of the way, all of whose ways out were followed.
    fn go_back(&mut self, way: &mut Vec<Step<'g>>) {
        let Some(step) = way.pop() else { return };
        if step.place == step.lowest {
            self.close(step.place);
        } else if let Some(before) = way.last_mut() {
            before.lowest = before.lowest.min(step.lowest);
        }
    }

    fn step(&mut self, index: usize) -> Step<'g> {
        let place = self.open.len();
        self.open.push(index);
        self.marks[index] = Mark::Open(place);
        Step { place, lowest: place, left: self.graph[index].iter() }
    }

    /// All that is open from `place` on is a component.
    fn close(&mut self, place: usize) {
        let component = self.open.split_off(place);
        component.iter().for_each(|index| self.marks[*index] = Mark::Closed);
        if component.len() > 1 || component.iter().all(|index| self.graph[*index].contains(index)) {
            self.found.push(component);
        }
    }
}
