//! Packages that lie elsewhere, have no `__init__.py`, or are known only when they run.

use super::{broken, imports};

#[test]
fn longest_entry_of_the_build_file_counts_and_hides_no_folder() {
    let build = "[tool.setuptools.package-dir]\n\"kk\" = \"kk/api\"\n\"kk.src\" = \"kk/src\"\n";
    let files = |user: &'static str| {
        [
            ("pyproject.toml", build),
            ("kk/__init__.py", ""),
            ("kk/other.py", "B = 1\n"),
            ("kk/api/__init__.py", ""),
            ("kk/api/shown.py", "C = 1\n"),
            ("kk/src/__init__.py", ""),
            ("kk/src/layers.py", "A = 1\n"),
            ("user.py", user),
        ]
    };
    for found in ["from kk.src.layers import A\n", "from kk.shown import C\n", "from kk.other import B\n"] {
        assert_eq!(broken(&files(found)), [""; 0], "{found}");
    }
    assert_eq!(broken(&files("from kk.src.layers import Z\n")), ["user.py:1 kk.src.layers Z NoName"]);
    assert_eq!(broken(&files("from kk.src.none import A\n")), ["user.py:1 kk.src.none A NoModule"]);
    assert_eq!(broken(&files("import kk.none\n")), ["user.py:1 kk.none - NoModule"]);
}

#[test]
fn folder_that_is_part_of_a_package_name_is_on_no_import_path() {
    let files = [
        ("src/space/tools/__init__.py", ""),
        ("src/space/tools/names.py", "A = 1\n"),
        ("src/space/work/__init__.py", ""),
        ("src/space/work/wrong.py", "from tools.names import A\n"),
        ("src/space/work/test_it.py", "from tools.names import A\n"),
        ("src/space/work/right.py", "from space.tools.names import A\n"),
    ];
    let outside = imports(&files).undeclared;
    let outside: Vec<String> =
        outside.iter().map(|outside| format!("{} {}", outside.path, outside.module)).collect();
    assert_eq!(outside, ["src/space/work/wrong.py tools"]);
    // Nobody says so of a folder that no import leads through.
    assert_eq!(imports(&files[..5]).undeclared, []);
}
