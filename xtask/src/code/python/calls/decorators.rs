//! Decorators that leave a signature, or a class, as it is written.

/// Functions whose signature a caller still sees.
const KEEP_FUNCTION: &[&str] = &[
    "abc.abstractclassmethod",
    "abc.abstractmethod",
    "abc.abstractstaticmethod",
    "asyncio.coroutine",
    "atexit.register",
    "classmethod",
    "contextlib.asynccontextmanager",
    "contextlib.contextmanager",
    "functools.cache",
    "functools.lru_cache",
    "functools.wraps",
    "staticmethod",
    "torch.inference_mode",
    "torch.no_grad",
    "types.coroutine",
    "typing.final",
    "typing.no_type_check",
    "typing.override",
    "typing_extensions.deprecated",
    "typing_extensions.final",
    "typing_extensions.override",
    "warnings.deprecated",
];

/// Functions whose result a caller still gets.
const KEEP_RESULT: &[&str] = &[
    "abc.abstractmethod",
    "classmethod",
    "functools.cache",
    "staticmethod",
    "typing.final",
    "typing.override",
    "typing_extensions.final",
    "typing_extensions.override",
];

/// Classes whose construction and methods stay as they are written.
const KEEP_CLASS: &[&str] = &[
    "enum.unique",
    "functools.total_ordering",
    "typing.final",
    "typing.runtime",
    "typing.runtime_checkable",
    "typing_extensions.deprecated",
    "typing_extensions.final",
    "typing_extensions.runtime_checkable",
    "warnings.deprecated",
];

/// True for a decorator, by its full dotted name, that keeps the signature of a function.
pub(super) fn keeps_function(name: &str) -> bool {
    KEEP_FUNCTION.binary_search(&name).is_ok() || is_mark(name)
}

/// True for a decorator, by its full dotted name, that keeps signature and result of a function.
pub(super) fn keeps_result(name: &str) -> bool {
    KEEP_RESULT.binary_search(&name).is_ok()
}

/// True for a decorator, by its full dotted name, that keeps a class.
pub(super) fn keeps_class(name: &str) -> bool {
    KEEP_CLASS.binary_search(&name).is_ok() || is_mark(name)
}

/// pytest's marks only add an attribute.
fn is_mark(name: &str) -> bool {
    name.starts_with("pytest.mark.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(KEEP_FUNCTION.is_sorted() && KEEP_CLASS.is_sorted() && KEEP_RESULT.is_sorted());
    }
}
