//! Structs and unions: what they are made of, and that no member is there twice.
//!
//! An object is checked in three steps, with those that it is made of in between:
//! ```text
//! Begin ─► Begin … of its base ─► Members ─► Begin … of its branches' types ─► Branches
//! ```
//! Steps to be done are on a stack of our own, for a chain of bases may be longer than the thread's stack allows.

use std::collections::{HashMap, HashSet};

use super::clash::{Role, Seen};
use super::features;
use super::types::Types;
use crate::schema::{Base, Definition, Kind, Union};
use crate::source::SchemaError;

mod discriminator;
mod flattened;

#[derive(Clone, Copy)]
enum Step {
    Begin,
    Members,
    Branches,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Begun,
    Done,
}

/// Checks objects, each of them once.
pub(super) struct Objects<'c, 'd> {
    types: &'c Types<'d>,
    progress: HashMap<&'d str, Progress>,
    /// What is to be done, the next one last.
    steps: Vec<(Step, &'d Definition)>,
    /// The struct that was checked last, and the names of all its members. What is checked next is often made of it: so
    /// the members of a chain of bases are gone through once, and not once for each struct of the chain.
    last: Option<(&'d str, Seen<'d>)>,
}

impl<'c, 'd> Objects<'c, 'd> {
    pub(super) fn new(types: &'c Types<'d>) -> Self {
        Self { types, progress: HashMap::new(), steps: Vec::new(), last: None }
    }

    /// Checks a struct or a union and all it is made of.
    pub(super) fn check(&mut self, definition: &'d Definition) -> Result<(), SchemaError> {
        self.steps.push((Step::Begin, definition));
        while let Some((step, definition)) = self.steps.pop() {
            match step {
                Step::Begin => self.begin(definition)?,
                Step::Members => self.members(definition)?,
                Step::Branches => {
                    self.check_branch_members(definition)?;
                    self.progress.insert(&definition.name, Progress::Done);
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, definition: &'d Definition) -> Result<(), SchemaError> {
        match self.progress.get(definition.name.as_str()) {
            Some(Progress::Done) => return Ok(()),
            Some(Progress::Begun) => {
                return Err(definition.error(format!("object {} contains itself", definition.name)));
            }
            None => {}
        }
        self.progress.insert(&definition.name, Progress::Begun);
        features::check(definition)?;
        self.steps.push((Step::Members, definition));
        let Some(base) = base_name(definition) else {
            return Ok(());
        };
        let base = self.types.used_name(definition, "'base'", base)?;
        match base.object() {
            Some(object) if matches!(object.kind, Kind::Struct(_)) => self.steps.push((Step::Begin, object)),
            Some(_) | None => return Err(definition.error(format!("'base' requires a struct type, {base} isn't"))),
        }
        Ok(())
    }

    fn members(&mut self, definition: &'d Definition) -> Result<(), SchemaError> {
        self.steps.push((Step::Branches, definition));
        match &definition.kind {
            Kind::Struct(structure) => {
                let mut seen = match (&structure.base, self.last.take()) {
                    (Some(base), Some((last, seen))) if last == base => seen,
                    (Some(base), _) => self.taken_by(base, definition)?,
                    (None, _) => Seen::default(),
                };
                self.types.check_members(definition, Role::Member, &structure.members, &mut seen)?;
                self.last = Some((&definition.name, seen));
                Ok(())
            }
            Kind::Union(union) => {
                let branch_types = discriminator::check(self.types, definition, union)?;
                self.steps.extend(branch_types.into_iter().rev().map(|object| (Step::Begin, object)));
                Ok(())
            }
            Kind::Enum(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => Ok(()),
        }
    }

    /// The names of the members that every value of an object has.
    fn taken_by(&self, object: &str, asking: &Definition) -> Result<Seen<'d>, SchemaError> {
        let mut seen = Seen::default();
        for (_, named) in flattened::members(self.types, object) {
            seen.add(asking, named)?;
        }
        Ok(seen)
    }

    /// Fails if a branch brings a member that the union has already. A branch's type may be a union with branches
    /// again; that they go together with their own union was found out before.
    fn check_branch_members(&self, definition: &'d Definition) -> Result<(), SchemaError> {
        let Kind::Union(union) = &definition.kind else {
            return Ok(());
        };
        let seen = self.taken_by(&definition.name, definition)?;
        let mut visited = HashSet::new();
        let mut pending = branch_types(union);
        while let Some(name) = pending.pop() {
            if !visited.insert(name) {
                continue;
            }
            for (_, named) in flattened::members(self.types, name) {
                seen.check(definition, named)?;
            }
            if let Some(Kind::Union(inner)) = self.types.object(name).map(|object| &object.kind) {
                pending.extend(branch_types(inner));
            }
        }
        Ok(())
    }
}

/// The names of the types of a union's branches, the first one last.
fn branch_types(union: &Union) -> Vec<&str> {
    union.branches.iter().rev().filter_map(|branch| branch.type_ref.own_name()).collect()
}

fn base_name(definition: &Definition) -> Option<&str> {
    match &definition.kind {
        Kind::Struct(structure) => structure.base.as_deref(),
        Kind::Union(union) => match &union.base {
            Base::Named(name) => Some(name),
            Base::Inline(_) => None,
        },
        Kind::Enum(_) | Kind::Alternate(_) | Kind::Command(_) | Kind::Event(_) => None,
    }
}
