//! `phase3`: the plan carried out.

use crate::sandbox::Sandbox;

const PLAN: &str = "notes/documentation_consolidation_plan.md";

/// The sample with its plan made and every item of `kinds` ticked.
fn planned(kinds: &[&str]) -> Sandbox {
    let sandbox = Sandbox::from_fixture("lab-fork");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let mut plan = sandbox.read(PLAN);
    for kind in kinds {
        plan = plan.replace(&format!("- [ ] {kind} "), &format!("- [x] {kind} "));
    }
    sandbox.write(PLAN, plan);
    sandbox
}

#[test]
fn finished_notes_are_archived_and_links_follow() {
    let sandbox = planned(&["Archive"]);
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes", "--only", "dd0c258e69ddf6de"]));
    assert!(!sandbox.root().join("notes/bath-protocol.md").exists());
    let guide = sandbox.read("notes/calibration-guide.md");
    assert!(guide.contains("](archive/bath-protocol.md#warm-up)"), "{guide}");
}

#[test]
fn default_branch_wants_a_yes_and_nothing_is_written_without() {
    let sandbox = planned(&["Archive"]);
    let before = sandbox.state();
    insta::assert_snapshot!(sandbox.xtask(["phase3"]));
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--check"]));
    assert!(sandbox.output(["phase3", "--dry-run"]).status.success());
    assert_eq!(sandbox.state(), before);
}

/// Runs a program on a terminal of its own and presses Ctrl-C once it asks.
const INTERRUPTED: &str = r#"
import os, pty, signal, sys
signal.alarm(60)
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while b"[y/N]" not in said:
    said += os.read(terminal, 4096)
os.write(terminal, b"\x03")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

#[test]
fn interrupt_at_the_question_ends_the_run_and_writes_nothing() {
    let sandbox = planned(&["Archive"]);
    let before = sandbox.state();
    let args = ["-c", INTERRUPTED, env!("CARGO_BIN_EXE_xtask"), "phase3"];
    let output = sandbox.command("python3").args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(sandbox.state(), before);
}

#[test]
fn applying_twice_changes_nothing_and_undo_brings_every_byte_back() {
    let sandbox = planned(&["Archive"]);
    let before = sandbox.state();
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    let applied = sandbox.state();
    assert_ne!(applied, before);
    assert!(sandbox.read(PLAN).contains("- [x] ~~Archive `notes/bath-protocol.md`"));
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes"]));
    assert_eq!(sandbox.state(), applied);
    assert!(sandbox.output(["undo"]).status.success());
    assert_eq!(sandbox.state(), before, "the plan's marks are taken back too");
}

#[test]
fn undo_names_what_changed_since_and_can_leave_it_alone() {
    let sandbox = planned(&[]);
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    let changed = "notes/archive/session-2025-02-19-drift.md";
    sandbox.write(changed, "Mine.\n");
    let before = sandbox.state();
    insta::assert_snapshot!(sandbox.xtask(["undo"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot undo
      cause: files are not as they were left: `notes/archive/session-2025-02-19-drift.md` changed since
    hint: `xtask undo --keep-changed` takes back the rest (8 of 9 edits) and leaves alone what changed; with `--dry-run` it only shows it
    ");
    assert_eq!(sandbox.output(["undo", "--check"]).status.code(), Some(2));
    assert_eq!(sandbox.state(), before);
    let said = sandbox.xtask(["undo", "--keep-changed"]);
    assert!(said.contains(&format!("left as it is: `{changed}` changed since")), "{said}");
    assert_eq!(sandbox.read(changed), "Mine.\n");
    assert!(sandbox.root().join("notes/session-2025-02-26-simulation.md").exists());
}

#[test]
fn what_was_done_is_not_proposed_again() {
    let sandbox = planned(&["Archive"]);
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    sandbox.commit("archive");
    let plan = sandbox.json(["consolidate", "plan"])["result"]["plan"].clone();
    for list in ["archive", "duplicates"] {
        let open: Vec<_> =
            plan[list].as_array().unwrap().iter().filter(|item| item["done"] == false).collect();
        let ticked: Vec<_> = open.iter().filter(|item| item["ticked"] == true).collect();
        assert!(ticked.is_empty(), "{list}: {ticked:?}");
        assert!(open.iter().all(|item| !item["path"].as_str().unwrap().contains("/archive/")), "{list}");
    }
}

/// Each edit of the plan by hand is wrong in one way; the error names the line and no file changes.
#[test]
fn a_wrong_plan_is_refused_with_its_line() {
    let line = "`notes/archive/bath-protocol.md`";
    let cases = [
        (line, "`../x.md`"),
        (line, "`.git/x.md`"),
        (line, "`notes`"),
        (line, "`notes/a%0Ab.md`"),
        (line, "`notes/todo.md`"),
        (line, "`notes/archive/todo.md`"),
        (line, "`notes/todo.md/x.md`"),
        (line, "`/etc/x.md`"),
        (line, "`linked/x.md`"),
        (line, "`Notes/archive/bath-protocol.md`"),
        ("- [x] Archive `notes/bath-protocol.md`", "<<<<<<< fork\n- [x] Archive `notes/bath-protocol.md`"),
        ("- [x] Archive `notes/bath-protocol.md`", "- [?] Archive `notes/bath-protocol.md`"),
        ("- [x] Archive `notes/bath-protocol.md`", "- [x] Bury `notes/bath-protocol.md`"),
        ("<!-- xtask:plan schema=1 -->\n", ""),
        ("<!-- xtask:plan schema=1 -->", "<<<<<<< fork\n======="),
        ("<!-- xtask:plan end -->", "<!-- xtask:plan end -->\n- [x] Archive `a.md` <!-- xtask:item id=1 -->"),
    ];
    let sandbox = planned(&["Archive"]);
    std::os::unix::fs::symlink("/tmp", sandbox.root().join("linked")).unwrap();
    let plan = sandbox.read(PLAN);
    let twice = plan.lines().find(|line| line.starts_with("- [x] Archive `notes/bath-protocol.md`")).unwrap();
    sandbox.write(PLAN, plan.replacen(twice, &format!("{twice}\n{twice}"), 1));
    let mut said = sandbox.xtask(["phase3", "--yes"]);
    for (old, new) in cases {
        assert!(plan.contains(old), "{old}");
        sandbox.write(PLAN, plan.replacen(old, new, 1));
        let before = sandbox.state();
        let output = sandbox.xtask(["phase3", "--yes"]);
        let is_cause = |line: &&str| line.contains("cause: ") && !line.contains("cause: read the plan");
        let cause = output.lines().filter(is_cause).collect::<String>();
        assert!(output.starts_with("exit: 2"), "{new}: {output}");
        said += &format!("{new:?}\n{cause}\n");
        assert_eq!(sandbox.state(), before, "{new}");
    }
    insta::assert_snapshot!(said);
}

#[test]
fn no_guide_stands_where_the_list_of_notes_goes() {
    let sandbox = planned(&["Merge"]);
    std::fs::remove_file(sandbox.root().join("notes/README.md")).unwrap();
    let plan = sandbox.read(PLAN);
    let item = plan.lines().find(|line| line.starts_with("- [x] Merge")).expect("one is proposed");
    let target = item.split('`').nth(1).expect("it has a target");
    let other = item.replacen(&format!("`{target}`"), "`notes/README.md`", 1);
    sandbox.write(PLAN, plan.replacen(item, &other, 1));
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(said.starts_with("exit: 2"), "{said}");
    assert!(
        said.contains("the list of notes goes into `notes/README.md`, where this guide would stand"),
        "{said}"
    );
}

/// A plan whose list was cut out, and a file that never was one: "nothing is ticked" would hide that.
#[test]
fn a_file_without_a_list_of_items_is_no_plan() {
    let sandbox = planned(&["Archive"]);
    let plan = sandbox.read(PLAN);
    let (before, rest) = plan.split_once("<!-- xtask:plan schema=1 -->").unwrap();
    let (_, after) = rest.split_once("<!-- xtask:plan end -->").unwrap();
    sandbox.write(PLAN, format!("{before}{after}"));
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot carry out the plan
      cause: read the plan in `notes/documentation_consolidation_plan.md`
      cause: it holds no plan: `<!-- xtask:plan schema=1 -->` is missing
    hint: make it anew with `xtask consolidate plan`, or name the plan with `--plan FILE`
    ");
    let of_another = sandbox.xtask(["phase3", "--yes", "--plan", "README.md"]);
    assert!(of_another.contains("read the plan in `README.md`"), "{of_another}");
    assert!(of_another.starts_with("exit: 2"), "{of_another}");
}

/// Line ends of both kinds, no final one, front matter, comments, headings, labels and footnotes of one name: each stands
/// once in the guide and means what it meant.
#[test]
fn sources_that_collide_in_every_way_make_one_guide() {
    let said = "The pump is started with the green button once the red valve is open and the lamp burns.";
    let note = |name: &str, number: u32, more: &str| {
        format!(
            "---\ntitle: {name}\ntags: [{name}]\n---\n# Pump {name}\n\n## Start\n\n{said}\n\n{more}See [r], noted[^1].\n\n\
             <!-- of {name} -->\n\n[r]: https://{name}.invalid\n\n[^1]: The note of {name}, {number}."
        )
    };
    let sandbox = Sandbox::init();
    let mixed = note("guide", 100, "").replace('\n', "\r\n").replacen("lamp burns.\r\n", "lamp burns.\n", 1);
    sandbox.write("notes/pump_guide.md", mixed);
    sandbox.write("notes/pump_manual.md", note("manual", 200, "## Start\n\nAgain, with 300 litres.\n\n"));
    sandbox.commit("notes");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    sandbox.write(PLAN, sandbox.read(PLAN).replace("- [ ] Merge ", "- [x] Merge "));
    let before = sandbox.state();
    let done = sandbox.json(["phase3", "--yes"])["result"].clone();
    assert_eq!(done["conserved"]["lost"], 0, "{done}");
    insta::assert_snapshot!(sandbox.read("notes/guides/pump.md"));
    assert!(sandbox.output(["undo"]).status.success());
    assert_eq!(sandbox.state(), before);
}

#[test]
fn a_note_that_changed_since_is_skipped_and_said() {
    let sandbox = planned(&["Archive"]);
    sandbox.write("notes/bath-protocol.md", "# New\n");
    let answer = sandbox.json(["phase3", "--yes"]);
    let skipped = answer["result"]["skipped"].as_array().unwrap();
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert_eq!(skipped[0]["why"], "`notes/bath-protocol.md` changed since the plan was made: plan again");
    assert_eq!(answer["result"]["applied"], true);
    assert_eq!(sandbox.read("notes/bath-protocol.md"), "# New\n");
}

#[test]
fn reports_of_days_that_agree_are_proposed_for_a_guide_but_not_ticked() {
    let days = |count: usize| -> String {
        let day = |day: usize| {
            format!(
                "## ✅ Completed on 2025-10-{day:02}\n\n- Fixed and tested pump {day}; the session ended at {day}:00.\n\n"
            )
        };
        (1..=count).map(day).collect()
    };
    for (count, ticked) in [(1, true), (12, false)] {
        let sandbox = Sandbox::init();
        let note = |how: &str| {
            format!("# Launch of pumps\n\n## Setup\n\nRun `make launch` {how}.\n\n{}", days(count))
        };
        sandbox.write("notes/launch_of_pumps.md", note("once"));
        sandbox.write("notes/launch_of_pumps_v2.md", note("twice"));
        sandbox.commit("notes");
        let plan = sandbox.json(["consolidate", "plan"]);
        let merge = &plan["result"]["plan"]["merges"][0];
        assert_eq!(merge["ticked"], ticked, "{count} days: {merge}");
        let why = merge["why"].as_str().unwrap();
        assert_eq!(why.contains("nearly all of it tells of days"), !ticked, "{why}");
    }
}

/// Everything that the plan proposes at once: guides, archive, duplicates.
const ALL: &[&str] = &["Merge", "Archive", "Remove"];

#[test]
fn all_items_at_once_lose_nothing_break_no_link_and_are_taken_back() {
    let sandbox = planned(ALL);
    let links = |sandbox: &Sandbox| {
        let plan = sandbox.json(["consolidate", "plan"]);
        plan["result"]["broken_links"].as_array().unwrap().len()
    };
    let (before, broken) = (sandbox.state(), links(&sandbox));
    let answer = sandbox.json(["phase3", "--yes"])["result"].clone();
    assert_eq!((&answer["applied"], &answer["conserved"]["lost"]), (&true.into(), &0.into()));
    assert!(answer["skipped"].as_array().unwrap().is_empty(), "{}", answer["skipped"]);
    let applied = sandbox.state();
    assert!(links(&sandbox) <= broken);
    assert_eq!(sandbox.json(["phase3", "--yes"])["result"]["applied"], false);
    assert_eq!(sandbox.state(), applied);
    let guide = sandbox.read("docs/guides/drift.md");
    assert!(guide.contains("](../../notes/archive/drift-method.md)"), "{guide}");
    assert!(sandbox.output(["undo"]).status.success());
    assert_eq!(sandbox.state(), before);
}

#[test]
fn nothing_that_was_merged_is_proposed_again() {
    let sandbox = planned(ALL);
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    sandbox.commit("consolidate");
    let plan = sandbox.json(["consolidate", "plan"])["result"]["plan"].clone();
    for merge in plan["merges"].as_array().unwrap().iter().filter(|merge| merge["done"] == false) {
        let sources = merge["sources"].as_array().unwrap();
        assert!(sources.iter().all(|path| !path.as_str().unwrap().contains("/archive/")), "{merge}");
    }
    let done = plan["merges"].as_array().unwrap().iter().filter(|merge| merge["done"] == true).count();
    assert_eq!(done, 2);
}

#[test]
fn a_guide_that_names_its_sources_is_not_told_to_name_what_moved() {
    let sandbox = planned(&["Merge"]);
    let told = sandbox.json(["phase3", "--check"])["result"].clone();
    assert!(told["items"].as_array().is_some_and(|items| !items.is_empty()));
    assert_eq!(told["left"].as_array().map(Vec::len), Some(0), "{}", told["left"]);
}

#[test]
fn a_branch_gets_one_commit_a_group_and_what_was_staged_stays_staged() {
    let sandbox = committing();
    sandbox.write("staged.txt", "mine\n");
    sandbox.git(&["add", "staged.txt"]);
    sandbox.write("untracked.txt", "mine\n");
    let output = sandbox.output(["phase3", "--branch", "consolidate"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(sandbox.git(&["log", "--format=%s", "main..consolidate"]));
    let told = sandbox.git(&["log", "--format=%b", "main..consolidate"]);
    let told: Vec<&str> = told.lines().filter(|line| line.starts_with("- ")).collect();
    let once: std::collections::BTreeSet<&str> = told.iter().copied().collect();
    assert_eq!(once.len(), told.len(), "each note is told once: {told:#?}");
    let status = sandbox.git(&["status", "--porcelain", "--untracked-files=all"]);
    assert_eq!(status, " M notes/documentation_consolidation_plan.md\nA  staged.txt\n?? untracked.txt\n");
    for path in ["notes/archive/bath-protocol.md", "notes/archive/field-log-2025-04-24.md"] {
        let commits = sandbox.git(&["log", "--follow", "--format=%h", "--", path]);
        assert!(commits.lines().count() > 1, "{path} has its history: {commits}");
    }
}

/// The sample with all items ticked, the plan committed, and somebody who commits.
fn committing() -> Sandbox {
    let sandbox = planned(ALL);
    sandbox.commit("plan");
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    sandbox
}

#[test]
fn commits_of_a_branch_end_where_a_plain_run_ends_and_one_undo_takes_all_back() {
    let (plain, sandbox) = (committing(), committing());
    let before = sandbox.files();
    assert!(plain.output(["phase3", "--yes"]).status.success());
    assert!(sandbox.output(["phase3", "--branch", "consolidate"]).status.success());
    assert_eq!(sandbox.files(), plain.files());
    let status = sandbox.git(&["status", "--porcelain", "--untracked-files=all"]);
    assert_eq!(
        status, " M notes/documentation_consolidation_plan.md\n",
        "commits hold all but the plan's marks"
    );
    for commit in sandbox.git(&["log", "--format=%h", "main..consolidate"]).lines() {
        sandbox.git(&["checkout", "-q", "-f", commit]);
        let check = sandbox.json(["check", "--base", "main"])["result"].clone();
        let is_new = |found: &&serde_json::Value| {
            found["level"] == "deny" && found["check"].as_str().unwrap().starts_with("broken-")
        };
        let broken: Vec<_> = check["findings"].as_array().unwrap().iter().filter(is_new).collect();
        assert!(broken.is_empty(), "{commit}: {broken:?}");
    }
    sandbox.git(&["checkout", "-q", "-f", "consolidate"]);
    assert!(sandbox.output(["undo"]).status.success());
    assert_eq!(sandbox.files(), before);
}

#[test]
fn what_cannot_be_committed_is_taken_back() {
    let sandbox = committing();
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    sandbox.git(&["config", "gpg.program", "false"]);
    let (before, index) = (sandbox.state(), sandbox.git(&["ls-files", "--stage"]));
    for flags in [["--branch", "consolidate"], ["--yes", "--commit"]] {
        let output = sandbox.output([&["phase3"][..], &flags].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("they were taken back, nothing was changed"), "{said}");
        assert_eq!(sandbox.state(), before, "{flags:?}");
        assert_eq!(sandbox.git(&["ls-files", "--stage"]), index);
        assert_eq!(sandbox.git(&["branch", "--list", "consolidate"]), "");
    }
}

#[test]
fn changes_of_the_user_are_never_committed_nor_staged_over() {
    let sandbox = planned(&["Archive"]);
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    let guide = sandbox.read("notes/calibration-guide.md");
    sandbox.write("notes/calibration-guide.md", format!("{guide}\nmine\n"));
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes", "--commit"]));
    sandbox.git(&["add", "notes/calibration-guide.md"]);
    sandbox.write("notes/calibration-guide.md", format!("{guide}\nmine\nand more\n"));
    let (before, index) = (sandbox.state(), sandbox.git(&["ls-files", "--stage"]));
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes", "--stage"]));
    assert_eq!(sandbox.state(), before);
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    assert_eq!(
        sandbox.git(&["ls-files", "--stage"]),
        index,
        "without a flag the index is as the user had it"
    );
}

#[test]
fn staging_takes_moves_and_links_and_nothing_else() {
    let sandbox = planned(&["Archive"]);
    sandbox.write("untracked.txt", "mine\n");
    assert!(sandbox.output(["phase3", "--yes", "--stage", "--only", "dd0c258e69ddf6de"]).status.success());
    insta::assert_snapshot!(sandbox.git(&["status", "--porcelain"]));
    assert!(sandbox.output(["undo"]).status.success());
    let staged = sandbox.git(&["diff", "--cached", "--name-only"]);
    assert_eq!(staged, "", "what is taken back is no longer staged");
}

#[test]
fn without_a_plan_it_says_how_to_make_one() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--yes"]));
    insta::assert_snapshot!(sandbox.xtask(["phase3", "--check", "--dry-run"]));
}

/// A repository with a finished note, and a list of notes whose headings name it.
fn with_linked_headings() -> Sandbox {
    let sandbox = Sandbox::init();
    let day = "# Pump rebuilt, 2025-01-02\n\nStatus: complete\n\n## Done\n\nThe pump was rebuilt and all tests pass.\n";
    let list = "# Notes\n\n- [the pump](#1-docspump_rebuilt_complete_2025-01-02md)\n\n\
                ## 1. docs/PUMP_REBUILT_COMPLETE_2025-01-02.md\n\nTells how the pump was rebuilt.\n";
    sandbox.write("docs/PUMP_REBUILT_COMPLETE_2025-01-02.md", day);
    sandbox.write("docs/list.md", list);
    sandbox.write("README.md", "# Top\n\n[see](docs/list.md#1-docspump_rebuilt_complete_2025-01-02md)\n");
    sandbox.commit("notes");
    sandbox
}

fn tick_all(sandbox: &Sandbox, report: &str) -> String {
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let plan = sandbox.read(report).replace("- [ ] ", "- [x] ");
    sandbox.write(report, &plan);
    plan
}

#[test]
fn links_follow_a_heading_that_names_what_moves() {
    let sandbox = with_linked_headings();
    tick_all(&sandbox, PLAN);
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(said.starts_with("exit: 0"), "{said}");
    let list = sandbox.read("docs/list.md");
    assert!(list.contains("## 1. docs/archive/PUMP_REBUILT_COMPLETE_2025-01-02.md"), "{list}");
    assert!(list.contains("(#1-docsarchivepump_rebuilt_complete_2025-01-02md)"), "{list}");
    let readme = sandbox.read("README.md");
    assert!(readme.contains("(docs/list.md#1-docsarchivepump_rebuilt_complete_2025-01-02md)"), "{readme}");
}

#[test]
fn what_would_go_where_git_ignores_it_is_skipped_and_said() {
    let sandbox = with_linked_headings();
    // Every place that the tool knows.
    sandbox.write(".gitignore", "docs/archive*/\ndocs/attic/\n");
    sandbox.commit("ignore");
    tick_all(&sandbox, PLAN);
    let before = sandbox.files();
    let said = sandbox.xtask(["phase3", "--yes"]);
    assert!(said.starts_with("exit: 0"), "{said}");
    assert!(said.contains("git ignores `docs/archive/PUMP_REBUILT_COMPLETE_2025-01-02.md`"), "{said}");
    assert_eq!(sandbox.files(), before);
}

#[test]
fn a_note_can_be_left_out_of_a_merge_by_hand() {
    let sandbox = planned(&[]);
    let plan = sandbox.read(PLAN);
    let merge = plan.lines().find(|line| line.contains("into `docs/guides/bath-protocol.md`")).unwrap();
    let id = merge.split("id=").nth(1).unwrap().split(' ').next().unwrap();
    let sources: Vec<&str> =
        merge.split("sources=").nth(1).unwrap().split(' ').next().unwrap().split(',').collect();
    let left_out = sources[1].split('@').next().unwrap();
    let ticked = merge.replacen("- [ ]", "- [x]", 1);
    sandbox.write(PLAN, plan.replacen(merge, &format!("{ticked}\n  - without: `{left_out}`"), 1));
    let note = sandbox.read(left_out);
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    assert!(sandbox.read(PLAN).contains(&format!("  - without: `{left_out}`")), "planning again keeps it");
    let said = sandbox.xtask(["phase3", "--yes", "--only", id]);
    assert!(said.starts_with("exit: 0"), "{said}");
    assert_eq!(sandbox.read(left_out), note);
    let kept = sources[0].split('@').next().unwrap();
    assert!(!sandbox.root().join(kept).exists(), "{said}");
}

#[test]
fn what_waits_to_be_committed_after_a_killed_run_is_said() {
    let sandbox = committing();
    // As after a kill between the edits and their commits.
    assert!(sandbox.output(["phase3", "--yes"]).status.success());
    let said = sandbox.xtask(["phase3", "--yes", "--commit"]);
    assert!(said.contains("that an earlier run changed wait to be committed"), "{said}");
    sandbox.commit("by hand");
    let said = sandbox.xtask(["phase3", "--yes", "--commit"]);
    assert!(!said.contains("wait to be committed"), "{said}");
}
