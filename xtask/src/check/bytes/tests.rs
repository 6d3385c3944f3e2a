//! What each check finds, and what it leaves alone; cases are data.

use super::*;

fn found(faults: Vec<Fault>) -> Vec<(&'static str, usize)> {
    faults.into_iter().map(|fault| (fault.check.name(), fault.line.unwrap_or(0))).collect()
}

const NONE: &[(&str, usize)] = &[];

/// A path, what stands in it, and what is found: the check and the line.
type Case<'a, T> = (&'a str, &'a T, &'a [(&'a str, usize)]);

#[test]
fn blanks_and_ends_are_found_where_they_are() {
    let cases: &[Case<'_, [u8]>] = &[
        ("a.txt", b"", NONE),
        ("a.txt", b"one\ntwo\n", NONE),
        ("a.txt", b"one \ntwo\n", &[("trailing-blanks", 1)]),
        ("a.txt", b"one\ntwo\t\r\nthree\r\n", &[("trailing-blanks", 2)]),
        ("a.txt", b"one\r\ntwo\r\n", NONE),
        ("a.txt", b"one", &[("final-newline", 1)]),
        ("a.txt", b"one\ntwo ", &[("trailing-blanks", 2), ("final-newline", 2)]),
        ("a.txt", b"one\n\n", &[("final-newline", 2)]),
        ("a.txt", b"one\r\n\r\n\r\n", &[("final-newline", 2)]),
        ("a.txt", b"\n", &[("final-newline", 1)]),
        ("a.txt", b"one\n\x0c\ntwo\n", NONE),
        ("a.txt", b"old\rmac\r", NONE),
        ("a.txt", b"caf\xe9 \n", &[("trailing-blanks", 1)]),
        ("a.md", b"break  \nnext\n", &[("trailing-blanks", 1)]),
        ("a.patch", b" context\n \n-- \n2.40\n\n", NONE),
        ("a.tsv", b"a\t\n", NONE),
        ("a.bin", b"one \n\0two", NONE),
        ("a.pdf", b"%PDF-1.4 \nabc", NONE),
        ("a.txt", b"\xff\xfeo\0n\0e\0 \0\n\0", NONE),
    ];
    for (path, bytes, expected) in cases {
        let faults = blanks(&RepoPath::from(*path), &Content::of(bytes), Options::default());
        assert_eq!(found(faults), *expected, "{path} {}", bytes.escape_ascii());
    }
}

#[test]
fn fix_mends_what_is_found_and_nothing_else() {
    let cases: &[(&str, &[u8], &[u8])] = &[
        ("a.txt", b"one \r\n\ttwo\t", b"one\r\n\ttwo\r\n"),
        ("a.txt", b"one\n\n\n", b"one\n"),
        ("a.txt", b"one\n  \n", b"one\n"),
        ("a.txt", b"\n\n", b""),
        ("a.txt", b"caf\xe9 ", b"caf\xe9\n"),
        ("a.txt", b"fine\n", b"fine\n"),
        ("a.patch", b" \n", b" \n"),
        ("a.bin", b"\0 \n", b"\0 \n"),
    ];
    for (path, bytes, expected) in cases {
        let path = RepoPath::from(*path);
        let fixed = fix(&path, bytes, (true, true), Options::default());
        assert_eq!(fixed.escape_ascii().to_string(), expected.escape_ascii().to_string());
        assert_eq!(fix(&path, &fixed, (true, true), Options::default()), fixed, "twice is once");
        assert_eq!(found(blanks(&path, &Content::of(&fixed), Options::default())), NONE);
    }
    let breaks = Options { markdown_breaks: true, ..Options::default() };
    let kept = fix(&"a.md".into(), b"break  \nthree   \n", (true, true), breaks);
    assert_eq!(&*kept, b"break  \nthree\n");
}

#[test]
fn conflict_markers_are_found_outside_code_blocks() {
    let whole = "a\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> other\n";
    let diff3 = "<<<<<<< HEAD\none\n||||||| base\nzero\n=======\ntwo\n>>>>>>> other\n";
    let fenced = format!("```\n{whole}```\n");
    let after = format!("```\n```\n{whole}");
    let listing = format!("----\n{whole}----\n");
    let windows = whole.replace('\n', "\r\n");
    let cases: &[(&str, &str, &[usize])] = &[
        ("a.py", whole, &[2, 4, 6]),
        ("a.py", &windows, &[2, 4, 6]),
        ("a.py", diff3, &[1, 3, 5, 7]),
        ("a.md", whole, &[2, 4, 6]),
        ("a.md", &fenced, &[]),
        ("a.md", &after, &[4, 6, 8]),
        ("a.adoc", &listing, &[]),
        ("a.py", &fenced, &[3, 5, 7]),
        ("a.md", "Heading\n=======\n", &[]),
        ("a.rst", "=======\nHeading\n=======\n", &[]),
        ("a.py", "\"\"\"\nExample\n=======\n\"\"\"\n", &[]),
        ("a.py", "x\n>>>>>>> other\n", &[2]),
        ("a.py", "<<<<<<<\n", &[1]),
        ("a.txt", "<<<<<<<< eight\n>>>>>>>>\n <<<<<<< indented\n", &[]),
        ("a.md", "||||||| a | b |\n", &[]),
    ];
    for (path, text, expected) in cases {
        let content = Content::of(text.as_bytes());
        let faults = conflict_markers(&RepoPath::from(*path), &content, &[], Options::default());
        let lines: Vec<usize> = faults.iter().filter_map(|fault| fault.line).collect();
        assert_eq!(lines, *expected, "{path}\n{text}");
    }
}

#[test]
fn marker_in_a_code_block_is_left_over_where_the_file_held_a_conflict_and_no_parent_shows_it() {
    let text = "# A\n\n```sh\n<<<<<<< HEAD\nsix\n=======\ntwo\n>>>>>>> side\n```\n";
    let judge = |settled: bool, before: &[&[u8]]| {
        let options = Options { merging: settled, settled, ..Options::default() };
        found(conflict_markers(&"a.md".into(), &Content::of(text.as_bytes()), before, options))
    };
    let marker = |line| ("conflict-marker", line);
    assert_eq!(judge(true, &[b"# A\n\n```sh\nsix\n```\n"]), [marker(4), marker(6), marker(8)]);
    assert_eq!(judge(true, &[text.as_bytes()]), NONE, "a parent shows how a conflict looks");
    assert_eq!(judge(false, &[]), NONE);
}

#[test]
fn dividing_line_that_no_parent_has_is_found_when_a_merge_is_concluded() {
    let merging = Options { merging: true, ..Options::default() };
    let judge = |path: &str, before: &[&[u8]]| {
        let content = Content::of(b"one\n\n=======\ntwo\n");
        found(conflict_markers(&path.into(), &content, before, merging))
    };
    assert_eq!(judge("a.py", &[b"one\n"]), [("conflict-marker", 3)]);
    assert_eq!(judge("a.py", &[b"one\n", b"x\n=======\n"]), NONE);
    let heading = Content::of(b"Heading\n=======\n");
    assert_eq!(found(conflict_markers(&"a.md".into(), &heading, &[b""], merging)), NONE);
}

#[test]
fn markers_have_the_size_that_git_gives_the_file() {
    let judge = |size: usize, marker_size: usize| {
        let text = format!("{} a\nx\n{}\n{} b\n", "<".repeat(size), "=".repeat(size), ">".repeat(size));
        let options = Options { marker_size, ..Options::default() };
        found(conflict_markers(&"a.txt".into(), &Content::of(text.as_bytes()), &[], options)).len()
    };
    assert_eq!([judge(7, 7), judge(12, 12), judge(7, 12), judge(12, 7)], [3, 3, 0, 0]);
    assert_eq!(judge(7, usize::MAX), 0);
}

#[test]
fn syntax_is_judged_by_the_name() {
    let deep = format!("{}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let cases: &[Case<'_, str>] = &[
        ("a.toml", "a = 1\n[b]\nc = \"d\"\n", NONE),
        ("a.toml", "a = 1\nb = \n", &[("toml", 2)]),
        ("a.toml", "a = 1\na = 2\n", &[("toml", 2)]),
        ("a.toml", "\u{feff}a = 1\r\n", NONE),
        ("Cargo.lock", "x\n", &[("toml", 1)]),
        ("Pipfile.lock", "{\n", &[("json", 2)]),
        (".clang-format", "a: [\n", &[("yaml", 2)]),
        ("a.json", "{\"a\": [1, -2.5e3, true, null, \"\\u00e9\"]}\n", NONE),
        ("a.json", "{\"a\": 1,}\n", &[("json", 1)]),
        ("a.json", "// c\n{}\n", &[("json", 1)]),
        ("a.json", "{\n\"a\": 1,\n\"a\": 2}\n", &[("json", 3)]),
        ("a.json", "{\"a\": 1}\n{\"b\": 2}\n", &[("json", 2)]),
        ("a.json", "", &[("json", 1)]),
        ("a.json", "[NaN]\n", &[("json", 1)]),
        ("a.json", "[01]\n", &[("json", 1)]),
        ("a.json", "[\"\t\"]\n", &[("json", 1)]),
        ("a.json", &deep, NONE),
        ("tsconfig.base.json", "// c\n{\"a\": [1,], /* d */}\n", NONE),
        (".vscode/settings.json", "{\n// c\n}\n", NONE),
        ("a.jsonc", "{} // c\n", NONE),
        ("a.jsonc", "{ /* c \n}\n", &[("json", 1)]),
        ("a.ipynb", "{\n", &[("json", 2)]),
        ("a.ipynb", "[NaN, -Infinity, Infinity]\n", NONE),
        ("a.ipynb", "[Nan]\n", &[("json", 1)]),
        ("a.json", "[-Infinity]\n", &[("json", 1)]),
        ("asv.conf.json", "{\n// c\n}\n", NONE),
        ("web/app.tsconfig.json", "{\n// c\n}\n", NONE),
        ("Properties/launchSettings.json", "{\n// c\n}\n", NONE),
        ("common/config/rush/command-line.json", "/* c */ {}\n", NONE),
        ("config/rush.d/a.json", "/* c */ {}\n", &[("json", 1)]),
        ("package.json", "{\n// c\n}\n", &[("json", 2)]),
        ("a.yaml", "a: 1\nb:\n  - c\n  - {d: e}\n", NONE),
        ("a.yaml", "a: 1\n---\na: 2\n...\n", NONE),
        ("a.yaml", "a: !Ref b\nc: !!binary ZA==\n", NONE),
        ("a.yaml", "x: &a {b: 1}\ny:\n  <<: *a\n  <<: *a\n", NONE),
        ("a.yaml", "a: [1, 2\nb: }\n", &[("yaml", 2)]),
        ("a.yaml", "a: 1\nb: 2\na: 3\n", &[("yaml", 3)]),
        ("a.yaml", "1: a\n\"1\": b\n", NONE),
        ("a.yaml", "a: *nowhere\n", &[("yaml", 1)]),
        ("a.yaml", "a:\n\t- b\n", &[("yaml", 2)]),
        ("a.yaml", "a:\tb\nc: {d:\te}\n", NONE),
        ("templates/a.json", "{\"a\": {{ b }}}\n", NONE),
        ("templates/a.toml", "a = {{ b }}\n", NONE),
        ("templates/a.json", "{\"a\": }\n", &[("json", 1)]),
        ("src/a.json", "{\"a\": {{ b }}}\n", &[("json", 1)]),
        ("a.yaml", "on:\n  push:\n    branches: [\n      'main'\n    ]\n", NONE),
        ("a.yaml", "- a: {\n    b: [\"c\"\n  ]\n}\n- [\n'd',\ne\n]\n", NONE),
        ("a.yaml", "a: [\n  'b'\n]\nc: [\n  'd'\n]: e\n  f\n", &[("yaml", 6)]),
        ("a.yaml", "a:\n  b: [\n    'c'\n  ]\n  d: [\n    'e'\n  }\n", &[("yaml", 7)]),
        ("a.yaml", "a:\n  b: [\n    'c',\n  d,\n  e\n", &[("yaml", 4)]),
        ("a.yaml", "a: 'b \u{1b}'\n", &[("yaml", 1)]),
        ("a.yaml", "a: b\n# \u{7}\n", &[("yaml", 2)]),
        ("a.yaml", "a: 'b \u{7f}\u{9b}'\n", NONE),
        ("a.yaml", "", NONE),
        ("{{ name }}/a.json", "{{ x }}", NONE),
        ("a.txt", "{", NONE),
    ];
    for (path, text, expected) in cases {
        let faults = syntax(&RepoPath::from(*path), &Content::of(text.as_bytes()));
        assert_eq!(found(faults.clone()), *expected, "{path}\n{:.200} {faults:?}", text);
    }
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain("a: 1\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(found(syntax(&"a.yaml".into(), &Content::of(&wide))), NONE);
    assert_eq!(found(syntax(&"a.toml".into(), &Content::of(&wide))), [("toml", 1)]);
    assert_eq!(found(syntax(&"a.json".into(), &Content::of(&wide))), [("json", 1)]);
}

#[test]
fn workflow_needs_triggers_jobs_and_steps() {
    let good = "name: x\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.sha }}\n  b:\n    needs: [a]\n    uses: ./.github/workflows/c.yml\n";
    let cases: &[(String, &[usize])] = &[
        (good.to_owned(), &[]),
        (good.replace("on: push\n", "on:\n  push:\n    branches: [main]\n"), &[]),
        (good.replace("on: push\n", ""), &[1]),
        (good.replace("name: x\n", "names: x\n"), &[1]),
        (good.replace("    runs-on: ubuntu-24.04\n", ""), &[4]),
        (good.replace("[a]", "[a, z]"), &[9]),
        (good.replace("- run: echo", "- name: echo"), &[7]),
        (good.replace("github.sha }}", "github.sha }"), &[7]),
        ("on: push\njobs: {}\n".to_owned(), &[2]),
        ("- a\n".to_owned(), &[1]),
        (format!("{good}---\n{good}"), &[11]),
        (String::new(), &[1]),
    ];
    for (text, expected) in cases {
        let faults = syntax(&".github/workflows/a.yml".into(), &Content::of(text.as_bytes()));
        let lines: Vec<usize> = faults.iter().filter_map(|fault| fault.line).collect();
        assert_eq!(lines, *expected, "{text}\n{faults:?}");
        assert!(faults.iter().all(|fault| fault.check == CheckId::Workflow));
    }
    let elsewhere = syntax(&"workflows/a.yml".into(), &Content::of(b"- a\n"));
    assert_eq!(found(elsewhere), NONE);
}

#[test]
fn workflow_of_wrong_names_times_and_expressions_is_refused() {
    let with = |on: &str, job: &str, step: &str| {
        format!(
            "on: {on}\njobs:\n  a:\n    runs-on: x\n{job}    steps:\n      - run: echo\n{step}  b:\n    needs: A\n    \
             runs-on: x\n    steps: [{{run: x}}]\n"
        )
    };
    let on = |on: &str| with(on, "", "");
    let job = |job: &str| with("push", job, "");
    let step = |step: &str| with("push", "", step);
    let schedule = |cron: &str| on(&format!("{{schedule: [{{cron: '{cron}', timezone: Europe/Berlin}}]}}"));
    let value = |text: &str| step(&format!("        name: \"{text}\"\n"));
    let right = [
        on("[push, merge_group, image_version]"),
        on("{push: , workflow_dispatch: {inputs: {a: {description: 'like ${{ this }}'}}}}"),
        job("    if: ${{ !cancelled() }} && true\n    snapshot: y\n    cache-mode: read\n"),
        job(
            "    if: |\n      !contains(github.event.head_commit.message, 'it''s }}') &&\n      (1 <= -2.5e3 || needs.*.result[0] != 'x')\n",
        ),
        job("    if: true\n    needs: []\n"),
        step(
            "        background: true\n        id: b\n      - wait: b\n      - parallel: [{run: x, id: c}]\n",
        ),
        step(
            "        id: x\n      - uses: ./y\n        id: y\n        with: {a: '${{ FromJson(inputs.z)[0].k-v }}'}\n",
        ),
        schedule("*/15 0-5,9 1 JAN-mar 7"),
        job("    permissions: {contents: read, id-token: write, yet-unknown: none}\n"),
        job("    permissions: read-all\n"),
        value("${{ case(github.ref == 'a}}', format('{0}', env.B), steps['x'].outputs.*) }} $ {{ x }}"),
    ];
    for text in right {
        let faults = syntax(&".github/workflows/a.yml".into(), &Content::of(text.as_bytes()));
        assert_eq!(found(faults.clone()), NONE, "{text}\n{faults:?}");
    }
    let wrong: Vec<(String, usize, &str)> = vec![
        (job("    permissions: {content: read}\n"), 5, "there is no permission `content`, but `contents`"),
        (job("    permissions: {pull_requests: read}\n"), 5, "but `pull-requests`"),
        (job("    permissions: {contents: reed}\n"), 5, "not `reed`"),
        (on("[]"), 1, "`on` holds no event"),
        (on("{}"), 1, "`on` holds no event"),
        (on("[push, pull_requst]"), 1, "no event `pull_requst`"),
        (schedule("60 0 * * *"), 1, "the minute"),
        (schedule("0 24 * * *"), 1, "the hour"),
        (schedule("0 0 0 * *"), 1, "the day of the month"),
        (schedule("0 0 * JAM *"), 1, "the month"),
        (schedule("0 0 * * 8"), 1, "the day of the week"),
        (schedule("0 0 * *"), 1, "five fields"),
        (schedule("@daily"), 1, "five fields"),
        (job("    run-on: y\n"), 5, "a job has no key `run-on`"),
        (job("    needs: a\n"), 5, "the job `a` waits for itself"),
        (job("    needs: [b]\n"), 5, "the job `a` waits for itself"),
        (job("    needs: c\n"), 5, "needs `c`, which is no job"),
        (job("    if: foo()\n"), 5, "no function `foo()`"),
        (job("").replace("  a:", "  a b:"), 3, "`a b` cannot be the id of a job"),
        (step("        with-it: x\n"), 7, "a step has no key `with-it`"),
        (step("        id: x\n      - run: y\n        id: X\n"), 9, "another step"),
        (step("        uses: x\n"), 6, "both `uses` and `run`"),
        (step("        if: github.\n"), 7, "behind a dot"),
        (value("${{ github. }}"), 7, "behind a dot"),
        (value("${{ }}"), 7, "the expression is empty"),
        (value("${{ foo(1) }}"), 7, "no function `foo()`"),
        (value("${{ githb.sha }}"), 7, "no `githb`"),
        (value("${{ env.A == }}"), 7, "ends too early"),
        (value("${{ env.A = 'b' }}"), 7, "`=` is not expected"),
        (value("${{ contains(env.A, 'b' }}"), 7, "ends too early"),
        (value("${{ 'it's' }}"), 7, "is not"),
    ];
    for (text, line, message) in wrong {
        let faults = syntax(&".github/workflows/a.yml".into(), &Content::of(text.as_bytes()));
        let is_found = faults.iter().any(|fault| fault.line == Some(line) && fault.message.contains(message));
        assert!(is_found, "{message}\n{text}\n{faults:?}");
    }
}

#[test]
fn debug_statements_are_told_from_texts_about_them() {
    let cases: &[(&str, &str, &[usize])] = &[
        ("a.py", "x = 1\nbreakpoint()\nimport pdb; pdb.set_trace()\n", &[2, 3]),
        ("a.py", "# breakpoint()\n'''\nbreakpoint()\n'''\nx = 'import pdb'\n", &[]),
        ("a.py", "import pdb\n\n\ndef f(tool: pdb.Pdb): ...\n", &[]),
        ("a.py", "import pdb\nimport os, ipdb as i\nfrom pudb import set_trace\n", &[1, 2, 3]),
        ("a.py", "from pdb import Pdb\nfrom . import pdb\nfrom pdb_tools import set_trace\n", &[]),
        ("a.py", "import pdbx\nimport app.pdb\ndef f():\n    pdb.post_mortem()\n", &[4]),
        ("a.py", "if x: breakpoint()\nbreakpoint(header='x')\nbreakpoints(1)\n", &[1, 2]),
        ("a.py", "import pdbpp_config\nimport_pdb = 1\nself.breakpoint()\n", &[]),
        ("a.rs", "let x = dbg!(y);\n// dbg!(z)\nlet s = \"dbg!(a)\"; my_dbg!(b);\n", &[1]),
        ("a.js", "debugger;\nconst debuggerName = 1;\n// debugger;\nx = 'debugger;'\n", &[1]),
        ("a.ts", "  it.only('x', () => {});\n  visit.only(1);\n", &[1]),
        (
            "a.js",
            "x = {\n  debugger: 1,\n};\nif (x) { debugger }\ncase 1: debugger;\nfdescribe('x');\n",
            &[4, 5, 6],
        ),
        (
            "a.js",
            "if (x) debugger;\nelse debugger;\ndescribe.only.each([1])('x');\ncall(debuggers);\n",
            &[1, 2, 3],
        ),
        ("a.rb", "list.each { |y| binding.pry }\n", &[1]),
        ("a.php", "<?php\nif ($x) var_dump($x);\n", &[2]),
        ("a.rb", "  binding.pry\n# binding.pry\ndebugger = 1\n", &[1]),
        ("a.go", "runtime.Breakpoint()\n", &[1]),
        ("a.md", "breakpoint()\n", &[]),
    ];
    for (path, text, expected) in cases {
        let faults = debug_leftovers(&RepoPath::from(*path), &Content::of(text.as_bytes()));
        let lines: Vec<usize> = faults.iter().filter_map(|fault| fault.line).collect();
        assert_eq!(lines, *expected, "{path}\n{text}\n{faults:?}");
    }
}

#[test]
fn test_leftovers_are_told_by_name_and_form() {
    let left = |path: &str, bytes: &[u8]| test_leftover(&RepoPath::from(path), bytes).is_some();
    for path in [
        "a/__pycache__/b.cpython-313.pyc",
        ".pytest_cache/v/cache/lastfailed",
        ".coverage",
        ".coverage.host.123",
        "a.pyc",
        "src/snapshots/a.snap.new",
        "lcov.info",
    ] {
        assert!(left(path, b""), "{path}");
    }
    for path in [".coveragerc", "coverage.py", "src/coverage/mod.rs", "a.snap", "junit.rs", "pycache.md"] {
        assert!(!left(path, b""), "{path}");
    }
    assert!(left("out/TEST-all.xml", b"<?xml version=\"1.0\"?>\n<!-- x -->\n<testsuites>"));
    assert!(!left("out/TEST-all.xml", b"<?xml version=\"1.0\"?><project>"));
    assert!(!left("data.xml", b"<testsuites>"));
}

#[test]
fn excuse_needs_a_comment_and_a_reason() {
    let text = "x = 1  # xtask: allow(debug) shown in the talk\n\
                <!-- xtask: allow(broken-link, final-newline): made by the build -->\n\
                // xtask: allow(token)\n\
                write `xtask: allow(token) reason` in a comment\n";
    let found = excuses(&Content::of(text.as_bytes()));
    let excuse = |line, covers, checks: &[&str], reason: Option<&str>| Excuse {
        line,
        covers,
        checks: checks.iter().map(|&check| check.to_owned()).collect(),
        reason: reason.map(str::to_owned),
    };
    assert_eq!(
        found,
        [
            excuse(1, 1, &["debug"], Some("shown in the talk")),
            excuse(2, 3, &["broken-link", "final-newline"], Some("made by the build")),
            excuse(3, 4, &["token"], None),
        ]
    );
}
