//! `phase3` in repositories whose files are not all where or what they seem: ignored places, sparse checkouts, line
//! ends and filters that git changes.

use crate::sandbox::Sandbox;

const PLAN: &str = "notes/documentation_consolidation_plan.md";

/// A finished note of a folder, in words of its own.
fn finished(folder: &str) -> String {
    format!(
        "# Session 2025-01-02\n\nStatus: done\n\n## Done\n\nFixed the {folder} pump, see [tool](../src/tool.py).\n"
    )
}

/// A repository with a finished note in each of these folders, and a tool.
fn with_finished_notes(folders: &[&str]) -> Sandbox {
    let sandbox = Sandbox::init();
    sandbox.write("src/tool.py", "# The pump.\n# Tells of notes/session-2025-01-02-notes.md\n");
    sandbox.write("README.md", "# Top\n");
    for folder in folders {
        sandbox.write(&format!("{folder}/session-2025-01-02-{folder}.md"), finished(folder));
    }
    sandbox
}

/// Makes the plan and ticks the lines that hold `words`, and no other.
fn plan(sandbox: &Sandbox, words: &str) {
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let ticked = |line: &str| match line.contains(words) {
        true => line.replacen("- [ ]", "- [x]", 1),
        false => line.replacen("- [x]", "- [ ]", 1),
    };
    let text: String = sandbox.read(PLAN).split_inclusive('\n').map(ticked).collect();
    sandbox.write(PLAN, text);
}

#[test]
fn no_place_is_proposed_that_git_ignores() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.write(".gitignore", "archive/\n");
    sandbox.commit("notes");
    plan(&sandbox, "Archive");
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(sandbox.root().join("notes/archived/session-2025-01-02-notes.md").exists(), "{said}");

    let sandbox = with_finished_notes(&["notes"]);
    sandbox.commit("notes");
    sandbox.write(".gitignore", "notes/*/\n");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let plan = sandbox.read(PLAN);
    let item = plan.lines().find(|line| line.starts_with("- [ ] Archive")).expect("it is not ticked");
    let place = "notes/archive/session-2025-01-02-notes.md";
    assert!(item.contains(&format!("; git ignores {place}: name another target")), "{item}");
}

/// A rule may name files, and only some of a folder: what `phase3` would refuse is said in the plan.
#[test]
fn each_place_is_asked_about_by_its_own_name() {
    let sandbox = with_finished_notes(&["notes"]);
    write_pair(&sandbox, "docs");
    sandbox.commit("notes");
    sandbox.write(".gitignore", "session-*\nstart_*\npump_start.md\n");
    sandbox.commit("rules");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let text = sandbox.read(PLAN);
    let item = |kind: &str| -> String {
        let plan = sandbox.read(PLAN);
        plan.lines().find(|line| line.get(6..).is_some_and(|line| line.starts_with(kind))).unwrap().to_owned()
    };
    let archive = item("Archive");
    let place = "notes/archive/session-2025-01-02-notes.md";
    assert!(archive.starts_with("- [ ]"), "{archive}");
    assert!(archive.contains(&format!("; git ignores {place}: name another target")), "{archive}");
    let merge = item("Merge");
    assert!(merge.starts_with("- [ ]"), "{merge}");
    let original = r"git ignores docs/archive/day/pump\_start.md, where docs/day/pump\_start.md would go";
    assert!(merge.contains(original), "{merge}");
    let other = archive.replacen("- [ ]", "- [x]", 1).replacen(
        &format!("to `{place}`"),
        "to `notes/archive/2025.md`",
        1,
    );
    sandbox.write(PLAN, text.replacen(&archive, &other, 1));
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let decided = item("Archive");
    assert!(decided.starts_with("- [x]") && !decided.contains("git ignores"), "{decided}");
    sandbox
        .write(PLAN, sandbox.read(PLAN).replacen("to `notes/archive/2025.md`", "to `notes/session-1.md`", 1));
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let decided = item("Archive");
    assert!(decided.contains("; git ignores notes/session-1.md: name another target"), "{decided}");
}

#[test]
fn what_is_not_checked_out_is_told_and_links_to_it_stay_right() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.commit("notes");
    sandbox.git(&["sparse-checkout", "set", "notes"]);
    assert!(!sandbox.root().join("src").exists());
    plan(&sandbox, "Archive");
    assert!(!sandbox.read(PLAN).contains("leads to no file"), "the tool is there, in git");
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes"]), @"
    exit: 0
    -- stdout
    archived   1 finished note
    rewritten  1 link and 0 mentions in 1 file
    listed     guides, notes and archive in `notes/README.md`, a new file
    conserved  1 note moved whole, nothing lost
    not done   1 line that names a moved note, in a file that is not checked out
               src/tool.py:2
    next       look at `git status` and commit; `xtask undo 1` takes it back
    -- stderr
    ");
    let moved = sandbox.read("notes/archive/session-2025-01-02-notes.md");
    assert!(moved.contains("[tool](../../src/tool.py)"), "{moved}");
    assert!(!sandbox.git(&["status", "--porcelain"]).contains("src"));
    sandbox.commit("archive");
    plan(&sandbox, "Archive");
    assert!(sandbox.read(PLAN).contains("- [x] ~~Archive"), "what is done stays done");
}

/// The list of notes stays in the README where it stands, whatever is archived next.
#[test]
fn list_of_notes_stays_where_it_stands() {
    let sandbox = with_finished_notes(&["docs", "notes"]);
    sandbox.write("docs/pumps.md", "# Pumps\n\nThere are two.\n");
    sandbox.write("notes/valves.md", "# Valves\n\nThe red one is open by day.\n");
    sandbox.commit("notes");
    plan(&sandbox, "Archive `docs");
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    assert!(sandbox.read("docs/README.md").contains("xtask:begin id=notes-index"));
    sandbox.commit("first");
    plan(&sandbox, "Archive `notes");
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    assert!(!sandbox.root().join("notes/README.md").exists());
    assert!(sandbox.read("docs/README.md").contains("](../notes/archive/session-2025-01-02-notes.md)"));
}

/// Two notes of a folder that say the same of a pump.
fn write_pair(sandbox: &Sandbox, folder: &str) {
    let said = "The pump is started with the green button once the red valve is open and the lamp burns.";
    for (name, hour) in [("day", "six"), ("night", "seven")] {
        let more = format!("## The {name}\n\nIt runs until {hour}.");
        let text = format!("# Starting the pump\n\n## Start the pump\n\n{said}\n\n{more}\n");
        sandbox.write(&format!("{folder}/{name}/pump_start.md"), text);
    }
}

/// Each commit of a run writes the list into the same README, whatever moves in that commit.
#[test]
fn list_of_notes_has_one_place_in_all_commits_of_a_run() {
    let sandbox = with_finished_notes(&["notes"]);
    write_pair(&sandbox, "docs");
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    sandbox.commit("notes");
    plan(&sandbox, "- [");
    sandbox.commit("plan");
    let said = sandbox.xtask(["phase3", "--yes", "--commit"]);
    // The first one only moves what changes.
    assert!(said.contains("committed  3 commits"), "{said}");
    let touched = sandbox.git(&["log", "-3", "--format=", "--name-only"]);
    assert_eq!(touched.matches("notes/README.md").count(), 2, "{touched}");
    assert!(!touched.contains("docs/README.md"), "{touched}");
}

/// The list does not go into a file that goes itself.
#[test]
fn list_of_notes_does_not_go_into_what_is_removed() {
    let sandbox = with_finished_notes(&["notes"]);
    for name in ["a", "INDEX"] {
        sandbox.write(&format!("notes/{name}.md"), "# Valves\n\nThe red one is open by day.\n");
    }
    sandbox.commit("notes");
    plan(&sandbox, "Remove `notes/INDEX.md`");
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(said.contains("archive in `notes/README.md`, a new file"), "{said}");
}

/// A note is archived where the plan put it, whatever the folder is called.
#[test]
fn what_was_archived_where_somebody_said_is_not_proposed_again() {
    let sandbox = with_finished_notes(&["notes"]);
    write_pair(&sandbox, "notes");
    sandbox.write("notes/valves.md", "# Valves\n\nThe red one is open by day.\n");
    sandbox.commit("notes");
    plan(&sandbox, "- [");
    let text = sandbox.read(PLAN).replacen("to `notes/archive/", "to `notes/past/", 1);
    assert!(text.contains("to `notes/past/session-2025-01-02-notes.md`"), "{text}");
    sandbox.write(PLAN, text);
    sandbox.commit("plan");
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(said.starts_with("exit: 0"), "{said}");
    let list = sandbox.read("notes/README.md");
    let (_, archive) = list.split_once("## Archive").expect("there is an archive");
    assert!(archive.contains("(past/session-2025-01-02-notes.md)"), "{list}");
    sandbox.commit("done");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let text = sandbox.read(PLAN);
    let items: Vec<&str> = text.lines().filter(|line| line.contains("<!-- xtask:item ")).collect();
    assert!(items.iter().all(|line| line.starts_with("- [x] ~~")), "{text}");
    assert!(items.iter().any(|line| line.contains("to `notes/past/session-2025-01-02-notes.md`")), "{text}");
    // What follows lists it where it was listed.
    sandbox.write("notes/session-2025-01-03-notes.md", finished("other"));
    sandbox.commit("more");
    plan(&sandbox, "session-2025-01-03");
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    let list = sandbox.read("notes/README.md");
    let (_, archive) = list.split_once("## Archive").expect("there is an archive");
    assert!(archive.contains("(past/session-2025-01-02-notes.md)"), "{list}");
}

/// A plan that was made with one kind of line ends is right in the index and in a checkout with the other kind.
#[test]
fn plan_holds_wherever_git_changes_bytes_on_their_way() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.write(".gitattributes", "*.md text eol=crlf ident\n");
    sandbox.write("notes/session-2025-01-02-notes.md", finished("notes") + "\n$Id$\n");
    sandbox.commit("notes");
    let again = |sandbox: &Sandbox| {
        std::fs::remove_file(sandbox.root().join("notes/session-2025-01-02-notes.md")).unwrap();
        sandbox.git(&["checkout", "-q", "--", "notes"]);
    };
    again(&sandbox);
    assert!(sandbox.read("notes/session-2025-01-02-notes.md").contains("$Id: "));
    plan(&sandbox, "Archive");
    sandbox.commit("plan");
    let checked = sandbox.xtask(["check", "--staged"]);
    assert!(!checked.contains("older than"), "{checked}");
    sandbox.write(".gitattributes", "*.md text eol=lf\n");
    again(&sandbox);
    assert!(!sandbox.read("notes/session-2025-01-02-notes.md").contains('\r'));
    let said = sandbox.xtask(["phase3", "--check"]);
    assert!(said.contains("archived   1 finished note"), "{said}");
}

/// A filter may keep what must not stand in git as it is: where a note goes there has to be the same one.
#[test]
fn what_passes_a_filter_stays_where_its_new_place_has_none() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.write(".gitattributes", "notes/session-*.md filter=crypt\n");
    sandbox.commit("notes");
    plan(&sandbox, "Archive");
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes"]), @"
    exit: 0
    -- stdout
    skipped  1 ticked item
             archive notes/session-2025-01-02-notes.md (line 33): git's filter `crypt` for `notes/session-2025-01-02-notes.md`, none for `notes/archive/session-2025-01-02-notes.md`: see .gitattributes
    next     plan again with `xtask consolidate plan`
    -- stderr
    ");
    sandbox.write(".gitattributes", "notes/**/*.md filter=crypt\n");
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(said.contains("archived   1 finished note"), "{said}");
}

/// A filter makes every file that was touched look changed to who does not run it.
#[test]
fn commit_takes_files_that_only_a_filter_changes() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.git(&["config", "filter.loud.clean", "tr A-Z a-z"]);
    sandbox.git(&["config", "filter.loud.smudge", "tr a-z A-Z"]);
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    sandbox.write(".gitattributes", "*.txt filter=loud\n");
    sandbox.write("todo.txt", "SEE notes/session-2025-01-02-notes.md\n".to_lowercase());
    sandbox.commit("notes");
    sandbox.write("todo.txt", "SEE notes/session-2025-01-02-notes.md\n");
    assert_eq!(sandbox.git(&["--no-optional-locks", "status", "--porcelain"]), "");
    plan(&sandbox, "Archive");
    let said = sandbox.xtask(["phase3", "--yes", "--commit"]);
    assert!(said.contains("committed  "), "{said}");
    let stored = sandbox.git(&["show", "HEAD:todo.txt"]);
    assert_eq!(stored, "see notes/archive/session-2025-01-02-notes.md\n");
}

/// Names that are one file on some disks: the error tells the line, and the other name.
#[test]
fn targets_that_differ_in_case_alone_are_refused_with_their_line() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.write("notes/session-2025-01-03-notes.md", finished("other"));
    sandbox.write("docs/Lamp.md", "# Lamp\n\nIt burns.\n");
    plan(&sandbox, "Archive");
    let text = sandbox.read(PLAN);
    let items: Vec<(usize, &str)> =
        (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("- [x] Archive")).collect();
    let [(first, one), (second, two), ..] = items[..] else { panic!("two are proposed: {text}") };
    let to = |item: &str, target: &str| {
        let old = item.split('`').nth(3).expect("it has a target").to_owned();
        item.replacen(&format!("`{old}`"), &format!("`{target}`"), 1)
    };
    let beside = |other: &str, target: &str, why: &str| {
        format!("line {second}: `{other}` cannot stand beside the target of line {first}, `{target}`: {why}")
    };
    let cases = [
        (
            "docs/lamp.md",
            "docs/x.md",
            format!("line {first}: `docs/lamp.md` differs from `docs/Lamp.md` in case"),
        ),
        ("docs/x.md", "docs/X.md", beside("docs/X.md", "docs/x.md", "they differ in case alone")),
        ("docs/old/x.md", "docs/Old/y.md", beside("docs/Old/y.md", "docs/old/x.md", "they differ in case")),
        ("docs/x.md", "docs/x.md/y.md", beside("docs/x.md/y.md", "docs/x.md", "one is a folder where")),
    ];
    for (target, other, expected) in cases {
        sandbox.write(PLAN, text.replacen(one, &to(one, target), 1).replacen(two, &to(two, other), 1));
        let before = sandbox.state();
        let said = sandbox.xtask(["phase3", "--yes"]);
        assert!(said.starts_with("exit: 2") && said.contains(&expected), "{expected}: {said}");
        assert_eq!(sandbox.state(), before);
    }
}

#[test]
fn id_that_the_plan_does_not_have_is_no_mistake_of_a_line() {
    let sandbox = with_finished_notes(&["notes"]);
    plan(&sandbox, "Archive");
    let said = sandbox.xtask(["phase3", "--yes", "--only", "nothing"]);
    assert!(said.starts_with("exit: 2"), "{said}");
    assert!(said.contains("no item of the plan has the id `nothing`") && !said.contains("line 0"), "{said}");
}

/// A guide's list of sources names two of one name by the ends of their paths.
#[test]
fn what_a_guide_says_of_its_sources_is_no_mention_that_was_left() {
    let sandbox = Sandbox::init();
    write_pair(&sandbox, "notes");
    sandbox.commit("notes");
    plan(&sandbox, "Merge");
    let told = sandbox.json(["phase3", "--check"])["result"].clone();
    assert_eq!(told["items"][0]["action"], "merge", "{told}");
    assert_eq!(told["left"], serde_json::json!([]), "{told}");
}

/// A note that is archived stays a note, and goes where nothing else does.
#[test]
fn no_note_is_archived_where_it_would_be_something_else() {
    let sandbox = with_finished_notes(&["notes"]);
    sandbox.commit("notes");
    plan(&sandbox, "Archive");
    let text = sandbox.read(PLAN);
    let (number, item) =
        (1..).zip(text.lines()).find(|(_, line)| line.starts_with("- [x] Archive")).expect("it is proposed");
    let note = "notes/session-2025-01-02-notes.md";
    let other_ending = |target: &str| format!("`{target}` has another ending than `{note}`: name a target");
    let for_programs = |target: &str| format!("`{target}` is read by programs for its name or its folder");
    let cases = [
        (note, format!("`{note}` is where the note is now: name another target, or untick the item")),
        (".github/workflows/evil.yml", other_ending(".github/workflows/evil.yml")),
        (".gitattributes", other_ending(".gitattributes")),
        ("notes/archive/session", other_ending("notes/archive/session")),
        (".github/x.md", for_programs(".github/x.md")),
        ("docs/AGENTS.md", for_programs("docs/AGENTS.md")),
        (
            "notes/README.md",
            "the list of notes goes into `notes/README.md`, where this note would stand".to_owned(),
        ),
    ];
    for (target, expected) in cases {
        let other = item.replacen("`notes/archive/session-2025-01-02-notes.md`", &format!("`{target}`"), 1);
        sandbox.write(PLAN, text.replacen(item, &other, 1));
        let before = sandbox.state();
        let said = sandbox.xtask(["phase3", "--yes"]);
        assert!(said.starts_with("exit: 2"), "{target}: {said}");
        assert!(said.contains(&format!("line {number}: {expected}")), "{target}: {said}");
        assert!(said.contains("hint: "), "{target}: {said}");
        assert_eq!(sandbox.state(), before, "{target}");
    }
    let other = item.replacen("`notes/archive/session-2025-01-02-notes.md`", &format!("`{note}`"), 1);
    sandbox.write(PLAN, text.replacen(item, &other, 1));
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    assert!(!sandbox.read(PLAN).contains("~~Archive"), "nothing was done");
}
