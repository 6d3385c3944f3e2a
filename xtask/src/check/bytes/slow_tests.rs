//! Files whose lines or forms are so many that work done once for each pair of them would take hours.

use super::*;

/// A megabyte of it.
fn many(piece: &str) -> String {
    piece.repeat((1 << 20) / piece.len())
}

fn lines_of(text: &str) -> Vec<usize> {
    let faults = Secrets::new().find(text.as_bytes(), (true, true));
    faults.into_iter().filter_map(|fault| fault.line).collect()
}

#[test]
fn beginnings_of_secrets_on_one_line_are_passed_once() {
    let head = format!("-----{} PRIVATE KEY-----", "BEGIN");
    for piece in ["cio", "wilio ", "wilioSK", "SecretAccessKey", "PuTTY-User-Key-File-", ".atlasv1.", &head] {
        assert!(lines_of(&many(piece)).is_empty(), "{piece}");
    }
    let signs = "-".repeat(1 << 20);
    assert!(lines_of(&format!("{signs}{}", many(&head))).is_empty());
}

#[test]
fn lines_of_many_secrets_are_counted_once() {
    let line = format!("key = ghp_{}\n", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    let text = many(&line);
    assert_eq!(lines_of(&text), (1..=text.lines().count()).collect::<Vec<_>>());
}

#[test]
fn key_of_twilio_is_found_behind_its_name_and_before_it() {
    let key = format!("SK{}", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c");
    assert_eq!(lines_of(&format!("wilio\n{key} twilio TWILIO\n{key}\ntwilio: {key}")), [2, 4]);
}

#[test]
fn jobs_that_wait_in_a_row_are_followed_once() {
    let job = |number: usize, need: usize| {
        format!("  j{number}:\n    needs: [j{need}]\n    runs-on: x\n    steps:\n      - run: x\n")
    };
    let judge = |first: String| {
        let row: String = (1..15_000).map(|number| job(number, number - 1)).collect();
        let text = format!("on: push\njobs:\n{first}{row}");
        let faults = syntax(&".github/workflows/a.yml".into(), &Content::of(text.as_bytes()));
        faults.into_iter().map(|fault| (fault.line, fault.message)).collect::<Vec<_>>()
    };
    assert_eq!(judge(job(0, 0).replace("    needs: [j0]\n", "")), []);
    assert_eq!(judge(job(0, 2)), [(Some(4), "the job `j0` waits for itself".to_owned())]);
}

#[test]
fn dividing_lines_are_looked_for_in_what_was_before_once() {
    let merging = Options { merging: true, ..Options::default() };
    let (before, after) = ("x\n".repeat(200_000), "=======\n".repeat(200_000));
    let faults =
        conflict_markers(&"a.py".into(), &Content::of(after.as_bytes()), &[before.as_bytes()], merging);
    assert_eq!(faults.len(), 200_000);
}

#[test]
fn workflow_of_many_lines_inside_brackets_is_judged_to_its_end() {
    let branches = "'main',\n".repeat(14_000);
    let workflow = |end: &str| format!("on:\n  push:\n    branches: [\n{branches}]\njobs:\n  a:\n{end}");
    let judge = |text: &str| syntax(&".github/workflows/a.yml".into(), &Content::of(text.as_bytes()));
    assert_eq!(judge(&workflow("    runs-on: x\n    steps:\n      - run: x\n")), []);
    assert_eq!(judge(&workflow("    runs-on: [\n")).first().map(|fault| fault.check), Some(CheckId::Yaml));
}
