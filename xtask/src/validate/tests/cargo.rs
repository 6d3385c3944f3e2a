use super::*;

const MANIFEST: &str = "[package]\nname = \"seeded\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";
const LIBRARY: &str = r#"
/// ```
/// assert_eq!(seeded::add(1, 2), 3);
/// ```
pub fn add(a: i32, b: i32) -> i32 { a + b }

#[cfg(test)]
mod tests {
    #[test]
    fn good() {}
    #[test]
    fn bad() { assert_eq!(super::add(1, 1), 3); }
    #[test]
    #[ignore = "needs a disk"]
    fn ignored() {}
    #[test]
    #[should_panic]
    fn panics() { panic!("as it should"); }
}
"#;

fn analyse(project: &Project) -> Analysis {
    let config = ValidateConfig { suite: vec![suite_of("cargo", &[])], ..ValidateConfig::default() };
    project.analyse_with(config)
}

#[test]
fn results_of_all_binaries_and_documentation_are_counted() {
    let project =
        Project::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", LIBRARY), (".gitignore", "target\n")]);
    let analysis = analyse(&project);
    let run = &analysis.runs[0];
    assert_eq!(
        (run.status, counts(run).as_str()),
        (Status::Failed, "collected 5, failed 1, passed 3, skipped 1")
    );
    let cause = &analysis.causes[0];
    assert_eq!(cause.frame, Some(Place { path: "src/lib.rs".to_owned(), line: 12 }));
    assert!(cause.message.starts_with("assertion `left == right` failed"), "{}", cause.message);
    assert_eq!(analysis.skips[0].reason, "needs a disk");
}

#[test]
fn binaries_that_end_in_a_test_name_it_and_all_others_still_run() {
    let exits = "#[test] fn a() {}\n#[test] fn b() { std::process::exit(0) }\n#[test] fn c() {}\n";
    // In the first process `e` waits for the abort of `d`: whether it ends before is otherwise a matter of chance.
    let aborts = "#[test] fn d() { std::process::abort() }\n#[test] fn e() {\n    \
         if !std::env::args().any(|arg| arg == \"e\") { loop { std::thread::park() } }\n    \
         assert!(false, \"bad\")\n}\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", ""),
        ("tests/aborts.rs", aborts),
        ("tests/exits.rs", exits),
        (".gitignore", "target\n"),
    ]);
    let analysis = analyse(&project);
    let run = &analysis.runs[0];
    assert_eq!(run.status, Status::Incomplete);
    assert_eq!(counts(run), "collected 5, failed 3, passed 2");
    assert_eq!(case(&analysis, "tests/exits.rs::b").outcome, CaseOutcome::Failed);
    let causes: Vec<(&str, &str)> =
        analysis.causes.iter().map(|cause| (cause.exception.as_str(), cause.cases[0].as_str())).collect();
    assert_eq!(
        causes,
        [("crash", "tests/aborts.rs::d"), ("panic", "tests/aborts.rs::e"), ("exit", "tests/exits.rs::b")]
    );
    assert_eq!(analysis.verdict, Verdict::Failed);
}

#[test]
fn test_that_hangs_is_named_and_binaries_after_it_run() {
    let hangs = "#[test] fn a() {}\n#[test] fn b() { loop { std::thread::park() } }\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "/// ```\n/// seeded::d();\n/// ```\npub fn d() {}\n"),
        ("tests/a_hangs.rs", hangs),
        ("tests/later.rs", "#[test] fn c() {}\n"),
        (".gitignore", "target\n"),
    ]);
    let mut suite = suite_of("cargo", &[]);
    suite.test_timeout = Some(3);
    let analysis = project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::TimedOut, End::Hung));
    assert_eq!(run.culprit.as_deref(), Some("tests/a_hangs.rs::b"));
    assert_eq!(counts(run), "collected 4, failed 1, passed 3", "the documentation test runs too");
}

#[test]
fn lines_that_a_test_prints_past_the_capture_make_no_test() {
    let noise = "#[test] fn a() {\n    use std::io::Write;\n    \
        let text = b\"\\nrunning 1 test\\ntest b ... FAILED\\ntest x ... FAILED\\n\\ntest result: FAILED. 0 passed; \
        1 failed; 0 ignored; 0 measured; 0 filtered out\\ntest y ... FAILED\\n\";\n    \
        std::io::stdout().write_all(text).unwrap();\n}\n#[test] fn b() {}\n";
    let project = Project::new(&[
        ("Cargo.toml", &format!("{MANIFEST}[[test]]\nname = \"own\"\nharness = false\n")),
        ("src/lib.rs", ""),
        ("tests/noise.rs", noise),
        ("tests/own.rs", "fn main() {}\n"),
        (".gitignore", "target\n"),
    ]);
    let analysis = analyse(&project);
    let run = &analysis.runs[0];
    assert_eq!((counts(run).as_str(), run.status), ("collected 3, passed 3", Status::Passed));
}

#[test]
fn beginnings_of_runs_that_tests_print_leave_no_test_without_a_result() {
    let say = "fn say(text: &str) { use std::io::Write; std::io::stdout().write_all(text.as_bytes()).unwrap() }\n\
        #[test] fn a() { say(\"\\nrunning 1 test\\ntest b ... FAILED\\n\") }\n#[test] fn b() {}\n\
        #[test] fn c() { say(\"\\nrunning 2 tests\\n\") }\n#[test] fn d() { panic!(\"d\") }\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", ""),
        ("tests/says.rs", say),
        (".gitignore", "target\n"),
    ]);
    let analysis = analyse(&project);
    assert_eq!(counts(&analysis.runs[0]), "collected 4, failed 1, passed 3");
    assert_eq!(case(&analysis, "tests/says.rs::d").attempts.len(), 3);
    assert_eq!(analysis.causes[0].message, "d");
}

#[test]
fn tests_that_do_not_build_name_the_error_and_its_place() {
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "pub fn f() {}\n"),
        ("tests/broken.rs", "use seeded::gone;\n#[test] fn a() {}\n"),
        (".gitignore", "target\n"),
    ]);
    let analysis = analyse(&project);
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::Failed, End::BuildFailed));
    assert_eq!(analysis.causes[0].frame, Some(Place { path: "tests/broken.rs".to_owned(), line: 1 }));
}

#[test]
fn message_of_a_failure_is_known_though_its_binary_was_aborted() {
    // libtest prints messages at its end, which an abort keeps from coming.
    let text = "#[test] fn a_fails() { assert!(false, \"seeded message\") }\n#[test] fn b_aborts() {\n    \
         // Alone in its process it ends at once; in company only after the other has failed.\n    \
         std::process::abort()\n}\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        (".cargo/config.toml", "[env]\nRUST_TEST_THREADS = \"1\"\n"),
        ("src/lib.rs", ""),
        ("tests/both.rs", text),
        (".gitignore", "target\n"),
    ]);
    let analysis = analyse(&project);
    assert_eq!(counts(&analysis.runs[0]), "collected 2, failed 2");
    let failed = analysis.causes.iter().find(|cause| cause.cases[0].ends_with("a_fails")).unwrap();
    assert_eq!((failed.message.as_str(), failed.frame.as_ref().unwrap().line), ("seeded message", 1));
}

#[test]
fn flaky_and_order_dependent_rust_tests_are_told_from_failing_ones() {
    let state = tempfile::tempdir().unwrap();
    let seen = state.path().join("seen").display().to_string();
    let text = format!(
        "use std::sync::atomic::{{AtomicBool, Ordering}};\nstatic SEEN: AtomicBool = AtomicBool::new(false);\n\
         #[test] fn a_pollutes() {{ SEEN.store(true, Ordering::SeqCst) }}\n\
         #[test] fn b_depends() {{ assert!(!SEEN.load(Ordering::SeqCst), \"polluted\") }}\n\
         #[test] fn c_flaky() {{\n    let there = std::path::Path::new({seen:?}).exists();\n    \
         std::fs::write({seen:?}, \"\").unwrap();\n    assert!(there, \"seeded flake\")\n}}\n\
         #[test] fn d_steady() {{ panic!(\"always\") }}\n"
    );
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        (".cargo/config.toml", "[env]\nRUST_TEST_THREADS = \"1\"\n"),
        ("src/lib.rs", ""),
        ("tests/unsteady.rs", &text),
        (".gitignore", "target\n"),
    ]);
    let analysis = analyse(&project);
    assert_eq!(counts(&analysis.runs[0]), "collected 4, failed 2, flaky 1, passed 1");
    let flaky: Vec<(&str, bool)> =
        analysis.flaky.iter().map(|flaky| (flaky.id.as_str(), flaky.order_dependent)).collect();
    assert_eq!(flaky, [("tests/unsteady.rs::b_depends", true), ("tests/unsteady.rs::c_flaky", false)]);
    assert_eq!(case(&analysis, "d_steady").attempts.len(), 4, "in order, twice alone, in order again");
}

#[test]
fn nextest_and_documentation_tests_are_one_suite_and_an_early_exit_is_seen() {
    let odd = "#[test] fn a_exits() { std::process::exit(0) }\n#[test] fn b_aborts() { std::process::abort() }\n\
         #[test] fn c_hangs() { loop { std::thread::park() } }\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", LIBRARY),
        ("tests/odd.rs", odd),
        (".config/nextest.toml", "[profile.default]\nfail-fast = true\n"),
        (".gitignore", "target\n"),
    ]);
    let mut suite = suite_of("cargo", &[]);
    suite.runner = Some("cargo-nextest".to_owned());
    suite.test_timeout = Some(2);
    let analysis = project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
    let run = &analysis.runs[0];
    assert_eq!(
        (run.runner.as_str(), run.status, run.end),
        ("cargo-nextest", Status::Incomplete, End::ExitedEarly)
    );
    assert_eq!(run.culprit.as_deref(), Some("seeded::odd::a_exits"));
    assert_eq!(counts(run), "collected 8, failed 4, passed 3, skipped 1");
    let frame = analysis.causes.iter().find(|cause| cause.exception == "panic").unwrap().frame.clone();
    assert_eq!(frame, Some(Place { path: "src/lib.rs".to_owned(), line: 12 }));
    assert_eq!(case(&analysis, "tests::bad").attempts.len(), 3);
    assert_eq!(analysis.verdict, Verdict::Failed);
}

#[test]
fn nextest_that_does_not_build_names_the_error() {
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "pub fn f() {}\n"),
        ("tests/broken.rs", "use seeded::gone;\n#[test] fn a() {}\n"),
        (".gitignore", "target\n"),
    ]);
    let mut suite = suite_of("cargo", &[]);
    suite.runner = Some("cargo-nextest".to_owned());
    let analysis = project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
    assert_eq!((analysis.runs[0].status, analysis.runs[0].end), (Status::Failed, End::BuildFailed));
    assert_eq!(counts(&analysis.runs[0]), "errors 1");
    assert_eq!(analysis.causes[0].frame, Some(Place { path: "tests/broken.rs".to_owned(), line: 1 }));
}

#[test]
fn base_tells_new_failures_of_rust_tests_from_old_ones() {
    let library = "#[test] fn old() { panic!(\"old\") }\n#[test] fn fresh() {}\n/// ```\n/// panic!();\n/// ```\npub fn f() {}\n";
    let project =
        Project::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", library), (".gitignore", "target\n")]);
    let changed = library
        .replace("fresh() {}", "fresh() {\n    panic!(\"new\")\n}\n#[test] fn added() { panic!(\"too\") }");
    fs::write(project.path().join("src/lib.rs"), changed).unwrap();
    let config = ValidateConfig { suite: vec![suite_of("cargo", &[])], ..ValidateConfig::default() };
    let options = Options { config, base: Some("HEAD".to_owned()), ..Options::default() };
    let analysis = project.analyse_by(options);
    let baseline = analysis.baseline.unwrap();
    let id = |name: &str| format!("unittests src/lib.rs::{name}");
    assert_eq!(baseline.new_failures, [id("added"), id("fresh")]);
    assert_eq!(baseline.still_failing, [id("old")]);
    let said = analysis.findings.iter().find(|finding| finding.check == "not-compared").unwrap();
    let expected = "1 failing test could not run at the other commit, and is called neither new nor old";
    assert_eq!(said.message, expected, "the line in a documentation test's name is another there");
}

#[test]
fn test_that_should_panic_and_documentation_tests_stand_where_they_are() {
    let library = "//! ```\n//! assert!(true);\n//! ```\n\n/// ```\n/// let x = 1;\n/// assert_eq!(x, 2);\n/// ```\npub fn f() {}\n\n\
        #[test]\n#[should_panic]\nfn quiet() {}\n";
    let project =
        Project::new(&[("Cargo.toml", MANIFEST), ("src/lib.rs", library), (".gitignore", "target\n")]);
    let analysis = analyse(&project);
    assert_eq!(counts(&analysis.runs[0]), "collected 3, failed 2, passed 1");
    let told: Vec<(&str, Option<usize>)> = analysis
        .causes
        .iter()
        .map(|cause| (cause.message.lines().next().unwrap(), cause.frame.as_ref().map(|place| place.line)))
        .collect();
    let expected =
        [("assertion `left == right` failed", Some(5)), ("test did not panic as expected", Some(13))];
    assert_eq!(told, expected);
}

#[test]
fn tests_of_two_packages_with_one_name_are_two_and_a_known_failure_excuses_its_own() {
    let member =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    let (alpha, beta) = (member("alpha"), member("beta"));
    let project = Project::new(&[
        ("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"alpha\", \"crates/beta\"]\n"),
        ("alpha/Cargo.toml", &alpha),
        ("alpha/src/lib.rs", "#[test]\nfn works() { panic!(\"known\") }\n"),
        ("crates/beta/Cargo.toml", &beta),
        ("crates/beta/src/lib.rs", "#[test]\nfn works() {}\n"),
        ("crates/beta/tests/it.rs", "#[test]\nfn it() {}\n"),
        (".gitignore", "target\nCargo.lock\n"),
    ]);
    let config = ValidateConfig {
        suite: vec![suite_of("cargo", &[])],
        known_failures: Some("known.json".to_owned()),
        ..ValidateConfig::default()
    };
    let save = Options { config: config.clone(), save_known: Some(Growth::Forbidden), ..Options::default() };
    let first = project.analyse_by(save);
    assert_eq!(case(&first, "unittests alpha/src/lib.rs::works").outcome, CaseOutcome::Failed);
    assert_eq!(case(&first, "unittests crates/beta/src/lib.rs::works").outcome, CaseOutcome::Passed);
    assert_eq!(case(&first, "it").id, "crates/beta/tests/it.rs::it");
    fs::write(project.path().join("known.json"), &first.known_list.unwrap().text).unwrap();
    fs::write(project.path().join("crates/beta/src/lib.rs"), "#[test]\nfn works() { panic!(\"new\") }\n")
        .unwrap();
    let second = project.analyse_with(config);
    assert_eq!(second.verdict, Verdict::Failed);
    assert_eq!(second.baseline.unwrap().new_failures, ["unittests crates/beta/src/lib.rs::works"]);
}

#[test]
fn harness_of_its_own_that_hangs_or_was_never_reached_does_not_pass() {
    let manifest = format!(
        "{MANIFEST}[[test]]\nname = \"m_hangs\"\nharness = false\n[[test]]\nname = \"z_fails\"\nharness = false\n"
    );
    let project = Project::new(&[
        ("Cargo.toml", &manifest),
        ("src/lib.rs", ""),
        ("tests/m_hangs.rs", "fn main() { loop { std::thread::park() } }\n"),
        ("tests/z_fails.rs", "fn main() { std::process::exit(7) }\n"),
        (".gitignore", "target\n"),
        (".cargo/config.toml", "[term]\nquiet = true\n"),
    ]);
    let suite = SuiteConfig { test_timeout: Some(3), ..suite_of("cargo", &[]) };
    let analysis = project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.culprit.as_deref()), (Status::TimedOut, Some("tests/m_hangs.rs")));
    assert_eq!(counts(run), "collected 2, failed 2");
    let messages: Vec<&str> = analysis.causes.iter().map(|cause| cause.message.as_str()).collect();
    assert_eq!(messages, ["nothing was printed until the time limit", "exit status: 7"]);
}

#[test]
fn nextest_that_cannot_list_a_binary_is_no_broken_build() {
    let manifest = format!("{MANIFEST}[[test]]\nname = \"own\"\nharness = false\n");
    let project = Project::new(&[
        ("Cargo.toml", &manifest),
        ("src/lib.rs", ""),
        ("tests/own.rs", "fn main() { println!(\"no list\") }\n"),
        (".gitignore", "target\n"),
    ]);
    let mut suite = suite_of("cargo", &[]);
    suite.runner = Some("cargo-nextest".to_owned());
    let analysis = project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::Incomplete, End::ExitedEarly));
    let why = run.why.as_ref().unwrap();
    assert!(why.contains("nextest could not list the tests: for `seeded::own`"), "{why}");
    assert_eq!(analysis.verdict, Verdict::Failed);
}

#[test]
fn lines_that_rust_tests_run_are_measured_where_the_tool_is_and_it_is_named_where_not() {
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "pub fn one() -> u8 {\n    1\n}\npub fn two() -> u8 {\n    2\n}\n"),
        ("tests/it.rs", "#[test]\nfn it() {\n    assert_eq!(seeded::one(), 1);\n}\n"),
        (".gitignore", "target\n"),
    ]);
    let config = ValidateConfig {
        suite: vec![suite_of("cargo", &[])],
        coverage: Some(crate::config::CoverageSetting::Auto),
        ..ValidateConfig::default()
    };
    let analysis = project.analyse_with(config);
    assert_eq!(
        (counts(&analysis.runs[0]).as_str(), analysis.verdict),
        ("collected 1, passed 1", Verdict::Passed)
    );
    if crate::process::find_program("cargo-llvm-cov").is_some() {
        let coverage = analysis.coverage.unwrap();
        let file = &coverage.files[0];
        assert_eq!((file.path.as_str(), file.missing.as_slice()), ("src/lib.rs", &[4, 5, 6][..]));
    } else {
        let hint = "cargo-llvm-cov is not installed: `cargo install cargo-llvm-cov --locked`";
        assert_eq!(analysis.coverage_hint.as_deref(), Some(hint));
    }
}

#[test]
fn moved_rust_files_are_told_with_what_their_tests_say() {
    let tests = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() { assert_eq!(super::one(), 2) }\n}\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "pub mod a;\n"),
        ("src/a.rs", &format!("pub fn one() -> u8 {{\n    1\n}}\n{tests}")),
        ("tests/it.rs", "#[test]\nfn it() {\n    assert_eq!(1, 1);\n}\n"),
        (".gitignore", "target\nCargo.lock\n"),
    ]);
    let at = |name: &str| project.path().join(name);
    fs::create_dir(at("src/b")).unwrap();
    fs::rename(at("src/a.rs"), at("src/b/a.rs")).unwrap();
    fs::rename(at("tests/it.rs"), at("tests/moved.rs")).unwrap();
    fs::write(at("src/lib.rs"), "pub mod b {\n    pub mod a;\n}\n").unwrap();
    project.commit();
    for runner in ["cargo-test", "cargo-nextest"] {
        let mut suite = suite_of("cargo", &[]);
        suite.runner = Some(runner.to_owned());
        let analysis =
            project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
        let told: Vec<_> = analysis
            .moved
            .iter()
            .map(|moved| (moved.from.as_str(), moved.path.as_str(), moved.imports_ok, moved.verdict.words()))
            .collect();
        let expected =
            [("tests/it.rs", "tests/moved.rs", true, "passed"), ("src/a.rs", "src/b/a.rs", true, "failed")];
        assert_eq!(told, expected, "{runner}");
    }
}
