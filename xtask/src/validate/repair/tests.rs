//! Repairs of real repositories.

use std::path::PathBuf;

use xshell::Shell;

use super::*;
use crate::change;
use crate::code::python::decode_source;
use crate::code::python::imports::{Project, verify};
use crate::repo::testing;

struct Place {
    folder: tempfile::TempDir,
    shell: Shell,
}

impl Place {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shell = Shell::new().unwrap();
        shell.change_dir(folder.path());
        let place = Self { folder, shell };
        place.git(&["init", "-q", "-b", "main"]);
        for (path, bytes) in files {
            place.shell.write_file(path, bytes).unwrap();
        }
        place.commit();
        place
    }

    fn git(&self, args: &[&str]) {
        testing::git(self.folder.path(), args);
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "more"]);
    }

    fn rename(&self, from: &str, to: &str) {
        let folder: PathBuf = self.folder.path().join(to);
        self.shell.create_dir(folder.parent().unwrap()).unwrap();
        self.git(&["mv", from, to]);
    }

    fn repo(&self) -> Repo {
        Repo::open(self.folder.path()).unwrap()
    }

    fn read(&self, path: &str) -> Vec<u8> {
        self.shell.read_binary_file(path).unwrap()
    }

    /// Mends what can be mended; what stays broken.
    fn repair(&self) -> Repair {
        let repo = self.repo();
        let repair = repair(&repo, true).unwrap();
        change::apply(&repo, &repair.set).unwrap();
        assert_eq!(imports(&repo).unwrap(), repair.after, "the changed tree is what was promised");
        repair
    }
}

const BASE: &[(&str, &[u8])] = &[
    ("pkg/__init__.py", b""),
    ("pkg/old.py", b"def run(): pass\n\n\ndef walk(): pass\n\n\nclass Thing:\n    pass\n"),
    ("pkg/kept.py", b"x = 1\n"),
    ("app.py", b"# \xc3\xa9\r\nfrom pkg.old import (  # all\r\n    run,\r\n    walk as go,\r\n)\r\nimport pkg.old\r\n\r\npkg.old.run()\r\n"),
    ("latin.py", b"# -*- coding: latin-1 -*-\nfrom pkg.old import run\nname = '\xe9'\n"),
    ("utf16.py", b"# -*- coding: utf-7 -*-\nfrom pkg.old import run\n"),
    ("optional.py", b"try:\n    from pkg.old import run\nexcept ImportError:\n    run = None\n"),
];

#[test]
fn a_moved_module_is_followed_by_all_its_importers_and_nothing_else_changes() {
    for committed in [false, true] {
        let place = Place::new(BASE);
        place.rename("pkg/old.py", "pkg/deep/fresh.py");
        if committed {
            place.commit();
        }
        assert!(imports(&place.repo()).unwrap().is_broken());
        let repair = place.repair();
        assert_eq!(repair.skipped, []);
        assert!(repair.after.imports.unresolved.is_empty(), "{:?}", repair.after.imports.unresolved);
        let expected = "# é\r\nfrom pkg.deep.fresh import (  # all\r\n    run,\r\n    walk as go,\r\n)\r\nimport \
                        pkg.deep.fresh\r\n\r\npkg.deep.fresh.run()\r\n";
        assert_eq!(String::from_utf8(place.read("app.py")).unwrap(), expected);
        let latin = b"# -*- coding: latin-1 -*-\nfrom pkg.deep.fresh import run\nname = '\xe9'\n";
        assert_eq!(place.read("latin.py"), latin);
        let optional = b"try:\n    from pkg.deep.fresh import run\nexcept ImportError:\n    run = None\n";
        assert_eq!(place.read("optional.py"), optional);
        for (path, bytes) in [BASE[0], BASE[2], BASE[5]] {
            assert_eq!(place.read(path), bytes, "{path}");
        }
        assert!(place.repair().set.is_empty(), "planning again finds nothing");
    }
}

#[test]
fn a_guarded_import_of_a_package_that_left_is_said_and_left() {
    let optional = b"try:\n    from old.core import run\nexcept ImportError:\n    run = None\n";
    let place = Place::new(&[
        ("old/__init__.py", b""),
        ("old/core.py", b"def run(): pass\n\n\ndef walk(): pass\n"),
        ("optional.py", optional),
        ("app.py", b"from old.core import run\n"),
    ]);
    place.rename("old/__init__.py", "fresh/__init__.py");
    place.rename("old/core.py", "fresh/core.py");
    place.commit();
    let repair = place.repair();
    assert_eq!(place.read("optional.py"), optional);
    assert_eq!(place.read("app.py"), b"from fresh.core import run\n");
    let skipped: Vec<(&str, &str)> =
        repair.skipped.iter().map(|skipped| (skipped.id.as_str(), skipped.why.as_str())).collect();
    let why = "others may have `old` installed: write `from fresh.core import run` by hand if that is meant";
    assert_eq!(skipped, [("optional.py:2", why)]);
    assert!(!repair.after.is_broken());
}

#[test]
fn the_only_module_that_has_the_name_is_listed_and_left() {
    let place = Place::new(&[
        ("pkg/__init__.py", b""),
        ("pkg/mod.py", b"x = 1\n"),
        ("pkg/other.py", b"def calculate(): pass\n"),
        ("app.py", b"from pkg.mod import calculate\n"),
    ]);
    let repair = place.repair();
    assert!(repair.set.is_empty());
    let why = "`from pkg.other import calculate` is only likely: write it by hand if it is meant";
    assert_eq!(repair.skipped[0].why, why);
}

#[test]
fn what_is_only_likely_is_listed_and_left() {
    let place = Place::new(&[
        ("pkg/__init__.py", b""),
        ("pkg/mod.py", b"def calculate(): pass\n"),
        ("app.py", b"from pkg.mod import calculated\nfrom pkg.mod import nothing_like_it\n"),
    ]);
    let repair = place.repair();
    assert!(repair.set.is_empty());
    let skipped: Vec<(&str, &str)> =
        repair.skipped.iter().map(|skipped| (skipped.id.as_str(), skipped.why.as_str())).collect();
    let expected = [
        ("app.py:1", "`from pkg.mod import calculate` is only likely: write it by hand if it is meant"),
        ("app.py:2", "history does not tell what to write instead"),
    ];
    assert_eq!(skipped, expected);
    assert!(repair.after.is_broken());
}

#[test]
fn scripts_that_a_move_cut_off_find_their_folders_again() {
    let place = Place::new(&[
        ("core/__init__.py", b""),
        ("core/work.py", b"def work(): pass\n"),
        (
            "scripts/run.py",
            b"import sys\nfrom pathlib import Path\n\nsys.path.insert(0, str(Path(__file__).parent.parent))\nfrom core.work import work\n\nwork()\n",
        ),
        ("tool.py", b"\"\"\"Tool.\"\"\"\nimport core.work\n\nif __name__ == \"__main__\":\n    core.work.work()\n"),
    ]);
    place.rename("scripts/run.py", "scripts/daily/run.py");
    place.rename("tool.py", "scripts/daily/tool.py");
    place.commit();
    let repair = place.repair();
    assert_eq!((repair.skipped, repair.after.imports.anchors), (vec![], vec![]));
    let run = String::from_utf8(place.read("scripts/daily/run.py")).unwrap();
    assert!(run.contains("str(Path(__file__).parent.parent.parent)"), "{run}");
    let tool = String::from_utf8(place.read("scripts/daily/tool.py")).unwrap();
    let expected = "\"\"\"Tool.\"\"\"\nimport sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).resolve().parents[2]))\nimport core.work\n";
    assert!(tool.starts_with(expected), "{tool}");
}

#[test]
fn script_that_moved_with_what_it_imports_is_mended_in_one_go() {
    let place = Place::new(&[
        ("core/__init__.py", b""),
        ("core/work.py", b"def work(): pass\n"),
        (
            "scripts/run.py",
            b"import sys\nfrom pathlib import Path\n\nsys.path.insert(0, str(Path(__file__).parent.parent))\nfrom core.work import work\n\nwork()\n",
        ),
    ]);
    place.rename("scripts/run.py", "scripts/daily/run.py");
    place.rename("core/work.py", "core/job.py");
    place.commit();
    assert_eq!(imports(&place.repo()).unwrap().mends, 1);
    let repair = place.repair();
    assert_eq!((repair.skipped, repair.after.is_broken()), (vec![], false));
    let run = String::from_utf8(place.read("scripts/daily/run.py")).unwrap();
    assert!(run.contains("parent.parent.parent))\nfrom core.job import work\n"), "{run}");
}

#[test]
fn suggestion_that_cannot_be_written_is_not_counted_as_mended() {
    let place = Place::new(&[
        ("pkg/__init__.py", b""),
        ("pkg/old.py", b"def run(): pass\n\n\ndef walk(): pass\n\n\nclass Thing:\n    pass\n"),
        ("lib/__init__.py", b""),
        ("app.py", b"import pkg.old\npkg.old.run()\nprint(pkg)\n"),
        ("other.py", b"from pkg.old import run\n"),
    ]);
    place.rename("pkg/old.py", "lib/fresh.py");
    place.commit();
    let found = imports(&place.repo()).unwrap();
    assert!(found.imports.unresolved.iter().all(|found| found.suggestion.is_some()));
    assert_eq!((found.imports.unresolved.len(), found.mends), (2, 1));
    let told = lines(&found, false);
    assert!(
        told.last().unwrap().ends_with("2 cannot work; `xtask validate imports --fix` mends 1"),
        "{told:?}"
    );
}

#[test]
fn an_edit_that_does_not_hold_is_refused() {
    let place = Place::new(BASE);
    place.rename("pkg/old.py", "pkg/fresh.py");
    let found = imports(&place.repo()).unwrap();
    let before = &found.imports;
    let sources = gather::Input::read(&place.repo()).unwrap().sources(&place.repo(), false).unwrap();
    let planned = edits::plan(&found, &sources, &edits::Refused::new());
    let worse = edits::worse(before, before, &planned);
    let refused: Vec<String> = worse.keys().map(ToString::to_string).collect();
    assert_eq!(refused, ["app.py", "latin.py", "optional.py"], "nothing changed, so nothing holds");
    let again = edits::plan(&found, &sources, &worse);
    assert!(again.files.is_empty());
    let skipped = edits::skipped(before, &again, &worse);
    assert!(skipped.iter().all(|skipped| skipped.why.contains("would leave")), "{skipped:?}");
}

#[test]
fn an_edit_that_leads_out_of_the_repository_is_refused() {
    let place = Place::new(BASE);
    place.rename("pkg/old.py", "pkg/fresh.py");
    let found = imports(&place.repo()).unwrap();
    let sources = gather::Input::read(&place.repo()).unwrap().sources(&place.repo(), false).unwrap();
    let planned = edits::plan(&found, &sources, &edits::Refused::new());
    // The edited files alone: `pkg.fresh` may be installed, it is not here.
    let edited = planned.files.iter().map(|(path, file)| (path.clone(), decode_source(&file.after)));
    let after = verify(&Project::of_sources(edited.collect(), Vec::new(), &[]));
    assert_eq!(after.unresolved, []);
    let refused = edits::worse(&found.imports, &after, &planned);
    assert_eq!(refused.len(), 3, "{refused:?}");
    assert!(refused.values().all(|why| why.contains("outside the repository")), "{refused:?}");
}

#[test]
fn paths_in_other_files_are_rewritten_when_asked_for_and_told_otherwise() {
    let makefile: &[u8] = b"all:\r\n\tpython pkg/old.py \xff\r\n";
    let place = Place::new(&[BASE[0], BASE[1], ("Makefile", makefile)]);
    place.rename("pkg/old.py", "pkg/fresh.py");
    place.commit();
    let repo = place.repo();
    let told = repair(&repo, false).unwrap();
    assert!(told.set.is_empty());
    assert_eq!(told.after.references.len(), 1);
    assert!(!told.after.is_broken(), "a path in another file is only likely to be meant");
    assert_eq!(place.repair().after.references, []);
    assert_eq!(place.read("Makefile"), b"all:\r\n\tpython pkg/fresh.py \xff\r\n");
}

#[test]
fn calls_that_do_not_fit_are_told_and_do_not_make_the_imports_broken() {
    let place = Place::new(&[("a.py", b"def f(x): pass\n"), ("b.py", b"from a import f\nf(1, 2)\n")]);
    let found = imports(&place.repo()).unwrap();
    assert!(!found.is_broken());
    let expected = [
        "b.py:2: `f` takes 1 positional argument, 2 given",
        "1 import between the repository's own modules in 2 files: all of them lead somewhere; \
         1 call does not fit what it calls",
    ];
    assert_eq!(lines(&found, false), expected);
}

#[test]
fn imports_that_could_not_be_judged_are_told() {
    let place = Place::new(&[
        ("a.py", b"from elsewhere import *\n"),
        ("b.py", b"from a import x, y\n"),
        ("requirements.txt", b"elsewhere\n"),
    ]);
    let expected = [
        "2 imports could not be judged: they lead into what is compiled, built or not read, \
         or to names that a module may make while it runs",
        "2 imports between the repository's own modules in 2 files: all that could be judged lead somewhere",
    ];
    assert_eq!(lines(&imports(&place.repo()).unwrap(), false), expected);
}
