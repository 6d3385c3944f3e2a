//! How many elements an expression has, where that can be read off without running it.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Number, Operator, Stmt, UnaryOp};

/// Expressions longer than this are not worth the arithmetic.
const DEEPEST: usize = 40;

/// Names that a module binds exactly once, at its top level, and never changes.
#[derive(Debug, Default)]
pub(super) struct Constants(BTreeMap<String, Expr>);

impl Constants {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut seen = Bindings::default();
        for statement in body {
            seen.visit_stmt(statement);
        }
        let mut values = BTreeMap::new();
        for statement in body {
            let (target, value) = match statement {
                Stmt::Assign(assign) if assign.targets.len() == 1 => (&assign.targets[0], &assign.value),
                Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => (&**target, value),
                _ => continue,
            };
            let Expr::Name(name) = target else { continue };
            if seen.bound.get(name.id.as_str()) == Some(&1) && !seen.changed.contains(name.id.as_str()) {
                values.insert(name.id.to_string(), (**value).clone());
            }
        }
        Self(values)
    }

    pub(super) fn value(&self, name: &str) -> Option<&Expr> {
        self.0.get(name)
    }
}

/// How often each name is bound anywhere in the file, and which values are changed in place.
#[derive(Default)]
struct Bindings {
    bound: BTreeMap<String, usize>,
    changed: BTreeSet<String>,
}

impl<'a> Visitor<'a> for Bindings {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.bind(&function.name),
            Stmt::ClassDef(class) => self.bind(&class.name),
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.changed.insert(name.id.to_string());
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if !name.ctx.is_load() => self.bind(&name.id),
            Expr::Call(call) => {
                if let Expr::Attribute(attribute) = &*call.func
                    && let Expr::Name(name) = &*attribute.value
                    && changes(&attribute.attr)
                {
                    self.changed.insert(name.id.to_string());
                }
            }
            Expr::Subscript(subscript) if !subscript.ctx.is_load() => {
                if let Expr::Name(name) = &*subscript.value {
                    self.changed.insert(name.id.to_string());
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl Bindings {
    fn bind(&mut self, name: &str) {
        *self.bound.entry(name.to_owned()).or_default() += 1;
    }
}

fn changes(method: &str) -> bool {
    matches!(
        method,
        "append"
            | "extend"
            | "insert"
            | "remove"
            | "pop"
            | "clear"
            | "add"
            | "update"
            | "discard"
            | "setdefault"
            | "popitem"
    )
}

/// The number of elements of an iterable; `None` when only running it would tell.
pub(super) fn elements(expression: &Expr, constants: &Constants) -> Option<usize> {
    Counter { constants, hidden: Vec::new() }.count(expression, 0)
}

struct Counter<'a> {
    constants: &'a Constants,
    /// Names of comprehensions around the expression: not the module's.
    hidden: Vec<String>,
}

impl Counter<'_> {
    fn count(&mut self, expression: &Expr, depth: usize) -> Option<usize> {
        if depth > DEEPEST {
            return None;
        }
        match expression {
            Expr::List(list) => self.sum(&list.elts, depth),
            Expr::Tuple(tuple) => self.sum(&tuple.elts, depth),
            Expr::Set(set) => distinct(&set.elts),
            Expr::Dict(dict) => {
                let keys: Option<Vec<Expr>> = dict.items.iter().map(|item| item.key.clone()).collect();
                distinct(&keys?)
            }
            Expr::StringLiteral(literal) => Some(literal.value.to_str().chars().count()),
            Expr::Name(name) if !self.hidden.iter().any(|hidden| hidden == name.id.as_str()) => {
                let value = self.constants.value(&name.id)?.clone();
                self.count(&value, depth + 1)
            }
            Expr::BinOp(operation) => self.operation(operation, depth),
            Expr::ListComp(comprehension) => self.comprehension(&comprehension.generators, depth),
            Expr::Generator(generator) => self.comprehension(&generator.generators, depth),
            Expr::Call(call) => self.call(call, depth),
            _ => None,
        }
    }

    fn sum(&mut self, elements: &[Expr], depth: usize) -> Option<usize> {
        let mut sum = 0usize;
        for element in elements {
            let count = match element {
                Expr::Starred(starred) => self.count(&starred.value, depth + 1)?,
                _ => 1,
            };
            sum = sum.checked_add(count)?;
        }
        Some(sum)
    }

    fn operation(&mut self, operation: &ast::ExprBinOp, depth: usize) -> Option<usize> {
        let left = self.count(&operation.left, depth + 1);
        match operation.op {
            Operator::Add => left?.checked_add(self.count(&operation.right, depth + 1)?),
            Operator::Mult => match (left, whole(&operation.right)) {
                (Some(left), Some(times)) => left.checked_mul(usize::try_from(times.max(0)).ok()?),
                _ => {
                    let right = self.count(&operation.right, depth + 1)?;
                    right.checked_mul(usize::try_from(whole(&operation.left)?.max(0)).ok()?)
                }
            },
            _ => None,
        }
    }

    fn comprehension(&mut self, generators: &[ast::Comprehension], depth: usize) -> Option<usize> {
        let outer = self.hidden.len();
        let mut product = Some(1usize);
        for generator in generators {
            let count = self.count(&generator.iter, depth + 1);
            let plain = generator.ifs.is_empty() && !generator.is_async;
            product = match (product, count) {
                (Some(product), Some(count)) if plain => product.checked_mul(count),
                _ => None,
            };
            let mut names = Bindings::default();
            names.visit_expr(&generator.target);
            self.hidden.extend(names.bound.into_keys());
        }
        self.hidden.truncate(outer);
        product
    }

    fn call(&mut self, call: &ast::ExprCall, depth: usize) -> Option<usize> {
        let arguments = &call.arguments.args;
        if arguments.iter().any(Expr::is_starred_expr) {
            return None;
        }
        if let Expr::Attribute(attribute) = &*call.func
            && matches!(attribute.attr.as_str(), "items" | "keys" | "values" | "copy")
            && arguments.is_empty()
        {
            return self.count(&attribute.value, depth + 1);
        }
        let function = crate::code::python::syntax::dotted(&call.func)?;
        match function.as_str() {
            "range" => range(arguments),
            "list" | "tuple" | "sorted" | "reversed" | "iter" | "enumerate" => {
                self.count(arguments.first()?, depth + 1)
            }
            "zip" if call.arguments.keywords.is_empty() => {
                let counts: Option<Vec<usize>> =
                    arguments.iter().map(|each| self.count(each, depth + 1)).collect();
                counts?.into_iter().min()
            }
            "product" | "itertools.product" if call.arguments.keywords.is_empty() => {
                let counts: Option<Vec<usize>> =
                    arguments.iter().map(|each| self.count(each, depth + 1)).collect();
                counts?.into_iter().try_fold(1usize, usize::checked_mul)
            }
            _ => None,
        }
    }
}

/// Elements of a set, or keys of a dictionary, when they are literals that can be told apart.
fn distinct(elements: &[Expr]) -> Option<usize> {
    if elements.len() < 2 && !elements.iter().any(Expr::is_starred_expr) {
        return Some(elements.len());
    }
    let mut seen = BTreeSet::new();
    for element in elements {
        let key = match element {
            Expr::StringLiteral(literal) => format!("s{}", literal.value.to_str()),
            Expr::NumberLiteral(_) => format!("n{}", whole(element)?),
            _ => return None,
        };
        seen.insert(key);
    }
    Some(seen.len())
}

fn range(arguments: &[Expr]) -> Option<usize> {
    let numbers: Option<Vec<i64>> = arguments.iter().map(whole).collect();
    let (start, stop, step) = match numbers?[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step] if step != 0 => (start, stop, step),
        _ => return None,
    };
    let span = if step > 0 { stop.checked_sub(start)? } else { start.checked_sub(stop)? };
    let step = step.checked_abs()?;
    let steps = if span <= 0 { 0 } else { (span - 1) / step + 1 };
    usize::try_from(steps).ok()
}

fn whole(expression: &Expr) -> Option<i64> {
    match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => number.as_i64(),
            _ => None,
        },
        Expr::UnaryOp(operation) if operation.op == UnaryOp::USub => whole(&operation.operand)?.checked_neg(),
        _ => None,
    }
}
