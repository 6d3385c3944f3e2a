//! Reports replace reports, and nothing else.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::sandbox::Sandbox;
use crate::change::{Written, write_report, write_result};

const REPORT: &[u8] = b"<!-- xtask:report kind=upstream schema=1 inputs=abc -->\nsame\n";

fn names(sandbox: &Sandbox) -> Vec<String> {
    let entries = fs::read_dir(sandbox.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_report_is_written_with_its_folders_and_not_again_when_equal() {
    let sandbox = Sandbox::new();
    let path = "notes/deep/report.md".into();
    assert_eq!(write_report(sandbox.repo(), &path, REPORT).unwrap(), Written::Written);
    assert_eq!(sandbox.read("notes/deep/report.md"), REPORT);
    let before = fs::metadata(sandbox.at("notes/deep/report.md")).unwrap();
    assert_eq!(write_report(sandbox.repo(), &path, REPORT).unwrap(), Written::Unchanged);
    let after = fs::metadata(sandbox.at("notes/deep/report.md")).unwrap();
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn a_newer_report_replaces_an_older_one_and_keeps_its_mode() {
    let sandbox = Sandbox::new();
    sandbox.write_mode("report.md", &[REPORT, b"more"].concat(), 0o640);
    write_report(sandbox.repo(), &"report.md".into(), REPORT).unwrap();
    assert_eq!(sandbox.read("report.md"), REPORT);
    assert_eq!(sandbox.mode("report.md"), 0o640);
    assert_eq!(names(&sandbox), [".git", "report.md"], "no temporary file is left");
}

#[test]
fn what_others_wrote_is_left_alone() {
    let sandbox = Sandbox::new();
    for foreign in
        [&b"# My own notes\n"[..], b"", b"\xff\xfe", b"text\n<!-- xtask:report kind=a inputs=b -->\n"]
    {
        sandbox.write("report.md", foreign);
        let error = format!("{:#}", write_report(sandbox.repo(), &"report.md".into(), REPORT).unwrap_err());
        assert!(error.contains("was not written by xtask"), "{error}");
        assert_eq!(sandbox.read("report.md"), foreign);
    }
}

#[test]
fn a_report_goes_neither_out_of_the_repository_nor_through_a_link() {
    let outside = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::new();
    sandbox.link("notes", outside.path().to_str().unwrap());
    sandbox.link("report.md", "other.md");
    for path in ["notes/report.md", "report.md", "../report.md", "/tmp/report.md", ".git/report.md", "a/../b"]
    {
        assert!(write_report(sandbox.repo(), &path.into(), REPORT).is_err(), "{path}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    assert!(!sandbox.at("other.md").exists());
}

#[test]
fn what_a_killed_process_left_lies_in_the_git_directory_and_is_used_up() {
    let sandbox = Sandbox::new();
    write_report(sandbox.repo(), &"report.md".into(), &[REPORT, b"x"].concat()).unwrap();
    let id = crate::change::ContentId::of(b"report.md");
    let temp = format!(".git/xtask/unfinished/.xtask-{}.tmp", &id.as_str()[..12]);
    sandbox.write(&temp, b"half a rep");
    write_report(sandbox.repo(), &"report.md".into(), REPORT).unwrap();
    assert_eq!(sandbox.read("report.md"), REPORT);
    assert!(!sandbox.at(temp).exists());
}

#[test]
fn writers_of_one_report_at_once_leave_a_whole_one() {
    let sandbox = Sandbox::new();
    let texts: Vec<Vec<u8>> = (0..4_u8).map(|n| [REPORT, &vec![b'a' + n; 100_000]].concat()).collect();
    std::thread::scope(|scope| {
        for text in &texts {
            let folder = sandbox.path();
            scope.spawn(move || {
                let repo = crate::repo::Repo::open(folder).unwrap();
                for _ in 0..5 {
                    // Being told that another one writes is an answer, too.
                    let _ = write_report(&repo, &"report.md".into(), text);
                }
            });
        }
    });
    assert!(texts.contains(&sandbox.read("report.md")));
    assert_eq!(names(&sandbox), [".git", "report.md"], "no temporary file is left");
}

#[test]
fn results_go_below_the_git_directory() {
    let sandbox = Sandbox::new();
    write_result(sandbox.repo(), "results/upstream.json", b"{}").unwrap();
    write_result(sandbox.repo(), "results/upstream.json", b"[]").unwrap();
    assert_eq!(sandbox.read(".git/xtask/results/upstream.json"), b"[]");
    assert!(write_result(sandbox.repo(), "change/lock", b"").is_err());
}
