//! Any source is verified; a rewritten import leaves a file that parses and asks for what was suggested.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use xtask::code::python::imports::{self, Confidence, Project, Suggestion};
use xtask::code::python::{calls, decode_source};
use xtask::repo::RepoPath;

fuzz_target!(|data: &[u8]| {
    let project = project(data);
    let mut found = imports::verify(&project);
    let _ = calls::verify(&project);
    let Ok(source) = decode_source(data) else { return };
    if !found.unparsed.is_empty() {
        return;
    }
    for import in &mut found.unresolved {
        import.suggestion = Some(Suggestion {
            text: String::new(),
            commit: None,
            confidence: Confidence::High,
            module: "lab.moved.place".to_owned(),
            name: import.name.clone(),
        });
    }
    let here: Vec<_> = found.unresolved.iter().collect();
    let fix = imports::fix_file(&source, &here, &BTreeSet::new());
    let mut out = data.to_vec();
    for edit in fix.edits.iter().rev() {
        out.splice(edit.range.0..edit.range.1, edit.text.iter().copied());
    }
    let again = imports::verify(&self::project(&out));
    assert!(again.unparsed.is_empty(), "no Python any more: {:?}", String::from_utf8_lossy(&out));
});

fn project(data: &[u8]) -> Project {
    let empty = decode_source(b"");
    let sources = vec![
        (RepoPath::from("lab/__init__.py"), empty.clone()),
        (RepoPath::from("lab/here.py"), decode_source(data)),
        (RepoPath::from("lab/moved/__init__.py"), empty.clone()),
        (RepoPath::from("lab/moved/place.py"), decode_source(b"def __getattr__(name): ...\n")),
    ];
    Project::of_sources(sources, Vec::new(), &[])
}
