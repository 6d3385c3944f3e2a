//! What one function is by its own text.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::super::bind::Names;
use super::super::facts::Kind;
use super::super::signature::{Given, Parameter, Signature};
use super::First;

pub(super) fn first_of(
    function: &ast::StmtFunctionDef,
    class: Option<usize>,
    kind: Kind,
    is_plain: bool,
) -> First {
    let Some(class) = class else { return First::Other };
    let first = function.parameters.posonlyargs.iter().chain(&function.parameters.args).next();
    let is_self = first.is_some_and(|first| first.parameter.name.as_str() == "self");
    match kind {
        // pytest calls these with the class, though nothing binds it to them.
        Kind::Plain if matches!(function.name.as_str(), "setup_class" | "teardown_class") => {
            First::Class(class)
        }
        Kind::Plain if is_self => First::Instance(class),
        Kind::Class if is_plain => First::Class(class),
        Kind::Static if function.name.as_str() == "__new__" => First::Class(class),
        _ => First::Other,
    }
}

pub(super) fn signature_of(parameters: &ast::Parameters) -> Signature {
    let mut read = Vec::new();
    let groups = [
        (&parameters.posonlyargs, Given::ByPosition),
        (&parameters.args, Given::Either),
        (&parameters.kwonlyargs, Given::ByKeyword),
    ];
    for (group, given) in groups {
        for parameter in group {
            read.push(Parameter {
                name: parameter.parameter.name.as_str().to_owned(),
                given,
                required: parameter.default.is_none(),
            });
        }
    }
    Signature { parameters: read, rest: parameters.vararg.is_some(), keywords: parameters.kwarg.is_some() }
}

/// True for a function that returns its first argument wherever it returns, and never rebinds it.
pub(super) fn gives_back(function: &ast::StmtFunctionDef, names: &Names<'_>) -> bool {
    struct Returns<'name> {
        name: &'name str,
        some: bool,
        all: bool,
    }
    impl<'a> Visitor<'a> for Returns<'_> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::Return(back) => {
                    let is_it = matches!(back.value.as_deref(), Some(Expr::Name(name)) if name.id.as_str() == self.name);
                    self.some = true;
                    self.all &= is_it;
                }
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                _ => walk_stmt(self, statement),
            }
        }
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.all &= !matches!(expression, Expr::Yield(_) | Expr::YieldFrom(_));
        }
    }
    let parameters = &function.parameters;
    let Some(first) = parameters.posonlyargs.iter().chain(&parameters.args).next() else { return false };
    let name = first.parameter.name.as_str();
    if function.is_async || !names.0.get(name).is_some_and(|bound| bound.is_sure) {
        return false;
    }
    let mut returns = Returns { name, some: false, all: true };
    returns.visit_body(&function.body);
    let always = matches!(function.body.last(), Some(Stmt::Return(_)));
    returns.some && returns.all && always
}
