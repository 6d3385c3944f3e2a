use std::collections::BTreeSet;

use super::*;

const MANIFEST: &str = "[package]\nname = \"seeded\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";

/// The names of the tests of each cause.
fn groups(analysis: &Analysis) -> BTreeSet<Vec<&str>> {
    analysis.causes.iter().map(names).collect()
}

fn names(cause: &Cause) -> Vec<&str> {
    let mut names: Vec<&str> = cause.cases.iter().filter_map(|id| id.rsplit("::").next()).collect();
    names.sort_unstable();
    names
}

fn by(project: &Project, runner: &str, change: impl FnOnce(&mut SuiteConfig)) -> Analysis {
    let mut suite = suite_of("cargo", &[]);
    suite.runner = Some(runner.to_owned());
    change(&mut suite);
    project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() })
}

#[test]
fn rust_failures_have_the_same_causes_by_every_runner() {
    let library = "pub fn load(name: &str) -> Result<u32, String> { Err(format!(\"{} is down\", &name[..1])) }\n\
        pub fn boom(n: u32) { if n < 99 { panic!(\"boom {n}\") } }\n\
        #[cfg(test)]\nmod tests {\n    use super::*;\n    #[test] fn a1() { load(\"x\").unwrap(); }\n    \
        #[test] fn a2() { load(\"xy\").unwrap(); }\n    #[test] fn b1() { boom(1) }\n    #[test] fn b2() { boom(2) }\n    \
        #[test] fn b3() { std::thread::spawn(|| boom(3)).join().unwrap() }\n    #[test] fn c1() { assert_eq!(1 + 1, 3) }\n    \
        #[test] fn c2() { assert_eq!(1 + 1, 3) }\n    #[test] fn d1() -> Result<(), String> {\n        println!(\"d1\");\n        \
        Err(\"no luck\".into())\n    }\n    #[test] fn e1() { let v: Vec<u8> = Vec::new(); v.iter().next().unwrap(); }\n}\n";
    let more = "use seeded::{boom, load};\n#[test] fn a3() { load(\"xyz\").unwrap(); }\n#[test] fn b4() { boom(4) }\n\
        #[test] fn c3() { assert_eq!(1 + 1, 3) }\n#[test] fn d2() -> Result<(), String> {\n    println!(\"d2\");\n    \
        Err(\"no luck\".into())\n}\n#[test] fn f1() { std::process::abort() }\n#[test] fn f2() {\n    \
        struct D;\n    impl Drop for D { fn drop(&mut self) { panic!(\"drop\") } }\n    let _d = D;\n    panic!(\"body\")\n}\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", library),
        ("tests/more.rs", more),
        (".config/nextest.toml", "[profile.ci.junit]\npath = \"junit.xml\"\n"),
        (".gitignore", "target\n"),
    ]);
    let expected: BTreeSet<Vec<&str>> = [
        &["a1", "a2", "a3"][..],
        &["b1", "b2", "b3", "b4"],
        &["c1"],
        &["c2"],
        &["c3"],
        &["d1", "d2"],
        &["e1"],
        &["f1"],
        &["f2"],
    ]
    .map(<[&str]>::to_vec)
    .into();
    let junit = "cargo nextest run --profile ci --no-fail-fast";
    for (runner, place) in [("cargo-test", None), ("cargo-nextest", None), (junit, Some("target/nextest/ci"))]
    {
        let analysis = by(&project, runner, |suite| suite.junit = place.map(str::to_owned));
        let is_alone = |cause: &&Cause| cause.exception == "crash";
        if place.is_none() {
            assert_eq!(groups(&analysis), expected, "{runner}");
            assert_eq!(analysis.causes.iter().filter(is_alone).count(), 2, "{runner}");
        } else {
            // Its writer's word of crashes is all that is known.
            assert!(
                expected
                    .iter()
                    .filter(|group| !group[0].starts_with('f'))
                    .all(|group| groups(&analysis).contains(group))
            );
        }
        let place = |end: &str| case(&analysis, end).path.clone().zip(case(&analysis, end).line);
        assert_eq!(
            place("::b1"),
            Some(("src/lib.rs".to_owned(), 8)),
            "{runner}: the test's, not the panic's"
        );
        assert_eq!(place("::d2"), Some(("tests/more.rs".to_owned(), 5)), "{runner}");
    }
}

#[test]
fn each_target_that_does_not_build_is_told_with_its_first_error() {
    let gone = "use seeded::gone;\n#[test] fn a() {}\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", "pub fn f() {}\n"),
        ("tests/a.rs", gone),
        ("tests/b.rs", gone),
        ("tests/c.rs", "mod common;\n#[test] fn a() {}\n"),
        ("tests/d.rs", "mod common;\n#[test] fn a() {}\n"),
        ("tests/good.rs", "#[test] fn a() {}\n"),
        ("tests/common/mod.rs", "pub fn f() -> u32 { \"\" }\n"),
        ("examples/e.rs", "fn main() { x }\n"),
        (".gitignore", "target\n"),
    ]);
    for runner in ["cargo-test", "cargo-nextest"] {
        let analysis = by(&project, runner, |_| {});
        let run = &analysis.runs[0];
        assert_eq!((run.end, counts(run).as_str()), (End::BuildFailed, "errors 5"), "{runner}");
        let why = "the tests do not build: error[E0425]: cannot find value `x` in this scope (`examples/e.rs`); \
            4 more targets do not build";
        assert_eq!(run.why.as_deref(), Some(why));
        let causes: Vec<Vec<&str>> =
            analysis.causes.iter().map(|cause| cause.cases.iter().map(String::as_str).collect()).collect();
        let expected: [&[&str]; 3] = [
            &["build: tests/a.rs", "build: tests/b.rs"],
            &["build: tests/c.rs", "build: tests/d.rs"],
            &["build: examples/e.rs"],
        ];
        assert_eq!(causes, expected, "{runner}");
        assert_eq!(analysis.causes[1].frame, Some(Place { path: "tests/common/mod.rs".to_owned(), line: 1 }));
    }
}

#[test]
fn documentation_test_that_hangs_is_named_and_those_after_it_run() {
    let library = "/// ```\n/// seeded::a();\n/// ```\npub fn a() {}\n/// ```\n/// loop { std::thread::park() }\n/// ```\n\
        pub fn b() {}\n/// ```\n/// assert_eq!(1, 2);\n/// ```\npub fn c() {}\n";
    let project = Project::new(&[
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", library),
        (".cargo/config.toml", "[env]\nRUST_TEST_THREADS = \"1\"\n"),
        (".config/nextest.toml", ""),
        (".gitignore", "target\n"),
    ]);
    for runner in ["cargo-test", "cargo-nextest"] {
        let analysis = by(&project, runner, |suite| suite.test_timeout = Some(3));
        let run = &analysis.runs[0];
        assert_eq!((run.status, run.end), (Status::TimedOut, End::Hung), "{runner}");
        assert_eq!(run.culprit.as_deref(), Some("Doc-tests seeded::src/lib.rs - b (line 5)"), "{runner}");
        assert_eq!(counts(run), "collected 3, failed 2, passed 1", "{runner}");
    }
}

#[test]
fn documentation_tests_of_two_libraries_that_hang_are_two_and_why_others_failed_is_known() {
    let library = "/// ```\n/// assert_eq!(1, 2);\n/// ```\npub fn a() {}\n/// ```\n/// loop { std::thread::park() }\n\
        /// ```\npub fn b() {}\n";
    let manifests = ["a-b", "c"].map(|name| MANIFEST.replace("seeded", name).replace("[workspace]\n", ""));
    let project = Project::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"c\"]\nresolver = \"2\"\n"),
        ("a/Cargo.toml", &manifests[0]),
        ("a/src/lib.rs", library),
        ("c/Cargo.toml", &manifests[1]),
        ("c/src/lib.rs", library),
        (".gitignore", "target\n"),
    ]);
    let analysis = by(&project, "cargo-test", |suite| suite.test_timeout = Some(3));
    assert_eq!(counts(&analysis.runs[0]), "collected 4, failed 4");
    let told: BTreeSet<(&str, Option<usize>)> = analysis
        .causes
        .iter()
        .map(|cause| (cause.exception.as_str(), cause.frame.as_ref().map(|frame| frame.line)))
        .collect();
    assert_eq!(told, BTreeSet::from([("panic", Some(1)), ("time limit", Some(5))]));
    assert_eq!(analysis.causes.len(), 4);
}
