//! Where a call that does not fit is wanted, or caught.

use ruff_python_ast::{self as ast, Expr};

use crate::code::python::syntax::dotted;

/// Comments by which an author tells type checkers that a call does not fit.
pub(super) const COMMENTS: &[&str] = &[
    "call-arg",
    "reportCallIssue",
    "unexpected-keyword-arg",
    "no-value-for-parameter",
    "too-many-function-args",
];

/// A handler takes the `TypeError` of a wrong call by its name: the code tries which signature there is.
pub(super) fn catches_wrong_calls(attempt: &ast::StmtTry) -> bool {
    attempt.handlers.iter().any(|handler| {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref().is_some_and(|caught| names(caught).iter().any(|name| name == "TypeError"))
    })
}

/// `with pytest.raises(TypeError)`, and every form whose exception is not known.
pub(super) fn expects_wrong_calls(context: &Expr) -> bool {
    let Expr::Call(call) = context else { return false };
    let takes = expects_failure(context);
    let may_be = |name: &String| match name.as_str() {
        "TypeError" => true,
        "Exception" | "BaseException" => takes,
        name => takes && !name.starts_with(char::is_uppercase),
    };
    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
    call.arguments.args.iter().chain(keywords).any(|caught| names(caught).iter().any(may_be))
}

/// `with pytest.raises(…)` and its like: the body is to fail.
pub(super) fn expects_failure(context: &Expr) -> bool {
    let Expr::Call(call) = context else { return false };
    let Some(name) = dotted(&call.func) else { return false };
    let last = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    last.contains("raises") || last == "suppress"
}

/// True when a call stands inside: it comes first, and may be the one that fails.
pub(super) fn holds_call(callee: &Expr) -> bool {
    match callee {
        Expr::Attribute(attribute) => holds_call(&attribute.value),
        Expr::Name(_) => false,
        _ => true,
    }
}

/// The last parts of the names in an expression; something in lower case for what is no name.
fn names(caught: &Expr) -> Vec<String> {
    match caught {
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(names).collect(),
        Expr::StringLiteral(_) => Vec::new(),
        other => {
            let name = dotted(other).unwrap_or_else(|| "computed".to_owned());
            vec![name.rsplit('.').next().unwrap_or_default().to_owned()]
        }
    }
}
