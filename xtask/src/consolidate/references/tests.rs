use std::collections::{BTreeMap, BTreeSet};

use super::{
    Doors, Ignored, Known, Named, Past, Sightings, dead, definition_pattern, named, removed_definitions,
};
use crate::consolidate::note::Note;
use crate::consolidate::result::{ReferenceClass, ReferenceKind};
use crate::consolidate::test_notes::note;
use crate::repo::{Change, CommitId, History, PathHistory, RepoPath};

fn targets(text: &str) -> Vec<String> {
    named(0, &note("notes/a.md", text)).into_iter().map(|named: Named| named.target).collect()
}

#[test]
fn paths_in_code_spans_and_running_text_are_names() {
    let cases: &[(&str, &[&str])] = &[
        (
            "See `src/core/loader.py:41` and tests/test_x.py::test_y.",
            &["src/core/loader.py", "tests/test_x.py"],
        ),
        ("Run `loader.py`; loader.py alone in text is not surely a path", &["loader.py"]),
        ("`./scripts/run.sh`, (docs/guide.md#setup)", &["docs/guide.md", "scripts/run.sh"]),
        (
            "_docs/guide.md_ and __docs/other.md__, see_ docs/last.md_",
            &["docs/guide.md", "docs/last.md", "docs/other.md"],
        ),
        (".. literalinclude:: _examples/client.py", &["_examples/client.py"]),
        ("`make build` and `npm run lint:fix`", &["make build", "npm run lint:fix"]),
    ];
    for (text, expected) in cases {
        assert_eq!(targets(text), *expected, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_path_is_no_name() {
    let cases = [
        "`path/to/file.py`",
        "`your_module/x.py`",
        "`Node.js`",
        "React/Vue.js",
        "`process.env`",
        "`*.py`",
        "`/usr/lib/x.py`",
        "`/tmp/backup_of_today.sql`",
        "`https://example.org/a/b.html`",
        "`x.csv`",
        "`word`",
        "`Title`",
        "`a/../b.py`",
        "`make sure it works`",
        "`$HOME/x.sh`",
        "`docs/SESSION_0XX.md`",
        "`plans/release-v0.5x.yaml` and `plans/v1.x.md`",
        "`python setup.py sdist`",
        "`src/*/STATES.md` and src/*/STATES.md",
        "`<dir>/x.py` and src/<name>/x.py",
        "`my-tool/x.py`",
        "[`docs/there.md`](https://host/docs/there.md)",
        "```sh\nmv src/a.py src/b.py\nrun > src/out.py\n```",
        "```text\nsrc/gone.py\n```",
        "    src/indented.py",
    ];
    for text in cases {
        assert_eq!(targets(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn list_of_changes_names_what_is_gone_on_purpose() {
    let text = "- removed `src/gone.py` and `make build`\n";
    for path in ["CHANGELOG.md", "docs/changes.md", "HISTORY.md"] {
        assert!(named(0, &note(path, text)).is_empty(), "{path}");
    }
    assert_eq!(named(0, &note("docs/changelog-tool.md", text)).len(), 2);
}

pub(super) fn change() -> Change {
    let commit = CommitId::parse(&"ab".repeat(20)).expect("forty digits");
    Change { commit, date: "2025-01-01T00:00:00Z".to_owned() }
}

/// What became of each name, in a repository that holds `src/kept.py` and once held `src/gone.py`.
pub(super) fn classes(text: &str, ignored: &Ignored) -> Vec<(String, ReferenceClass)> {
    classes_in("notes/a.md", text, ignored)
}

/// What became of each name of a text, where no rule hides anything.
pub(super) fn check(cases: &[(&str, &[(&str, ReferenceClass)])]) {
    for (text, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(target, class)| ((*target).to_owned(), *class)).collect();
        assert_eq!(classes(text, &Ignored::default()), expected, "{text}");
    }
}

fn classes_in(path: &str, text: &str, ignored: &Ignored) -> Vec<(String, ReferenceClass)> {
    let notes: Vec<Note> = vec![note(path, text)];
    let paths: BTreeSet<RepoPath> = [
        "src/kept.py",
        "src/forwards.sh",
        "pkg/core/deep.py",
        "docs/Guide.md",
        "notes/a.md",
        "tools/new/a.py",
        "tools/new/b.py",
        "src/local.yaml.example",
        "config/a.json",
        "cases/plan.build",
        "cases/01-first/a.txt",
        "cases/02-second/b.txt",
        "output/kept.txt",
        "lib_x/__init__.py",
        "lib_x/inner/__init__.py",
    ]
    .map(RepoPath::from)
    .into();
    let mut history = History::default();
    let past = PathHistory { first: change(), last: change(), removed: Some(change()), commits: 1 };
    for path in [
        "left/NOTES.md",
        "built/NOTES.md",
        "src/gone.py",
        "notes/gone.md",
        "left/a.py",
        "left/b.py",
        ".tool/x",
        "built/site/index.html",
        "plan/build.py",
        "plan/setup.py",
        "config/gone.json",
        "old/tool/gone_too.py",
        "cases/plan.setup",
        "plan/other.py",
        "archive/gone.md",
        "old/tool/kept.py",
        "pkg/old/parts/one.py",
        "pkg/old/parts/two.py",
        "docs/LOAD_PLAN.md",
        "CLAUDE.md",
        ".toolrc",
        "docs/guide.rs",
    ] {
        history.paths.insert(path.into(), past.clone());
    }
    let commands = BTreeMap::from([
        ("make", Some(BTreeSet::from(["build".to_owned(), "test-%".to_owned()]))),
        ("cargo", Some(BTreeSet::from(["tool".to_owned()]))),
        ("npm run", Some(BTreeSet::from(["lint".to_owned()]))),
        ("deno task", Some(BTreeSet::from(["check".to_owned()]))),
    ]);
    let mut names = named(0, &notes[0]);
    let links = notes[0].parsed.followed();
    names.extend(links.into_iter().filter_map(|(target, line)| {
        let (wanted, _) = crate::links::pointed_at(&notes[0].path, target)?;
        super::linked(0, &notes[0], line, target, wanted).filter(|_| !target.contains("Guide"))
    }));
    let mut sightings = Sightings::of(&names);
    let code = [
        (
            "src/kept.py",
            "def kept_function(): pass\ndef kept_run(): pass\ndef kept_stop(): pass\nclass Keeper: pass\nclass Heir(Library): pass\nparser.add_argument(\"--kept\")",
        ),
        ("src/forwards.sh", "python other.py \"$@\" --elsewhere"),
    ];
    for (path, text) in code {
        let shown = sightings.look(&path.into(), text);
        sightings.take(&path.into(), shown);
    }
    let past = Past::from([
        ("gone_function".to_owned(), "cd".repeat(20)),
        ("goneTool".to_owned(), "cd".repeat(20)),
        ("--gone kept.py".to_owned(), "cd".repeat(20)),
        ("make old".to_owned(), "cd".repeat(20)),
    ]);
    let gone = super::gone(&paths, &history);
    let known = Known {
        paths: &paths,
        gone: &gone,
        history: &history,
        doors: &Doors::new(),
        ignored,
        commands: &commands,
        sightings: &sightings,
        past: &past,
        is_past_known: true,
    };
    dead(&names, &notes, &known).into_iter().map(|one| (one.target, one.class)).collect()
}

#[test]
fn words_of_a_line_longer_than_a_sentence_tell_nothing_of_a_name_in_it() {
    let names = "`src/gone.py` and `src/never.py`";
    let short = format!("What was removed: {names}\n");
    assert_eq!(classes(&short, &Ignored::default()), []);
    let long = format!("What was removed {} then {names}\n", "word ".repeat(1000));
    let gone = [("src/gone.py".to_owned(), ReferenceClass::Removed)];
    assert_eq!(classes(&long, &Ignored::default()), gone, "only what is certain is told");
}

#[test]
fn sentence_of_a_paragraph_tells_nothing_of_names_in_others() {
    let text =
        format!("{} Not now. It is `src/gone.py` that counts.\n", "Old things were removed. ".repeat(20));
    let gone = [("src/gone.py".to_owned(), ReferenceClass::Removed)];
    assert_eq!(classes(&text, &Ignored::default()), gone);
    let text = format!("{} The old `src/gone.py` counted. It did.\n", "All is well. ".repeat(30));
    assert_eq!(classes(&text, &Ignored::default()), []);
}

#[test]
fn what_was_gone_before_a_plan_named_its_end_is_not_meant() {
    let mut notes = vec![note("notes/plan.md", "Write to `gone.py`")];
    let paths: BTreeSet<RepoPath> = ["notes/plan.md"].map(RepoPath::from).into();
    let mut history = History::default();
    let past = PathHistory { first: change(), last: change(), removed: Some(change()), commits: 1 };
    history.paths.insert("src/gone.py".into(), past);
    let gone = super::gone(&paths, &history);
    let known = Known {
        paths: &paths,
        gone: &gone,
        history: &history,
        doors: &Doors::new(),
        ignored: &Ignored::default(),
        commands: &BTreeMap::new(),
        sightings: &Sightings::default(),
        past: &Past::new(),
        is_past_known: true,
    };
    for (created, count) in [("2024-01-01T00:00:00Z", 1), ("2026-01-01T00:00:00Z", 0)] {
        notes[0].created = Some(created.to_owned());
        assert_eq!(dead(&named(0, &notes[0]), &notes, &known).len(), count, "{created}");
    }
}

#[test]
fn links_paths_of_other_machines_folders_and_commands_have_their_class() {
    use ReferenceClass::{Ignored as Hidden, NeverExisted, Removed};
    let hidden = Ignored {
        surely: [".env", "logs/_", "org/name", "built/site/index.html"].map(RepoPath::from).into(),
        ..Ignored::default()
    };
    let cases: &[(&str, &[(&str, ReferenceClass)])] = &[
        (
            "[x](gone.md) and [y](never.md) and [z](kept.py)",
            &[("gone.md", Removed), ("never.md", NeverExisted)],
        ),
        ("[`src/gone.py`](../src/kept.py)", &[]),
        ("[x](NOTES.md)", &[("NOTES.md", NeverExisted)]),
        ("- `loader.py`: reads all data", &[("loader.py", NeverExisted)]),
        ("- `loader.py`: data", &[]),
        ("// src/never.py\n", &[]),
        ("1. `rm src/gone.py`", &[]),
        ("`make altinstall` and `make never`", &[("make never", NeverExisted)]),
        ("[x](../src/kept.py:3-7)", &[("../src/kept.py", NeverExisted)][..0]),
        ("[text](url) [x](path/to/file.md)", &[]),
        ("[terms](../LICENSE)", &[("../LICENSE", NeverExisted)]),
        ("[terms](LICENSE)", &[("LICENSE", NeverExisted)]),
        ("[x](never.md) (coming soon)", &[]),
        ("[x](/home/me/checkout/src/kept.py) and [y](/home/me/checkout/src/never.py)", &[]),
        ("[x](/home/me/checkout/src/gone.py)", &[("/home/me/checkout/src/gone.py", Removed)]),
        ("`/home/me/checkout/src/gone.py`", &[("/home/me/checkout/src/gone.py", Removed)]),
        ("`~/checkout/src/kept.py` `/etc/gone.py` `/usr/lib/never.py`", &[]),
        ("`../src/gone.py` and `../src/kept.py`", &[("../src/gone.py", Removed)]),
        ("`left/` and `tools/new/` and `nowhere/`", &[("left/", Removed)]),
        ("`.env`, `logs/` and the branch `org/name`", &[(".env", Hidden), ("logs/", Hidden)]),
        ("Write the output to `logs/`", &[("logs/", Hidden)]),
        ("`make test-unit` `make build` `just x`", &[]),
        ("`make old`", &[("make old", Removed)]),
        ("- [ ] run `make nothing`", &[("make nothing", NeverExisted)]),
        ("```sh\nmake -j4 nothing X=1\n```", &[("make nothing", NeverExisted)]),
        ("```sh\ngrep x src/gone.py src/never.py\n```", &[("src/gone.py", Removed)]),
        ("```sh\npython src/kept.py --elsewhere\n```", &[("python src/kept.py --elsewhere", NeverExisted)]),
        ("```sh\npython src/kept.py --never-was\n```", &[("python src/kept.py --never-was", NeverExisted)]),
        ("```sh\nbash src/forwards.sh --never-was\n```", &[]),
        ("Pages are `site/index.html` and `.tool/`", &[("site/index.html", Hidden)]),
        ("Remove these:\n\n- `src/gone.py`\n- `left/a.py`", &[]),
        ("## Renames\n\n### Now\n\n`src/gone.py`", &[]),
        ("See\n→ `src/gone.py`", &[("src/gone.py", Removed)]),
        ("| `src/gone.py` | → step 3 |", &[("src/gone.py", Removed)]),
        ("`src/gone.py`: 99.6 % → 100 % now", &[("src/gone.py", Removed)]),
        ("`src/gone.py` → now part of src/kept.py; `left/` → `x`", &[]),
        ("There is **no `left/` folder**", &[]),
        (
            "Of all the files that the last year had brought us `src/gone.py` and the\nothers were removed.",
            &[],
        ),
        ("It writes to `src/gone.py` (new)", &[("src/gone.py", Removed)]),
        ("For example `src/never.py`", &[]),
        ("### Pending (1/2)\n\n1. `src/never.py` and `src/gone.py`", &[("src/gone.py", Removed)]),
        ("### 4. All that the CI runs (`src/never.py`)\n\n```yaml\nx: 1\n```", &[]),
        ("### 4. All that the CI runs (`src/gone.py`)\n\n```yaml\nx: 1\n```", &[("src/gone.py", Removed)]),
        ("`src/a1.py` `src/b2.py` `src/c3.py` and `src/kept.py`", &[]),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(target, class)| ((*target).to_owned(), *class)).collect();
        assert_eq!(classes(text, &hidden), expected, "{text}");
    }
}

#[test]
fn plan_names_what_is_to_be_built_and_what_is_gone_all_the_same() {
    let text = "`src/never.py` and `src/gone.py`";
    let expected = [("src/gone.py".to_owned(), ReferenceClass::Removed)];
    assert_eq!(classes_in("docs/prd-x.md", text, &Ignored::default()), expected);
}

#[test]
fn names_that_only_make_can_tell_are_not_known() {
    let mut commands = super::Commands::new();
    super::take_commands(
        &mut commands,
        "make",
        "BIN := tool\nall: $(BIN)\n$(BIN): x\n\tcc %.c\n.PHONY: run\n",
    );
    let names = commands["make"].clone().expect("all names are known");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["all", "run", "tool"]);
    super::take_commands(&mut commands, "make", "$(foreach x,$(LIST),$(x)): y\n");
    assert_eq!(commands["make"], None);
}

#[test]
fn makefile_that_takes_every_target_proves_nothing_there_and_nothing_gone() {
    let mut commands = super::Commands::new();
    super::take_commands(&mut commands, "make", "help:\n%: Makefile\n\tsphinx $@\n");
    let wanted = named(0, &note("notes/a.md", "`make check`, `make html` and `make help`"));
    let missing = super::missing_commands(&wanted, &commands);
    assert_eq!(missing.into_iter().collect::<Vec<_>>(), ["make check", "make html"]);
    let names = commands["make"].as_ref().expect("all names are known");
    assert!(super::targets::takes_any(names) && !super::targets::holds(names, "check"));
}

#[test]
fn log_tells_which_commit_removed_the_last_target() {
    let log = "\u{1}aaa\ndiff --git a/Makefile b/Makefile\n--- a/Makefile\n-deploy prod: build\n+ship: build\n\u{1}bbb\n\
               diff --git a/web/package.json b/web/package.json\n-    \"deploy\": \"x\",\n-    \"lint\": \"y\"\n\
               diff --git a/notes.md b/notes.md\n-clean: x\n";
    let wanted = ["make deploy", "npm run lint", "make clean"].map(str::to_owned).into();
    let expected: Past = [("make deploy", "aaa"), ("npm run lint", "bbb")]
        .map(|(name, commit)| (name.to_owned(), commit.to_owned()))
        .into();
    assert_eq!(super::removed_targets(log, &wanted), expected);
}

#[test]
fn names_are_dead_only_where_it_is_proven() {
    let cases: &[(&str, &[(&str, ReferenceClass)])] = &[
        ("`src/kept.py` `core/deep.py` `deep.py` `kept.py`", &[]),
        ("`src/gone.py`", &[("src/gone.py", ReferenceClass::Removed)]),
        ("`gone.py`", &[("gone.py", ReferenceClass::Removed)]),
        ("`src/never.py`", &[("src/never.py", ReferenceClass::NeverExisted)]),
        ("`elsewhere/never.py` `never.py`", &[]),
        ("`other/kept.py`", &[]),
        ("`src/gone.py` was removed", &[]),
        ("- [ ] write `src/never.py`", &[]),
        ("`make build`", &[]),
        ("`make deploy`", &[("make deploy", ReferenceClass::NeverExisted)]),
        ("`just deploy`", &[]),
        ("`src/gone.py`\n\n```python\nx = 1\n```", &[("src/gone.py", ReferenceClass::Removed)]),
        ("**`gone.py`**:\n\n```python\nx = 1\n```", &[]),
        ("`src/never.py`:\n```python\nx = 1\n```", &[]),
        ("**File:** `src/never.py`\n\n```python\nx = 1\n```", &[]),
        ("See `src/never.py`, if it exists, or `src/local.yaml`", &[]),
        ("```sh\npython src/gone.py --x  # a comment\n```", &[("src/gone.py", ReferenceClass::Removed)]),
        (
            "```sh\npython src/kept.py --kept --gone 3\n```",
            &[("python src/kept.py --gone", ReferenceClass::Removed)],
        ),
        ("```sh\nother src/kept.py --gone\n```", &[]),
        ("```sh\npython elsewhere.py --gone\n```", &[]),
        ("`kept_function()` `never_function()` `gone` `src/kept.py`", &[]),
        ("`org/model` `nowhere/never/`", &[]),
        ("In `src/output/gone.py` or\n`src/gone.py`", &[("src/gone.py", ReferenceClass::Removed)]),
        ("## Deleted files\n\n- `src/gone.py`", &[]),
        ("Each run generates `src/gone.py`", &[]),
        ("What a run generates reads `src/gone.py`", &[("src/gone.py", ReferenceClass::Removed)]),
        ("```sh\npython src/gone.py --output x\n```", &[("src/gone.py", ReferenceClass::Removed)]),
        ("`gone_function()`", &[("gone_function", ReferenceClass::Removed)]),
        ("`goneTool` and `neverTool`", &[("goneTool", ReferenceClass::Removed)]),
        ("`src.gone` and `src.kept`", &[("src.gone", ReferenceClass::Removed)]),
        ("`plan.build` `plan.setup` `plan.other`", &[("plan.other", ReferenceClass::Removed)]),
        ("```python\nfrom src.gone import x\nimport src.kept\n```", &[("src.gone", ReferenceClass::Removed)]),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(target, class)| ((*target).to_owned(), *class)).collect();
        assert_eq!(classes(text, &Ignored::default()), expected, "{text}");
    }
}

#[test]
fn ignored_names_are_never_called_dead_unless_the_rule_covers_tracked_files() {
    let gone = || BTreeSet::from([RepoPath::from("src/gone.py")]);
    let surely = Ignored { surely: gone(), ..Ignored::default() };
    assert_eq!(classes("`src/gone.py`", &surely), [("src/gone.py".to_owned(), ReferenceClass::Ignored)]);
    let perhaps = Ignored { perhaps: gone(), ..Ignored::default() };
    assert_eq!(classes("`src/gone.py`", &perhaps), [("src/gone.py".to_owned(), ReferenceClass::Removed)]);
}

#[test]
fn name_that_differs_in_case_says_what_was_meant() {
    let notes = vec![note("notes/a.md", "`docs/GUIDE.md`")];
    let paths: BTreeSet<RepoPath> = ["docs/Guide.md"].map(RepoPath::from).into();
    let (history, commands, ignored) = (History::default(), BTreeMap::new(), Ignored::default());
    let (sightings, past) = (Sightings::default(), Past::new());
    let gone = super::gone(&paths, &history);
    let known = Known {
        paths: &paths,
        gone: &gone,
        history: &history,
        doors: &Doors::new(),
        ignored: &ignored,
        commands: &commands,
        sightings: &sightings,
        past: &past,
        is_past_known: true,
    };
    let found = dead(&named(0, &notes[0]), &notes, &known);
    assert_eq!(
        (found[0].kind, found[0].moved_to.clone()),
        (ReferenceKind::File, Some("docs/Guide.md".into()))
    );
}

#[test]
fn log_tells_which_commit_removed_the_last_definition() {
    let log = "\u{1}aaa\ndiff --git a/x.md b/x.md\n-def old_name(): in a note\ndiff --git a/x.py b/x.py\n--- a/x.py\n\
               -    def old_name(self):\n+    def new_name(self):\n\u{1}bbb\ndiff --git a/y.py b/y.py\n-class Old_name_too:\n\
               -    call(old_name)\n-    parser.add_argument('-o', '--order', type=int)\n\u{1}ccc\n\
               diff --git a/y.py b/y.py\n-def old_name():\n";
    let log = &[
        log,
        "\u{1}ddd\ndiff --git a/z.js b/z.js\n-  async drawCard(card) {\n-    if (hidden(card)) {\n-    on(click(x), function () {\n\
         -    return call(x) {\ndiff --git a/Z.java b/Z.java\n-    public List<T> all(int from) {\n-  typed(x: A): Promise<B> {\n\
         diff --git a/z.go b/z.go\n-func (t *Tool) Run(\n-\tt.Stop()\n",
    ]
    .concat();
    let names: BTreeSet<String> = [
        "drawCard",
        "hidden",
        "click",
        "call",
        "all",
        "typed",
        "Run",
        "Stop",
        "old_name",
        "Old_name_too",
        "--order",
        "other",
    ]
    .map(str::to_owned)
    .into_iter()
    .collect();
    let expected = [
        ("--order y.py", "bbb"),
        ("Old_name_too", "bbb"),
        ("Run", "ddd"),
        ("all", "ddd"),
        ("drawCard", "ddd"),
        ("old_name", "aaa"),
        ("typed", "ddd"),
    ];
    let expected: Past = expected.map(|(name, commit)| (name.to_owned(), commit.to_owned())).into();
    assert_eq!(removed_definitions(log, &names), expected);
    assert!(
        definition_pattern(&names)
            .contains("(Old_name_too|Run|Stop|all|call|click|drawCard|hidden|old_name|other|typed)")
    );
}

#[test]
fn a_folder_ends_with_the_last_file_that_leaves_it() {
    let log = |commits: &[(u8, &str)]| -> History {
        let records = commits.iter().map(|(day, edits)| {
            let edits = edits.replace(' ', "\0");
            format!("\u{1}{day:040x}\u{2}\u{2}2025-01-{day:02}T00:00:00+00:00\0\n{edits}\0")
        });
        History::read(records.collect::<String>().as_bytes()).unwrap()
    };
    let ended = |history: &History| {
        let files = ["left/a", "left/b"].map(RepoPath::from);
        super::files::emptied(history, &files.iter().collect::<Vec<_>>())
            .map(|change| change.date[8..10].to_owned())
    };
    let grown = (1, "A left/a A left/b");
    let moved_out_first = log(&[(9, "D other/a"), (3, "D left/b"), (2, "R100 left/a other/a"), grown]);
    assert_eq!(ended(&moved_out_first).as_deref(), Some("03"), "what moved out had left the folder before");
    let moved_out_last = log(&[(9, "D other/a"), (3, "R100 left/a other/a"), (2, "D left/b"), grown]);
    assert_eq!(ended(&moved_out_last).as_deref(), Some("09"));
}
