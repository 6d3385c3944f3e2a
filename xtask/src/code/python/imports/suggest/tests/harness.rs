//! What a harness of the tests runs.

use super::{CORE, Step, suggested};

#[test]
fn what_a_harness_of_the_tests_runs_finds_what_moved_beside_it() {
    let script = "from given import Reader\n\nprint(Reader().read())\n";
    let first: Step<'_> = &[
        ("tests/scripts/prints.py", Some(script)),
        ("tests/scripts/given.py", Some(CORE)),
        ("tests/test_it.py", Some("import subprocess\n")),
    ];
    let beside: Step<'_> = &[("tests/scripts/given.py", None), ("tests/modules/given.py", Some(CORE))];
    assert_eq!(suggested(&[first, beside]), [""; 0]);
    // A test is found by its runner, whose path is known, and what a test imports has its path from there.
    let collected: Step<'_> = &[
        ("tests/scripts/prints.py", None),
        ("tests/scripts/test_prints.py", Some(script)),
        ("tests/scripts/given.py", Some(CORE)),
    ];
    assert_eq!(
        suggested(&[collected, beside]),
        ["tests/scripts/test_prints.py: from tests.modules.given import Reader (High)"]
    );
    let imported: Step<'_> =
        &[("tests/test_it.py", Some("from scripts.prints import Reader\n")), first[0], first[1]];
    assert_eq!(
        suggested(&[imported, beside]),
        ["tests/scripts/prints.py: from tests.modules.given import Reader (High)"]
    );
}
