//! What expressions stand for, by the scopes around them.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextSize};

use super::super::bind::Binder;
use super::super::facts::Value;
use super::{First, LONGEST, Reader, ScopeKind};
use crate::code::python::syntax::dotted;

impl<'a> Reader<'a> {
    /// What an expression of the innermost scope stands for.
    pub(super) fn value(&self, expression: &'a Expr) -> Value {
        self.value_at(expression, self.scopes.len(), 0)
    }

    /// What an expression stands for that stands in the scope number `level`, counted from 1.
    pub(super) fn value_at(&self, expression: &'a Expr, level: usize, depth: usize) -> Value {
        if depth > LONGEST {
            return Value::Unclear;
        }
        match expression {
            Expr::Name(name) => self.look_up(&name.id, name.range.start(), level, depth),
            Expr::Attribute(attribute) => match self.value_at(&attribute.value, level, depth + 1) {
                Value::Unclear => Value::Unclear,
                owner => Value::Attribute(Box::new(owner), attribute.attr.as_str().to_owned()),
            },
            Expr::Call(call) if is_super(call) => self.super_at(call, level),
            Expr::Call(call) => match self.value_at(&call.func, level, depth + 1) {
                Value::Unclear => Value::Unclear,
                callee => Value::Made(Box::new(callee)),
            },
            _ => Value::Unclear,
        }
    }

    /// What a name stands for where `seen_at` is; in the body of a class a name is not there before it is bound.
    pub(super) fn look_up(&self, name: &str, seen_at: TextSize, level: usize, depth: usize) -> Value {
        for at in (0..level).rev() {
            let scope = &self.scopes[at];
            let Some(bound) = scope.names.0.get(name) else { continue };
            let is_class = matches!(scope.kind, ScopeKind::Class(_));
            if is_class && (at + 1 != level || bound.at >= seen_at) {
                continue;
            }
            return match scope.kind {
                ScopeKind::Module => Value::Name(name.to_owned()),
                ScopeKind::Inner => Value::Unclear,
                _ if self.rebound.contains(name) => Value::Unclear,
                _ => self.bound_in(at, name, depth),
            };
        }
        Value::Name(name.to_owned())
    }

    /// What a name stands for by the one place that binds it in a scope.
    pub(super) fn bound_in(&self, at: usize, name: &str, depth: usize) -> Value {
        let scope = &self.scopes[at];
        let Some(bound) = scope.names.0.get(name).filter(|bound| bound.is_sure) else {
            return Value::Unclear;
        };
        match bound.by {
            Binder::Function(function) => match self.function_ids.get(&function.name.range.start()) {
                Some(&id) => Value::Function(id),
                None => Value::Unclear,
            },
            Binder::Class(class) => match self.class_ids.get(&class.name.range.start()) {
                Some(&id) => Value::Class(id),
                None => Value::Unclear,
            },
            Binder::Import(alias, _) => {
                let id = self.import_places.get(&alias.range.start().to_usize());
                id.map_or(Value::Unclear, |id| Value::Import(*id))
            }
            Binder::Expression(expression) => self.value_at(expression, at + 1, depth + 1),
            Binder::Annotated(annotation, value) => {
                let value = value.map_or(Value::Unclear, |value| self.value_at(value, at + 1, depth + 1));
                // A parameter's annotation is read outside of its function.
                let level = if matches!(scope.kind, ScopeKind::Function(_)) { at } else { at + 1 };
                self.told(value, self.annotated(annotation, level, depth))
            }
            Binder::Entered(context) => match self.value_at(context, at + 1, depth + 1) {
                Value::Unclear => Value::Unclear,
                context => {
                    let enter = Value::Attribute(Box::new(context), "__enter__".to_owned());
                    Value::Made(Box::new(enter))
                }
            },
            Binder::FirstParameter => match scope.kind {
                ScopeKind::Function(First::Instance(class)) => Value::SelfOf(class),
                ScopeKind::Function(First::Class(class)) => Value::ClassOf(class),
                _ => Value::Unclear,
            },
            Binder::Other => Value::Unclear,
        }
    }

    /// An object of the class that an annotation names: `Name`, `'Name'`, `Name | None`, `Optional[Name]`, `Name[…]`.
    pub(super) fn annotated(&self, annotation: &'a Expr, level: usize, depth: usize) -> Value {
        if depth > LONGEST {
            return Value::Unclear;
        }
        let class = match annotation {
            Expr::StringLiteral(literal) => self.named(literal.value.to_str(), literal.range.start(), level),
            Expr::BinOp(either) if either.op == ast::Operator::BitOr => {
                return match (&*either.left, &*either.right) {
                    (one, Expr::NoneLiteral(_)) | (Expr::NoneLiteral(_), one) => {
                        self.annotated(one, level, depth + 1)
                    }
                    _ => Value::Unclear,
                };
            }
            Expr::Subscript(generic) => {
                let name = dotted(&generic.value).unwrap_or_default();
                if name.rsplit('.').next() == Some("Optional") {
                    return self.annotated(&generic.slice, level, depth + 1);
                }
                self.value_at(&generic.value, level, depth + 1)
            }
            Expr::Name(_) | Expr::Attribute(_) => self.value_at(annotation, level, depth + 1),
            _ => Value::Unclear,
        };
        match class {
            Value::Unclear => Value::Unclear,
            class => Value::ObjectOf(Box::new(class)),
        }
    }

    /// What is made in plain sight is known better than by its annotation; anything else is what that says.
    pub(super) fn told(&self, value: Value, annotated: Value) -> Value {
        let is_class = |name: &str| name.starts_with(char::is_uppercase);
        let makes = match &value {
            Value::Made(callee) => match &**callee {
                Value::Class(_) => true,
                Value::Name(name) | Value::Attribute(_, name) => is_class(name),
                Value::Import(id) => self.imports[*id].name.as_deref().is_some_and(is_class),
                _ => false,
            },
            _ => false,
        };
        if makes || annotated == Value::Unclear { value } else { annotated }
    }

    /// What a dotted name in a string stands for; anything else is unclear.
    fn named(&self, text: &str, seen_at: TextSize, level: usize) -> Value {
        let is_name = |part: &str| {
            let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
            part.chars().all(is_letter) && !part.is_empty() && !part.starts_with(|c: char| c.is_ascii_digit())
        };
        if !text.split('.').all(is_name) {
            return Value::Unclear;
        }
        let mut parts = text.split('.');
        let first = self.look_up(parts.next().unwrap_or_default(), seen_at, level, 0);
        parts.fold(first, |owner, part| match owner {
            Value::Unclear => Value::Unclear,
            owner => Value::Attribute(Box::new(owner), part.to_owned()),
        })
    }

    /// `super()`, and `super(Here, self)` where `Here` is the class around.
    pub(super) fn super_at(&self, call: &ast::ExprCall, level: usize) -> Value {
        for at in (0..level).rev() {
            let (class, in_instance) = match self.scopes[at].kind {
                ScopeKind::Function(First::Instance(class)) => (class, true),
                ScopeKind::Function(First::Class(class)) => (class, false),
                ScopeKind::Inner => continue,
                _ => return Value::Unclear,
            };
            let names_it = match call.arguments.args.first() {
                None => true,
                Some(Expr::Name(name)) => self.facts.classes[class].name == name.id.as_str(),
                Some(_) => false,
            };
            return if names_it { Value::SuperOf(class, in_instance) } else { Value::Unclear };
        }
        Value::Unclear
    }

    /// The dotted name of something from outside, from the top of its module: `functools.wraps`.
    ///
    /// `None` for what the file defines itself or binds more than once.
    pub(super) fn full_name(&self, expression: &Expr) -> Option<String> {
        let written = dotted(expression)?;
        let (first, rest) = written.split_once('.').unwrap_or((&written, ""));
        let level = self.scopes.len();
        let import = match self.look_up(first, expression.range().start(), level, 0) {
            Value::Import(id) => Some(id),
            Value::Name(name) if !self.scopes[0].names.0.contains_key(name.as_str()) => None,
            Value::Name(name) => match self.bound_in(0, &name, 0) {
                Value::Import(id) => Some(id),
                _ => return None,
            },
            _ => return None,
        };
        let Some(import) = import.map(|id| &self.imports[id]) else { return Some(written) };
        if import.level > 0 {
            return None;
        }
        let start = match (&import.name, &import.renamed) {
            (Some(name), _) => format!("{}.{name}", import.module),
            (None, Some(_)) => import.module.clone(),
            (None, None) => first.to_owned(),
        };
        Some(if rest.is_empty() { start } else { format!("{start}.{rest}") })
    }
}

fn is_super(call: &ast::ExprCall) -> bool {
    matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super")
}
