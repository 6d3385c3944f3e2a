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
        ("src/lib.rs", ""),
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
    assert_eq!(counts(run), "collected 3, failed 1, passed 2");
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
