//! What the statements of one scope bind. Functions and classes inside are other scopes and are not entered.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};

use crate::code::python::syntax::bound_by_pattern;

/// What binds a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Binder<'a> {
    Function(&'a ast::StmtFunctionDef),
    Class(&'a ast::StmtClassDef),
    /// An import, by where its alias begins.
    Import(&'a ast::Alias, Option<&'a ast::StmtImportFrom>),
    /// `name = expression`.
    Expression(&'a Expr),
    /// A name that is annotated: a parameter, or one with a value.
    Annotated(&'a Expr, Option<&'a Expr>),
    /// `with expression as name`.
    Entered(&'a Expr),
    /// The first parameter of a method.
    FirstParameter,
    /// Anything else: a loop, a pattern, a parameter, several targets.
    Other,
}

/// A name of a scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound<'a> {
    pub(super) by: Binder<'a>,
    /// Where it is bound.
    pub(super) at: ruff_text_size::TextSize,
    /// False when it is bound more than once, in different ways.
    pub(super) is_sure: bool,
    /// How many functions of this name there are, when nothing else binds it.
    functions: Option<usize>,
}

/// The names of one scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Names<'a>(pub(super) BTreeMap<&'a str, Bound<'a>>);

impl<'a> Names<'a> {
    /// The names that a body binds.
    pub(super) fn of_body(body: &'a [Stmt], has_walrus: bool) -> Self {
        let mut names = Self::default();
        names.add_body(body, has_walrus);
        names
    }

    /// The parameters of a function, then what its body binds.
    pub(super) fn of_function(function: &'a ast::StmtFunctionDef, is_method: bool, has_walrus: bool) -> Self {
        let mut names = Self::default();
        names.add_parameters(&function.parameters, is_method);
        names.add_body(&function.body, has_walrus);
        names
    }

    pub(super) fn add_parameters(&mut self, parameters: &'a ast::Parameters, is_method: bool) {
        let first = parameters.posonlyargs.iter().chain(&parameters.args).next();
        let first = first.map(|parameter| &parameter.parameter.name.id).filter(|_| is_method);
        for parameter in parameters.iter() {
            let name = &parameter.name().id;
            let is_first = first.is_some_and(|first| first == name);
            let by = match (is_first, parameter.annotation()) {
                (true, _) => Binder::FirstParameter,
                // `*rest: int` is a tuple.
                (false, Some(annotation)) if !parameter.is_variadic() => Binder::Annotated(annotation, None),
                _ => Binder::Other,
            };
            self.bind(name, by, parameter.name().range.start());
        }
    }

    fn add_body(&mut self, body: &'a [Stmt], has_walrus: bool) {
        let mut visitor = Collect { names: self, has_walrus };
        for statement in body {
            visitor.visit_stmt(statement);
        }
    }

    pub(super) fn bind(&mut self, name: &'a str, by: Binder<'a>, at: ruff_text_size::TextSize) {
        use std::collections::btree_map::Entry;
        match self.0.entry(name) {
            Entry::Vacant(place) => {
                let functions = matches!(by, Binder::Function(_)).then_some(1);
                place.insert(Bound { by, at, is_sure: true, functions });
            }
            Entry::Occupied(mut place) => {
                let bound = place.get_mut();
                bound.is_sure &= is_same_import(bound.by, by);
                let is_one_more = matches!(by, Binder::Function(_));
                bound.functions = bound.functions.filter(|_| is_one_more).map(|count| count + 1);
            }
        }
    }

    /// The names that a target binds; several at once mean nothing single.
    pub(super) fn bind_target(&mut self, target: &'a Expr, value: Option<&'a Expr>) {
        match target {
            Expr::Name(name) => {
                let by = value.map_or(Binder::Other, Binder::Expression);
                self.bind(&name.id, by, name.range.start());
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.bind_target(each, None)),
            Expr::List(list) => list.elts.iter().for_each(|each| self.bind_target(each, None)),
            Expr::Starred(starred) => self.bind_target(&starred.value, None),
            _ => {}
        }
    }

    /// The name is rebound in a way that is not followed.
    fn blur(&mut self, name: &'a str, at: ruff_text_size::TextSize) {
        let blurred = Bound { by: Binder::Other, at, is_sure: false, functions: None };
        let bound = self.0.entry(name).or_insert(blurred);
        (bound.is_sure, bound.functions) = (false, None);
    }

    /// The names of a module's body; of functions with one name the last is meant, where that can be told.
    pub(super) fn of_module(body: &'a [Stmt], has_walrus: bool) -> Self {
        let mut names = Self::of_body(body, has_walrus);
        for (name, bound) in &mut names.0 {
            let count = bound.functions.filter(|&count| count > 1);
            if let Some(last) = count.and_then(|count| last_of(body, name, count)) {
                (bound.by, bound.at, bound.is_sure) = (Binder::Function(last), last.name.range.start(), true);
            }
        }
        names
    }
}

/// The last of so many functions of one name, where all stand at the top, undecorated, with nothing but definitions
/// between them: then nobody has called an earlier one when the last takes its place.
fn last_of<'a>(body: &'a [Stmt], name: &str, count: usize) -> Option<&'a ast::StmtFunctionDef> {
    let function = |statement: &'a Stmt| match statement {
        Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
        _ => None,
    };
    let start = body.iter().position(|statement| function(statement).is_some())?;
    let end = body.iter().rposition(|statement| function(statement).is_some())?;
    let between = &body[start..=end];
    let plain = between.iter().filter_map(function).filter(|one| one.decorator_list.is_empty()).count();
    let is_definition = |statement: &Stmt| matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
    if plain == count && between.iter().all(is_definition) { between.last().and_then(function) } else { None }
}

/// `import a.b` and `import a.c` bind the same `a`; the same import twice binds one thing.
fn is_same_import(one: Binder<'_>, two: Binder<'_>) -> bool {
    let (Binder::Import(one, from_one), Binder::Import(two, from_two)) = (one, two) else { return false };
    match (from_one, from_two) {
        (None, None) => one.asname.is_none() && two.asname.is_none() || one.name.id == two.name.id,
        (Some(from_one), Some(from_two)) => {
            let module =
                |from: &ast::StmtImportFrom| (from.level, from.module.as_ref().map(|name| name.id.clone()));
            module(from_one) == module(from_two) && one.name.id == two.name.id
        }
        _ => false,
    }
}

struct Collect<'names, 'a> {
    names: &'names mut Names<'a>,
    has_walrus: bool,
}

impl<'a> Collect<'_, 'a> {
    /// Binds what the statement itself binds, without what stands inside of it.
    fn bind(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.names.bind(&function.name, Binder::Function(function), function.name.range.start());
            }
            Stmt::ClassDef(class) => {
                self.names.bind(&class.name, Binder::Class(class), class.name.range.start());
            }
            Stmt::Import(import) => self.bind_modules(import),
            Stmt::ImportFrom(import) => {
                for alias in import.names.iter().filter(|alias| alias.name.as_str() != "*") {
                    let local = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.names.bind(local, Binder::Import(alias, Some(import)), alias.range.start());
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.names.bind_target(target, Some(&assign.value));
                }
            }
            Stmt::AnnAssign(assign) => self.bind_annotated(assign),
            Stmt::AugAssign(assign) => self.blur(&assign.target),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.blur(target)),
            Stmt::TypeAlias(alias) => self.names.bind_target(&alias.name, None),
            Stmt::Global(ast::StmtGlobal { names, .. }) | Stmt::Nonlocal(ast::StmtNonlocal { names, .. }) => {
                names.iter().for_each(|name| self.names.blur(name, name.range.start()));
            }
            Stmt::For(repeat) => self.names.bind_target(&repeat.target, None),
            Stmt::With(with) => self.bind_entered(with),
            _ => {}
        }
    }

    fn bind_modules(&mut self, import: &'a ast::StmtImport) {
        for alias in &import.names {
            let first = alias.name.split('.').next().unwrap_or_default();
            let local = alias.asname.as_ref().map_or(first, |name| name.as_str());
            self.names.bind(local, Binder::Import(alias, None), alias.range.start());
        }
    }

    fn bind_annotated(&mut self, assign: &'a ast::StmtAnnAssign) {
        match (&assign.value, &*assign.target) {
            (Some(value), Expr::Name(name)) => {
                let by = Binder::Annotated(&assign.annotation, Some(value));
                self.names.bind(&name.id, by, name.range.start());
            }
            (Some(value), target) => self.names.bind_target(target, Some(value)),
            // The name belongs to the scope, and something that is not seen here gives it a value.
            (None, Expr::Name(name)) if !self.names.0.contains_key(name.id.as_str()) => {
                self.names.blur(&name.id, name.range.start());
            }
            _ => {}
        }
    }

    fn bind_entered(&mut self, with: &'a ast::StmtWith) {
        for item in &with.items {
            match item.optional_vars.as_deref() {
                Some(Expr::Name(name)) if !with.is_async => {
                    let by = Binder::Entered(&item.context_expr);
                    self.names.bind(&name.id, by, name.range.start());
                }
                Some(target) => self.names.bind_target(target, None),
                None => {}
            }
        }
    }

    fn blur(&mut self, target: &'a Expr) {
        if let Expr::Name(name) = target {
            self.names.blur(&name.id, name.range.start());
        }
    }
}

impl<'a> Visitor<'a> for Collect<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.bind(statement);
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::If(_) | Stmt::Try(_) | Stmt::With(_) | Stmt::For(_) | Stmt::While(_) | Stmt::Match(_) => {
                walk_stmt(self, statement);
            }
            _ if self.has_walrus => walk_stmt(self, statement),
            _ => {}
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(caught) = handler;
        if let Some(name) = &caught.name {
            self.names.blur(name, name.range.start());
        }
        ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        if let Some(name) = bound_by_pattern(pattern) {
            self.names.blur(name, name.range.start());
        }
        ast::visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if !self.has_walrus {
            return;
        }
        if let Expr::Named(named) = expression
            && let Expr::Name(name) = &*named.target
        {
            self.names.blur(&name.id, name.range.start());
        }
        walk_expr(self, expression);
    }
}
