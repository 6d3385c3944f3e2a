//! Lines that a Rust test prints itself and that look like libtest's: a test that runs `cargo test` has them.
//!
//! They betray themselves, because libtest says first how many tests there are and no test has two results. What is
//! true of such a binary is told by the list of its tests, which is asked for only then.

use std::collections::BTreeSet;

use super::libtest::{Binary, Block};

/// True when a binary has said more than it can, or less than its tally.
pub(super) fn is_suspect(binary: &Binary) -> bool {
    let mut seen = BTreeSet::new();
    let disagrees = |block: &Block| {
        let lines = block.lines.len() as u64;
        block.is_unsure
            || lines > block.announced
            || block.tally.is_some_and(|tally| tally.results() != lines)
    };
    // Documentation tests have no list.
    !binary.is_documentation()
        && (binary.blocks.len() > 1
            || binary.blocks.iter().any(disagrees)
            || binary.blocks.iter().flat_map(|block| &block.lines).any(|line| !seen.insert(&line.name)))
}

/// Keeps of a binary's lines the first of each test that it really has, and none where lines of a test speak against
/// each other. What has no line runs again, and where the tally speaks of fewer tests too, the binary did not end.
pub(super) fn keep_own(binary: &mut Binary, names: &[String]) {
    let known: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let mut blocks = std::mem::take(&mut binary.blocks).into_iter();
    let Some(mut own) = blocks.next() else { return };
    for block in blocks {
        own.lines.extend(block.lines);
        own.tally = block.tally.or(own.tally);
        for (name, text) in block.output {
            own.output.entry(name).or_insert(text);
        }
    }
    own.drop_torn();
    let mut seen = BTreeSet::new();
    own.lines.retain(|line| known.contains(line.name.as_str()) && seen.insert(line.name.clone()));
    own.output.retain(|name, _| known.contains(name.as_str()));
    own.announced = own.announced.min(names.len() as u64);
    if !own.has_all_lines() {
        own.tally = own.tally.filter(|tally| tally.results() == names.len() as u64);
    }
    binary.blocks = vec![own];
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::libtest::{Outcome, Reader};
    use super::*;
    use crate::process::Ending;

    fn read(text: &str) -> Binary {
        let mut reader = Reader::new();
        text.lines().for_each(|line| reader.line(line));
        let run = reader.finish(Ending::Code(0), None, Duration::ZERO, String::new());
        run.binaries.into_iter().next().unwrap()
    }

    fn told(binary: &Binary) -> Vec<(&str, Outcome)> {
        let lines = binary.blocks.iter().flat_map(|block| &block.lines);
        lines.map(|line| (line.name.as_str(), line.outcome)).collect()
    }

    const RUNNING: &str = "     Running tests/a.rs (target/debug/deps/a-1)\n\nrunning 2 tests\n";
    const END: &str = "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
    const BOTH: [(&str, Outcome); 2] = [("a", Outcome::Ok), ("b", Outcome::Ok)];

    #[test]
    fn plain_output_is_not_suspect() {
        assert!(!is_suspect(&read(&format!("{RUNNING}test a ... ok\ntest b ... ok\n\n{END}"))));
    }

    #[test]
    fn tests_of_a_child_are_not_the_binarys_own() {
        let child = "running 3 tests\ntest x ... FAILED\ntest a ... FAILED\ntest y ... ok\n\n\
            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let binary = read(&format!("{RUNNING}test a ... ok\n{child}test b ... ok\n\n{END}"));
        assert!(!is_suspect(&binary));
        assert_eq!(told(&binary), BOTH);
    }

    #[test]
    fn lines_that_speak_against_each_other_are_none() {
        let binary =
            format!("{RUNNING}running 9 tests\ntest b ... FAILED\ntest a ... ok\ntest b ... ok\n\n{END}");
        let mut binary = read(&binary);
        assert!(is_suspect(&binary));
        keep_own(&mut binary, &["a".to_owned(), "b".to_owned()]);
        assert_eq!(told(&binary), [BOTH[0]]);
    }

    #[test]
    fn lines_of_no_test_are_dropped_and_a_test_without_a_line_is_missed() {
        let noise = "test x ... FAILED\ntest x ... FAILED\n";
        let names = ["a".to_owned(), "b".to_owned()];
        let mut binary = read(&format!("{RUNNING}test a ... ok\n{noise}test b ... ok\n\n{END}"));
        assert!(is_suspect(&binary));
        keep_own(&mut binary, &names);
        assert_eq!(told(&binary), BOTH);
        assert!(binary.blocks[0].is_complete());
        let mut lost = read(&format!("{RUNNING}{noise}test b ... ok\n{END}"));
        keep_own(&mut lost, &names);
        assert!(!lost.blocks[0].has_all_lines(), "what is missing runs again");
        assert!(lost.blocks[0].is_complete(), "yet it ran to its end");
    }
}
