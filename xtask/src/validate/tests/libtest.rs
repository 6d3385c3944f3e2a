//! What is read of the lines that `cargo test` prints.

use std::time::Duration;

use super::super::cargo_cases::{drafts, unbuilt, why_unbuilt};
use super::super::libtest::*;
use crate::process::Ending;

fn read(text: &str) -> CargoRun {
    let mut reader = Reader::new();
    text.lines().for_each(|line| reader.line(line));
    reader.finish(Ending::Code(0), None, Duration::ZERO, String::new())
}

const TWO: &str = "   Compiling x v0.1.0
     Running unittests src/lib.rs (target/debug/deps/x-1f)

running 3 tests
test a::one ... ok
test a::two - should panic ... FAILED
test three ... ignored, needs a disk

failures:

---- a::two stdout ----
thread 'a::two' panicked at src/lib.rs:14:9:
assertion `left == right` failed
  left: 1
 right: 2
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    a::two

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s

error: test failed, to rerun pass `--lib`
     Running tests/own_harness.rs (target/debug/deps/own-2)
   Doc-tests x

running 2 tests
test src/lib.rs - add (line 3) - compile fail ... ok
";

#[test]
fn blocks_stand_below_their_binary_with_names_outcomes_and_reasons() {
    let run = read(TWO);
    let block = &run.binaries[0].blocks[0];
    let names: Vec<&str> = block.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["a::one", "a::two", "three"]);
    assert_eq!(block.lines[2].reason.as_deref(), Some("needs a disk"));
    assert_eq!(block.tally, Some(Tally { passed: 1, failed: 1, ignored: 1, filtered: 2 }));
    assert!(run.binaries[0].failed && !run.binaries[1].failed);
    assert_eq!((run.binaries[1].blocks.len(), run.binaries[2].label.as_str()), (0, "Doc-tests x"));
}

#[test]
fn block_without_its_result_line_is_seen() {
    let run = read(TWO);
    let block = &run.binaries[2].blocks[0];
    assert_eq!((block.announced, block.lines.len(), block.is_complete()), (2, 1, false));
    assert_eq!(block.lines[0].name, "src/lib.rs - add (line 3)");
}

#[test]
fn tallies_and_runs_that_tests_print_hide_no_line_of_the_binary() {
    let tally =
        |n: u64| format!("test result: ok. {n} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
    let text = format!(
        "     Running tests/a.rs (t/a-1)\n\nrunning 3 tests\n{}\ntest a ... ok\ntest b ... ok\ntest c ... FAILED\n\n\
             failures:\n\n---- c stdout ----\nrunning 9 tests\n{}\nlast words\n\nfailures:\n    c\n\n{}\n",
        tally(99),
        tally(9),
        tally(3).replace("ok. 3 passed; 0", "FAILED. 2 passed; 1"),
    );
    let run = read(&text);
    let [block] = run.binaries[0].blocks.as_slice() else { panic!("{:?}", run.binaries[0].blocks) };
    assert_eq!((block.lines.len(), block.is_complete(), block.has_all_lines()), (3, true, true));
    assert_eq!(block.tally.map(|tally| (tally.passed, tally.failed)), Some((2, 1)));
    assert!(block.output["c"].contains("last words"), "{:?}", block.output);
}

#[test]
fn what_a_harness_of_its_own_prints_is_no_error_of_the_build() {
    let run = read("     Running tests/own.rs (t/own-1)\nerror: so it says\nerror[E0001]: and more\n");
    assert_eq!((run.errors.len(), run.binaries[0].blocks.len()), (0, 0));
}

#[test]
fn stray_output_of_a_test_hides_no_result() {
    let mut reader = Reader::of_binary(true);
    let text = "running 3 tests\nchild says hi test a ... ok\ntest b ... noise\nok\ntest c ... ";
    text.lines().for_each(|line| reader.line(line));
    let run = reader.finish(Ending::Code(0), None, Duration::ZERO, String::new());
    let block = &run.binaries[0].blocks[0];
    let names: Vec<&str> = block.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!((names, block.begun.as_deref()), (vec!["a", "b"], Some("c")));
}

#[test]
fn compiler_errors_are_kept_and_cargos_closing_lines_are_not() {
    let text = "error[E0425]: cannot find value `x`\n --> src/lib.rs:3:5\n  |\n\nerror: could not compile `a` (lib test) due to 1 previous error\n";
    let run = read(text);
    assert_eq!(run.errors.len(), 1);
    assert!(run.errors[0].contains("src/lib.rs:3:5"));
}

#[test]
fn build_script_that_fails_says_why_and_not_where_its_package_lies() {
    let text = "error: failed to run custom build command for `a v0.1.0 (/home/me/a)`\n\nCaused by:\n  process didn't exit \
        successfully: `/home/me/a/target/x` (exit status: 101)\n  --- stderr\n\n  thread 'main' (7) panicked at build.rs:1:13:\n  \
        no tool\n  note: run with `RUST_BACKTRACE=1`\nerror: command `/home/me/cargo metadata` failed with exit status: 101\n";
    let run = read(text);
    let told = |text: &str| {
        let drafts = unbuilt(&[], &read(text).errors);
        let raised = &drafts[0].raised[0];
        (drafts.len(), drafts[0].item.id.clone(), format!("{}: {}", raised.kind, raised.message))
    };
    let expected = |why: &str| (1, "build: a v0.1.0".to_owned(), format!("build script: {why}"));
    assert_eq!(told(text), expected("no tool"));
    assert_eq!(why_unbuilt(&[], &run.errors), "the build script of `a v0.1.0` failed: no tool");
    let printed = "error: failed to run custom build command for `a v0.1.0`\n\nCaused by:\n  --- stderr\n  cc is missing\n";
    assert_eq!(told(printed), expected("cc is missing"));
}

#[test]
fn panic_is_kept_behind_and_before_much_output() {
    let noise = "a line of what a test printed\n".repeat(2000);
    let panic = "thread 't' (7) panicked at src/lib.rs:3:1:\nit is so\n";
    let head = "     Running tests/a.rs (target/debug/deps/a-1)\n\nrunning 1 test\ntest t ... FAILED\n\nfailures:\n\n---- t stdout ----\n";
    for printed in [format!("{noise}{panic}"), format!("{panic}{noise}")] {
        let output = &read(&format!("{head}{printed}")).binaries[0].blocks[0].output["t"];
        assert!(output.contains("it is so") && output.len() < 20_000, "{}", output.len());
    }
}

#[test]
fn tests_that_end_in_another_order_make_the_same_cases() {
    let head = "     Running tests/a.rs (target/debug/deps/a-1)\n\nrunning 2 tests\n";
    let ids = |lines: &str| -> Vec<String> {
        drafts(&read(&format!("{head}{lines}"))).into_iter().map(|draft| draft.item.id).collect()
    };
    let (one, two) = ("test one ... FAILED\n", "test two ... FAILED\n");
    assert_eq!(ids(&format!("{two}{one}")), ids(&format!("{one}{two}")));
}

#[test]
fn end_of_a_binary_is_told_of_that_binary() {
    let text = "     Running tests/a.rs (target/debug/deps/a-1)\n\nrunning 1 test\nerror: test failed, to rerun pass `--test a`\n\nCaused by:\n  process didn't exit successfully: `/x/a-1` (signal: 11, SIGSEGV: invalid memory reference)\n";
    let run = read(text);
    let ended = run.binaries[0].ended.as_deref();
    assert_eq!(ended, Some("signal: 11, SIGSEGV: invalid memory reference"));
}

#[test]
fn beginning_of_a_run_that_a_test_prints_alone_hides_nothing() {
    let tally = "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
    let text = format!(
        "     Running tests/a.rs (t/a-1)\n\nrunning 3 tests\nrunning 7 tests\ntest a ... ok\ntest b ... ok\ntest c ... FAILED\n\n{tally}"
    );
    let run = read(&text);
    let [block] = run.binaries[0].blocks.as_slice() else { panic!("{:?}", run.binaries[0].blocks) };
    assert_eq!((block.lines.len(), block.is_complete(), block.is_unsure), (3, true, true));
    // A run that ends has lines of its own.
    let child = "running 1 test\ntest x ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
    let run = read(&text.replace("running 7 tests\n", child));
    let block = &run.binaries[0].blocks[0];
    let names: Vec<&str> = block.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!((names, block.is_unsure), (vec!["a", "b", "c"], false));
    // A binary that ends inside of one is not known by its lines.
    let run = read("     Running tests/a.rs (t/a-1)\n\nrunning 3 tests\nrunning 7 tests\ntest x ... ok\n");
    assert!(run.binaries[0].blocks[0].is_unsure);
}
