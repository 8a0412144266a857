//! Unions: an enum of the branches; with it a struct of the base, if that has more than the discriminator.

use super::plan::{Field, Plan, Site};
use super::writer::Writer;
use super::{docs, object};
use crate::schema::{Branch, Definition, Kind, TypeRef, Union};
use crate::source::SchemaError;

/// A value of the discriminator.
struct Variant<'s> {
    value: &'s str,
    name: String,
    branch: Option<&'s Branch>,
}

impl Variant<'_> {
    /// A pattern, with `field` for the branch if there is one.
    fn pattern(&self, field: &str) -> String {
        format!("Self::{}{}", self.name, if self.branch.is_some() { field } else { "" })
    }
}

/// A union, taken apart.
struct Parts<'p, 's> {
    plan: &'p Plan<'s>,
    definition: &'s Definition,
    union: &'s Union,
    fields: Vec<Field<'s>>,
    variants: Vec<Variant<'s>>,
    /// The discriminator's place among the fields.
    discriminator: usize,
    /// The discriminator's own type.
    values: String,
}

/// A union.
pub(super) fn union<'s>(
    w: &mut Writer,
    plan: &Plan<'s>,
    definition: &'s Definition,
    union: &'s Union,
) -> Result<(), SchemaError> {
    let parts = Parts::new(plan, definition, union)?;
    if parts.fields.len() == 1 {
        parts.as_enum(w)
    } else {
        parts.as_struct(w)
    }
    Ok(())
}

impl<'p, 's> Parts<'p, 's> {
    fn new(plan: &'p Plan<'s>, definition: &'s Definition, union: &'s Union) -> Result<Self, SchemaError> {
        let fields = plan.fields(Site::Type(&definition.name), definition);
        let discriminator = fields.iter().position(|field| field.member().name == union.discriminator);
        let Some(discriminator) = discriminator else {
            let message = format!("discriminator '{}' is not a member of the base", union.discriminator);
            return Err(definition.error(message));
        };
        let Some(values) = plan.variants(&fields[discriminator].member().type_ref) else {
            let message = format!("discriminator '{}' is not an enum", union.discriminator);
            return Err(definition.error(message));
        };
        for branch in &union.branches {
            if !values.iter().any(|(value, _)| *value == branch.name) {
                let message = format!("branch '{}' is not a value of '{}'", branch.name, union.discriminator);
                return Err(definition.error(message));
            }
            if !is_object(plan, &branch.type_ref) {
                let message = format!("branch '{}' is neither struct nor union", branch.name);
                return Err(definition.error(message));
            }
        }
        let variant = |(value, name)| {
            let branch = union.branches.iter().find(|branch| branch.name == value);
            Variant { value, name, branch }
        };
        let variants = values.into_iter().map(variant).collect();
        let values = fields[discriminator].type_text.clone();
        Ok(Self { plan, definition, union, fields, variants, discriminator, values })
    }

    /// Nothing in the base but the discriminator.
    fn as_enum(&self, w: &mut Writer) {
        let name = self.plan.name(self.definition);
        w.blank();
        w.doc(&docs::of_definition(self.definition));
        self.declaration(w, name);
        w.blank();
        w.block(format_args!("impl {name}"), |w| self.discriminator(w));
        object::implementation(
            w,
            self.plan,
            name,
            |w| {
                object::take(w, &format!("discriminator: {}", self.values), &self.fields[self.discriminator]);
                self.take_branch(w);
            },
            |w| {
                w.line(format_args!("map.serialize_entry(\"{}\", &self.discriminator())?;", self.union.discriminator));
                self.write_branch(w);
            },
        );
    }

    /// Further members in the base.
    fn as_struct(&self, w: &mut Writer) {
        let (name, branch_name) = (self.plan.name(self.definition), self.plan.branch_name(self.definition));
        let field = &self.fields[self.discriminator].name;
        w.blank();
        w.doc(&docs::of_definition(self.definition));
        w.line(format_args!("#[derive(Debug, Clone, PartialEq{})]", self.exact()));
        let type_of =
            |index: usize| if index == self.discriminator { branch_name } else { &self.fields[index].type_text };
        w.block(format_args!("pub struct {name}"), |w| {
            for (index, field) in self.fields.iter().enumerate() {
                let type_text = type_of(index);
                w.doc(&docs::of_member(field.inherited));
                w.line(format_args!("pub {}: {type_text},", field.name));
            }
        });
        object::implementation(w, self.plan, name, |w| self.take_struct(w), |w| self.write_struct(w));
        w.blank();
        w.doc(&format!("The branches of [`{name}`]: its `{field}` and what comes with it."));
        self.declaration(w, branch_name);
        w.blank();
        w.block(format_args!("impl {branch_name}"), |w| {
            let result = self.plan.standard("Result");
            self.discriminator(w);
            w.blank();
            // Without branches nothing is taken and written.
            let has_branches = self.variants.iter().any(|variant| variant.branch.is_some());
            let (members, map) = if has_branches { ("members", "map") } else { ("_", "_") };
            let parameters = [format!("discriminator: {}", self.values), format!("{members}: &mut rt::Members<'_>")];
            w.function("fn take(", &parameters, &format!(") -> {result}<Self, rt::QmpError>"), |w| self.take_branch(w));
            w.blank();
            let head = format!("fn write<M: rt::serde::ser::SerializeMap>(&self, {map}: &mut M)");
            w.block(format_args!("{head} -> {result}<(), M::Error>"), |w| self.write_branch(w));
        });
    }

    /// The enum of the branches.
    fn declaration(&self, w: &mut Writer, name: &str) {
        w.line(format_args!("#[derive(Debug, Clone, PartialEq{})]", self.exact()));
        w.block(format_args!("pub enum {name}"), |w| {
            for Variant { value, name, branch } in &self.variants {
                w.doc(&docs::of_branch(value, &self.union.discriminator, self.definition));
                match branch {
                    Some(branch) => w.line(format_args!("{name}({}),", self.text_of(&branch.type_ref))),
                    None => w.line(format_args!("{name},")),
                }
            }
        });
    }

    fn exact(&self) -> &'static str {
        let exact = self.plan.derives.is_exact(&TypeRef::Named(self.definition.name.clone()));
        if exact { ", Eq" } else { "" }
    }

    fn text_of(&self, type_ref: &TypeRef) -> String {
        self.plan.type_text(Site::Type(&self.definition.name), type_ref)
    }

    /// A function that gives the discriminator.
    fn discriminator(&self, w: &mut Writer) {
        let values = &self.values;
        w.doc(&format!("The value of `{}`.", self.union.discriminator));
        w.line("#[must_use]");
        w.block(format_args!("pub const fn discriminator(&self) -> {values}"), |w| {
            self.match_self(w, |variant| (variant.pattern("(_)"), format!("{values}::{}", variant.name)));
        });
    }

    /// Takes the branch that `discriminator` names out of `members`.
    fn take_branch(&self, w: &mut Writer) {
        let (ok, new_box) = (self.plan.standard("Ok"), format!("{}::new", self.plan.standard("Box")));
        if self.variants.is_empty() {
            return w.line("match discriminator {}");
        }
        let made = |variant: &Variant<'_>| match variant.branch {
            None => String::new(),
            Some(branch) if self.is_boxed(branch) => format!("({new_box}(rt::QapiObject::take(members)?))"),
            Some(_) => "(rt::QapiObject::take(members)?)".to_owned(),
        };
        w.enclosed(
            format_args!("{ok}(match discriminator {{"),
            |w| {
                for variant in &self.variants {
                    let name = &variant.name;
                    w.arm(&format!("{}::{name}", self.values), &format!("Self::{name}{}", made(variant)));
                }
            },
            "})",
        );
    }

    /// Writes the members of the branch.
    fn write_branch(&self, w: &mut Writer) {
        let ok = self.plan.standard("Ok");
        let reference = |branch| if self.is_boxed(branch) { "&**branch" } else { "branch" };
        self.match_self(w, |variant| {
            let written = variant.branch.map(|branch| format!("rt::QapiObject::write({}, map)", reference(branch)));
            (variant.pattern("(branch)"), written.unwrap_or_else(|| format!("{ok}(())")))
        });
    }

    /// `match`, an arm for each variant.
    fn match_self(&self, w: &mut Writer, arm: impl Fn(&Variant<'s>) -> (String, String)) {
        // Without variants there are no arms, and then the match is not by reference.
        let head = if self.variants.is_empty() { "match *self" } else { "match self" };
        w.block(head, |w| {
            for variant in &self.variants {
                let (pattern, made) = arm(variant);
                w.arm(&pattern, &made);
            }
        });
    }

    fn is_boxed(&self, branch: &Branch) -> bool {
        self.plan.is_boxed(Site::Type(&self.definition.name), &branch.type_ref)
    }

    /// All of the base in order, then the branch.
    fn take_struct(&self, w: &mut Writer) {
        for (index, field) in self.fields.iter().enumerate() {
            let type_text = if index == self.discriminator { format!(": {}", self.values) } else { String::new() };
            object::take(w, &format!("{}{type_text}", field.local), field);
        }
        let discriminator = &self.fields[self.discriminator].local;
        let branch_name = self.plan.branch_name(self.definition);
        w.line(format_args!("let {discriminator} = {branch_name}::take({discriminator}, members)?;"));
        object::made(w, self.plan, &self.fields);
    }

    fn write_struct(&self, w: &mut Writer) {
        for (index, field) in self.fields.iter().enumerate() {
            if index == self.discriminator {
                let value = format!("&self.{}.discriminator()", field.name);
                w.list("map.serialize_entry(", &[format!("\"{}\"", self.union.discriminator), value], ")?;");
            } else {
                object::write(w, field);
            }
        }
        w.line(format_args!("self.{}.write(map)", self.fields[self.discriminator].name));
    }
}

fn is_object(plan: &Plan<'_>, type_ref: &TypeRef) -> bool {
    match type_ref {
        TypeRef::Named(name) => (plan.schema.get(name))
            .is_some_and(|definition| matches!(definition.kind, Kind::Struct(_) | Kind::Union(_))),
        TypeRef::Builtin(_) | TypeRef::Array(_) => false,
    }
}
