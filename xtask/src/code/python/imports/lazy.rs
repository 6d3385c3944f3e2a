//! Whether a module whose `__getattr__` makes names answers only to names that stand in its text.
//!
//! `if name == "x":` and `if name in TABLE:` choose by names that can be read; `getattr(other, name)` answers to
//! anything. Only of the first kind can it be said what the module does not have.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, CmpOp, Expr, ModModule, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

use super::facts::{Facts, Import};

/// Every word of the module's names and strings; `None` when it may answer to others too. A module that is only
/// imported from is not named by that.
///
/// A package that makes modules has to name them, or to look for them in folders of other distributions.
pub(super) fn words(text: &str, parsed: &Parsed<ModModule>, facts: &Facts) -> Option<BTreeSet<String>> {
    if facts.makes_modules {
        return Some(spoken(text, parsed, facts));
    }
    if facts.replaces_names || facts.imports.iter().any(binds_getattr) {
        return None;
    }
    let mut module = Module::default();
    module.visit_body(&parsed.syntax().body);
    let has_getattr = facts.bindings.contains("__getattr__");
    if (has_getattr && module.getattrs.is_empty()) || module.assigns_getattr {
        return None;
    }
    module.getattrs.iter().all(|function| module.is_closed(function)).then(|| spoken(text, parsed, facts))
}

fn binds_getattr(import: &Import) -> bool {
    import.renamed.as_ref().or(import.name.as_ref()).is_some_and(|name| name == "__getattr__")
}

fn spoken(text: &str, parsed: &Parsed<ModModule>, facts: &Facts) -> BTreeSet<String> {
    let names_module = |start: usize| {
        let around =
            facts.imports.iter().filter(|import| (import.statement.0..import.statement.1).contains(&start));
        let mut around = around.peekable();
        around.peek().is_some()
            && !around
                .any(|import| import.name.is_some() && (import.alias.0..import.alias.1).contains(&start))
    };
    let speaks = |kind| matches!(kind, TokenKind::Name | TokenKind::String | TokenKind::FStringMiddle);
    let spoken = parsed.tokens().iter().filter(|token| speaks(token.kind()));
    let spoken = spoken.filter(|token| !names_module(token.start().to_usize()));
    let texts = spoken.filter_map(|token| text.get(token.start().to_usize()..token.end().to_usize()));
    let words = texts.flat_map(|text| text.split(|sign: char| !sign.is_alphanumeric() && sign != '_'));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What the module says that bears on its `__getattr__`.
#[derive(Default)]
struct Module<'a> {
    getattrs: Vec<&'a ast::StmtFunctionDef>,
    assigns_getattr: bool,
    /// Names that something is assigned to: true while that is a table of strings that can be read.
    tables: BTreeMap<&'a str, bool>,
    inner: usize,
}

impl<'a> Visitor<'a> for Module<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) if self.inner == 0 && function.name.as_str() == "__getattr__" => {
                self.getattrs.push(function);
            }
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.assigned(target, Some(&assign.value)));
            }
            Stmt::AnnAssign(assign) if assign.value.is_some() => {
                self.assigned(&assign.target, assign.value.as_deref());
            }
            Stmt::AugAssign(assign) => self.assigned(&assign.target, None),
            _ => {}
        }
        let is_scope = matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
        self.inner += usize::from(is_scope);
        walk_stmt(self, statement);
        self.inner -= usize::from(is_scope);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        // `TABLE.update(…)`, `TABLE.append(…)` and the like add what cannot be read.
        if let Expr::Call(call) = expression
            && let Expr::Attribute(attribute) = &*call.func
            && let Expr::Name(table) = &*attribute.value
            && !matches!(attribute.attr.as_str(), "get" | "keys" | "values" | "items")
        {
            self.tables.insert(table.id.as_str(), false);
        }
        walk_expr(self, expression);
    }
}

impl<'a> Module<'a> {
    fn assigned(&mut self, target: &'a Expr, value: Option<&Expr>) {
        match target {
            Expr::Name(name) => {
                self.assigns_getattr |= self.inner == 0 && name.id.as_str() == "__getattr__";
                let readable = value.is_some_and(is_table);
                let table = self.tables.entry(name.id.as_str()).or_insert(true);
                *table &= readable;
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.assigned(each, None)),
            Expr::List(list) => list.elts.iter().for_each(|each| self.assigned(each, None)),
            Expr::Starred(starred) => self.assigned(&starred.value, None),
            Expr::Subscript(subscript) => self.assigned(&subscript.value, None),
            _ => {}
        }
    }

    fn is_closed(&self, function: &ast::StmtFunctionDef) -> bool {
        let Some(parameter) = function.parameters.iter_non_variadic_params().next() else { return false };
        let name = parameter.parameter.name.as_str();
        function.decorator_list.is_empty()
            && Asked { name, module: self }.block(&function.body) == Flow::Refuses
    }
}

/// `{"a": …}`, `["a"]`, `("a", "b")`, `{"a"}`.
fn is_table(value: &Expr) -> bool {
    match value {
        Expr::Dict(dict) => {
            dict.items.iter().all(|item| item.key.as_ref().is_some_and(Expr::is_string_literal_expr))
        }
        Expr::List(list) => list.elts.iter().all(Expr::is_string_literal_expr),
        Expr::Tuple(tuple) => tuple.elts.iter().all(Expr::is_string_literal_expr),
        Expr::Set(set) => set.elts.iter().all(Expr::is_string_literal_expr),
        _ => false,
    }
}

/// The name that is asked for, in the body of `__getattr__`.
struct Asked<'m, 'a> {
    name: &'m str,
    module: &'m Module<'a>,
}

/// Where statements lead for a name that the text does not hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// It may be answered.
    Answers,
    /// What follows decides.
    GoesOn,
    /// It is refused.
    Refuses,
}

impl Asked<'_, '_> {
    fn block(&self, body: &[Stmt]) -> Flow {
        for statement in body {
            let flow = self.statement(statement);
            if flow != Flow::GoesOn {
                return flow;
            }
        }
        Flow::GoesOn
    }

    fn statement(&self, statement: &Stmt) -> Flow {
        match statement {
            Stmt::Raise(_) => Flow::Refuses,
            Stmt::Return(answer) if self.looks_up(answer) => Flow::Refuses,
            Stmt::If(branch) if self.refuses(branch) => Flow::Refuses,
            Stmt::If(branch) => self.branch(branch),
            _ if has_return(statement) => Flow::Answers,
            _ => Flow::GoesOn,
        }
    }

    fn branch(&self, branch: &ast::StmtIf) -> Flow {
        let first = (Some(&*branch.test), &branch.body);
        let others = branch.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        let all: Vec<_> = std::iter::once(first).chain(others).collect();
        let open = all.iter().filter(|(test, _)| !test.is_some_and(|test| self.chooses(test)));
        let flows: Vec<Flow> = open.map(|(_, body)| self.block(body)).collect();
        let has_else = all.last().is_some_and(|(test, _)| test.is_none());
        if flows.contains(&Flow::Answers) {
            Flow::Answers
        } else if has_else && flows.iter().all(|flow| *flow == Flow::Refuses) {
            Flow::Refuses
        } else {
            Flow::GoesOn
        }
    }

    /// `if name not in TABLE: raise …`: what follows knows the name.
    fn refuses(&self, branch: &ast::StmtIf) -> bool {
        let Expr::Compare(compare) = &*branch.test else { return false };
        matches!(&*compare.ops, [CmpOp::NotIn | CmpOp::NotEq])
            && self.is_known(compare)
            && matches!(branch.body.last(), Some(Stmt::Raise(_)))
            && !branch.body.iter().any(has_return)
    }

    /// True for a test that only a name of the text passes.
    fn chooses(&self, test: &Expr) -> bool {
        match test {
            Expr::Compare(compare) => {
                matches!(&*compare.ops, [CmpOp::Eq | CmpOp::In]) && self.is_known(compare)
            }
            Expr::BoolOp(both) if both.op == ast::BoolOp::And => {
                both.values.iter().any(|test| self.chooses(test))
            }
            Expr::BoolOp(either) => either.values.iter().all(|test| self.chooses(test)),
            _ => false,
        }
    }

    fn is_known(&self, compare: &ast::ExprCompare) -> bool {
        let known = match &*compare.comparators {
            [Expr::StringLiteral(_)] => !matches!(&*compare.ops, [CmpOp::In | CmpOp::NotIn]),
            [Expr::Name(table)] => self.is_readable(table.id.as_str()),
            [table] => is_table(table),
            _ => false,
        };
        known && self.is_it(&compare.left)
    }

    fn is_it(&self, expression: &Expr) -> bool {
        matches!(expression, Expr::Name(name) if name.id.as_str() == self.name)
    }

    fn is_readable(&self, table: &str) -> bool {
        self.module.tables.get(table) == Some(&true)
    }

    /// `return TABLE[name]`.
    fn looks_up(&self, answer: &ast::StmtReturn) -> bool {
        let Some(Expr::Subscript(subscript)) = answer.value.as_deref() else { return false };
        let Expr::Name(table) = &*subscript.value else { return false };
        self.is_it(&subscript.slice) && self.is_readable(table.id.as_str())
    }
}

fn has_return(statement: &Stmt) -> bool {
    struct Returns(bool);
    impl<'a> Visitor<'a> for Returns {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            self.0 |= statement.is_return_stmt();
            walk_stmt(self, statement);
        }
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let mut returns = Returns(false);
    returns.visit_stmt(statement);
    returns.0
}
