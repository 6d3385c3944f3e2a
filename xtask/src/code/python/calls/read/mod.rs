//! Reads one file: scopes, definitions, and the calls whose target the file's own text settles.

mod effects;
mod functions;
mod uses;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{TextRange, TextSize};

use super::bind::Names;
use super::decorators::{keeps_class, keeps_function, keeps_result};
use super::facts::{Base, Binding, CallFacts, Class, Function, Kind, Value};
use super::fields;
use super::quiet;
use crate::code::python::imports::{Import, guard_of_test};
use crate::code::python::syntax::{Lines, dotted};
use functions::{first_of, gives_back, signature_of};

/// Longer chains of names are circles.
const LONGEST: usize = 8;

/// Reads what a file says about calls. `imports` are the file's, with the places of their aliases.
pub(crate) fn read(text: &str, body: &[Stmt], lines: &Lines, imports: &[Import]) -> CallFacts {
    let mut reader = Reader {
        text,
        lines,
        imports,
        import_places: imports.iter().enumerate().map(|(id, import)| (import.alias.0, id)).collect(),
        has_walrus: text.contains(":="),
        has_ignores: quiet::has_ignores(text),
        has_stars: imports.iter().any(|import| import.name.as_deref() == Some("*")),
        rebound: rebound_from_inside(text, body),
        function_ids: BTreeMap::new(),
        class_ids: BTreeMap::new(),
        scopes: Vec::new(),
        muted: 0,
        outermost: None,
        may_fail: false,
        may_lack: 0,
        asked: BTreeSet::new(),
        facts: CallFacts::default(),
    };
    let names = Names::of_module(body, reader.has_walrus);
    reader.scopes.push(Scope { kind: ScopeKind::Module, names });
    reader.visit_body(body);
    reader.facts.names = reader.module_names();
    reader.forget_asked();
    reader.facts
}

struct Reader<'a> {
    text: &'a str,
    lines: &'a Lines,
    imports: &'a [Import],
    import_places: BTreeMap<usize, usize>,
    has_walrus: bool,
    has_ignores: bool,
    has_stars: bool,
    /// Names of outer scopes that some function rebinds.
    rebound: BTreeSet<&'a str>,
    function_ids: BTreeMap<TextSize, usize>,
    class_ids: BTreeMap<TextSize, usize>,
    scopes: Vec<Scope<'a>>,
    /// How many things stand around that make a failing call harmless or wanted.
    muted: usize,
    /// The function that stands around all others.
    outermost: Option<TextRange>,
    /// A failure is expected of the statement.
    may_fail: bool,
    /// How many things stand around that take a name which is not there.
    may_lack: usize,
    /// Names that the file asks for before it uses them.
    asked: BTreeSet<&'a str>,
    facts: CallFacts,
}

struct Scope<'a> {
    kind: ScopeKind,
    names: Names<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScopeKind {
    Module,
    Class(usize),
    /// A function; what its first parameter is.
    Function(First),
    /// A lambda or a comprehension.
    Inner,
}

/// What the first parameter of a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    Instance(usize),
    Class(usize),
    Other,
}

/// Names in `global` and `nonlocal` statements.
fn rebound_from_inside<'a>(text: &str, body: &'a [Stmt]) -> BTreeSet<&'a str> {
    struct Names<'a>(BTreeSet<&'a str>);
    impl<'a> Visitor<'a> for Names<'a> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::Global(ast::StmtGlobal { names, .. })
                | Stmt::Nonlocal(ast::StmtNonlocal { names, .. }) => {
                    self.0.extend(names.iter().map(|name| name.as_str()));
                }
                _ => walk_stmt(self, statement),
            }
        }
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let mut names = Names(BTreeSet::new());
    if text.contains("global ") || text.contains("nonlocal ") {
        names.visit_body(body);
    }
    names.0
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::If(branch) => self.branch(branch),
            Stmt::Try(attempt) => {
                let may_lack = usize::from(quiet::catches_missing_names(attempt));
                self.may_lack += may_lack;
                self.mute(quiet::catches_wrong_calls(attempt), |reader| reader.visit_body(&attempt.body));
                self.may_lack -= may_lack;
                for handler in &attempt.handlers {
                    self.visit_except_handler(handler);
                }
                self.visit_body(&attempt.orelse);
                self.visit_body(&attempt.finalbody);
            }
            Stmt::With(with) => {
                for item in &with.items {
                    self.visit_with_item(item);
                    item.optional_vars.iter().for_each(|target| self.set_attribute(target));
                }
                let expects = |item: &ast::WithItem| quiet::expects_wrong_calls(&item.context_expr);
                let mutes = with.items.iter().any(expects);
                let fails = with.items.iter().any(|item| quiet::expects_failure(&item.context_expr));
                self.mute(mutes, |reader| reader.body_that_may_fail(&with.body, fails));
            }
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.set_attribute_to(target, None, &assign.value));
                walk_stmt(self, statement);
            }
            Stmt::AugAssign(assign) => {
                self.set_attribute(&assign.target);
                walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.set_attribute_to(&assign.target, Some(&assign.annotation), value);
                }
                assign.value.iter().for_each(|value| self.visit_expr(value));
            }
            Stmt::For(repeat) => {
                self.set_attribute(&repeat.target);
                walk_stmt(self, statement);
            }
            Stmt::Delete(delete) => {
                delete.targets.iter().for_each(|target| self.set_attribute(target));
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Attribute(attribute) if self.use_chain(attribute) => {}
            Expr::Call(call) => {
                self.ask(call);
                self.patch(call);
                self.hand_over(call);
                self.call(call);
                // `assertRaises(TypeError, lambda: wrong(call))`.
                let mutes = quiet::expects_wrong_calls(expression);
                self.mute(mutes, |reader| walk_expr(reader, expression));
            }
            Expr::Lambda(lambda) => {
                let mut names = Names::default();
                for parameters in lambda.parameters.iter() {
                    names.add_parameters(parameters, false);
                }
                self.inside(ScopeKind::Inner, names, |reader| walk_expr(reader, expression));
            }
            Expr::ListComp(ast::ExprListComp { generators, .. })
            | Expr::SetComp(ast::ExprSetComp { generators, .. })
            | Expr::DictComp(ast::ExprDictComp { generators, .. })
            | Expr::Generator(ast::ExprGenerator { generators, .. }) => {
                let mut names = Names::default();
                generators.iter().for_each(|generator| names.bind_target(&generator.target, None));
                self.inside(ScopeKind::Inner, names, |reader| walk_expr(reader, expression));
            }
            _ => walk_expr(self, expression),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

impl<'a> Reader<'a> {
    fn inside(&mut self, kind: ScopeKind, names: Names<'a>, look: impl FnOnce(&mut Self)) {
        self.scopes.push(Scope { kind, names });
        look(self);
        self.scopes.pop();
    }

    fn mute(&mut self, mutes: bool, look: impl FnOnce(&mut Self)) {
        self.muted += usize::from(mutes);
        look(self);
        self.muted -= usize::from(mutes);
    }

    /// Where a failure is expected, what stands behind the first statement or the first call may never run.
    fn body_that_may_fail(&mut self, body: &'a [Stmt], fails: bool) {
        let before = self.may_fail;
        self.may_fail |= fails;
        if let ([first, rest @ ..], true) = (body, fails) {
            self.visit_stmt(first);
            self.mute(true, |reader| reader.visit_body(rest));
        } else {
            self.visit_body(body);
        }
        self.may_fail = before;
    }

    fn branch(&mut self, branch: &'a ast::StmtIf) {
        self.visit_expr(&branch.test);
        let mut above = guard_of_test(&branch.test);
        self.mute(above.is_some(), |reader| reader.visit_body(&branch.body));
        for clause in &branch.elif_else_clauses {
            clause.test.iter().for_each(|test| self.visit_expr(test));
            let own = clause.test.as_ref().and_then(guard_of_test);
            let guard = own.or(above.filter(|guard| guard.has_two_sides()));
            self.mute(guard.is_some(), |reader| reader.visit_body(&clause.body));
            above = above.or(own);
        }
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        function.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
        for parameter in function.parameters.iter_non_variadic_params() {
            parameter.default.iter().for_each(|default| self.visit_expr(default));
        }
        let class = match self.scopes.last().map(|scope| scope.kind) {
            Some(ScopeKind::Class(class)) => Some(class),
            _ => None,
        };
        let names = Names::of_function(function, class.is_some(), self.has_walrus);
        let mut kind = match function.name.as_str() {
            "__new__" => Kind::Static,
            "__init_subclass__" | "__class_getitem__" => Kind::Class,
            _ => Kind::Plain,
        };
        let mut decorators = Vec::new();
        let mut is_abstract = false;
        for decorator in &function.decorator_list {
            let (name, value) = self.decorator(&decorator.expression);
            is_abstract |= name.as_deref().is_some_and(|name| name.starts_with("abc.abstract"));
            match name.as_deref() {
                Some("staticmethod" | "abc.abstractstaticmethod") => kind = Kind::Static,
                Some("classmethod" | "abc.abstractclassmethod") => kind = Kind::Class,
                Some(name) if keeps_function(name) => {}
                _ => decorators.push(value),
            }
        }
        let first = first_of(function, class, kind, decorators.is_empty());
        let id = self.function_id(function);
        self.facts.functions[id] = Function {
            name: function.name.as_str().to_owned(),
            line: self.lines.line(function.name.range.start()),
            signature: signature_of(&function.parameters),
            kind,
            decorators,
            gives_back: gives_back(function, &names),
            returns: self.returned(function),
            is_abstract,
            class,
        };
        let mutes = self.is_tried(function) || quiet::is_to_fail(&function.decorator_list);
        let outermost = self.outermost.get_or_insert(function.range);
        let is_outermost = *outermost == function.range;
        self.inside(ScopeKind::Function(first), names, |reader| {
            reader.mute(mutes, |reader| reader.visit_body(&function.body));
        });
        if is_outermost {
            self.outermost = None;
        }
    }

    /// A function inside of one that expects wrong calls somewhere: it may be what is tried.
    fn is_tried(&self, function: &ast::StmtFunctionDef) -> bool {
        let around = self.outermost.filter(|around| *around != function.range);
        let text = around.map_or("", |around| &self.text[around]);
        text.contains("TypeError") && text.contains("aises")
    }

    /// What a call of a function gives, by its annotation, where nothing changes that.
    fn returned(&self, function: &'a ast::StmtFunctionDef) -> Value {
        let keeps = |decorator: &ast::Decorator| {
            self.full_name(&decorator.expression).is_some_and(|name| keeps_result(&name))
        };
        match &function.returns {
            Some(annotation) if !function.is_async && function.decorator_list.iter().all(keeps) => {
                self.annotated(annotation, self.scopes.len(), 0)
            }
            _ => Value::Unclear,
        }
    }

    /// The full name of a decorator, where it is known, and what it stands for.
    fn decorator(&self, expression: &'a Expr) -> (Option<String>, Value) {
        match expression {
            Expr::Call(call) => (self.full_name(&call.func), Value::Unclear),
            other => (self.full_name(other), self.value(other)),
        }
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        class.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
        class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
        let id = self.class_id(class);
        let mut read = Class {
            name: class.name.as_str().to_owned(),
            line: self.lines.line(class.name.range.start()),
            bases: self.bases(class),
            is_opaque: self.has_metaclass(class),
            fields: fields::of_class(class, |expression| self.full_name(expression)),
            ..Class::default()
        };
        for decorator in &class.decorator_list {
            let (name, value) = self.decorator(&decorator.expression);
            match name.as_deref() {
                Some(name) if keeps_class(name) => {}
                Some(name) if fields::is_maker(name) => read.is_opaque |= read.fields.is_none(),
                _ => read.decorators.push(value),
            }
        }
        // Bindings of methods' `self.name` are added to these while the body is walked.
        self.facts.classes[id] = read;
        let names = Names::of_body(&class.body, self.has_walrus);
        self.scopes.push(Scope { kind: ScopeKind::Class(id), names });
        self.mute(quiet::is_to_fail(&class.decorator_list), |reader| reader.visit_body(&class.body));
        let mut members = self.members();
        self.scopes.pop();
        // An annotated name may be a field: then objects have what they were given.
        for statement in &class.body {
            if let Stmt::AnnAssign(assign) = statement
                && let Expr::Name(name) = &*assign.target
            {
                let held = match self.annotated(&assign.annotation, self.scopes.len(), 0) {
                    Value::Unclear => Value::Unclear,
                    object => Value::Held(Box::new(object)),
                };
                members.insert(name.id.as_str().to_owned(), held);
            }
        }
        let read = &mut self.facts.classes[id];
        read.is_opaque |= members.contains_key("__getattribute__") || members.contains_key("__metaclass__");
        for (name, value) in members {
            let declared = matches!(value, Value::Held(_)).then(|| value.clone());
            let both = || declared.unwrap_or_default();
            read.members.entry(name).and_modify(|held| *held = both()).or_insert(value);
        }
    }

    fn members(&mut self) -> BTreeMap<String, Value> {
        let bound: Vec<&'a str> =
            self.scopes.last().map(|scope| scope.names.0.keys().copied().collect()).unwrap_or_default();
        let level = self.scopes.len();
        bound.into_iter().map(|name| (name.to_owned(), self.bound_in(level - 1, name, 0))).collect()
    }

    fn bases(&mut self, class: &'a ast::StmtClassDef) -> Vec<Base> {
        let arguments = class.arguments.iter().flat_map(|arguments| &arguments.args);
        let mut bases = Vec::new();
        for base in arguments {
            let plain = match base {
                // `Base[T]` is `Base` to its callers.
                Expr::Subscript(subscript) => &*subscript.value,
                other => other,
            };
            let name = self.full_name(plain).or_else(|| dotted(plain)).unwrap_or_default();
            bases.push(Base { value: self.value(plain), name });
        }
        bases
    }

    fn has_metaclass(&self, class: &'a ast::StmtClassDef) -> bool {
        let keywords = class.arguments.iter().flat_map(|arguments| &arguments.keywords);
        keywords.into_iter().any(|keyword| match keyword.arg.as_deref() {
            Some("metaclass") => self.full_name(&keyword.value).as_deref() != Some("abc.ABCMeta"),
            Some(_) => false,
            None => true,
        })
    }

    fn module_names(&mut self) -> BTreeMap<String, Binding> {
        let bound: Vec<(&'a str, TextSize)> =
            self.scopes[0].names.0.iter().map(|(name, bound)| (*name, bound.at)).collect();
        let mut names = BTreeMap::new();
        for (name, at) in bound {
            let value = if self.rebound.contains(name) { Value::Unclear } else { self.bound_in(0, name, 0) };
            names.insert(name.to_owned(), Binding { line: self.lines.line(at), value });
        }
        // What a function declares global without a binding at the top is bound by that function.
        for name in &self.rebound {
            names.entry((*name).to_owned()).or_insert(Binding { line: 0, value: Value::Unclear });
        }
        names
    }

    fn function_id(&mut self, function: &ast::StmtFunctionDef) -> usize {
        let next = self.facts.functions.len();
        let id = *self.function_ids.entry(function.name.range.start()).or_insert(next);
        if id == next {
            self.facts.functions.push(Function::default());
        }
        id
    }

    fn class_id(&mut self, class: &ast::StmtClassDef) -> usize {
        let next = self.facts.classes.len();
        let id = *self.class_ids.entry(class.name.range.start()).or_insert(next);
        if id == next {
            self.facts.classes.push(Class::default());
        }
        id
    }
}
