//! Tests and imports that do not end.

use super::*;

#[test]
fn hang_with_a_grandchild_that_ignores_term_ends_at_the_tests_limit() {
    let text = r#"
import os, subprocess, sys
CHILD = "import os, signal, time; signal.signal(15, signal.SIG_IGN); open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
def test_a(): pass
def test_b(tmp_path_factory):
    subprocess.run([sys.executable, "-c", "import sys; " + CHILD, os.environ["PID_FILE"]])
def test_c(): pass
"#;
    let project = Project::new(&[("tests/test_hang.py", text)]);
    let pid_file = project.path().join("pid");
    let conftest = format!("import os\nos.environ['PID_FILE'] = {:?}\n", pid_file.display().to_string());
    fs::write(project.path().join("tests/conftest.py"), conftest).unwrap();
    let analysis = project.analyse(|suite| suite.test_timeout = Some(2));
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::TimedOut, End::Hung));
    assert_eq!(run.culprit.as_deref(), Some("tests/test_hang.py::test_b"));
    assert_eq!(counts(run), "collected 3, failed 1, passed 2");
    let id = fs::read_to_string(pid_file).unwrap();
    let alive = Call::new("/bin/sh", "/").args(["-c", "kill -0 \"$1\" 2>&1", "sh", &id]);
    assert!(!crate::process::run(&alive, &Cancel::default()).unwrap().success(), "process {id} is there");
}

#[test]
fn test_that_takes_the_signal_and_returns_is_the_one_that_hung() {
    let text = r#"
import signal, time
def stop(*_): raise RuntimeError
def test_a():
    signal.signal(signal.SIGTERM, stop)
    try: time.sleep(600)
    except RuntimeError: pass
def test_b(): time.sleep(1)
def test_c(): pass
"#;
    let project = Project::new(&[("tests/test_hang.py", text)]);
    let analysis = project.analyse(|suite| suite.test_timeout = Some(2));
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::TimedOut, End::Hung));
    assert_eq!(run.culprit.as_deref(), Some("tests/test_hang.py::test_a"));
    assert_eq!(counts(run), "collected 3, failed 1, passed 2");
}

#[test]
fn import_that_never_ends_is_left_out_and_the_rest_runs() {
    let project = Project::new(&[
        ("tests/test_a.py", "def test_a(): pass\n"),
        ("tests/test_b.py", "while True: pass\n"),
        ("tests/test_c.py", "def test_c(): pass\n"),
    ]);
    let analysis = project.analyse(|suite| suite.test_timeout = Some(2));
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::TimedOut, End::Hung));
    assert_eq!(run.culprit.as_deref(), Some("tests/test_b.py"));
    assert_eq!(counts(run), "collected 2, errors 1, passed 2");
}

#[test]
fn rust_binary_that_hangs_before_its_first_test_is_named_and_all_others_run_by_either_runner() {
    let hangs = "fn main() { loop { std::thread::park() } }\n";
    let manifest = "[package]\nname = \"seeded\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n\
        [[test]]\nname = \"hangs\"\nharness = false\n";
    let project = Project::new(&[
        ("Cargo.toml", manifest),
        ("src/lib.rs", "#[test] fn good() {}\n"),
        ("tests/hangs.rs", hangs),
        ("tests/later.rs", "#[test] fn bad() { panic!() }\n"),
        (".gitignore", "target\n"),
    ]);
    for runner in ["cargo-test", "cargo-nextest"] {
        let mut suite = suite_of("cargo", &[]);
        (suite.runner, suite.test_timeout) = (Some(runner.to_owned()), Some(3));
        let analysis =
            project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
        let run = &analysis.runs[0];
        assert_eq!((run.status, run.end), (Status::TimedOut, End::Hung), "{runner}");
        assert_eq!(run.culprit.as_deref(), Some("tests/hangs.rs"), "{runner}");
        assert_eq!(counts(run), "collected 3, failed 2, passed 1", "{runner}");
        let degraded = analysis.findings.iter().filter(|finding| finding.check == "degraded").count();
        assert_eq!((run.runner.as_str(), degraded), ("cargo-test", usize::from(runner == "cargo-nextest")));
    }
}
