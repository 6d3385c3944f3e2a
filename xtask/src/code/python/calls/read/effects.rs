//! Calls, and what a file does to attributes and classes that calls may meet.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::super::facts::{Call, Value};
use super::super::quiet;
use super::super::signature::Arguments;
use super::Reader;
use crate::code::python::imports::is_standard;
use crate::code::python::syntax::dotted;

impl<'a> Reader<'a> {
    /// Notes that `owner.name` is set: whoever calls it may meet something else than its definition.
    pub(super) fn set_attribute(&mut self, target: &'a Expr) {
        match target {
            Expr::Attribute(attribute) => match self.value(&attribute.value) {
                Value::SelfOf(class) | Value::ClassOf(class) => {
                    self.set_member(class, &attribute.attr, Value::Unclear);
                }
                _ => {
                    let owner = dotted(&attribute.value).unwrap_or_default();
                    self.facts.patched.insert(patched_name(&owner, &attribute.attr));
                }
            },
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.set_attribute(each)),
            Expr::List(list) => list.elts.iter().for_each(|each| self.set_attribute(each)),
            Expr::Starred(starred) => self.set_attribute(&starred.value),
            _ => {}
        }
    }

    /// `self.name = value` where every object gets one and the same kind of thing; everything else is
    /// [`Reader::set_attribute`].
    pub(super) fn set_attribute_to(
        &mut self,
        target: &'a Expr,
        annotation: Option<&'a Expr>,
        value: &'a Expr,
    ) {
        let Expr::Attribute(attribute) = target else { return self.set_attribute(target) };
        let (Value::SelfOf(class) | Value::ClassOf(class)) = self.value(&attribute.value) else {
            return self.set_attribute(target);
        };
        let value = match (value, self.value(value)) {
            (Expr::NoneLiteral(_), _) => Value::Name("None".to_owned()),
            (_, value) => {
                let object = match value {
                    Value::Made(_) | Value::ObjectOf(_) => value,
                    _ => Value::Unclear,
                };
                let said = annotation.map(|name| self.annotated(name, self.scopes.len(), 0));
                self.told(object, said.unwrap_or_default())
            }
        };
        let held = if value == Value::Unclear { value } else { Value::Held(Box::new(value)) };
        self.set_member(class, &attribute.attr, held);
    }

    /// Objects hold one thing, or none yet; what is set to something else too is unclear.
    pub(super) fn set_member(&mut self, class: usize, name: &str, value: Value) {
        let is_none = |value: &Value| *value == Value::Held(Box::new(Value::Name("None".to_owned())));
        let member =
            self.facts.classes[class].members.entry(name.to_owned()).or_insert_with(|| value.clone());
        if is_none(member) {
            *member = value;
        } else if *member != value && !is_none(&value) {
            *member = Value::Unclear;
        }
    }

    /// `setattr(owner, "name", …)`, `monkeypatch.setattr(…)`, `patch("a.b.name")`, `patch.object(owner, "name")`.
    pub(super) fn patch(&mut self, call: &'a ast::ExprCall) {
        let by = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        if !matches!(by, "setattr" | "delattr" | "patch" | "object" | "multiple" | "dict" | "patch_object") {
            return;
        }
        let owner = call.arguments.args.first().map(|owner| self.value(owner));
        let mut found = false;
        for argument in call.arguments.args.iter().take(2) {
            if let Expr::StringLiteral(literal) = argument {
                let path = literal.value.to_str();
                let (path, name) = path.rsplit_once('.').unwrap_or(("", path));
                found = true;
                match owner {
                    Some(Value::SelfOf(class) | Value::ClassOf(class)) => {
                        self.set_member(class, name, Value::Unclear);
                    }
                    _ => {
                        let written = call.arguments.args.first().and_then(dotted).unwrap_or_default();
                        let owner = if path.is_empty() { &written } else { path };
                        self.facts.patched.insert(patched_name(owner, name));
                    }
                }
            }
        }
        // A computed name: any attribute may be something else, of this object or of the class.
        match (found, by, owner) {
            (false, "setattr", Some(Value::SelfOf(class))) => {
                self.set_member(class, "*", Value::Unclear);
            }
            (false, "setattr", Some(Value::ClassOf(class))) => {
                self.facts.classes[class].is_opaque = true;
            }
            (false, "setattr", _) => {
                let owner = call.arguments.args.first().and_then(dotted).unwrap_or_default();
                let last = owner.rsplit('.').next().unwrap_or_default();
                self.facts.patched.insert(format!("{last}.*"));
            }
            _ => {}
        }
    }

    /// Notes classes that are given to something: it may equip them with a constructor.
    pub(super) fn hand_over(&mut self, call: &'a ast::ExprCall) {
        let looks_only = matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "isinstance" | "issubclass"));
        if looks_only {
            return;
        }
        let named = call.arguments.keywords.iter().map(|keyword| &keyword.value);
        for argument in call.arguments.args.iter().chain(named) {
            let name = match argument {
                Expr::Name(name) => &name.id,
                Expr::Attribute(attribute) => &attribute.attr.id,
                _ => continue,
            };
            if name.starts_with(char::is_uppercase) {
                self.facts.handed.insert(name.to_string());
            }
        }
    }

    pub(super) fn call(&mut self, call: &'a ast::ExprCall) {
        if self.muted > 0 || self.may_fail && quiet::holds_call(&call.func) {
            return;
        }
        let callee = self.value(&call.func);
        if callee == Value::Unclear || !self.may_be_first_party(&callee) || self.is_ignored(call) {
            return;
        }
        let arguments = &call.arguments;
        let is_star = |argument: &&Expr| matches!(argument, Expr::Starred(_));
        let given = Arguments {
            positional: arguments.args.iter().filter(|argument| !is_star(argument)).count(),
            rest: arguments.args.iter().any(|argument| is_star(&argument)),
            keywords: arguments
                .keywords
                .iter()
                .filter_map(|keyword| Some(keyword.arg.as_ref()?.as_str().to_owned()))
                .collect(),
            more_keywords: arguments.keywords.iter().any(|keyword| keyword.arg.is_none()),
        };
        let line = self.lines.line(arguments.range.start());
        let needs_names = !self.may_fail && self.may_lack == 0;
        self.facts.calls.push(Call { line, callee, arguments: given, needs_names });
    }

    /// False for builtins and for what the standard library gives.
    pub(super) fn may_be_first_party(&self, value: &Value) -> bool {
        match value {
            Value::Attribute(owner, _) => self.may_be_first_party(owner),
            Value::Made(callee) => self.may_be_first_party(callee),
            Value::Import(id) => {
                let import = &self.imports[*id];
                let top = import.module.split('.').next().unwrap_or_default();
                import.level > 0 || !is_standard(top)
            }
            Value::Name(name) => match self.scopes[0].names.0.get(name.as_str()) {
                None => self.has_stars,
                Some(bound) => {
                    bound.is_sure
                        && match self.bound_in(0, name, 0) {
                            Value::Import(id) => self.may_be_first_party(&Value::Import(id)),
                            _ => true,
                        }
                }
            },
            _ => true,
        }
    }

    /// A comment tells type checkers that the call does not fit: its author knows.
    pub(super) fn is_ignored(&self, call: &ast::ExprCall) -> bool {
        if !self.has_ignores {
            return false;
        }
        let end = call.range().end().to_usize();
        let line_end = self.text[end..].find('\n').map_or(self.text.len(), |place| end + place);
        let lines = &self.text[call.range().start().to_usize()..line_end];
        quiet::has_ignores(lines)
    }
}

/// Constructors are kept with their class, since every class has one; other names alone.
fn patched_name(owner: &str, name: &str) -> String {
    match name {
        "__init__" | "__new__" => format!("{}.{name}", owner.rsplit('.').next().unwrap_or_default()),
        _ => name.to_owned(),
    }
}
