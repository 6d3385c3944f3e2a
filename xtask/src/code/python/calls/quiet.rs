//! Where a call that does not fit is wanted, or caught.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use ruff_python_ast::{self as ast, Expr};

/// A comment by which an author tells type checkers that a call does not fit stands somewhere in a text.
pub(super) fn has_ignores(text: &str) -> bool {
    static COMMENTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::new([
            "call-arg",
            "reportCallIssue",
            "unexpected-keyword-arg",
            "no-value-for-parameter",
            "too-many-function-args",
        ])
        .expect("five fixed words")
    });
    COMMENTS.is_match(text)
}

/// A handler takes the `TypeError` of a wrong call by its name: the code tries which signature there is.
pub(super) fn catches_wrong_calls(attempt: &ast::StmtTry) -> bool {
    attempt.handlers.iter().any(|handler| {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref().is_some_and(|caught| any_name(caught, &|name| name == "TypeError"))
    })
}

/// A handler takes the failure to find a name, whatever else it takes.
pub(super) fn catches_missing_names(attempt: &ast::StmtTry) -> bool {
    let takes = |name: &str| matches!(name, "AttributeError" | "Exception" | "BaseException" | "computed");
    attempt.handlers.iter().any(|handler| {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref().is_none_or(|caught| any_name(caught, &takes))
    })
}

/// `with pytest.raises(TypeError)`, and every form whose exception is not known.
pub(super) fn expects_wrong_calls(context: &Expr) -> bool {
    let Expr::Call(call) = context else { return false };
    let takes = expects_failure(context);
    let may_be = |name: &str| match name {
        "TypeError" => true,
        "Exception" | "BaseException" => takes,
        name => takes && !name.starts_with(char::is_uppercase),
    };
    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
    call.arguments.args.iter().chain(keywords).any(|caught| any_name(caught, &may_be))
}

/// `with pytest.raises(…)` and its like: the body is to fail.
pub(super) fn expects_failure(context: &Expr) -> bool {
    const RAISES: &[u8] = b"raises";
    let Expr::Call(call) = context else { return false };
    let Some(last) = last_name(&call.func) else { return false };
    let mut parts = last.as_bytes().windows(RAISES.len());
    parts.any(|part| part.eq_ignore_ascii_case(RAISES)) || last.eq_ignore_ascii_case("suppress")
}

/// `@pytest.mark.xfail`, `@XFAIL`, `@unittest.expectedFailure`: the test is to fail, by a wrong call maybe.
pub(super) fn is_to_fail(decorators: &[ast::Decorator]) -> bool {
    decorators.iter().any(|decorator| {
        let named = match &decorator.expression {
            Expr::Call(call) => last_name(&call.func),
            other => last_name(other),
        };
        named.is_some_and(|name| name.eq_ignore_ascii_case("xfail") || name == "expectedFailure")
    })
}

/// True when a call stands inside: it comes first, and may be the one that fails.
pub(super) fn holds_call(callee: &Expr) -> bool {
    match callee {
        Expr::Attribute(attribute) => holds_call(&attribute.value),
        Expr::Name(_) => false,
        _ => true,
    }
}

/// Whether a name of an expression is one of those, by its last part; what is no name has one in lower case.
fn any_name(caught: &Expr, is_one: &dyn Fn(&str) -> bool) -> bool {
    match caught {
        Expr::Tuple(tuple) => tuple.elts.iter().any(|each| any_name(each, is_one)),
        Expr::StringLiteral(_) => false,
        other => is_one(last_name(other).unwrap_or("computed")),
    }
}

/// `c` of `a.b.c`; `None` for anything that is no plain chain of names.
fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => last_name(&attribute.value).map(|_| attribute.attr.as_str()),
        _ => None,
    }
}
