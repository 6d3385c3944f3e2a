//! What an expression may stand for: several things where the class of an object is one of a family.

use super::classes::Node;
use super::facts::Value;
use super::resolve::{Id, Resolver, Thing};

/// Objects that are held by objects that are held, so far and no further.
pub(super) const HOLDERS: usize = 4;

/// More things than these are no answer.
const MOST: usize = 200;

impl Resolver<'_, '_> {
    /// Everything that a value of a file may stand for; `None` where that is not known.
    pub(super) fn possible(&self, file: usize, value: &Value) -> Option<Vec<Thing>> {
        let mut found = match value {
            Value::Attribute(owner, name) => self.attributes(file, owner, name)?,
            Value::ClassOf(class) => self.family_of((file, *class))?.into_iter().map(Thing::Class).collect(),
            Value::SelfOf(class) => vec![Thing::Object((file, *class))],
            Value::Made(callee) => self.results(file, callee)?,
            other => vec![self.thing(file, other, 0)],
        };
        found.sort();
        found.dedup();
        (found.len() <= MOST && !found.contains(&Thing::Unknown)).then_some(found)
    }

    fn family_of(&self, class: Id) -> Option<Vec<Id>> {
        Some(self.shared.family().members(class, self.shared)?.into_iter().collect())
    }

    fn attributes(&self, file: usize, owner: &Value, name: &str) -> Option<Vec<Thing>> {
        let found = match owner {
            Value::SelfOf(_) | Value::ClassOf(_) | Value::SuperOf(..) => {
                self.open_members(file, owner, name)?
            }
            Value::Name(_) | Value::Import(_) => match self.thing(file, owner, 0) {
                Thing::Object(class) => self.of_family(class, name)?,
                Thing::Instance(class) => vec![self.attribute(class, name, true)],
                _ => vec![self.thing(file, &Value::Attribute(Box::new(owner.clone()), name.to_owned()), 0)],
            },
            other => {
                let mut found = Vec::new();
                for owner in self.possible(file, other)? {
                    match owner {
                        Thing::Object(class) => found.extend(self.of_family(class, name)?),
                        Thing::Instance(class) => found.push(self.attribute(class, name, true)),
                        Thing::Class(class) => found.push(self.attribute(class, name, false)),
                        Thing::Module(place) => found.push(self.in_module(place, name, 0)),
                        Thing::Function(..) | Thing::Unknown => return None,
                    }
                }
                found
            }
        };
        // Objects that are held under a name may be exchanged from outside.
        let is_held = found.iter().any(|thing| matches!(thing, Thing::Object(_) | Thing::Instance(_)));
        let is_module = matches!(owner, Value::Name(_) | Value::Import(_))
            && matches!(self.thing(file, owner, 0), Thing::Module(_));
        (!is_held || is_module || !self.is_set_outside(file, name)).then_some(found)
    }

    /// An attribute of an object whose class is one of a family.
    fn of_family(&self, class: Id, name: &str) -> Option<Vec<Thing>> {
        // Most lead nowhere: the family is asked for only where the class itself gives an answer.
        if self.attribute(class, name, true) == Thing::Unknown {
            return None;
        }
        let family = self.family_of(class)?.into_iter();
        self.carried_out(family.map(|class| self.attribute(class, name, true)).collect())
    }

    /// What calls of a value give.
    fn results(&self, file: usize, callee: &Value) -> Option<Vec<Thing>> {
        let mut results = Vec::new();
        for thing in self.possible(file, callee)? {
            match thing {
                Thing::Class(class) if self.makes_its_own(class) => results.push(Thing::Instance(class)),
                Thing::Function(id, bound) => {
                    let function = self.shared.function(id)?;
                    // `return self`: an object of the class whose method was called.
                    match callee {
                        Value::Attribute(owner, _) if function.gives_back && bound == 1 => {
                            if !self.is_plain(id.0, &function.decorators) {
                                return None;
                            }
                            results.extend(self.possible(file, owner)?);
                        }
                        _ => results.push(self.thing(id.0, &function.returns, 0)),
                    }
                }
                _ => return None,
            }
        }
        Some(results)
    }

    /// The one thing that every object of a class holds.
    pub(super) fn held(&self, file: usize, value: &Value) -> Thing {
        let depth = self.holders.get();
        if depth >= HOLDERS {
            self.memory.cut();
            return Thing::Unknown;
        }
        self.holders.set(depth + 1);
        let found = self.possible(file, value);
        self.holders.set(depth);
        match found.as_deref() {
            Some([one]) => *one,
            _ => Thing::Unknown,
        }
    }

    /// An object of a class that an annotation names; unknown for what need not derive from it.
    pub(super) fn object_of(&self, thing: Thing) -> Thing {
        let Thing::Class(class) = thing else { return Thing::Unknown };
        let order = self.order(class, 0);
        let is_shape_by_text = |node: &Node| match node {
            Node::Class(id) => self.shared.class(*id).is_none_or(|class| {
                class.bases.iter().any(|base| base.name.rsplit('.').next() == Some("Protocol"))
            }),
            Node::Outside(_) => false,
        };
        let is_open = order.iter().any(|node| node.is_shape() || is_shape_by_text(node));
        if is_open || self.is_descriptor(class) { Thing::Unknown } else { Thing::Object(class) }
    }

    /// What is got under its name is not the object itself.
    pub(super) fn is_descriptor(&self, class: Id) -> bool {
        self.order(class, 0).iter().any(|node| match node {
            Node::Class(id) => {
                self.shared.class(*id).is_none_or(|class| class.members.contains_key("__get__"))
            }
            Node::Outside(_) => false,
        })
    }

    /// Some file of the library, or this one, sets an attribute of the name on something else than `self`.
    fn is_set_outside(&self, file: usize, name: &str) -> bool {
        self.shared.is_patched(file, name)
    }
}
