//! What `from module import *` takes from a module, as far as its text tells.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Operator, Stmt};

use crate::pack::pack_variants;

const ALL: &str = "__all__";

/// What a star takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Exported {
    /// All names that begin with no underscore: the module has no `__all__`.
    #[default]
    Public,
    /// The names in `__all__`.
    These(BTreeSet<String>),
    /// What only running the module would tell.
    Unclear,
}

pack_variants!(Exported { 0 => Public, 1 => These(names), 2 => Unclear });

impl Exported {
    /// True when a star surely leaves this name behind.
    pub(super) fn leaves(&self, name: &str) -> bool {
        match self {
            Self::Public => name.starts_with('_'),
            Self::These(names) => !names.contains(name),
            Self::Unclear => false,
        }
    }
}

/// Reads `__all__`: a list at the top of the module, and what is added to it there. Where anything else is done with it,
/// it is unclear; so is an empty one, which decorators fill.
pub(super) fn read(text: &str, body: &[Stmt]) -> Exported {
    if !text.contains(ALL) {
        return Exported::Public;
    }
    let mut mentions = Mentions::default();
    mentions.visit_body(body);
    if mentions.count == 0 && !mentions.is_bound {
        return Exported::Public;
    }
    let mut names = BTreeSet::new();
    let added = body.iter().filter_map(added_by);
    let mut read = 0;
    for value in added {
        let Some(more) = strings(value) else { return Exported::Unclear };
        names.extend(more);
        read += 1;
    }
    if read == mentions.count && !mentions.is_bound && !names.is_empty() {
        Exported::These(names)
    } else {
        Exported::Unclear
    }
}

/// What a statement adds to `__all__`.
fn added_by(statement: &Stmt) -> Option<&Expr> {
    match statement {
        Stmt::Assign(assign) => match &*assign.targets {
            [target] if is_all(target) => Some(&assign.value),
            _ => None,
        },
        Stmt::AnnAssign(assign) if is_all(&assign.target) => assign.value.as_deref(),
        Stmt::AugAssign(assign) if is_all(&assign.target) && assign.op == Operator::Add => {
            Some(&assign.value)
        }
        Stmt::Expr(ast::StmtExpr { value, .. }) => {
            let Expr::Call(call) = &**value else { return None };
            let Expr::Attribute(method) = &*call.func else { return None };
            let is_known = is_all(&method.value) && matches!(method.attr.as_str(), "append" | "extend");
            call.arguments.args.first().filter(|_| is_known)
        }
        _ => None,
    }
}

fn is_all(expression: &Expr) -> bool {
    matches!(expression, Expr::Name(name) if name.id.as_str() == ALL)
}

/// The strings of a list, a tuple, a sum of such, or one string by itself.
fn strings(value: &Expr) -> Option<Vec<String>> {
    match value {
        Expr::StringLiteral(literal) => Some(vec![literal.value.to_str().to_owned()]),
        Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
            let parts: Option<Vec<Vec<String>>> = elts.iter().map(strings).collect();
            Some(parts?.concat())
        }
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            Some([strings(&sum.left)?, strings(&sum.right)?].concat())
        }
        _ => None,
    }
}

/// How often the name stands in code, and whether an import binds it.
#[derive(Default)]
struct Mentions {
    count: usize,
    is_bound: bool,
}

impl<'a> Visitor<'a> for Mentions {
    fn visit_expr(&mut self, expression: &'a Expr) {
        self.count += usize::from(is_all(expression));
        walk_expr(self, expression);
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::ImportFrom(ast::StmtImportFrom { names, .. }) = statement {
            let binds = |alias: &ast::Alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str() == ALL;
            self.is_bound |= names.iter().any(binds);
        }
        walk_stmt(self, statement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::python::with_module;

    fn exported(text: &str) -> Exported {
        with_module(text, |parsed| read(text, &parsed.syntax().body)).unwrap()
    }

    #[test]
    fn star_takes_what_the_text_says_it_does() {
        let these = |names: &[&str]| Exported::These(names.iter().map(|&name| name.to_owned()).collect());
        let cases = [
            ("a = 1\n", Exported::Public),
            ("# not __all__\n", Exported::Public),
            ("__all__ = ['a', \"_b\"]\n", these(&["a", "_b"])),
            ("__all__: list[str] = ('a',) + ('b',)\n", these(&["a", "b"])),
            (
                "__all__ = ['a']\n__all__ += ['b']\n__all__.append('c')\n__all__.extend(['d'])\n",
                these(&["a", "b", "c", "d"]),
            ),
            ("__all__ = []\n", Exported::Unclear),
            ("__all__ = ['a'] + other.__all__\n", Exported::Unclear),
            ("__all__ = [name for name in dir()]\n", Exported::Unclear),
            ("__all__ = ['a']\nif x:\n    __all__ += ['b']\n", Exported::Unclear),
            ("__all__ = ['a']\ndef add(f):\n    __all__.append(f.__name__)\n", Exported::Unclear),
            ("__all__ = ['a']\n__all__.remove('a')\n", Exported::Unclear),
            ("__all__ = ['a']\n__all__ += other.__all__\n", Exported::Unclear),
            ("from .a import __all__\n", Exported::Unclear),
            ("from .a import names as __all__\n", Exported::Unclear),
        ];
        for (text, expected) in cases {
            assert_eq!(exported(text), expected, "{text}");
        }
        assert!(exported("a = 1\n").leaves("_a") && !exported("a = 1\n").leaves("a"));
    }
}
