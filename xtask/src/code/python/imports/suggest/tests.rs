mod harness;
mod places;
mod strings;

use tempfile::TempDir;
use xshell::Shell;

use super::super::{Project, verify};
use super::{Past, suggest};
use crate::repo::testing::git;
use crate::repo::{History, Repo, Tree};

/// Files of one commit: path and text, or a path and `None` for one that is removed.
type Step<'a> = &'a [(&'a str, Option<&'a str>)];

fn repository(steps: &[Step<'_>]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    git(place.path(), &["init", "-q", "-b", "main"]);
    for step in steps {
        let shell = Shell::new().unwrap();
        for (path, text) in *step {
            let path = place.path().join(path);
            match text {
                Some(text) => shell.write_file(path, text).unwrap(),
                None => shell.remove_path(path).unwrap(),
            }
        }
        git(place.path(), &["add", "-A"]);
        git(place.path(), &["commit", "-q", "-m", "step"]);
    }
    place
}

/// `path: text confidence` of every suggestion.
fn suggested(steps: &[Step<'_>]) -> Vec<String> {
    let place = repository(steps);
    let repo = Repo::open(place.path()).unwrap();
    let tip = repo.head().unwrap().unwrap();
    let project = Project::of_tree(&Tree::of_revision(&repo, tip.as_str()).unwrap()).unwrap();
    let mut imports = verify(&project);
    let history = History::of(&repo, &tip).unwrap();
    suggest(&project, &mut imports, &history, &mut Past::of(&repo, &tip)).unwrap();
    let show = |found: &super::super::Unresolved| match &found.suggestion {
        Some(suggestion) => {
            let commit = if suggestion.commit.is_some() { "" } else { ", no commit" };
            format!("{}: {} ({:?}{commit})", found.path, suggestion.text, suggestion.confidence)
        }
        None => format!("{}: nothing", found.path),
    };
    imports.unresolved.iter().map(show).collect()
}

const CORE: &str = "def load_everything(path):\n    lines = open(path).read().split()\n    return [line.strip() for line in lines]\n\n\nclass Reader:\n    def read(self):\n        return 1\n";

#[test]
fn module_that_moved_is_followed_in_every_form_of_import() {
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/core.py", Some(CORE)),
        ("pkg/user.py", Some("from .core import Reader\nfrom . import core\n")),
        (
            "run.py",
            Some(
                "import pkg.core as c\nfrom pkg import core\nfrom pkg.core import Reader as R, load_everything\nfrom pkg.core import *\n",
            ),
        ),
    ];
    let second: Step<'_> =
        &[("pkg/core.py", None), ("pkg/io/__init__.py", Some("")), ("pkg/io/reading.py", Some(CORE))];
    assert_eq!(
        suggested(&[first, second]),
        [
            "pkg/user.py: from .io.reading import Reader (High)",
            "pkg/user.py: from .io import reading (High)",
            "run.py: import pkg.io.reading as c (High)",
            "run.py: from pkg.io import reading (High)",
            "run.py: from pkg.io.reading import Reader as R (High)",
            "run.py: from pkg.io.reading import load_everything (High)",
            "run.py: from pkg.io.reading import * (High)",
        ]
    );
}

#[test]
fn importer_that_moved_finds_its_old_neighbours() {
    let user =
        "from .core import Reader\nimport helper\n\n\ndef use_the_reader():\n    return Reader(helper.x)\n";
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/core.py", Some(CORE)),
        ("pkg/user.py", Some(user)),
        ("tools/helper.py", Some("x = 1\n")),
        ("tools/run_it.py", Some("import helper\n\nprint(helper.x, 'is what the helper holds')\n")),
    ];
    let second: Step<'_> =
        &[("pkg/user.py", None), ("pkg/deep/__init__.py", Some("")), ("pkg/deep/user.py", Some(user))];
    assert_eq!(suggested(&[first, second]), ["pkg/deep/user.py: from ..core import Reader (High)"]);
}

#[test]
fn symbol_renamed_in_its_place_is_found_through_several_renames() {
    let text = |name: &str| {
        format!("import os\n\n\nclass {name}(Base):\n    def read(self):\n        return os.sep\n")
    };
    let (one, two, three) = (text("OldDataset"), text("NewDataset"), text("NewestDataset"));
    let first: Step<'_> = &[("data.py", Some(&one)), ("run.py", Some("from data import OldDataset\n"))];
    let second: Step<'_> = &[("data.py", Some(&two))];
    let third: Step<'_> = &[("data.py", Some(&three))];
    assert_eq!(suggested(&[first, second, third]), ["run.py: from data import NewestDataset (High)"]);
}

#[test]
fn symbol_that_went_to_another_module_is_found_there() {
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/many.py", Some("def alpha_work():\n    return 1\n\n\ndef beta_work():\n    return 2\n")),
        ("other/beta.py", Some("def beta_work(): ...\n")),
        ("run.py", Some("from pkg.many import alpha_work, beta_work\n")),
    ];
    let second: Step<'_> = &[
        ("pkg/many.py", Some("def alpha_work():\n    return 1\n")),
        ("pkg/few.py", Some("def beta_work():\n    return 2\n")),
    ];
    assert_eq!(suggested(&[first, second]), ["run.py: from pkg.few import beta_work (High)"]);
}

#[test]
fn package_that_offers_the_name_is_preferred_where_others_import_from_it() {
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("loose.py", Some(CORE)),
        ("user.py", Some("from loose import Reader\n")),
        ("other.py", Some("from pkg import load_everything\n")),
    ];
    let second: Step<'_> = &[
        ("loose.py", None),
        ("pkg/impl.py", Some(CORE)),
        ("pkg/__init__.py", Some("from .impl import Reader, load_everything\n")),
    ];
    assert_eq!(suggested(&[first, second]), ["user.py: from pkg import Reader (High)"]);
    // Without anybody else who imports from the package, the module itself is named.
    let alone: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("loose.py", Some(CORE)),
        ("user.py", Some("from loose import Reader\n")),
    ];
    assert_eq!(suggested(&[alone, second]), ["user.py: from pkg.impl import Reader (High)"]);
    // What went behind an underscore is never named where the package offers it.
    let hidden: Step<'_> = &[
        ("loose.py", None),
        ("pkg/_impl.py", Some(CORE)),
        ("pkg/__init__.py", Some("from ._impl import Reader, load_everything\n")),
    ];
    assert_eq!(suggested(&[alone, hidden]), ["user.py: from pkg import Reader (High)"]);
}

#[test]
fn without_history_one_definition_or_one_near_name_is_offered_with_less_confidence() {
    let files: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/config.py", Some("class TrainingConfig: ...\nclass Other: ...\n")),
        ("run.py", Some("from pkg.none import TrainingConfig\nfrom pkg.config import otheR, Missing\n")),
    ];
    assert_eq!(
        suggested(&[files]),
        [
            "run.py: from pkg.config import TrainingConfig (Low, no commit)",
            "run.py: nothing",
            "run.py: from pkg.config import Other (Low, no commit)",
        ]
    );
}

#[test]
fn top_level_module_that_moved_is_broken_and_one_from_outside_is_not() {
    let first: Step<'_> = &[
        ("helper.py", Some(CORE)),
        ("requests.py", Some("x = 1\n")),
        ("run.py", Some("import helper\nimport requests\n")),
    ];
    let second: Step<'_> = &[
        ("helper.py", None),
        ("requests.py", None),
        ("lib/tools/helper.py", Some(CORE)),
        ("lib/tools/__init__.py", Some("")),
    ];
    assert_eq!(suggested(&[first, second]), ["run.py: import tools.helper (High)"]);
}

/// `path:line now -> needed` of every script that a move cut off.
fn cut_off(steps: &[Step<'_>]) -> Vec<String> {
    let place = repository(steps);
    let repo = Repo::open(place.path()).unwrap();
    let tip = repo.head().unwrap().unwrap();
    let project = Project::of_tree(&Tree::of_revision(&repo, tip.as_str()).unwrap()).unwrap();
    let found = super::super::moved_anchors(&project, &History::of(&repo, &tip).unwrap());
    found
        .iter()
        .map(|found| format!("{}:{} {} -> {}", found.path, found.line, found.now, found.needed))
        .collect()
}

#[test]
fn moved_scripts_are_cut_off_where_their_anchor_no_longer_leads_to_what_they_import() {
    let body = "\nfrom pkg import core\n\nprint('the core is', core, 'and nothing else')\nprint('done')\n";
    let text = |head: &str| format!("import os, sys\nfrom pathlib import Path\n{head}{body}");
    let parent = text("sys.path.insert(0, str(Path(__file__).parent))");
    let parents = text("sys.path.insert(0, str(Path(__file__).resolve().parents[0]))");
    let named = text("ROOT = os.path.dirname(os.path.abspath(__file__))\nsys.path.append(ROOT)");
    let dot = text("sys.path.insert(0, '.')");
    let plain = text("x = 1");
    let mended = text("sys.path.insert(0, str(Path(__file__).parent.parent.parent))");
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/core.py", Some("")),
        ("parent.py", Some(&parent)),
        ("parents.py", Some(&parents)),
        ("named.py", Some(&named)),
        ("dot.py", Some(&dot)),
        ("plain.py", Some(&plain)),
        ("mended.py", Some(&parent)),
    ];
    let second: Step<'_> = &[
        ("parent.py", None),
        ("parents.py", None),
        ("named.py", None),
        ("dot.py", None),
        ("plain.py", None),
        ("mended.py", None),
        ("tools/deep/parent.py", Some(&parent)),
        ("tools/deep/parents.py", Some(&parents)),
        ("tools/deep/named.py", Some(&named)),
        ("tools/deep/dot.py", Some(&dot)),
        ("tools/deep/plain.py", Some(&plain)),
        ("tools/deep/mended.py", Some(&mended)),
    ];
    let expected = [
        "tools/deep/named.py:3 os.path.dirname(os.path.abspath(__file__)) -> \
         os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))",
        "tools/deep/parent.py:3 Path(__file__).parent -> Path(__file__).parent.parent.parent",
        "tools/deep/parents.py:3 Path(__file__).resolve().parents[0] -> Path(__file__).resolve().parents[2]",
        "tools/deep/plain.py:4  -> sys.path.insert(0, str(Path(__file__).resolve().parents[2]))",
    ];
    assert_eq!(cut_off(&[first, second]), expected);
    // What can be installed needs no folder on the path; an anchor stays wrong.
    let installable: Step<'_> = &[("setup.py", Some("from setuptools import setup\nsetup()\n"))];
    let found = cut_off(&[first, second, installable]);
    assert!(!found.iter().any(|found| found.contains("plain.py")), "{found:?}");
}

/// `from pkg import core`, where `pkg` answers to names by `__getattr__` and `core` moved away.
fn asked_of_lazy_package(init: &str) -> Vec<String> {
    let user = "from . import core\nfrom . import never\n";
    let first: Step<'_> =
        &[("pkg/__init__.py", Some(init)), ("pkg/core.py", Some(CORE)), ("pkg/user.py", Some(user))];
    let second: Step<'_> =
        &[("pkg/core.py", None), ("pkg/io/__init__.py", Some("")), ("pkg/io/reading.py", Some(CORE))];
    let found = suggested(&[first, second]);
    found.into_iter().filter(|found| found.starts_with("pkg/user.py")).collect()
}

#[test]
fn submodule_that_moved_out_of_a_package_with_getattr_is_missed_unless_the_package_may_answer() {
    let refuse = "    raise AttributeError(name)\n";
    let missed = [
        "def __getattr__(name):\n    if name == 'x':\n        return 1\n    raise AttributeError(name)\n",
        "T = {'x': 1}\ndef __getattr__(name):\n    if name not in T:\n        raise AttributeError\n    return T[name]\n",
        "T = ['x']\ndef __getattr__(name):\n    if name in T:\n        return load(name)\n    raise AttributeError(name)\n",
        "def __getattr__(name):\n    if name == 'x':\n        from .core import Reader\n        return Reader\n    raise AttributeError\n",
    ];
    for init in missed {
        let found = asked_of_lazy_package(init);
        assert_eq!(found, ["pkg/user.py: from .io import reading (High)"], "{init}");
    }
    // What only looks at its names has those of its text.
    let found = asked_of_lazy_package("if 'x' in globals():\n    pass\n");
    assert_eq!(found, ["pkg/user.py: from .io import reading (High)", "pkg/user.py: nothing"]);
    let may_answer = [
        "def __getattr__(name):\n    if name == 'core':\n        return 1\n    raise AttributeError(name)\n".to_owned(),
        format!("T = {{'core': 1}}\ndef __getattr__(name):\n    if name in T:\n        return 1\n{refuse}"),
        format!("def __getattr__(name):\n    if hasattr(io, name):\n        return 1\n{refuse}"),
        format!("from m import T\ndef __getattr__(name):\n    if name in T:\n        return 1\n{refuse}"),
        format!("T = {{'x': 1}}\nT.update(more)\ndef __getattr__(name):\n    if name in T:\n        return 1\n{refuse}"),
        format!("T = {{'x': 1}}\nT[y] = 1\ndef __getattr__(name):\n    if name in T:\n        return 1\n{refuse}"),
        format!("T = {{'x': 1, **more}}\ndef __getattr__(name):\n    if name in T:\n        return 1\n{refuse}"),
        "def __getattr__(name):\n    return getattr(io, name)\n".to_owned(),
        "def __getattr__(name):\n    try:\n        return load(name)\n    except KeyError:\n        raise AttributeError\n".to_owned(),
        // Without a refusal at the end every name is None.
        "def __getattr__(name):\n    if name == 'x':\n        return 1\n".to_owned(),
        "from .io import __getattr__\n".to_owned(),
        "__getattr__ = made_for(__name__)\n".to_owned(),
        "for name in names:\n    globals()[name] = 1\n".to_owned(),
        format!("import sys\nsys.modules['pkg.core'] = sys\ndef __getattr__(name):\n{refuse}"),
        format!("from numpy import *\ndef __getattr__(name):\n{refuse}"),
    ];
    for init in may_answer {
        assert_eq!(asked_of_lazy_package(&init), [""; 0], "{init}");
    }
}

#[test]
fn module_in_a_folder_that_distributions_share_is_written_from_the_root_above() {
    let first: Step<'_> = &[
        ("src/shared/own/__init__.py", Some("")),
        ("src/shared/own/core.py", Some(CORE)),
        ("src/shared/own/user.py", Some("from shared.own.core import Reader\n")),
    ];
    let moved: Step<'_> = &[("src/shared/own/core.py", None), ("src/shared/own/kernel.py", Some(CORE))];
    let expected = "src/shared/own/user.py: from shared.own.kernel import Reader (High)";
    assert_eq!(suggested(&[first, moved]), [expected]);
}

#[test]
fn module_that_moved_away_is_missed_though_its_package_may_make_modules_or_git_ignores_such_folders() {
    let user = "from pkg.build import Reader\n";
    let moved: Step<'_> = &[("pkg/build.py", None), ("pkg/io.py", Some(CORE))];
    let inits =
        ["", "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n", "print 'Python 2'\n"];
    for init in inits {
        let first: Step<'_> = &[
            (".gitignore", Some("build/\n")),
            ("pkg/__init__.py", Some(init)),
            ("pkg/build.py", Some(CORE)),
            ("user.py", Some(user)),
        ];
        assert_eq!(suggested(&[first, moved]), ["user.py: from pkg.io import Reader (High)"], "{init}");
    }
    let silent = [
        ("", "build.py\n"),
        ("import sys\nsys.modules[__name__ + '.build'] = io\n", ""),
        ("MOVED = {'pkg.build': 'pkg.io'}\n__path__ = made(MOVED)\n", ""),
    ];
    for (init, ignored) in silent {
        let first: Step<'_> =
            &[("pkg/__init__.py", Some(init)), ("pkg/build.py", Some(CORE)), ("user.py", Some(user))];
        // What was tracked before is ignored now.
        let moved: Step<'_> =
            &[(".gitignore", Some(ignored)), ("pkg/build.py", None), ("pkg/io.py", Some(CORE))];
        assert_eq!(suggested(&[first, moved]), [""; 0], "{init} {ignored}");
    }
}

#[test]
fn module_that_became_a_package_is_searched_where_its_file_went() {
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/core.py", Some(CORE)),
        ("other.py", Some("class Reader:\n    pass\n")),
        ("user.py", Some("from pkg.core import Reader, load_everything\n")),
    ];
    let second: Step<'_> = &[
        ("pkg/core.py", None),
        ("pkg/core/__init__.py", Some("from .core import load_everything\n")),
        ("pkg/core/core.py", Some(CORE)),
    ];
    assert_eq!(suggested(&[first, second]), ["user.py: from pkg.core.core import Reader (High)"]);
    // What the file took from beside it is where it was.
    let reader = format!("from . import other\n{CORE}");
    let beside: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/core.py", Some(&reader)),
        ("pkg/other.py", Some("OTHER = 'a module that stays where it is'\n")),
    ];
    let into: Step<'_> =
        &[("pkg/core.py", None), ("pkg/core/__init__.py", Some("")), ("pkg/core/core.py", Some(&reader))];
    assert_eq!(suggested(&[beside, into]), ["pkg/core/core.py: from .. import other (High)"]);
    // A module that is asked for as a whole is the package which offers what it has, where only that kept its name.
    let whole: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/utils/__init__.py", Some("")),
        ("pkg/utils/core.py", Some(CORE)),
        ("user.py", Some("from pkg.utils import core\n")),
    ];
    let second: Step<'_> = &[
        ("pkg/utils/core.py", None),
        ("pkg/core/__init__.py", Some("from .implementation import load_everything\n")),
        ("pkg/core/implementation.py", Some(CORE)),
    ];
    assert_eq!(suggested(&[whole, second]), ["user.py: from pkg import core (High)"]);
}

#[test]
fn module_that_was_rewritten_as_it_went_is_found_with_most_of_its_package() {
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/old/__init__.py", Some("# The package that holds the readers and the writers.\n")),
        ("pkg/old/core.py", Some(CORE)),
        ("pkg/old/tiny.py", Some("def short():\n    return 1\n")),
        ("pkg/new/__init__.py", Some("NEW = 1\n")),
        ("user.py", Some("from pkg.old.tiny import short\n")),
        ("pkg/other.py", Some("def short():\n    return 3\n")),
    ];
    let second: Step<'_> = &[
        ("pkg/old/__init__.py", None),
        ("pkg/old/core.py", None),
        ("pkg/old/tiny.py", None),
        ("pkg/new/core.py", Some(CORE)),
        ("pkg/new/tiny.py", Some("import os\n\nPLACE = os.getcwd()\nshort = lambda: len(PLACE)\n")),
    ];
    assert_eq!(suggested(&[first, second]), ["user.py: from pkg.new.tiny import short (Medium)"]);
}

#[test]
fn name_that_its_module_only_imported_is_taken_from_where_that_took_it() {
    let first: Step<'_> = &[
        ("low.py", Some("def short():\n    return 1\n")),
        ("same.py", Some("def short():\n    return 2\n")),
        ("middle.py", Some("from low import (\n    short,\n)\n\nVALUE = short()\n")),
        ("user.py", Some("from middle import short\n")),
    ];
    let second: Step<'_> = &[("middle.py", Some("VALUE = 1\n"))];
    assert_eq!(suggested(&[first, second]), ["user.py: from low import short (Medium)"]);
}

#[test]
fn module_that_kept_its_name_is_asked_for_by_it_though_a_package_above_offers_the_name() {
    let first: Step<'_> = &[
        ("space/__init__.py", Some("")),
        ("space/old/__init__.py", Some("from .core import Reader\n")),
        ("space/old/core.py", Some(CORE)),
        ("other.py", Some("from space.old import Reader\n")),
        ("user.py", Some("from space.old.core import Reader\n")),
    ];
    let second: Step<'_> = &[
        ("space/old/__init__.py", None),
        ("space/old/core.py", None),
        ("space/new/__init__.py", Some("from .core import Reader\n")),
        ("space/new/core.py", Some(CORE)),
        ("other.py", Some("from space.new import Reader\n")),
    ];
    assert_eq!(suggested(&[first, second]), ["user.py: from space.new.core import Reader (High)"]);
}

#[test]
fn folder_that_never_was_a_package_stays_in_front_of_what_moved_below_it() {
    let first: Step<'_> = &[
        ("backend/core/__init__.py", Some("")),
        ("backend/core/reading.py", Some(CORE)),
        ("backend/services/__init__.py", Some("")),
        ("backend/app/__init__.py", Some("")),
        ("backend/app/main.py", Some("from backend.core.reading import Reader\n")),
    ];
    let second: Step<'_> = &[("backend/core/reading.py", None), ("backend/services/reading.py", Some(CORE))];
    let expected = "backend/app/main.py: from backend.services.reading import Reader (High)";
    assert_eq!(suggested(&[first, second]), [expected]);
}

#[test]
fn module_below_src_keeps_its_name_though_the_folder_was_a_package_once() {
    let first: Step<'_> = &[
        ("src/space/__init__.py", Some("")),
        ("src/space/tools/__init__.py", Some("")),
        ("src/space/tools/core.py", Some(CORE)),
        ("src/space/work/user.py", Some("from space.tools.core import Reader\n")),
    ];
    let second: Step<'_> = &[("src/space/__init__.py", None)];
    let third: Step<'_> = &[("src/space/tools/core.py", None), ("src/space/tools/kernel.py", Some(CORE))];
    let expected = "src/space/work/user.py: from space.tools.kernel import Reader (High)";
    assert_eq!(suggested(&[first, second, third]), [expected]);
}

#[test]
fn second_choice_is_not_made_the_first_one_again() {
    let first: Step<'_> = &[
        ("pkg/__init__.py", Some("")),
        ("pkg/old.py", Some(CORE)),
        (
            "user.py",
            Some(
                "try:\n    import pkg.fresh\nexcept ImportError:\n    pass\ntry:\n    import pkg.old\nexcept ImportError:\n    pass\n",
            ),
        ),
        ("only.py", Some("try:\n    import pkg.old\nexcept ImportError:\n    pass\n")),
    ];
    let second: Step<'_> = &[("pkg/old.py", None), ("pkg/fresh.py", Some(CORE))];
    assert_eq!(suggested(&[first, second]), ["only.py: import pkg.fresh (High)", "user.py: nothing"]);
}
