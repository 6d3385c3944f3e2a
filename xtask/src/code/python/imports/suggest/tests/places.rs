//! Where an import may start from.

use super::{CORE, Step, suggested};

#[test]
fn dots_stay_dots_in_a_package_without_init() {
    let first: Step<'_> = &[
        ("app/sub/a.py", Some("from .b import Reader\nfrom . import b\n")),
        ("app/sub/b.py", Some(CORE)),
        ("app/two/c.py", Some("from ..sub.b import Reader\n")),
        ("main.py", Some("from app.sub.b import Reader\n")),
    ];
    let renamed: Step<'_> = &[("app/sub/b.py", None), ("app/sub/bb.py", Some(CORE))];
    assert_eq!(
        suggested(&[first, renamed]),
        [
            "app/sub/a.py: from .bb import Reader (High)",
            "app/sub/a.py: from . import bb (High)",
            "app/two/c.py: from ..sub.bb import Reader (High)",
            "main.py: from app.sub.bb import Reader (High)",
        ]
    );
    let gone: Step<'_> = &[("app/sub/b.py", None), ("app/three/b.py", Some(CORE))];
    assert_eq!(
        suggested(&[first, gone]),
        [
            // Nothing says that the dots may lead further up: but the repository's own top is a root.
            "app/sub/a.py: from app.three.b import Reader (High)",
            "app/sub/a.py: from app.three import b (High)",
            "app/two/c.py: from ..three.b import Reader (High)",
            "main.py: from app.three.b import Reader (High)",
        ]
    );
}

#[test]
fn what_was_a_package_keeps_its_name_unless_others_start_below_it() {
    let steps = |other: &'static str| {
        let first: [(&str, Option<&str>); 6] = [
            ("more/__init__.py", Some("")),
            ("more/hard/__init__.py", Some("# The hard ones, each with a test of its own.\n")),
            ("more/hard/helper/__init__.py", Some("")),
            ("more/hard/helper/core.py", Some(CORE)),
            ("more/hard/helper/user.py", Some("from more.hard.helper.core import Reader\n")),
            ("run.py", Some(other)),
        ];
        let second: [(&str, Option<&str>); 7] = [
            ("more/__init__.py", None),
            ("more/hard/__init__.py", None),
            ("more/hard/helper", None),
            ("more/given/helper/__init__.py", Some("")),
            ("more/given/helper/core.py", Some(CORE)),
            ("more/given/helper/user.py", Some("from more.hard.helper.core import Reader\n")),
            ("more/given/start.py", Some(other)),
        ];
        suggested(&[&first, &second])
    };
    let user = "more/given/helper/user.py: from";
    assert_eq!(steps("x = 1\n"), [format!("{user} more.given.helper.core import Reader (High)")]);
    assert_eq!(
        steps("try:\n    import helper.core\nexcept ImportError:\n    pass\n")
            .iter()
            .filter(|line| line.starts_with(user))
            .collect::<Vec<_>>(),
        [&format!("{user} helper.core import Reader (High)")]
    );
}
