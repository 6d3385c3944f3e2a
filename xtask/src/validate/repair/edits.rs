//! From findings to edits of files, and whether the edits hold.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Imported;
use super::gather::Broken;
use crate::change::ChangeSet;
use crate::code::python::decode_source;
use crate::code::python::imports::{
    Confidence, Edit, Fix, Guard, Imports, MovedAnchor, Reason, Unresolved, fix_anchors, fix_file,
};
use crate::links::MovedPath;
use crate::repo::RepoPath;

/// Something that is not mended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Skipped {
    /// Its place: `path:line`.
    pub id: String,
    /// Why, in a phrase.
    pub why: String,
}

/// Files whose fix did not hold, and why.
pub(super) type Refused = BTreeMap<RepoPath, String>;

/// The files as they would be.
#[derive(Debug, Default)]
pub(super) struct Planned {
    pub(super) files: BTreeMap<RepoPath, File>,
    /// Findings whose edit could not be made: file, line, why.
    left: BTreeMap<(RepoPath, usize), String>,
}

#[derive(Debug)]
pub(super) struct File {
    before: Vec<u8>,
    pub(super) after: Vec<u8>,
}

/// Makes the edits of every file but the refused ones.
pub(super) fn plan(found: &Imported, sources: &BTreeMap<RepoPath, Broken>, refused: &Refused) -> Planned {
    let mut planned = Planned::default();
    let imports = &found.imports;
    for (path, broken) in sources.iter().filter(|(path, _)| !refused.contains_key(*path)) {
        let sure: Vec<&Unresolved> =
            imports.unresolved.iter().filter(|found| found.path == *path && is_sure(found)).collect();
        let anchors: Vec<&MovedAnchor> =
            imports.anchors.iter().filter(|anchor| anchor.path == *path).collect();
        let fix = match decode_source(&broken.bytes) {
            _ if sure.is_empty() && anchors.is_empty() => Fix::default(),
            Ok(source) => joined(fix_file(&source, &sure, &broken.kept), fix_anchors(&source, &anchors)),
            Err(why) => Fix { edits: Vec::new(), left: vec![(1, why)] },
        };
        let named = found.references.iter().filter(|named| named.path == *path && broken.rewrites_paths);
        let fix = joined(fix, Fix { edits: named.map(path_edit).collect(), left: Vec::new() });
        planned.left.extend(fix.left.into_iter().map(|(line, why)| ((path.clone(), line), why)));
        if !fix.edits.is_empty() {
            let after = spliced(&broken.bytes, &fix.edits);
            planned.files.insert(path.clone(), File { before: broken.bytes.clone(), after });
        }
    }
    planned
}

/// What is carried out unasked: what git recorded. Test data is nobody's import.
pub(super) fn is_sure(found: &Unresolved) -> bool {
    let sure = |confidence| matches!(confidence, Confidence::High | Confidence::Medium);
    found.guard != Some(Guard::TestData)
        && !may_be_foreign(found)
        && found.suggestion.as_ref().is_some_and(|suggestion| sure(suggestion.confidence))
}

/// Where a failed import is expected, one of a package that left the repository is meant as it stands: others may have
/// it installed.
fn may_be_foreign(found: &Unresolved) -> bool {
    found.reason == Reason::Gone && matches!(found.guard, Some(Guard::Try | Guard::Fallback))
}

fn path_edit(named: &MovedPath) -> Edit {
    Edit { range: named.range, text: named.new.clone().into_bytes() }
}

/// Two fixes of one file; where they touch, the second waits for another run.
fn joined(mut one: Fix, other: Fix) -> Fix {
    let touches =
        |edit: &Edit| one.edits.iter().any(|own| edit.range.0 < own.range.1 && own.range.0 < edit.range.1);
    if other.edits.iter().any(touches) {
        one.left.push((1, "two edits would touch: run it again after the first".to_owned()));
    } else {
        one.edits.extend(other.edits);
        one.edits.sort();
    }
    one.left.extend(other.left);
    one
}

fn spliced(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(&bytes[at..edit.range.0]);
        out.extend_from_slice(&edit.text);
        at = edit.range.1;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

/// Mends scripts that show only now that a move cut them off: what they import has been found again. True when one was.
pub(super) fn add_anchors(planned: &mut Planned, before: &Imports, after: &Imports) -> bool {
    let mut has_added = false;
    for (path, file) in &mut planned.files {
        let own = |anchor: &&MovedAnchor| anchor.path == *path;
        let shown: Vec<&MovedAnchor> = after.anchors.iter().filter(own).collect();
        if shown.is_empty() || before.anchors.iter().any(|anchor| own(&anchor)) {
            continue;
        }
        if let Ok(source) = decode_source(&file.after) {
            file.after = spliced(&file.after, &fix_anchors(&source, &shown).edits);
            has_added = true;
        }
    }
    has_added
}

/// The edited files whose edit does not hold: no longer Python, still broken where it was to be mended, or newly so.
pub(super) fn worse(before: &Imports, after: &Imports, planned: &Planned) -> Refused {
    let key = |found: &Unresolved| (found.path.clone(), found.statement_text());
    let old: BTreeSet<(RepoPath, String)> = before
        .unresolved
        .iter()
        .filter(|found| !(is_sure(found) && is_planned(found, planned)))
        .map(key)
        .collect();
    let mut worse = Refused::new();
    let mut refuse = |path: &RepoPath, why: String| {
        if planned.files.contains_key(path) {
            worse.insert(path.clone(), why);
        } else {
            // Whichever edit broke a file that none touches, it is one of these.
            let why = format!("{why} in `{path}`");
            worse.extend(planned.files.keys().map(|edited| (edited.clone(), why.clone())));
        }
    };
    for unparsed in after.unparsed.iter().filter(|unparsed| !before.unparsed.contains(unparsed)) {
        refuse(&unparsed.path, "the edit would leave what is no Python".to_owned());
    }
    for found in after.unresolved.iter().filter(|found| !old.contains(&key(found))) {
        refuse(&found.path, format!("the edit would leave `{}` broken", found.statement_text()));
    }
    // What an edit writes has to lead into the repository, not to something that may be installed.
    let outside = after.newly_outside(before);
    for found in before.unresolved.iter().filter(|found| is_sure(found) && is_planned(found, planned)) {
        let suggestion = found.suggestion.as_ref();
        if let Some(suggestion) = suggestion.filter(|suggestion| outside.contains(suggestion.module.as_str()))
        {
            refuse(&found.path, format!("the edit would leave `{}` outside the repository", suggestion.text));
        }
    }
    let is_left = |anchor: &&MovedAnchor| planned.left.contains_key(&(anchor.path.clone(), anchor.line));
    for anchor in after.anchors.iter().filter(|anchor| !is_left(anchor)) {
        if planned.files.contains_key(&anchor.path) {
            refuse(&anchor.path, "the script would still be cut off".to_owned());
        }
    }
    worse
}

fn is_planned(found: &Unresolved, planned: &Planned) -> bool {
    planned.files.contains_key(&found.path) && !planned.left.contains_key(&(found.path.clone(), found.line))
}

/// What stays broken, and why.
pub(super) fn skipped(imports: &Imports, planned: &Planned, refused: &Refused) -> Vec<Skipped> {
    let left = |path: &RepoPath, line: usize| {
        let of_edit = planned.left.get(&(path.clone(), line)).cloned();
        of_edit.or_else(|| refused.get(path).cloned())
    };
    let why = |found: &Unresolved| match &found.suggestion {
        None if found.guard.is_some() => None,
        None => Some("history does not tell what to write instead".to_owned()),
        Some(suggestion) if may_be_foreign(found) => {
            let top = found.module.split('.').next().unwrap_or_default();
            let text = &suggestion.text;
            Some(format!("others may have `{top}` installed: write `{text}` by hand if that is meant"))
        }
        Some(suggestion) if !is_sure(found) => {
            Some(format!("`{}` is only likely: write it by hand if it is meant", suggestion.text))
        }
        Some(_) => left(&found.path, found.line),
    };
    let told = imports.unresolved.iter().filter(|found| found.guard.is_none() || may_be_foreign(found));
    let imported = told
        .filter_map(|found| Some(Skipped { id: format!("{}:{}", found.path, found.line), why: why(found)? }));
    let anchored = imports.anchors.iter().filter_map(|anchor| {
        let why = left(&anchor.path, anchor.line)?;
        Some(Skipped { id: format!("{}:{}", anchor.path, anchor.line), why })
    });
    let skipped: BTreeSet<Skipped> = imported.chain(anchored).collect();
    skipped.into_iter().collect()
}

/// The edits as a change set.
pub(super) fn change_set(planned: &Planned) -> ChangeSet {
    let mut set = ChangeSet::new("validate imports --fix");
    for (path, file) in &planned.files {
        set.replace(path.clone(), &file.before, file.after.clone());
    }
    set
}
