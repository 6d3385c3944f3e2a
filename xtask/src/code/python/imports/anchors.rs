//! Folders that a file names by its own place: `Path(__file__).parent`, `os.path.dirname(__file__)`.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Number, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};
use serde::Serialize;

use crate::code::python::syntax::{Lines, dotted};
use crate::pack::{pack_fields, pack_variants};

/// A place relative to the file: so many folders up, then a path down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Anchor {
    /// How many folders above the file: 1 is its own folder.
    pub up: usize,
    /// What follows below, between slashes; empty for the folder itself.
    pub down: Vec<String>,
}

pack_fields!(Anchor { up, down });
pack_fields!(PathAddition { anchor, fixed, steps });
pack_fields!(Steps { line, range, text, style });
pack_variants!(Style { 0 => Parent, 1 => Parents(before, count), 2 => Function(name) });

impl Anchor {
    /// The path that the anchor names in the file at `path`; `None` when it leaves the repository.
    pub(crate) fn seen_from(&self, path: &str) -> Option<String> {
        let mut parts: Vec<&str> = path.split('/').collect();
        for _ in 0..self.up {
            parts.pop()?;
        }
        parts.extend(self.down.iter().map(String::as_str));
        Some(parts.join("/"))
    }
}

/// A folder that a file puts on `sys.path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathAddition {
    /// `None` where only running it would tell.
    pub(crate) anchor: Option<Anchor>,
    /// A fixed path (`"src"`, `"."`), relative to wherever the file is run.
    pub(crate) fixed: Option<String>,
    /// The steps up from `__file__` that the place starts with, wherever they are written.
    pub(crate) steps: Option<Steps>,
}

/// An expression that goes up from `__file__`: `Path(__file__).parent.parent`, `os.path.dirname(__file__)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    pub(crate) line: usize,
    pub(crate) range: (usize, usize),
    pub(crate) text: String,
    pub(crate) style: Style,
}

/// How an expression goes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `….parent`
    Parent,
    /// `….parents[n]`: the text before the number, the number.
    Parents(String, usize),
    /// `dirname(…)`: the function as it is written.
    Function(String),
}

impl Steps {
    /// The expression with so many more steps up.
    pub(crate) fn with_more(&self, more: usize) -> String {
        match &self.style {
            Style::Parent => format!("{}{}", self.text, ".parent".repeat(more)),
            Style::Parents(before, count) => format!("{before}[{}]", count + more),
            Style::Function(name) => {
                format!("{}{}{}", format!("{name}(").repeat(more), self.text, ")".repeat(more))
            }
        }
    }
}

/// Every `sys.path.insert`, `append`, `extend` and `+=` of a file.
pub(super) fn path_additions(text: &str, body: &[Stmt], lines: &Lines) -> Vec<PathAddition> {
    let (names, steps) = (BTreeMap::new(), BTreeMap::new());
    let mut finder = Finder { text, lines, names, steps, found: Vec::new() };
    for statement in body {
        finder.visit_stmt(statement);
    }
    finder.found
}

struct Finder<'a> {
    text: &'a str,
    lines: &'a Lines,
    /// Names bound to a place, as far as the walk has come.
    names: BTreeMap<String, Anchor>,
    /// The steps that each of them starts with.
    steps: BTreeMap<String, Steps>,
    found: Vec<PathAddition>,
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                let value = place(&assign.value, &self.names);
                for target in &assign.targets {
                    self.assign(target, &assign.value, value.as_ref());
                }
            }
            Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => {
                let anchor = place(value, &self.names);
                self.assign(target, value, anchor.as_ref());
            }
            Stmt::AugAssign(assign) if is_sys_path(&assign.target) => self.add_all(&assign.value),
            Stmt::Expr(expression) => {
                if let Expr::Call(call) = &*expression.value {
                    self.call(call);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }
    fn visit_expr(&mut self, _: &'a Expr) {}
}

impl Finder<'_> {
    fn assign(&mut self, target: &Expr, value: &Expr, anchor: Option<&Anchor>) {
        if is_sys_path(target) || matches!(target, Expr::Subscript(part) if is_sys_path(&part.value)) {
            match value {
                Expr::BinOp(sum) => {
                    for side in [&sum.left, &sum.right] {
                        if !is_sys_path(side) {
                            self.add_all(side);
                        }
                    }
                }
                other => self.add_all(other),
            }
        }
        let Expr::Name(name) = target else { return };
        let steps = self.steps_of(value);
        self.names.remove(name.id.as_str());
        self.steps.remove(name.id.as_str());
        self.names.extend(anchor.map(|anchor| (name.id.to_string(), anchor.clone())));
        self.steps.extend(steps.map(|steps| (name.id.to_string(), steps)));
    }

    /// The outermost expression within that goes up from `__file__` and does nothing else.
    fn steps_of(&self, expression: &Expr) -> Option<Steps> {
        if let Expr::Name(name) = expression {
            return self.steps.get(name.id.as_str()).cloned();
        }
        let is_up = |anchor: Anchor| anchor.up > 0 && anchor.down.is_empty();
        if place(expression, &BTreeMap::new()).is_some_and(is_up)
            && let Some(style) = style_of(self.text, expression)
        {
            let (start, end) = (expression.range().start().to_usize(), expression.range().end().to_usize());
            let line = self.lines.line(expression.range().start());
            return Some(Steps { line, range: (start, end), text: self.text[start..end].to_owned(), style });
        }
        match expression {
            Expr::Call(call) => {
                let inner = call.arguments.args.iter().find_map(|each| self.steps_of(each));
                inner.or_else(|| self.steps_of(&call.func))
            }
            Expr::Attribute(attribute) => self.steps_of(&attribute.value),
            Expr::BinOp(operation) => self.steps_of(&operation.left),
            Expr::Subscript(subscript) => self.steps_of(&subscript.value),
            _ => None,
        }
    }

    fn call(&mut self, call: &ast::ExprCall) {
        let Expr::Attribute(attribute) = &*call.func else { return };
        let is_site = matches!(dotted(&call.func).as_deref(), Some("site.addsitedir"));
        let is_fixture = attribute.attr.as_str() == "syspath_prepend";
        if !is_sys_path(&attribute.value) && !is_site && !is_fixture {
            return;
        }
        match attribute.attr.as_str() {
            "insert" => call.arguments.args.get(1).into_iter().for_each(|each| self.add(each)),
            "append" | "addsitedir" | "syspath_prepend" => {
                call.arguments.args.first().into_iter().for_each(|each| self.add(each))
            }
            "extend" => call.arguments.args.first().into_iter().for_each(|each| self.add_all(each)),
            _ => {}
        }
    }

    fn add_all(&mut self, expression: &Expr) {
        match expression {
            Expr::List(list) => list.elts.iter().for_each(|each| self.add(each)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.add(each)),
            other => self.add(other),
        }
    }

    fn add(&mut self, expression: &Expr) {
        let fixed = match expression {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
            _ => None,
        };
        self.found.push(PathAddition {
            anchor: place(expression, &self.names),
            fixed,
            steps: self.steps_of(expression),
        });
    }
}

fn style_of(text: &str, expression: &Expr) -> Option<Style> {
    let slice = |range: TextRange| text[range.start().to_usize()..range.end().to_usize()].to_owned();
    match expression {
        Expr::Attribute(attribute) if attribute.attr.as_str() == "parent" => Some(Style::Parent),
        Expr::Subscript(subscript) => {
            Some(Style::Parents(slice(subscript.value.range()), small_number(&subscript.slice)?))
        }
        Expr::Call(call) if dotted(&call.func)?.ends_with("dirname") => {
            Some(Style::Function(slice(call.func.range())))
        }
        _ => None,
    }
}

fn is_sys_path(expression: &Expr) -> bool {
    dotted(expression).is_some_and(|name| name == "sys.path")
}

/// The place that an expression names, if it is built from `__file__` by known steps.
pub(super) fn place(expression: &Expr, names: &BTreeMap<String, Anchor>) -> Option<Anchor> {
    match expression {
        Expr::Name(name) if name.id.as_str() == "__file__" => Some(Anchor { up: 0, down: Vec::new() }),
        Expr::Name(name) => names.get(name.id.as_str()).cloned(),
        Expr::Attribute(attribute) if attribute.attr.as_str() == "parent" => {
            parent(place(&attribute.value, names)?)
        }
        Expr::Subscript(subscript) => {
            let Expr::Attribute(attribute) = &*subscript.value else { return None };
            if attribute.attr.as_str() != "parents" {
                return None;
            }
            let count = small_number(&subscript.slice)?;
            let start = place(&attribute.value, names)?;
            (0..=count).try_fold(start, |anchor, _| parent(anchor))
        }
        Expr::BinOp(operation) if operation.op == Operator::Div => {
            below(place(&operation.left, names)?, &text_of(&operation.right)?)
        }
        Expr::Call(call) => called(call, names),
        _ => None,
    }
}

fn called(call: &ast::ExprCall, names: &BTreeMap<String, Anchor>) -> Option<Anchor> {
    let arguments = &call.arguments.args;
    if let Expr::Attribute(attribute) = &*call.func {
        match attribute.attr.as_str() {
            "resolve" | "absolute" | "expanduser" | "as_posix" | "__str__" => {
                return place(&attribute.value, names);
            }
            "joinpath" => {
                let start = place(&attribute.value, names)?;
                return join(start, arguments);
            }
            _ => {}
        }
    }
    let name = dotted(&call.func)?;
    let last = name.rsplit('.').next().unwrap_or_default();
    let first = arguments.first()?;
    match last {
        "dirname" => parent(place(first, names)?),
        "abspath" | "realpath" | "normpath" | "str" | "fspath" | "normcase" => place(first, names),
        "Path" | "PurePath" | "PosixPath" | "join" => {
            // `os.path.join("src", …)` starts nowhere, and so does `" ".join(…)`.
            join(place(first, names)?, &arguments[1..])
        }
        _ => None,
    }
}

fn join(start: Anchor, parts: &[Expr]) -> Option<Anchor> {
    parts.iter().try_fold(start, |anchor, part| below(anchor, &text_of(part)?))
}

fn parent(mut anchor: Anchor) -> Option<Anchor> {
    if anchor.down.pop().is_none() {
        anchor.up += 1;
    }
    Some(anchor)
}

fn below(mut anchor: Anchor, path: &str) -> Option<Anchor> {
    if path.starts_with('/') {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if anchor.down.pop().is_none() => anchor.up += 1,
            ".." => {}
            part => anchor.down.push(part.to_owned()),
        }
    }
    Some(anchor)
}

fn text_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        Expr::Attribute(_) | Expr::Name(_) => match dotted(expression)?.as_str() {
            "os.pardir" | "os.path.pardir" | "pardir" => Some("..".to_owned()),
            "os.curdir" | "curdir" => Some(".".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

fn small_number(expression: &Expr) -> Option<usize> {
    match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => number.as_usize().filter(|number| *number < 64),
            _ => None,
        },
        _ => None,
    }
}
