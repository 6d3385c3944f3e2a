//! Names that are used through the modules that hold them.

use ruff_python_ast::{self as ast, Expr, ExprContext};
use ruff_text_size::Ranged;

use super::super::facts::{Use, Value};
use super::Reader;
use crate::code::python::syntax::dotted;

impl<'a> Reader<'a> {
    /// `self.__dict__`, `vars(self)`: the object may have any attribute.
    pub(super) fn open_object(&mut self, object: &'a Expr) {
        if let Value::SelfOf(class) = self.value(object) {
            self.set_member(class, "__dict__", Value::Unclear);
        }
    }

    /// Notes `module.name` and what goes on from there; true for any chain of names, which holds nothing else.
    pub(super) fn use_chain(&mut self, attribute: &'a ast::ExprAttribute) -> bool {
        let mut at = attribute;
        loop {
            if at.attr.as_str() == "__dict__" {
                self.open_object(&at.value);
            }
            let Expr::Attribute(inner) = &*at.value else { break };
            at = inner;
        }
        if !matches!(&*at.value, Expr::Name(_)) {
            return false;
        }
        // Of `module.name = …` the name is made here, and what it is set on is used.
        let used = match (attribute.ctx, &*attribute.value) {
            (ExprContext::Load, _) => attribute,
            (_, Expr::Attribute(inner)) => inner,
            _ => return true,
        };
        if self.muted > 0 || self.may_fail || self.may_lack > 0 {
            return true;
        }
        let value = self.chain(used);
        if self.begins_with_import(&value)
            && self.may_be_first_party(&value)
            && let Some(owner) = dotted(&used.value)
        {
            let line = self.lines.line(attribute.range().start());
            self.facts.uses.entry(format!("{owner}.{}", used.attr)).or_insert(Use { line, value });
        }
        true
    }

    fn chain(&self, attribute: &'a ast::ExprAttribute) -> Value {
        match self.value(&attribute.value) {
            Value::Unclear => Value::Unclear,
            owner => Value::Attribute(Box::new(owner), attribute.attr.as_str().to_owned()),
        }
    }

    fn begins_with_import(&self, value: &Value) -> bool {
        match value {
            Value::Attribute(owner, _) => self.begins_with_import(owner),
            Value::Import(_) => true,
            Value::Name(name) => {
                !self.rebound.contains(name.as_str())
                    && self.scopes[0].names.0.contains_key(name.as_str())
                    && matches!(self.bound_in(0, name, 0), Value::Import(_))
            }
            _ => false,
        }
    }

    /// `hasattr(module, "name")`.
    pub(super) fn ask(&mut self, call: &'a ast::ExprCall) {
        if let (Expr::Name(by), [object]) = (&*call.func, &*call.arguments.args)
            && by.id.as_str() == "vars"
        {
            self.open_object(object);
        }
        if let Expr::Name(by) = &*call.func
            && matches!(by.id.as_str(), "hasattr" | "getattr")
            && let Some(Expr::StringLiteral(name)) = call.arguments.args.get(1)
        {
            self.asked.insert(name.value.to_str());
        }
    }

    /// What the file asks for first may as well not be there.
    pub(super) fn forget_asked(&mut self) {
        let asked = &self.asked;
        self.facts.uses.retain(|written, _| !written.split('.').any(|part| asked.contains(part)));
        for call in &mut self.facts.calls {
            call.needs_names &=
                !matches!(&call.callee, Value::Attribute(_, name) if asked.contains(name.as_str()));
        }
    }
}
