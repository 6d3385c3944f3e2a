//! What one file says: what it imports, what it binds, and what cannot be told without running it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};
use serde::Serialize;

use super::anchors::{self, PathAddition};
use super::exported::{self, Exported};
use super::guard::{self, Guard};
use super::{lazy, namespace, strings};
use crate::code::python::calls::{self, CallFacts};
use crate::code::python::inventory::works_at_import;
use crate::code::python::syntax::{Lines, bound_by_pattern, dotted, with_module};
use crate::pack::pack_fields;

/// One imported name of one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Import {
    /// The first line of the statement, from 1.
    pub line: usize,
    /// Bytes of the whole statement in the text.
    pub statement: (usize, usize),
    /// Bytes of `name as local` in the text.
    pub alias: (usize, usize),
    /// How many dots stand before the module.
    pub level: u32,
    /// `a.b` of `from .a.b import c` and of `import a.b`; empty for `from . import c`.
    pub module: String,
    /// `c` of `from a import c`; `None` for `import a`; `*` for a star.
    pub name: Option<String>,
    /// `d` of `as d`.
    pub renamed: Option<String>,
    /// What keeps a failure from reaching the user.
    pub guard: Option<Guard>,
}

/// What one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) imports: Vec<Import>,
    /// Names that the module binds at its top level.
    pub(crate) bindings: BTreeSet<String>,
    /// Those of them that are defined here, not imported.
    pub(crate) defined: BTreeSet<String>,
    /// What others take of the module by a star.
    pub(crate) exported: Exported,
    /// `from m import *`: the dots and the module.
    pub(crate) stars: Vec<(u32, String)>,
    /// The module makes names while it runs.
    pub(crate) makes_names: bool,
    /// What the module binds in plain sight may be something else once it ran.
    pub(crate) replaces_names: bool,
    /// All that a module which makes names or modules may answer to, where that can be read from its text.
    pub(crate) answers_to: Option<BTreeSet<String>>,
    /// The package makes modules while it runs.
    pub(crate) makes_modules: bool,
    /// The module adds to `sys.meta_path` or `sys.path_hooks`.
    pub(crate) hooks_imports: bool,
    /// Names that the file sets on modules: the module's last part and the name, `*` where that is computed.
    pub(crate) patches: BTreeSet<(String, String)>,
    /// Functions that set computed names on what they are given.
    pub(crate) fillers: BTreeSet<String>,
    /// Functions that write into the namespace of the module that calls them.
    pub(crate) caller_writers: BTreeSet<String>,
    /// Functions that the module calls, as it is imported, with what a function without arguments gives: the module
    /// itself, maybe.
    pub(crate) filled_by: BTreeSet<String>,
    /// The file does work when it is run or imported.
    pub(crate) is_script: bool,
    /// What calls name by strings: `import_module("a.b")`, `patch("a.b.c")`.
    pub(crate) strings: Vec<Import>,
    /// Modules that the file has compiled out of C in its text: `ffi.set_source("pkg.mod", …)`.
    pub(crate) compiles: BTreeSet<String>,
    /// Folders that the file puts on `sys.path`.
    pub(crate) path_additions: Vec<PathAddition>,
    /// What it defines and calls.
    pub(crate) calls: CallFacts,
}

pack_fields!(Import { line, statement, alias, level, module, name, renamed, guard });
pack_fields!(Facts {
    imports,
    bindings,
    defined,
    exported,
    stars,
    makes_names,
    replaces_names,
    answers_to,
    makes_modules,
    hooks_imports,
    patches,
    fillers,
    caller_writers,
    filled_by,
    is_script,
    strings,
    compiles,
    path_additions,
    calls,
});

/// Reads one file.
///
/// # Errors
/// The line and message of its first syntax error.
pub(crate) fn read(text: &str) -> Result<Facts, (usize, String)> {
    with_module(text, |parsed| {
        let body = &parsed.syntax().body;
        let worth_looking = is_worth_looking(text);
        let mut reader = Reader {
            lines: Lines::of(text),
            facts: Facts::default(),
            guards: Vec::new(),
            inner: 0,
            worth_looking,
            skips: Vec::new(),
        };
        reader.visit_body(body);
        let Reader { lines, mut facts, skips, .. } = reader;
        skips.iter().for_each(|module| skip_without(&mut facts.imports, module));
        facts.calls = calls::read(text, body, &lines, &facts.imports);
        namespace::keep_patches_of_modules(&mut facts);
        facts.exported = exported::read(text, body);
        facts.is_script = works_at_import(body);
        facts.replaces_names = worth_looking && namespace::is_written(body);
        facts.makes_names |= facts.replaces_names || facts.bindings.contains("__getattr__");
        facts.makes_modules |= facts.bindings.contains("__path__");
        if facts.makes_names || facts.makes_modules {
            facts.answers_to = lazy::words(text, parsed, &facts);
        }
        if ["sys.path", "syspath_prepend", "addsitedir"].iter().any(|word| text.contains(word)) {
            facts.path_additions = anchors::path_additions(text, body, &lines);
        }
        facts
    })
}

/// Most files make no names while they run: then their expressions need not be walked.
fn is_worth_looking(text: &str) -> bool {
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::new([
            ":=",
            "globals",
            "sys.modules",
            "exec",
            "__path__",
            "vars",
            "locals",
            "meta_path",
            "path_hooks",
            "namespace",
            "pkgutil",
            "setattr",
            "f_globals",
            "set_source",
            "importorskip",
            "import_module",
            "__import__",
            "patch",
            "delattr",
        ])
        .expect("some fixed words")
    });
    WORDS.is_match(text)
}

/// Guards the imports of a module, and of what is in it, where the tests are skipped without it.
fn skip_without(imports: &mut [Import], module: &str) {
    for import in imports.iter_mut().filter(|import| import.level == 0 && import.guard.is_none()) {
        let whole = import.name.iter().fold(import.module.clone(), |module, name| format!("{module}.{name}"));
        if whole.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
            import.guard = Some(Guard::Try);
        }
    }
}

struct Reader {
    lines: Lines,
    facts: Facts,
    guards: Vec<Guard>,
    /// How many functions and classes stand around.
    inner: usize,
    worth_looking: bool,
    /// Modules without which the file's tests are skipped.
    skips: Vec<String>,
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.bind(&function.name);
                self.inside(statement);
                self.filler(function);
            }
            Stmt::Expr(ast::StmtExpr { value, .. }) if self.inner == 0 => {
                self.filled(value);
                walk_stmt(self, statement);
            }
            Stmt::ClassDef(class) => {
                self.bind(&class.name);
                self.inside(statement);
            }
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Global(global) => {
                self.facts.bindings.extend(global.names.iter().map(ToString::to_string));
            }
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::If(branch) => self.branch(branch),
            Stmt::With(with) => self.with(with, statement),
            Stmt::Match(_) => {
                self.bind_patterns(statement);
                walk_stmt(self, statement);
            }
            Stmt::For(repeat) => {
                self.bind_target(&repeat.target);
                walk_stmt(self, statement);
            }
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.bind_target(target));
                walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                if assign.value.is_some() {
                    self.bind_target(&assign.target);
                }
                walk_stmt(self, statement);
            }
            Stmt::AugAssign(assign) => {
                self.bind_target(&assign.target);
                walk_stmt(self, statement);
            }
            Stmt::TypeAlias(alias) => self.bind_target(&alias.name),
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if !self.worth_looking {
            return;
        }
        match expression {
            Expr::Named(named) => self.bind_target(&named.target),
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) if name.id.as_str() == "exec" => self.facts.makes_names = true,
                Expr::Name(name) if name.id.as_str() == "setattr" => self.patch(call),
                Expr::Attribute(attribute)
                    if matches!(attribute.attr.as_str(), "declare_namespace" | "extend_path") =>
                {
                    self.facts.makes_modules = true;
                }
                Expr::Attribute(attribute)
                    if matches!(attribute.attr.as_str(), "append" | "insert" | "extend")
                        && is_import_hooks(&attribute.value) =>
                {
                    self.facts.hooks_imports = true;
                }
                Expr::Name(_) | Expr::Attribute(_) => self.named_module(call),
                _ => {}
            },
            Expr::Attribute(attribute) if matches!(attribute.attr.as_str(), "modules" | "meta_path") => {
                if matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "sys") {
                    self.facts.makes_names = true;
                    self.facts.makes_modules = true;
                }
            }
            Expr::Name(name) if name.id.as_str() == "__path__" => self.facts.makes_modules = true,
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl Reader {
    fn visit_body(&mut self, body: &[Stmt]) {
        for statement in body {
            self.visit_stmt(statement);
        }
    }

    fn inside(&mut self, statement: &Stmt) {
        self.inner += 1;
        walk_stmt(self, statement);
        self.inner -= 1;
    }

    /// Binds a name that is defined here.
    fn bind(&mut self, name: &str) {
        if self.inner == 0 {
            self.facts.bindings.insert(name.to_owned());
            self.facts.defined.insert(name.to_owned());
        }
    }

    fn bind_imported(&mut self, name: &str) {
        if self.inner == 0 {
            self.facts.bindings.insert(name.to_owned());
        }
    }

    fn bind_target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind(&name.id),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.bind_target(each)),
            Expr::List(list) => list.elts.iter().for_each(|each| self.bind_target(each)),
            Expr::Starred(starred) => self.bind_target(&starred.value),
            Expr::Attribute(attribute) => {
                if let Some(owner) = dotted(&attribute.value) {
                    self.facts.patches.insert((owner, attribute.attr.as_str().to_owned()));
                }
            }
            _ => {}
        }
    }

    /// `setattr(module, "name", …)`.
    fn patch(&mut self, call: &ast::ExprCall) {
        let Some(owner) = call.arguments.args.first().and_then(dotted) else { return };
        let name = match call.arguments.args.get(1) {
            Some(Expr::StringLiteral(literal)) => literal.value.to_str().to_owned(),
            _ => "*".to_owned(),
        };
        self.facts.patches.insert((owner, name));
    }

    /// `setattr(module, name, …)` in a function with a parameter `module`.
    fn filler(&mut self, function: &ast::StmtFunctionDef) {
        if !self.worth_looking {
            return;
        }
        if self.inner == 0 && namespace::writes_to_caller(function) {
            self.facts.caller_writers.insert(function.name.to_string());
        }
        let mut named = self.facts.patches.iter().filter(|(_, name)| name == "*").map(|(owner, _)| owner);
        if named.any(|owner| function.parameters.iter().any(|parameter| parameter.name().as_str() == owner)) {
            self.facts.fillers.insert(function.name.to_string());
        }
    }

    /// `fill(…, find_module())`.
    fn filled(&mut self, statement: &Expr) {
        let Expr::Call(call) = statement else { return };
        let is_bare = |argument: &Expr| matches!(argument, Expr::Call(inner) if inner.arguments.is_empty());
        if call.arguments.args.iter().any(is_bare)
            && let Some(name) = dotted(&call.func)
        {
            self.facts.filled_by.insert(name.rsplit('.').next().unwrap_or_default().to_owned());
        }
    }

    /// `ffi.set_source("module", …)`, `pytest.importorskip("module")`.
    fn named_module(&mut self, call: &ast::ExprCall) {
        let Some(Expr::StringLiteral(module)) = call.arguments.args.first() else { return };
        let by = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        match by {
            "set_source" => drop(self.facts.compiles.insert(module.value.to_str().to_owned())),
            "importorskip" => self.skips.push(module.value.to_str().to_owned()),
            _ if self.guards.is_empty() => {
                self.facts.strings.extend(strings::named(by, call, module, &self.lines));
            }
            _ => {}
        }
    }

    fn bind_patterns(&mut self, statement: &Stmt) {
        struct Names(Vec<String>);
        impl<'a> Visitor<'a> for Names {
            fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
                self.0.extend(bound_by_pattern(pattern).map(ToString::to_string));
                ast::visitor::walk_pattern(self, pattern);
            }
            fn visit_body(&mut self, _: &'a [Stmt]) {}
        }
        let mut names = Names(Vec::new());
        names.visit_stmt(statement);
        names.0.iter().for_each(|name| self.bind(name));
    }

    fn guarded(&mut self, guard: Option<Guard>, body: &[Stmt]) {
        self.guards.extend(guard);
        self.visit_body(body);
        if guard.is_some() {
            self.guards.pop();
        }
    }

    fn attempt(&mut self, attempt: &ast::StmtTry) {
        let catches = guard::catches_import_errors(attempt);
        self.guarded(catches.then_some(Guard::Try), &attempt.body);
        for handler in &attempt.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            let fallback = guard::is_import_error(handler).then_some(Guard::Fallback);
            self.guarded(fallback, &handler.body);
        }
        self.visit_body(&attempt.orelse);
        self.visit_body(&attempt.finalbody);
    }

    fn branch(&mut self, branch: &ast::StmtIf) {
        self.visit_expr(&branch.test);
        let mut above = guard::of_test(&branch.test);
        self.guarded(above, &branch.body);
        for clause in &branch.elif_else_clauses {
            let own = clause.test.as_ref().and_then(guard::of_test);
            let guard = own.or(above.filter(|guard| guard.has_two_sides()));
            self.guarded(guard, &clause.body);
            above = above.or(own);
        }
    }

    fn with(&mut self, with: &ast::StmtWith, statement: &Stmt) {
        for item in &with.items {
            if let Some(target) = &item.optional_vars {
                self.bind_target(target);
            }
        }
        let guard = with.items.iter().any(|item| guard::expects_import_error(&item.context_expr));
        if guard {
            self.guards.push(Guard::Try);
        }
        walk_stmt(self, statement);
        if guard {
            self.guards.pop();
        }
    }

    fn import(&mut self, import: &ast::StmtImport) {
        for alias in &import.names {
            let module = alias.name.as_str().to_owned();
            let local = alias.asname.as_ref().map(|name| name.as_str().to_owned());
            let first = module.split('.').next().unwrap_or_default().to_owned();
            self.bind_imported(local.as_ref().unwrap_or(&first));
            self.add(import.range, alias, 0, module, None);
        }
    }

    fn import_from(&mut self, import: &ast::StmtImportFrom) {
        let module = import.module.as_ref().map(|module| module.as_str().to_owned()).unwrap_or_default();
        if import.level == 0 && module == "__future__" {
            return;
        }
        for alias in &import.names {
            let name = alias.name.as_str().to_owned();
            if name == "*" {
                self.facts.stars.push((import.level, module.clone()));
            } else {
                self.bind_imported(alias.asname.as_ref().unwrap_or(&alias.name));
            }
            self.add(import.range, alias, import.level, module.clone(), Some(name));
        }
    }

    fn add(
        &mut self,
        statement: TextRange,
        alias: &ast::Alias,
        level: u32,
        module: String,
        name: Option<String>,
    ) {
        self.facts.imports.push(Import {
            line: self.lines.line(statement.start()),
            statement: offsets(statement),
            alias: offsets(alias.range()),
            level,
            module,
            name,
            renamed: alias.asname.as_ref().map(|name| name.as_str().to_owned()),
            guard: guard::strongest(&self.guards),
        });
    }
}

/// `sys.meta_path` and `sys.path_hooks`: what the interpreter asks for modules (PEP 302).
fn is_import_hooks(expression: &Expr) -> bool {
    dotted(expression).is_some_and(|name| matches!(name.as_str(), "sys.meta_path" | "sys.path_hooks"))
}

pub(crate) fn offsets(range: TextRange) -> (usize, usize) {
    (range.start().to_usize(), range.end().to_usize())
}
