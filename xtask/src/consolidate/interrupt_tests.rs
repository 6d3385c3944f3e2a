//! Stopped at any moment: nothing is concluded from notes that were read in part.

#![allow(clippy::disallowed_methods, reason = "the test writes the files of its repository")]

use std::fs;

use super::{Options, run};
use crate::config::Depth;
use crate::process::{Cancel, Progress};
use crate::repo::Repo;
use crate::report::Outcome;

#[test]
fn plan_that_is_stopped_at_any_look_is_no_plan() {
    let note = |number: usize| {
        let text = format!(
            "# Pump {number}\n\n## Starting\n\nOpen the red valve fully, wait {number} seconds, see `src/p{number}.py`.\n\n\
             ## Stopping\n\nClose the red valve slowly and let the pump run dry until the lamp is dark.\n\n[next](n{}.md)\n",
            number + 1
        );
        (format!("notes/n{number}.md"), text)
    };
    let folder = tempfile::tempdir().unwrap();
    let library = git2::Repository::init(folder.path()).unwrap();
    fs::create_dir(folder.path().join("notes")).unwrap();
    for (path, text) in (0..20).map(note) {
        fs::write(folder.path().join(path), text).unwrap();
    }
    // With a commit the history is read, too.
    let mut index = library.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    let tree = library.find_tree(index.write_tree().unwrap()).unwrap();
    let writer = git2::Signature::new("A", "a@example.org", &git2::Time::new(1_700_000_000, 0)).unwrap();
    library.commit(Some("HEAD"), &writer, &writer, "notes", &tree, &[]).unwrap();
    let repo = Repo::open(folder.path()).unwrap();
    let options = Options { depth: Depth::Thorough, ..Options::default() };
    let run = |cancel: &Cancel| run(&repo, &options, &Progress::default(), cancel);
    let json = |outcome: &Outcome<super::Analysis>| serde_json::to_string(outcome).unwrap();
    let whole = json(&run(&Cancel::default()).unwrap());
    let mut stopped = 0;
    for looks in 0.. {
        match run(&Cancel::after_looks(looks)) {
            Err(error) => assert_eq!(format!("{error:#}"), "interrupted"),
            Ok(outcome) => {
                assert_eq!(json(&outcome), whole, "after {looks} looks");
                break;
            }
        }
        stopped += 1;
    }
    assert!(stopped > 100, "looked {stopped} times: the loops between do not look");
}
