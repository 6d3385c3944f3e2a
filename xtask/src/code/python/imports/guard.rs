//! What stands around an import and keeps its failure from the user.

use ruff_python_ast::{self as ast, Expr};
use serde::Serialize;

use crate::code::python::syntax::dotted;
use crate::pack::pack_variants;

/// What keeps a failing import from reaching the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// In `if TYPE_CHECKING`: only type checkers see it.
    TypeChecking,
    /// In a branch that depends on the Python version or the platform.
    Version,
    /// In a `try` whose handler takes the failure, or where a test expects it.
    Try,
    /// In the handler of a failed import: the second choice.
    Fallback,
    /// In a file that tests use as data: nothing imports it.
    TestData,
}

impl Guard {
    /// True for a test whose other branch is guarded as well; that of TYPE_CHECKING is ordinary code.
    pub(crate) fn has_two_sides(self) -> bool {
        matches!(self, Self::Version | Self::Try)
    }
}

pack_variants!(Guard { 0 => TypeChecking, 1 => Version, 2 => Try, 3 => Fallback, 4 => TestData });

/// The guard that counts when several stand around: the innermost.
pub(super) fn strongest(guards: &[Guard]) -> Option<Guard> {
    guards.last().copied()
}

/// The guard that a condition is, if it is one.
pub(crate) fn of_test(test: &Expr) -> Option<Guard> {
    match test {
        Expr::BoolOp(operation) => operation.values.iter().find_map(of_test),
        Expr::UnaryOp(operation) => of_test(&operation.operand).filter(|guard| guard.has_two_sides()),
        Expr::Compare(compare) => {
            std::iter::once(&*compare.left).chain(&compare.comparators).find_map(of_test)
        }
        Expr::Subscript(subscript) => of_test(&subscript.value),
        Expr::Call(call) => of_test(&call.func),
        Expr::BooleanLiteral(literal) if !literal.value => Some(Guard::TypeChecking),
        Expr::Name(_) | Expr::Attribute(_) => of_name(&dotted(test)?),
        _ => None,
    }
}

fn of_name(name: &str) -> Option<Guard> {
    let last = name.rsplit('.').next().unwrap_or_default();
    match name {
        _ if last == "TYPE_CHECKING" => Some(Guard::TypeChecking),
        // `if importlib.util.find_spec("module"):`.
        _ if last == "find_spec" => Some(Guard::Try),
        "sys.version_info" | "sys.platform" | "sys.version" | "os.name" | "sys.hexversion" => {
            Some(Guard::Version)
        }
        "sys.platform.startswith" | "sys.implementation.name" => Some(Guard::Version),
        _ if name.starts_with("platform.") => Some(Guard::Version),
        _ => {
            let upper = last.to_ascii_uppercase();
            let about_version = ["PY2", "PY3", "PYPY", "WINDOWS", "PYTHON_3", "IS_WIN", "VERSION_INFO"];
            about_version.iter().any(|word| upper.starts_with(word)).then_some(Guard::Version)
        }
    }
}

/// True when a handler of the statement takes a failed import.
pub(super) fn catches_import_errors(attempt: &ast::StmtTry) -> bool {
    attempt.handlers.iter().any(|handler| {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref().is_none_or(|caught| names_one(caught, IMPORT_ERRORS))
    })
}

/// True for a handler that a failed import leads to (others handle what the work did).
pub(super) fn is_import_error(handler: &ast::ExceptHandlerExceptHandler) -> bool {
    handler.type_.as_deref().is_none_or(|caught| names_one(caught, IMPORT_ERRORS))
}

/// `with pytest.raises(ImportError)`, `with suppress(ImportError)`, `with self.assertRaises(…)`.
pub(super) fn expects_import_error(context: &Expr) -> bool {
    let Expr::Call(call) = context else { return false };
    let Some(name) = dotted(&call.func) else { return false };
    let last = name.rsplit('.').next().unwrap_or_default();
    let takes = matches!(
        last,
        "raises" | "suppress" | "assertRaises" | "assertRaisesRegex" | "assertRaisesMessage" | "RaisesGroup"
    );
    takes && call.arguments.args.iter().any(|caught| names_one(caught, IMPORT_ERRORS))
}

const IMPORT_ERRORS: &[&str] = &["ImportError", "ModuleNotFoundError", "Exception", "BaseException"];

fn names_one(caught: &Expr, names: &[&str]) -> bool {
    match caught {
        Expr::Tuple(tuple) => tuple.elts.iter().any(|each| names_one(each, names)),
        other => {
            dotted(other).is_some_and(|name| names.contains(&name.rsplit('.').next().unwrap_or_default()))
        }
    }
}
