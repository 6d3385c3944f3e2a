//! Strings that name modules.

use super::{CORE, suggested};

/// A package with `core.py`, then the move of it, and a file of tests with some lines.
fn after_move(lines: &str) -> Vec<String> {
    let first =
        [("pkg/__init__.py", Some("")), ("pkg/core.py", Some(CORE)), ("tests/test_a.py", Some(lines))];
    let second = [("pkg/core.py", None), ("pkg/engine.py", Some(CORE))];
    suggested(&[&first, &second])
}

#[test]
fn string_that_names_a_module_is_followed_as_its_import_is() {
    for (line, text) in [
        ("importlib.import_module('pkg.core')", "pkg.engine"),
        ("import_module(\"pkg.core\")", "pkg.engine"),
        ("__import__('pkg.core')", "pkg.engine"),
        ("patch('pkg.core.load_everything')", "pkg.engine.load_everything"),
        ("mock.patch('pkg.core.Reader.read', return_value=1)", "pkg.engine.Reader.read"),
        ("mock.patch.dict('pkg.core.Reader', {})", "pkg.engine.Reader"),
        ("mocker.patch.multiple('pkg.core', load_everything=1)", "pkg.engine"),
        ("monkeypatch.setattr('pkg.core.Reader', 1)", "pkg.engine.Reader"),
        ("monkeypatch.delattr('pkg.core.Reader')", "pkg.engine.Reader"),
        ("@patch('pkg.core.Reader')\ndef test_a(reader): pass", "pkg.engine.Reader"),
    ] {
        assert_eq!(after_move(line), [format!("tests/test_a.py: {text} (High)")], "{line}");
    }
}

#[test]
fn string_that_may_mean_something_else_is_left_alone() {
    for line in [
        "import_module('.core', 'pkg')",
        "import_module(f'pkg.core')",
        "import_module('pkg.' 'core')",
        "import_module('pkg\\x2ecore')",
        "patch('pkg.core.nowhere')",
        "patch('requests.get')",
        "patch('pkg')",
        "print('pkg.core')",
        "client.post('pkg.core')",
        "other.dict('pkg.core.Reader')",
        "try:\n    import_module('pkg.core')\nexcept ImportError:\n    pass",
    ] {
        assert!(after_move(line).is_empty(), "{line}");
    }
}

#[test]
fn name_is_patched_where_it_is_looked_up() {
    // A package that offers the name is not written instead.
    let user = "from pkg import Reader\nprint(Reader)\n";
    let found = suggested(&[
        &[
            ("pkg/__init__.py", Some("from .core import Reader\n")),
            ("pkg/core.py", Some(CORE)),
            ("user.py", Some(user)),
            ("tests/test_a.py", Some("patch('pkg.core.Reader')\npatch('pkg.core.Reader.read')\n")),
        ],
        &[
            ("pkg/__init__.py", Some("from ._core import Reader\n")),
            ("pkg/core.py", None),
            ("pkg/_core.py", Some(CORE)),
        ],
    ]);
    let expected = ["pkg._core.Reader", "pkg._core.Reader.read"];
    assert_eq!(found, expected.map(|text| format!("tests/test_a.py: {text} (High)")));
}
