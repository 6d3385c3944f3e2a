//! Reads the notes themselves, several at once.

use std::borrow::Cow;

use anyhow::{Context, Result};

use super::{Gathered, guide_id, note_of, parse};
use crate::blocks::{self, Syntax};
use crate::consolidate::note::Note;
use crate::consolidate::scope::{Kind, Scope};
use crate::consolidate::stored::as_stored;
use crate::markdown;
use crate::parallel;
use crate::repo::git::Git;
use crate::repo::{BlobId, Entry, EntryKind, Repo, RepoPath, Tree};
use crate::report::{Finding, ReportMarker};

/// How the pointer begins that git-lfs keeps in place of a content (its specification, version 1).
const LARGE: &[u8] = b"version https://git-lfs.github.com/spec/";

/// How contents are named.
pub(in crate::consolidate) enum Naming {
    /// Nobody asks for the names: all have git's null id.
    Nothing,
    /// By what the bytes are alone.
    BySha1,
    /// By a child of git, where that names by SHA-256.
    ByGit(Git),
}

impl Naming {
    pub(in crate::consolidate) fn of(repo: &Repo) -> Self {
        if repo.library().is_some() || !repo.names_by_sha256() {
            Self::BySha1
        } else {
            Self::ByGit(repo.git())
        }
    }

    /// git's name for a content as it is stored.
    ///
    /// # Errors
    /// git cannot name it.
    pub(in crate::consolidate) fn name(&self, entry: Option<&Entry>, bytes: &[u8]) -> Result<BlobId> {
        let git = match self {
            Self::Nothing => return Ok(BlobId::null()),
            Self::BySha1 => None,
            Self::ByGit(git) => Some(git),
        };
        let stored = as_stored(bytes);
        match (entry.and_then(|entry| entry.id.as_ref()), git) {
            // The index may hold line ends that others have otherwise.
            (Some(id), _) if matches!(stored, Cow::Borrowed(_)) => Ok(id.clone()),
            (_, None) => Ok(BlobId::of_content(&stored)),
            (_, Some(git)) => {
                let answer = git.answer_to(&["hash-object", "--stdin"], &stored, &[0])?;
                BlobId::parse(String::from_utf8_lossy(&answer.stdout).trim())
                    .context("read `git hash-object`")
            }
        }
    }
}

/// What became of a file that is a note by its place.
#[derive(Default)]
struct Read {
    /// `None` where it is left out, for a reason that is told or because it is a report of this tool.
    note: Option<Note>,
    /// The id in its marker, where it is a guide.
    guide: Option<String>,
    findings: Vec<Finding>,
}

impl Read {
    fn left_out(findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::default() }
    }
}

/// Reads the notes of a tree.
///
/// # Errors
/// git cannot name a content.
pub(super) fn read(tree: &Tree, scope: &Scope, naming: &Naming, gathered: &mut Gathered) -> Result<()> {
    let mut notes: Vec<(&RepoPath, &Entry)> = Vec::new();
    for (path, entry) in tree.entries() {
        match scope.kind(path) {
            Kind::Other => {}
            Kind::Archived => gathered.archived.push(path.clone()),
            Kind::Note => notes.push((path, entry)),
        }
    }
    for read in parallel::map(&notes, |&(path, entry)| note(tree, path, entry, naming)) {
        let Read { note, guide, findings } = read?;
        gathered.findings.extend(findings);
        gathered.guides.extend(note.iter().zip(guide).map(|(note, id)| (note.path.clone(), id)));
        gathered.notes.extend(note);
    }
    Ok(())
}

fn note(tree: &Tree, path: &RepoPath, entry: &Entry, naming: &Naming) -> Result<Read> {
    let tell = |id: &str, message: String| Finding::warn(id, Some(path.display().into_owned()), message);
    if !matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
        let message = "is no plain file: it is not followed".to_owned();
        return Ok(Read::left_out(vec![tell("skipped-note", message)]));
    }
    let bytes = match tree.read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Read::left_out(vec![tell("unreadable-note", format!("{error:#}"))])),
    };
    let (text, mut findings) = markdown::decode(&bytes);
    findings.iter_mut().for_each(|finding| finding.path = Some(path.display().into_owned()));
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let reason = if bytes.contains(&0) && !is_utf16 {
        Some("is left out: a file with NUL bytes is hardly text")
    } else if bytes.starts_with(LARGE) {
        Some("is left out: a pointer to large content (git-lfs) stands in its place")
    } else {
        None
    };
    if let Some(reason) = reason {
        findings.push(tell("skipped-note", reason.to_owned()));
        return Ok(Read::left_out(findings));
    }
    if ReportMarker::parse(&text).is_some() {
        return Ok(Read::left_out(findings));
    }
    let guide = guide_id(&text);
    let blob = naming.name(Some(entry), &bytes).with_context(|| format!("name the content of `{path}`"))?;
    let text = without_managed_blocks(text);
    let parsed = parse(path, &text);
    Ok(Read { note: Some(note_of(path, blob, text, parsed)), guide, findings })
}

/// Empties the blocks that the tool manages; lines keep their numbers. Where the markers are broken, which `check` says,
/// all of the text is the note's.
fn without_managed_blocks(text: String) -> String {
    let blanked = blocks::blank(text.as_bytes(), Syntax::Markdown);
    blanked.ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}
