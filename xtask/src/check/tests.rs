//! The checks on real repositories.

use xshell::Shell;

use super::*;
use crate::repo::{EntryKind, RepoPath, testing};

struct Place {
    folder: tempfile::TempDir,
    shell: Shell,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shell = Shell::new().unwrap();
        shell.change_dir(folder.path());
        let place = Self { folder, shell };
        place.git(&["init", "-q", "-b", "main"]);
        place.write(files);
        place.commit();
        place
    }

    fn write(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.shell.write_file(path, text).unwrap();
        }
    }

    fn git(&self, args: &[&str]) {
        testing::git(self.folder.path(), args);
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "more"]);
    }

    fn check(&self, what: &What) -> Checked {
        let repo = Repo::open(self.folder.path()).unwrap();
        run(&Trees::of(&repo, what).unwrap().request(&repo)).unwrap()
    }
}

fn short(checked: &Checked) -> Vec<String> {
    let word = |found: &Found| if found.new { "new" } else { "old" };
    let line = |found: &Found| format!("{} {}:{} {}", word(found), found.path, found.line, found.check);
    checked.findings.iter().map(line).collect()
}

const MODULES: &[(&str, &str)] = &[
    ("pkg/__init__.py", ""),
    ("pkg/old.py", "def run(): pass\n\ndef walk(): pass\n"),
    ("app.py", "from pkg.old import run\n"),
    ("README.md", "See [the module](pkg/old.py).\n"),
];

#[test]
fn what_a_staged_move_breaks_is_new_with_what_to_write() {
    let place = Place::new(MODULES);
    assert_eq!(short(&place.check(&What::Staged)), Vec::<String>::new());
    place.git(&["mv", "pkg/old.py", "pkg/fresh.py"]);
    let checked = place.check(&What::Staged);
    assert_eq!(short(&checked), ["new app.py:1 broken-import", "new README.md:1 broken-link"]);
    let hints: Vec<&str> = checked.findings.iter().filter_map(|found| found.hint.as_deref()).collect();
    assert_eq!(hints, ["write `from pkg.fresh import run`", "write `pkg/fresh.py`"]);
    assert!(checked.findings.iter().all(|found| found.commit.is_none()), "it is in no commit yet");
    assert!(checked.is_failing());
}

#[test]
fn what_was_broken_before_the_base_lets_pass_and_keeps_doing_so_when_its_file_moves() {
    let place = Place::new(MODULES);
    place.write(&[("docs/guide.md", "[x](gone.md)\n"), ("more.py", "from pkg.old import lost\n")]);
    place.commit();
    place.git(&["branch", "base"]);
    place.shell.create_dir("docs/manual").unwrap();
    place.git(&["mv", "docs/guide.md", "docs/manual/guide.md"]);
    place.git(&["mv", "pkg/old.py", "pkg/fresh.py"]);
    place.commit();
    let checked = place.check(&What::Since("base".to_owned()));
    let expected = [
        "new README.md:1 broken-link",
        "new app.py:1 broken-import",
        "old docs/manual/guide.md:1 broken-link",
        "old more.py:1 broken-import",
    ];
    let mut found = short(&checked);
    found.sort_by_key(|line| line.split_once(' ').unwrap().1.to_owned());
    assert_eq!(found, expected);
}

#[test]
fn same_breakage_twice_is_new_once() {
    let at = |line| Found::new(CheckId::BrokenLink, ("a.md".into(), line), "x.md", "gone".to_owned());
    let before = vec![at(1)];
    let mut found = vec![at(3), at(9)];
    let tree = Tree::in_memory([(RepoPath::from("a.md"), EntryKind::File, Vec::new())]);
    compare::mark_old(&mut found, before, &tree);
    assert_eq!(found.iter().map(|found| found.new).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn broken_links_that_were_written_anew_because_something_moved_are_no_news() {
    let place = Place::new(&[("docs/a.md", "# A\n\n[x](gone.md) [b](b.md#lost)\n"), ("docs/b.md", "# B\n")]);
    place.git(&["branch", "base"]);
    place.write(&[
        ("old/docs/a.md", "# A\n\n[x](../../docs/gone.md) [b](b.md#lost) [y](../../docs/new.md)\n"),
        ("old/docs/b.md", "# B\n"),
    ]);
    place.git(&["rm", "-q", "-r", "docs"]);
    place.commit();
    let mut found = short(&place.check(&What::Since("base".to_owned())));
    found.sort();
    let expected = [
        "new old/docs/a.md:3 broken-link",
        "old old/docs/a.md:3 broken-anchor",
        "old old/docs/a.md:3 broken-link",
    ];
    assert_eq!(found, expected);
}

#[test]
fn ten_lines_hold_every_run_that_is_not_asked_for_more() {
    let place = Place::new(&[("README.md", &"[a](gone.md)\n\n".repeat(40))]);
    let checked = place.check(&What::WorkTree);
    assert_eq!(checked.findings.len(), 40);
    assert_eq!(lines(&checked, false).len(), 10);
    assert_eq!(lines(&checked, true).len(), 41);
    insta::assert_snapshot!(lines(&checked, false)[8..].join("\n"), @r"
    … and 32 more: -v shows all
    1 file checked: 40 broken
    ");
}

#[test]
fn a_call_that_a_change_of_the_signature_broke_is_new_and_named_with_what_is_in_its_place() {
    let place = Place::new(&[
        ("lib.py", "def load(path, size=1): pass\n"),
        ("main.py", "from lib import load\nload('a', size=2)\nload('a', other=2)\n"),
    ]);
    place.write(&[("lib.py", "def load(path, limit=1): pass\n")]);
    let checked = place.check(&What::Since("HEAD".to_owned()));
    assert_eq!(short(&checked), ["new main.py:2 broken-call", "old main.py:3 broken-call"]);
    assert_eq!(checked.findings[0].hint.as_deref(), Some("`size` removed (not committed yet); see `limit`"));
    place.commit();
    let found = &place.check(&What::WorkTree).findings[0];
    let commit = found.commit.clone().unwrap();
    assert_eq!(found.message, "`load` has no parameter `size`");
    let hint = format!("`size` removed in `{}`; see `limit`", &commit[..9]);
    assert_eq!(found.hint.as_deref(), Some(hint.as_str()));
}

#[test]
fn links_that_a_site_makes_work_do_not_deny() {
    let page = "[a](#made-by-the-site) [b](labels/some-name) [](){#here} [c](page/index.html) [d](gone.md)\n";
    let place =
        Place::new(&[("docs/conf.py", ""), ("docs/a.md", page), ("docs/page/index.md", ""), ("b.md", page)]);
    let checked = place.check(&What::WorkTree);
    let told: Vec<String> = checked
        .findings
        .iter()
        .map(|found| format!("{} {:?} {}", found.path, found.level, found.message))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    b.md Deny link to `gone.md` leads to no file
    b.md Deny link to `labels/some-name` leads to no file
    b.md Deny link to `page/index.html` leads to no file
    docs/a.md Deny link to `gone.md` leads to no file
    b.md Deny link to `#made-by-the-site` names an anchor that its file does not have
    b.md Warn link to `` has no destination
    docs/a.md Warn link to `labels/some-name` leads to no file, unless the site makes it
    docs/a.md Warn link to `#made-by-the-site` names an anchor that its file does not have, unless the site makes it
    ");
}

#[test]
fn paths_that_moved_are_told_and_deny_nothing() {
    let place = Place::new(&[("scripts/run.sh", "echo\n"), ("Makefile", "all:\n\tscripts/run.sh\n")]);
    place.shell.create_dir("tools").unwrap();
    place.git(&["mv", "scripts/run.sh", "tools/run.sh"]);
    let checked = place.check(&What::Staged);
    insta::assert_snapshot!(lines(&checked, false).join("\n"), @"
    Makefile:2: warning: names `scripts/run.sh` (moved, not committed yet); write `tools/run.sh`
    mend: xtask validate imports --fix --references
    2 files checked: 0 broken, 1 warning
    ");
    assert!(!checked.is_failing());
}
