//! The command line as a stranger meets it.

use crate::sandbox::Sandbox;

#[test]
fn help_names_every_command() {
    insta::assert_snapshot!(Sandbox::empty().xtask(["--help"]), @"
    exit: 0
    -- stdout
    Keep a repository in order: notes, fork, tests.

    Works offline, guesses nothing: every figure in a report can be traced to a file and line, or to a
    commit.

    Usage: xtask [OPTIONS] <COMMAND>

    Commands:
      phase2       Analyse notes, fork and tests in parallel; write one report each
      phase3       Carry out the ticked items of the consolidation plan
      phase4       Set up hooks, workflows and CONTRIBUTING.md: the same as `setup`
      phase5       Validate that all changes work together and nothing got worse since phase 2
      all          Run phases 2 to 5 in order, asking before files change
      check        Tell what is broken, in a moment: links, imports, scripts that moved; runs nothing,
                   writes nothing
      consolidate  Find notes that overlap, contradict or went stale
      upstream     Tell where a fork stands against its upstream
      validate     Run the tests and tell whether everything still works
      setup        Install hooks, write workflows, keep a section of CONTRIBUTING.md
      hook         Judge a commit, its message or a push, as a hook of git
      undo         Take an applied change set back
      report       Draw what phase 2 found as one page to look at
      schema       Print the JSON Schema of what `--format json` prints
      init         Write a commented xtask.toml with what was found here
      demo         Build the sample repository and run phase 2 on it
      completions  Print a completion script for a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
          --repo <DIR>
              Work on the repository around DIR instead of the current folder

          --config <FILE>
              Read FILE instead of xtask.toml at the repository's root

          --format <FORMAT>
              Print the result in this form; `json` writes no report file

              Possible values:
              - text: Lines for people
              - json: One JSON object for programs
              
              [default: text]

      -q, --quiet
              Say nothing about the run, only the result

      -v, --verbose
              Say more about the run

          --color <WHEN>
              Colour the output; `auto` heeds NO_COLOR and terminals

              Possible values:
              - auto:   On a terminal
              - always: Also into pipes
              - never:  Never
              
              [default: auto]

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Exit codes: 0 clean, applied or nothing to do; 1 findings that a gate forbids, or pending edits
    under --check;
    2 the work could not be done; 130 interrupted.
    -- stderr
    ");
}

#[test]
fn folder_without_a_repository_is_an_error_with_its_cause() {
    insta::assert_snapshot!(Sandbox::empty().xtask(["phase2"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot run phase 2
      cause: open the repository at `[REPO]`
      cause: not a git repository (or any of the parent directories): .git
    hint: run it inside a repository, or name one with `--repo DIR`
    ");
}

#[test]
fn unknown_command_exits_2() {
    let output = Sandbox::init().output(["phase9"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn mistake_in_the_settings_is_shown_with_its_place() {
    let sandbox = Sandbox::init();
    sandbox.write("xtask.toml", "[upstream]\nupstrem = \"x\"\n");
    insta::assert_snapshot!(sandbox.xtask(["upstream"]), @r#"
    exit: 2
    -- stdout

    -- stderr
    error: cannot analyse the upstream
      cause: `xtask.toml`: TOML parse error at line 2, column 1
      |
    2 | upstrem = "x"
      | ^^^^^^^
    unknown field `upstrem`, expected one of `upstream`, `report`, `areas`
    "#);
}

#[test]
fn init_writes_what_was_found_and_never_overwrites() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    insta::assert_snapshot!(sandbox.xtask(["init"]), @"
    exit: 0
    -- stdout
    wrote xtask.toml: every setting in it is a comment until you remove its `#`
    -- stderr
    ");
    insta::assert_snapshot!(sandbox.read("xtask.toml"), @r#"
    # Settings of `xtask`. Everything has a default that is found by looking; what stands here in
    # comments is what was found. Remove a `#` to fix a value.

    [consolidate]
    # include = ["*.md", "notes/**", "docs/**"]
    # exclude = []  # globs that are not read
    # keep = []     # globs that are read, but never proposed for a move
    # report = "notes/documentation_consolidation_plan.md"
    # archive_layout = "flat"    # or "topic", "year"; without it folders stay as they are
    # archive_mentions = "keep"  # or "rewrite": paths named in archived notes

    [upstream]
    # upstream = "upstream"
    # report = "notes/upstream_sync_analysis.md"
    # areas = {}    # parts of the fork's own work: audio = ["src/audio", "**/*codec*"]

    [validate]
    # report = "notes/test_suite_report.md"

    # [[validate.suite]]
    # name = "tests"
    # paths = ["tests"]
    # gating = true

    # [[validate.suite]]
    # name = "experiments"
    # paths = ["experiments/test_lag_estimate.py"]
    # gating = false

    [hook]
    # disable = []          # checks that are off; `xtask hook pre-commit --list` names them
    # exclude = []          # globs of files that no check judges
    # max_kib = 500         # how large a new file may be
    # markdown_breaks = false  # true: two blanks at the end of a Markdown line are a line break
    # notes = []            # folders in which new notes belong
    # subject_length = 72   # letters of a commit's subject, 0: any
    # conventional = false  # true: subjects have the form of conventional commits
    # push_tests = false    # true: the gating suites run before a push
    "#);
    insta::assert_snapshot!(sandbox.xtask(["init"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot write xtask.toml
      cause: there is an xtask.toml already
    ");
}

#[test]
fn undo_takes_back_what_init_wrote() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    let before = sandbox.state();
    sandbox.output(["init"]);
    insta::assert_snapshot!(sandbox.xtask(["undo", "--list"]), @"
    exit: 0
    -- stdout
       1  init: 1 edit, stands
    -- stderr
    ");
    insta::assert_snapshot!(sandbox.xtask(["undo", "--check"]), @"
    exit: 1
    -- stdout
    remove xtask.toml
    -- stderr
    ");
    insta::assert_snapshot!(sandbox.xtask(["undo"]), @"
    exit: 0
    -- stdout
    remove xtask.toml
    -- stderr
    ");
    assert_eq!(sandbox.state(), before);
    insta::assert_snapshot!(sandbox.xtask(["undo"]), @"
    exit: 0
    -- stdout
    nothing to do
    -- stderr
    ");
}

#[test]
fn completions_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let output = Sandbox::empty().output(["completions", shell]);
        assert!(
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("phase2"),
            "{shell}"
        );
    }
}

#[test]
fn command_works_from_a_folder_inside_and_by_repo_option() {
    let sandbox = Sandbox::from_fixture("tiny-ahead");
    let inside = sandbox.json(["upstream", "--repo", "."]);
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
    let root = sandbox.root();
    command.current_dir("/").args(["upstream", "--format", "json", "--repo"]).arg(&root);
    let outside: serde_json::Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(inside, outside);
}

#[test]
fn confidence_is_a_share() {
    for (text, code) in [("nan", 2), ("-1", 2), ("90", 2), ("1.0", 0), ("0", 0)] {
        let option = format!("--tick-above={text}");
        let output = Sandbox::from_fixture("tiny-notes").output(["consolidate", "plan", &option]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{text}: {told}");
        assert_eq!(told.contains("a share from 0 to 1 is wanted, such as 0.9"), code == 2, "{text}: {told}");
    }
}
