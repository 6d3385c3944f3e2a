//! Whether a module writes into its own namespace in a way that its text does not show.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};

use super::facts::{Facts, Import};

/// True when something may give a name of the module another value: `globals()[name] = …`, `exec`, a module that puts
/// another object into its place. Looking at a namespace changes nothing.
pub(super) fn is_written(body: &[Stmt]) -> bool {
    let mut look = Look { found: false, namespaces: BTreeSet::new(), inner: 0 };
    look.visit_body(body);
    // A function may write by a name that is bound below it.
    look.found || {
        look.visit_body(body);
        look.found
    }
}

/// True when a function may write into the namespace of whoever calls it: it takes the one of a frame whole, and sets
/// items of something.
pub(super) fn writes_to_caller(function: &ast::StmtFunctionDef) -> bool {
    let mut frames = Frames::default();
    frames.visit_body(&function.body);
    frames.takes && frames.sets
}

#[derive(Default)]
struct Frames {
    /// `f_globals` is used for more than a look at one name.
    takes: bool,
    /// An item is set, or many are.
    sets: bool,
}

impl<'a> Visitor<'a> for Frames {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Subscript(item) if item.ctx == ExprContext::Load && is_of_frame(&item.value) => {
                self.visit_expr(&item.slice);
            }
            Expr::Subscript(item) => {
                self.sets |= item.ctx == ExprContext::Store;
                walk_expr(self, expression);
            }
            Expr::Attribute(attribute) if LOOKUPS.contains(&attribute.attr.as_str()) => {
                if !is_of_frame(&attribute.value) {
                    walk_expr(self, expression);
                }
            }
            Expr::Attribute(attribute) => {
                self.sets |= matches!(attribute.attr.as_str(), "update" | "setdefault");
                self.takes |= is_of_frame(expression);
                walk_expr(self, expression);
            }
            _ => walk_expr(self, expression),
        }
    }
}

/// `frame.f_globals`.
fn is_of_frame(expression: &Expr) -> bool {
    matches!(expression, Expr::Attribute(attribute) if attribute.attr.as_str() == "f_globals")
}

/// Methods of a namespace that change nothing.
const LOOKUPS: &[&str] = &["copy", "get", "items", "keys", "values"];

/// Functions that only read what they are given.
const LOOKING: &[&str] = &[
    "all",
    "any",
    "bool",
    "dict",
    "dir",
    "enumerate",
    "eval",
    "frozenset",
    "id",
    "isinstance",
    "iter",
    "len",
    "list",
    "max",
    "min",
    "print",
    "repr",
    "set",
    "sorted",
    "str",
    "tuple",
    "type",
    "zip",
];

struct Look<'a> {
    found: bool,
    /// Names that stand for the namespace: `everything = globals()`.
    namespaces: BTreeSet<&'a str>,
    /// How many functions and classes stand around.
    inner: usize,
}

impl<'a> Look<'a> {
    fn is_namespace(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Name(name) => self.namespaces.contains(name.id.as_str()),
            Expr::Call(call) if call.arguments.is_empty() => match &*call.func {
                Expr::Name(name) => match name.id.as_str() {
                    "globals" => true,
                    // Inside of a function these are its own.
                    "locals" | "vars" => self.inner == 0,
                    _ => false,
                },
                _ => false,
            },
            _ => false,
        }
    }

    fn call(&mut self, call: &'a ast::ExprCall) {
        let by = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            _ => "",
        };
        self.found |= by == "exec" && call.arguments.args.len() < 2;
        let first = call.arguments.args.first();
        self.found |= matches!(by, "setattr" | "delattr") && first.is_some_and(is_module_by_name);
        let only_looks = LOOKING.contains(&by);
        self.visit_expr(&call.func);
        for argument in &call.arguments.args {
            if !(only_looks && self.is_namespace(argument)) {
                self.visit_expr(argument);
            }
        }
        for keyword in &call.arguments.keywords {
            // `f(**globals())` gives a copy.
            if !(keyword.arg.is_none() && self.is_namespace(&keyword.value)) {
                self.visit_expr(&keyword.value);
            }
        }
    }

    /// Looks at an expression whose value is only read.
    fn read(&mut self, expression: &'a Expr) {
        if !self.is_namespace(expression) {
            self.visit_expr(expression);
        }
    }
}

impl<'a> Visitor<'a> for Look<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                self.inner += 1;
                walk_stmt(self, statement);
                self.inner -= 1;
            }
            Stmt::Assign(assign) if self.is_namespace(&assign.value) => {
                for target in &assign.targets {
                    match target {
                        Expr::Name(name) => drop(self.namespaces.insert(&name.id)),
                        _ => self.found = true,
                    }
                }
            }
            Stmt::For(repeat) => {
                self.read(&repeat.iter);
                self.visit_expr(&repeat.target);
                self.visit_body(&repeat.body);
                self.visit_body(&repeat.orelse);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a ast::Comprehension) {
        self.read(&comprehension.iter);
        self.visit_expr(&comprehension.target);
        comprehension.ifs.iter().for_each(|test| self.visit_expr(test));
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Subscript(item) if self.is_namespace(&item.value) => {
                self.found |= item.ctx != ExprContext::Load;
                self.visit_expr(&item.slice);
            }
            Expr::Subscript(item) if is_modules(&item.value) => {
                self.found |= item.ctx == ExprContext::Store;
                self.visit_expr(&item.slice);
            }
            Expr::Attribute(attribute) if self.is_namespace(&attribute.value) => {
                self.found |= !LOOKUPS.contains(&attribute.attr.as_str());
            }
            Expr::Attribute(attribute) if is_module_by_name(&attribute.value) => {
                self.found |= attribute.ctx == ExprContext::Store || attribute.attr.as_str() == "__dict__";
                walk_expr(self, expression);
            }
            Expr::Compare(compare) => {
                self.visit_expr(&compare.left);
                compare.comparators.iter().for_each(|side| self.read(side));
            }
            // `text % globals()`.
            Expr::BinOp(operation) => {
                self.read(&operation.left);
                self.read(&operation.right);
            }
            Expr::Call(_) | Expr::Name(_) if self.is_namespace(expression) => self.found = true,
            Expr::Call(call) => self.call(call),
            _ => walk_expr(self, expression),
        }
    }
}

/// `sys.modules`.
fn is_modules(expression: &Expr) -> bool {
    matches!(expression, Expr::Attribute(attribute) if attribute.attr.as_str() == "modules"
        && matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "sys"))
}

/// `sys.modules[…]`.
fn is_module_by_name(expression: &Expr) -> bool {
    matches!(expression, Expr::Subscript(item) if is_modules(&item.value))
}

/// Keeps of all attributes that are set those whose owner is an imported name, by the module's last part.
pub(super) fn keep_patches_of_modules(facts: &mut Facts) {
    let patches = std::mem::take(&mut facts.patches);
    for (owner, name) in patches {
        let first = owner.split('.').next().unwrap_or_default();
        let bound_by = |import: &Import| {
            let plain = import.name.as_deref().unwrap_or(import.module.split('.').next().unwrap_or_default());
            import.renamed.as_deref().unwrap_or(plain) == first
        };
        let Some(import) = facts.imports.iter().find(|import| bound_by(import)) else { continue };
        let whole = import.name.as_deref().unwrap_or(&import.module);
        let module = if owner.contains('.') { owner.as_str() } else { whole };
        let last = module.rsplit('.').next().unwrap_or_default();
        facts.patches.insert((last.to_owned(), name));
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts;

    #[test]
    fn writing_into_the_namespace_is_told_from_looking_at_it() {
        let cases: &[(&str, bool)] = &[
            ("globals()[name] = wrap(globals()[name])", true),
            ("globals().update(more)", true),
            ("exec(code)", true),
            ("fill(globals())", true),
            ("everything = locals()\nfor name in names:\n    everything[name] = 1", true),
            ("everything = vars()\nfill(everything)", true),
            ("sys.modules[__name__] = Lazy()", true),
            ("sys.modules[__name__].__class__ = Lazy", true),
            ("sys.modules[__name__].__dict__.update(more)", true),
            ("where = sys.modules[name].__file__", false),
            ("setattr(sys.modules[__name__], name, 1)", true),
            ("def set(name):\n    globals()[name] = 1", true),
            ("everything = locals()\nfor name in names:\n    setattr(everything[name], 'm', 1)", false),
            ("value = globals()['name']", false),
            ("if 'name' in globals(): pass", false),
            ("for name, value in globals().items(): pass", false),
            ("exec(code, {})", false),
            ("module = sys.modules['other']", false),
            ("def local():\n    here = locals()\n    here['a'] = 1", false),
            ("names = sorted(globals())", false),
            ("print(globals())", false),
            ("names = [name for name in globals() if name.isupper()]", false),
            ("for name in list(vars()): pass", false),
            ("for name in globals():\n    globals()[name] = 1", true),
            ("text = 'a %(b)s' % globals()", false),
            ("text = '{b}'.format(**globals())", false),
            ("globals().setdefault(name, 1)", true),
            ("del globals()[name]", true),
            ("show(globals())", true),
            ("everything: dict = globals()", true),
            ("def fill():\n    everything[name] = 1\neverything = globals()", true),
        ];
        for (text, expected) in cases {
            let text = format!("{text}\n");
            let facts = facts::read(&text).unwrap();
            assert_eq!(facts.replaces_names, *expected, "{text}");
            let may_make = *expected || text.contains("exec") || text.contains("sys.modules");
            assert_eq!(facts.makes_names, may_make, "{text}");
        }
    }
}
