//! What one file says about tests: functions, classes, fixtures and marks, as written.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::count::{self, Constants};
use crate::code::python::syntax::{Lines, blocks, dotted, with_module};

/// A base class or an imported thing by its dotted name, as written.
pub(super) type Dotted = String;

/// How often a mark or a fixture repeats a test; `None` when that is known only at run time.
pub(super) type Repeat = Option<usize>;

/// One `parametrize`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    /// The argument names; `None` when they are computed.
    pub(super) names: Option<Vec<String>>,
    pub(super) repeat: Repeat,
}

/// Marks of a function, class or module that change how often a test runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) parameters: Vec<Parameters>,
    /// Fixtures asked for by name (`usefixtures`, `anyio`).
    pub(super) fixtures: Vec<String>,
    /// `parameterized.expand`: the method is replaced by so many.
    pub(super) expanded: Option<Repeat>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) arguments: Vec<String>,
    pub(super) marks: Marks,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fixture {
    pub(super) repeat: Repeat,
    pub(super) automatic: bool,
    pub(super) arguments: Vec<String>,
}

/// What a body (of a module or a class) binds that matters for tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) classes: BTreeMap<String, Class>,
    pub(super) fixtures: BTreeMap<String, Fixture>,
    /// Names bound to anything else; they hide inherited ones.
    pub(super) others: BTreeSet<String>,
    pub(super) marks: Marks,
    /// `__test__ = …`; `None` where nothing is said or the value is computed.
    pub(super) is_test: Option<bool>,
    /// Methods marked `abstractmethod`.
    pub(super) abstracts: BTreeSet<String>,
    /// `pytest_generate_tests` may repeat any test here.
    pub(super) generates: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) line: usize,
    pub(super) bases: Vec<Option<Dotted>>,
    /// A constructor of its own, written or made by `@dataclass`.
    pub(super) constructed: bool,
    /// `metaclass=ABCMeta`.
    pub(super) abstract_kind: bool,
    pub(super) scope: Scope,
}

/// `from MODULE import NAME as LOCAL`, or `import MODULE as LOCAL` (then `name` is `None`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Imported {
    pub(super) level: u32,
    pub(super) module: Dotted,
    pub(super) name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) scope: Scope,
    pub(super) imports: BTreeMap<String, Imported>,
    pub(super) stars: Vec<Imported>,
    /// Work is done at import: a call, a loop, or a part for `__main__`.
    pub(super) works: bool,
}

pub(super) fn read(text: &str) -> Result<Module, (usize, String)> {
    with_module(text, |parsed| {
        let body = &parsed.syntax().body;
        let constants = Constants::of(body);
        let mut reader = Reader { lines: Lines::of(text), constants, module: Module::default() };
        let scope = reader.scope(body);
        let works = works_at_import(body);
        Module { scope, works, ..reader.module }
    })
}

struct Reader {
    lines: Lines,
    constants: Constants,
    module: Module,
}

impl Reader {
    fn scope(&mut self, body: &[Stmt]) -> Scope {
        let mut scope = Scope::default();
        self.fill(&mut scope, body);
        scope
    }

    fn fill(&mut self, scope: &mut Scope, body: &[Stmt]) {
        for statement in body {
            match statement {
                Stmt::FunctionDef(function) => self.function(scope, function),
                Stmt::ClassDef(class) => self.class(scope, class),
                Stmt::Assign(assign) => {
                    for target in &assign.targets {
                        self.binding(scope, target, &assign.value);
                    }
                }
                Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => {
                    self.binding(scope, target, value);
                }
                Stmt::Import(import) => self.import(scope, import),
                Stmt::ImportFrom(import) => self.import_from(scope, import),
                other => {
                    for block in blocks(other) {
                        self.fill(scope, block);
                    }
                }
            }
        }
    }

    fn function(&mut self, scope: &mut Scope, function: &ast::StmtFunctionDef) {
        let name = function.name.to_string();
        forget(scope, &name);
        let arguments = arguments_of(function);
        if name == "pytest_generate_tests" {
            scope.generates = true;
        }
        if let Some(fixture) = self.fixture(function, &arguments) {
            let name = fixture.0.unwrap_or(name.clone());
            scope.fixtures.insert(name, fixture.1);
            scope.others.insert(function.name.to_string());
            return;
        }
        let decorators = function.decorator_list.iter().map(|decorator| &decorator.expression);
        let is_marked = |names: &[&str]| {
            decorators.clone().filter_map(dotted).any(|dotted| names.contains(&last(&dotted)))
        };
        if is_marked(&["abstractmethod"]) {
            scope.abstracts.insert(name.clone());
        }
        if is_marked(&["property", "cached_property", "setter"]) {
            scope.others.insert(name);
            return;
        }
        let marks = self.marks(decorators);
        let line = self.lines.line(function.name.start());
        scope.functions.insert(name.clone(), Function { name, line, arguments, marks });
    }

    fn class(&mut self, scope: &mut Scope, class: &ast::StmtClassDef) {
        let name = class.name.to_string();
        forget(scope, &name);
        let mut inner = self.scope(&class.body);
        let decorators = || class.decorator_list.iter().map(|decorator| &decorator.expression);
        let marks = self.marks(decorators());
        inner.marks.parameters.extend(marks.parameters);
        inner.marks.fixtures.extend(marks.fixtures);
        let has = |name: &str| inner.functions.contains_key(name) || inner.others.contains(name);
        let is_data = decorators().filter_map(called).any(|dotted| last(&dotted) == "dataclass");
        let constructed = has("__init__") || has("__new__") || is_data;
        let arguments = class.arguments.as_deref();
        let bases = arguments.iter().flat_map(|arguments| &arguments.args).map(base_name).collect();
        let metaclass = arguments.and_then(|arguments| keyword(arguments, "metaclass")).and_then(dotted);
        let abstract_kind = metaclass.is_some_and(|metaclass| last(&metaclass) == "ABCMeta");
        let line = self.lines.line(class.name.start());
        scope.classes.insert(name, Class { line, bases, constructed, abstract_kind, scope: inner });
    }

    fn binding(&mut self, scope: &mut Scope, target: &Expr, value: &Expr) {
        let Expr::Name(name) = target else { return };
        let name = name.id.to_string();
        forget(scope, &name);
        match name.as_str() {
            "__test__" => {
                scope.is_test = match value {
                    Expr::BooleanLiteral(literal) => Some(literal.value),
                    _ => None,
                };
            }
            "pytestmark" => {
                let marks = match value {
                    Expr::List(list) => self.marks(list.elts.iter()),
                    Expr::Tuple(tuple) => self.marks(tuple.elts.iter()),
                    one => self.marks(std::iter::once(one)),
                };
                scope.marks = marks;
            }
            _ => {}
        }
        scope.others.insert(name);
    }

    fn import(&mut self, scope: &mut Scope, import: &ast::StmtImport) {
        for alias in &import.names {
            let module = alias.name.to_string();
            let (local, module) = match &alias.asname {
                Some(asname) => (asname.to_string(), module),
                None => {
                    let first = module.split('.').next().unwrap_or_default().to_owned();
                    (first.clone(), first)
                }
            };
            forget(scope, &local);
            self.module.imports.insert(local, Imported { level: 0, module, name: None });
        }
    }

    fn import_from(&mut self, scope: &mut Scope, import: &ast::StmtImportFrom) {
        let module = import.module.as_ref().map(ToString::to_string).unwrap_or_default();
        for alias in &import.names {
            let name = alias.name.to_string();
            let imported = Imported { level: import.level, module: module.clone(), name: Some(name.clone()) };
            if name == "*" {
                self.module.stars.push(imported);
                continue;
            }
            let local = alias.asname.as_ref().map_or(name, ToString::to_string);
            forget(scope, &local);
            self.module.imports.insert(local, imported);
        }
    }

    fn marks<'a>(&self, expressions: impl Iterator<Item = &'a Expr>) -> Marks {
        let mut marks = Marks::default();
        for expression in expressions {
            // `cases = pytest.mark.parametrize(…)` once, `@cases` often.
            let meant = match expression {
                Expr::Name(name) => self.constants.value(&name.id).unwrap_or(expression),
                other => other,
            };
            self.mark(&mut marks, meant);
        }
        marks
    }

    fn mark(&self, marks: &mut Marks, expression: &Expr) {
        let Some(dotted) = called(expression) else { return };
        let arguments = match expression {
            Expr::Call(call) => Some(&call.arguments),
            _ => None,
        };
        if is_mark(&dotted, "anyio") {
            marks.fixtures.push("anyio_backend".to_owned());
        }
        let Some(arguments) = arguments else { return };
        if is_mark(&dotted, "parametrize") || dotted == "parametrize" {
            let values = argument(arguments, 1, "argvalues");
            let repeat = values.and_then(|values| count::elements(values, &self.constants));
            let names = argument(arguments, 0, "argnames").and_then(argument_names);
            // Without any value pytest makes one skipped test.
            let repeat = repeat.map(|repeat| repeat.max(1));
            marks.parameters.push(Parameters { names, repeat });
        } else if is_mark(&dotted, "usefixtures") {
            marks.fixtures.extend(arguments.args.iter().filter_map(text_of));
        } else if dotted.ends_with("parameterized.expand") {
            let values = argument(arguments, 0, "input");
            marks.expanded = Some(values.and_then(|values| count::elements(values, &self.constants)));
        }
    }

    fn fixture(
        &self,
        function: &ast::StmtFunctionDef,
        arguments: &[String],
    ) -> Option<(Option<String>, Fixture)> {
        for decorator in &function.decorator_list {
            let Some(dotted) = called(&decorator.expression) else { continue };
            if !matches!(last(&dotted), "fixture" | "yield_fixture") {
                continue;
            }
            let mut fixture = Fixture { repeat: Some(1), automatic: false, arguments: arguments.to_vec() };
            let mut name = None;
            if let Expr::Call(call) = &decorator.expression {
                if let Some(values) = keyword(&call.arguments, "params")
                    && !matches!(values, Expr::NoneLiteral(_))
                {
                    fixture.repeat = count::elements(values, &self.constants).map(|repeat| repeat.max(1));
                }
                let automatic = keyword(&call.arguments, "autouse");
                fixture.automatic = automatic
                    .is_some_and(|value| !matches!(value, Expr::BooleanLiteral(literal) if !literal.value));
                name = keyword(&call.arguments, "name").and_then(text_of);
            }
            return Some((name, fixture));
        }
        None
    }
}

/// A new binding replaces whatever the name meant before.
fn forget(scope: &mut Scope, name: &str) {
    scope.functions.remove(name);
    scope.classes.remove(name);
    scope.others.remove(name);
    scope.abstracts.remove(name);
}

fn arguments_of(function: &ast::StmtFunctionDef) -> Vec<String> {
    let parameters = &function.parameters;
    // An argument with a default is no fixture request.
    let named = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
    named
        .filter(|parameter| parameter.default.is_none())
        .map(|parameter| parameter.name().to_string())
        .collect()
}

/// True when importing the file does something beyond defining: it calls, loops, or has a part for `__main__`.
pub(crate) fn works_at_import(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Expr(expression) => matches!(*expression.value, Expr::Call(_) | Expr::Await(_)),
        Stmt::For(_) | Stmt::While(_) | Stmt::With(_) | Stmt::Assert(_) => true,
        Stmt::If(branch) => asks_for_main(&branch.test) || blocks(statement).into_iter().any(works_at_import),
        Stmt::Try(_) | Stmt::Match(_) => blocks(statement).into_iter().any(works_at_import),
        _ => false,
    })
}

fn asks_for_main(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let is_name = |side: &Expr| matches!(side, Expr::Name(name) if name.id.as_str() == "__name__");
    is_name(&compare.left) || compare.comparators.iter().any(is_name)
}

fn called(expression: &Expr) -> Option<Dotted> {
    match expression {
        Expr::Call(call) => dotted(&call.func),
        other => dotted(other),
    }
}

/// `Base`, `Base[T]`; `None` for a computed base.
fn base_name(expression: &Expr) -> Option<Dotted> {
    match expression {
        Expr::Subscript(subscript) => dotted(&subscript.value),
        other => dotted(other),
    }
}

fn is_mark(dotted: &str, mark: &str) -> bool {
    dotted.strip_suffix(mark).is_some_and(|rest| rest == "mark." || rest.ends_with(".mark."))
}

fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or_default()
}

fn argument<'a>(arguments: &'a ast::Arguments, place: usize, name: &str) -> Option<&'a Expr> {
    arguments.args.get(place).or_else(|| keyword(arguments, name))
}

fn keyword<'a>(arguments: &'a ast::Arguments, name: &str) -> Option<&'a Expr> {
    let found = arguments.keywords.iter().find(|keyword| keyword.arg.as_deref() == Some(name))?;
    Some(&found.value)
}

fn text_of(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        _ => None,
    }
}

fn argument_names(expression: &Expr) -> Option<Vec<String>> {
    match expression {
        Expr::StringLiteral(literal) => {
            let names = literal.value.to_str().split(',').map(|name| name.trim().to_owned());
            Some(names.filter(|name| !name.is_empty()).collect())
        }
        Expr::List(list) => list.elts.iter().map(text_of).collect(),
        Expr::Tuple(tuple) => tuple.elts.iter().map(text_of).collect(),
        _ => None,
    }
}
