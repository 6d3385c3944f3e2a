//! `validate imports`, from end to end.

use crate::sandbox::Sandbox;

/// A package whose module moved after its importers were written.
fn moved() -> Sandbox {
    let sandbox = Sandbox::init();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/old.py", "def run():\n    pass\n");
    sandbox.write("app.py", "import pkg.old\nfrom pkg.old import run  # why\n\npkg.old.run()\n");
    sandbox.write("guess.py", "from pkg.old import rum\n");
    sandbox.write("Makefile", "all:\n\tpython pkg/old.py\n");
    sandbox.commit("write");
    sandbox.git(&["mv", "pkg/old.py", "pkg/fresh.py"]);
    sandbox.commit("move");
    sandbox
}

#[test]
fn broken_imports_are_told_with_what_to_write() {
    let told = moved().xtask(["validate", "imports"]);
    let expected = [
        "exit: 1",
        "app.py:1: import pkg.old: no such module",
        "    write: import pkg.fresh (since ",
        "guess.py:1: from pkg.old import rum: no such module",
        "Makefile:2: names pkg/old.py, which is pkg/fresh.py now (moved in ",
    ];
    for words in expected {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn dry_run_is_a_patch_that_git_applies_and_check_exits_1_and_both_write_nothing() {
    let sandbox = moved();
    let before = sandbox.state();
    let patch = sandbox.output(["validate", "imports", "--fix", "--dry-run"]);
    assert_eq!(patch.status.code(), Some(0));
    assert_eq!(sandbox.output(["validate", "imports", "--fix", "--check"]).status.code(), Some(1));
    assert_eq!(sandbox.state(), before);
    sandbox.write(".git/fix.patch", &patch.stdout);
    sandbox.git(&["apply", ".git/fix.patch"]);
    assert_eq!(
        sandbox.read("app.py"),
        "import pkg.fresh\nfrom pkg.fresh import run  # why\n\npkg.fresh.run()\n"
    );
}

#[test]
fn fix_mends_what_is_sure_lists_the_rest_and_undo_takes_it_back() {
    let sandbox = moved();
    let before = sandbox.state();
    let told = sandbox.xtask(["validate", "imports", "--fix", "--references"]);
    assert!(told.starts_with("exit: 1"), "one import stays broken: {told}");
    assert!(told.contains("left guess.py:1: history does not tell what to write instead"), "{told}");
    assert_eq!(sandbox.read("Makefile"), "all:\n\tpython pkg/fresh.py\n");
    let again = sandbox.json(["validate", "imports", "--fix", "--references"]);
    assert_eq!(again["result"]["applied"], false, "a second run finds nothing to do");
    assert_eq!(sandbox.output(["undo"]).status.code(), Some(0));
    assert_eq!(sandbox.state(), before);
}

#[test]
fn string_that_names_what_moved_is_mended_with_the_imports_of_its_file() {
    let sandbox = moved();
    let text = |module: &str| {
        format!(
            "from unittest.mock import patch\nfrom pkg.{module} import run\n\n\n@patch('pkg.{module}.run')\ndef test_run(fake):\n    run()\n"
        )
    };
    sandbox.write("tests/test_run.py", text("old"));
    sandbox.commit("test");
    let found = sandbox.json(["validate", "imports"]);
    let unresolved = found["result"]["unresolved"].as_array().unwrap();
    let string = unresolved.iter().find(|found| found["in_string"] == true).unwrap();
    assert_eq!((&string["module"], &string["name"]), (&"pkg.old".into(), &"run".into()));
    assert_eq!(string["suggestion"]["text"], "pkg.fresh.run");
    sandbox.xtask(["validate", "imports", "--fix"]);
    assert_eq!(sandbox.read("tests/test_run.py"), text("fresh"));
}

#[test]
fn flags_of_the_fix_need_it() {
    let sandbox = Sandbox::init();
    for flag in ["--dry-run", "--check", "--references"] {
        assert_eq!(sandbox.output(["validate", "imports", flag]).status.code(), Some(2), "{flag}");
    }
    let told = sandbox.xtask(["validate", "imports"]);
    assert!(told.starts_with("exit: 0") && told.contains("all of them lead somewhere"), "{told}");
}

/// Many modules move at once; afterwards nothing is left, and Python itself agrees.
#[test]
fn seeded_moves_are_mended_and_every_file_compiles_and_imports() {
    let sandbox = Sandbox::init();
    let names: Vec<String> = (0..12).map(|n| format!("part{n:02}")).collect();
    sandbox.write("lib/__init__.py", "");
    for (n, name) in names.iter().enumerate() {
        let next = &names[(n + 1) % names.len()];
        let text = format!("import lib.{next}\n\n\ndef f_{name}():\n    return lib.{next}.__name__\n");
        sandbox.write(&format!("lib/{name}.py"), text);
        let test = format!(
            "from lib.{name} import (\n    f_{name},  # {name}\n)\nfrom lib import {next} as other\n\nassert f_{name}() and other\n"
        );
        sandbox.write(&format!("use_{name}.py"), test);
    }
    sandbox.commit("write");
    for (n, name) in names.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        let folder = if n % 4 == 0 { "lib/one" } else { "lib/two" };
        sandbox.write(&format!("{folder}/__init__.py"), "");
        sandbox.git(&["mv", &format!("lib/{name}.py"), &format!("{folder}/{name}_new.py")]);
    }
    sandbox.commit("move");
    assert_eq!(sandbox.output(["validate", "imports"]).status.code(), Some(1));
    let fixed = sandbox.xtask(["validate", "imports", "--fix"]);
    assert!(fixed.starts_with("exit: 0"), "{fixed}");
    let python = crate::python::python_with_pytest();
    for name in &names {
        let run = sandbox.command(&python.to_string_lossy()).arg(format!("use_{name}.py")).output().unwrap();
        assert!(run.status.success(), "use_{name}.py: {}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn cargo_without_a_manifest_is_an_error_that_says_so() {
    let told = Sandbox::init().xtask(["validate", "imports", "--cargo"]);
    assert!(told.starts_with("exit: 2") && told.contains("there is no `Cargo.toml` here"), "{told}");
}
