//! The record of one change set: what stood where before, what stands there after. Written before the first edit;
//! afterwards it is what `undo` reads.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::edit::{Action, ContentId, EditRecord, Place, Root};
use super::folder::Folder;
use super::guard::Prepared;
use super::roots::RootPlace;
use super::text::PathText;

/// The version of the format that this program writes. Older ones: none so far.
pub(super) const VERSION: u32 = 1;

/// The journal while its edits are under way.
pub(super) const OPEN: &[u8] = b"journal.open";
/// The journal once all edits are done. The rename from one to the other is the moment of truth.
pub(super) const DONE: &[u8] = b"journal.json";
/// An empty file in the folder of a set that takes another back, so that counting sets reads no journals.
pub(super) const UNDO: &[u8] = b"undo";
/// The bytes of everything that is replaced, moved or removed, end to end.
pub(super) const BEFORE: &[u8] = b"before";

/// The whole record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) version: u32,
    /// The program that wrote it, and that can read it.
    pub(super) tool: String,
    pub(super) id: u32,
    pub(super) command: String,
    /// The commit at HEAD when it was applied.
    pub(super) head: Option<String>,
    /// The worktree whose files it changed.
    pub(super) worktree: String,
    /// The set that it took back.
    pub(super) undoes: Option<u32>,
    /// Where the hooks folder was.
    pub(super) hooks: Option<RootPlace>,
    pub(super) edits: Vec<EditLine>,
    pub(super) files: Vec<FileLine>,
    /// Folders that were made, outermost first.
    pub(super) made: Vec<PlaceLine>,
    /// Folders that became empty and were removed, innermost first.
    pub(super) emptied: Vec<FolderLine>,
}

/// A place in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PlaceLine {
    pub(super) root: Root,
    pub(super) path: PathText,
}

/// A removed folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct FolderLine {
    #[serde(flatten)]
    pub(super) place: PlaceLine,
    pub(super) mode: u32,
}

/// An edit without content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct EditLine {
    pub(super) action: Action,
    #[serde(flatten)]
    pub(super) place: PlaceLine,
    pub(super) from: Option<PathText>,
}

/// One file's states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct FileLine {
    #[serde(flatten)]
    pub(super) place: PlaceLine,
    pub(super) before: Option<BeforeLine>,
    pub(super) after: Option<AfterLine>,
    /// The name of the file beside it that the new content is written to first.
    pub(super) temp: String,
}

/// What stood there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct BeforeLine {
    pub(super) id: ContentId,
    pub(super) mode: u32,
    /// Where its bytes begin in [`BEFORE`].
    pub(super) at: usize,
    pub(super) len: usize,
}

/// What stands there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AfterLine {
    pub(super) id: ContentId,
    pub(super) executable: bool,
}

impl From<&Place> for PlaceLine {
    fn from(place: &Place) -> Self {
        Self { root: place.root, path: PathText(place.path.clone()) }
    }
}

impl PlaceLine {
    pub(super) fn place(&self) -> Place {
        Place { root: self.root, path: self.path.0.clone() }
    }
}

impl EditLine {
    fn of(record: &EditRecord) -> Self {
        Self {
            action: record.action,
            place: PlaceLine { root: record.root, path: PathText(record.path.clone()) },
            from: record.from.clone().map(PathText),
        }
    }

    pub(super) fn record(&self) -> EditRecord {
        EditRecord {
            root: self.place.root,
            path: self.place.path.0.clone(),
            action: self.action,
            from: self.from.clone().map(|from| from.0),
        }
    }
}

/// The name of the file that new content is written to first, beside its place.
pub(super) fn temp_name(tag: &str, number: usize) -> String {
    format!(".xtask-{tag}-{number}.tmp")
}

/// What the record says beside its files.
pub(super) struct Facts {
    pub(super) id: u32,
    pub(super) command: String,
    pub(super) head: Option<String>,
    pub(super) worktree: String,
    pub(super) undoes: Option<u32>,
    pub(super) hooks: Option<RootPlace>,
}

impl Journal {
    /// Writes down what is about to be done; gives the bytes to keep, too.
    pub(super) fn of(facts: Facts, tag: &str, prepared: &Prepared<'_>) -> (Self, Vec<u8>) {
        let mut kept: Vec<u8> = Vec::new();
        let mut files = Vec::with_capacity(prepared.changes.len());
        for (number, change) in prepared.changes.iter().enumerate() {
            let before = change.before.as_ref().map(|found| {
                let (at, len) = (kept.len(), found.state.bytes.len());
                kept.extend(&found.state.bytes);
                BeforeLine { id: found.id.clone(), mode: found.state.mode, at, len }
            });
            let after = change.after.as_ref();
            files.push(FileLine {
                place: (&change.place).into(),
                before,
                after: after.map(|after| AfterLine { id: after.id.clone(), executable: after.executable }),
                temp: temp_name(tag, number),
            });
        }
        let journal = Self {
            version: VERSION,
            tool: concat!("xtask ", env!("CARGO_PKG_VERSION")).to_owned(),
            id: facts.id,
            command: facts.command,
            head: facts.head,
            worktree: facts.worktree,
            undoes: facts.undoes,
            hooks: facts.hooks,
            edits: prepared.pending.iter().map(|edit| EditLine::of(&edit.record())).collect(),
            files,
            made: prepared.made.iter().map(PlaceLine::from).collect(),
            emptied: prepared
                .emptied
                .iter()
                .map(|(place, mode)| FolderLine { place: place.into(), mode: *mode })
                .collect(),
        };
        (journal, kept)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// It is damaged, or of a version that this program does not know.
    pub(super) fn read(folder: &Folder, name: &[u8]) -> Result<Self> {
        let (bytes, _) = folder.read(name).context("read the journal")?;
        check_version(&bytes, "journal")?;
        serde_json::from_slice(&bytes).context("read the journal: it is damaged")
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).context("write the journal")?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// The bytes that a set replaced, moved or removed.
#[derive(Debug)]
pub(super) struct Kept(Vec<u8>);

impl Kept {
    pub(super) fn read(folder: &Folder) -> Result<Self> {
        Ok(Self(folder.read(BEFORE).context("read what the change set kept")?.0))
    }

    /// The bytes of one file, checked against their id.
    pub(super) fn get(&self, before: &BeforeLine, place: &Place) -> Result<&[u8]> {
        let end = before.at.checked_add(before.len);
        let bytes = end.and_then(|end| self.0.get(before.at..end));
        match bytes {
            Some(bytes) if ContentId::of(bytes) == before.id => Ok(bytes),
            _ => bail!("what the change set kept of `{place}` is damaged"),
        }
    }
}

/// Refuses a file of a version that is not known, before its other fields are looked at.
pub(super) fn check_version(bytes: &[u8], what: &str) -> Result<()> {
    #[derive(Deserialize)]
    struct Head {
        version: u32,
        #[serde(default)]
        tool: Option<String>,
    }
    let head: Head =
        serde_json::from_slice(bytes).with_context(|| format!("read the {what}: it is damaged"))?;
    if head.version != VERSION {
        let writer = head.tool.as_deref().unwrap_or("a newer xtask");
        bail!(
            "the {what} has version {}, this program reads version {VERSION}: use {writer} or newer",
            head.version
        );
    }
    Ok(())
}
