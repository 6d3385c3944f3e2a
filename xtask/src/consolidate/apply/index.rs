//! The list of guides, notes and archive in a README, between markers.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::checks::{Chosen, Task};
use super::fates::Fates;
use super::gather::Facts;
use super::sweep::Swept;
use crate::blocks::{self, Standing, Syntax, Wanted, Where};
use crate::consolidate::gather::guide_id;
use crate::consolidate::plan::Action;
use crate::consolidate::scope::{self, Kind};
use crate::links::relative_destination;
use crate::markdown::{self, Format};
use crate::repo::{EntryKind, RepoPath};
use crate::report::{Document, Hinted, Inline, ReportMarker};

const ID: &str = "notes-index";
const VERSION: u32 = 1;

/// A file of the list.
struct Entry {
    path: RepoPath,
    title: String,
    kind: Listed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    Guide,
    Note,
    Archived,
}

/// The README with its list, as it will be; `None` where somebody edited the list.
pub(super) fn index(
    place: &RepoPath,
    facts: &Facts,
    (chosen, fates): (&Chosen, &Fates),
    swept: &Swept,
) -> Result<Option<(RepoPath, Vec<u8>)>> {
    let entries = entries(facts, fates, swept);
    let is_there = facts.tree.get(place).is_some();
    let is_taken = |task: &&Task| task.item.target == *place && task.item.action != Action::Duplicate;
    if let Some(task) = chosen.tasks.iter().find(is_taken) {
        let what = if task.item.action == Action::Merge { "guide" } else { "note" };
        let said = format!(
            "line {}: the list of notes goes into `{place}`, where this {what} would stand",
            task.line
        );
        bail!(Hinted::new(said, "name another target; nothing was written"));
    }
    let folder = place.parent();
    let in_folder = |path: &RepoPath| folder.as_ref().is_none_or(|folder| path.is_within(folder));
    let listed: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.path != *place && (entry.kind != Listed::Note || in_folder(&entry.path)))
        .collect();
    let body = body(place, &listed);
    let wanted = Wanted { id: ID, version: VERSION, body: &body };
    let old = if is_there { facts.tree.read(place)? } else { b"# Notes\n".to_vec() };
    let context = || format!("write the list of notes into `{place}`");
    let standing = blocks::standing(&old, Syntax::Markdown, &wanted).with_context(context)?;
    if matches!(standing, Standing::Edited | Standing::Newer) {
        return Ok(None);
    }
    let base = swept.contents.get(place).unwrap_or(&old);
    let new = blocks::put(Some(base), Syntax::Markdown, &wanted, Where::End).with_context(context)?;
    Ok(Some((place.clone(), new)))
}

/// Where the list stands: where it stood before, whatever moves this time; else where it usually does. `None` where a
/// site has an index of its own, or the place is not checked out.
pub(super) fn place(facts: &Facts, fates: &Fates) -> Option<RepoPath> {
    let usual = usual_place(facts, fates);
    let holds = |path: &&RepoPath| {
        let bytes = facts.tree.read(path).unwrap_or_default();
        let found = blocks::find(&bytes, Syntax::Markdown).unwrap_or_default();
        found.iter().any(|block| block.id == ID)
    };
    let is_list = |path: &&RepoPath| {
        let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
        path.parts().count() == 2 && matches!(name.as_str(), "readme.md" | "index.md")
    };
    let lists = facts.tree.entries().map(|(path, _)| path).filter(is_list);
    let stays = |path: &&RepoPath| !fates.files.contains_key(*path);
    let standing = usual.iter().chain(lists).filter(stays).find(holds).cloned();
    standing.or(usual).filter(|place| !facts.tree.leaves_out(place))
}

/// The README or INDEX of the notes' folder.
fn usual_place(facts: &Facts, fates: &Fates) -> Option<RepoPath> {
    let moved = fates.files.keys().chain(&fates.arriving);
    let tops: BTreeSet<Vec<u8>> = moved
        .filter(|path| path.parent().is_some())
        .filter_map(|path| path.parts().next().map(<[u8]>::to_vec))
        .collect();
    let known =
        scope::FOLDERS.iter().map(|folder| folder.as_bytes().to_vec()).find(|folder| tops.contains(folder));
    let folder = RepoPath::from_bytes(&known.or_else(|| tops.first().cloned())?);
    let names: Vec<(String, &RepoPath)> = facts
        .tree
        .entries()
        .filter(|(path, entry)| {
            path.parent().as_ref() == Some(&folder)
                && !fates.files.contains_key(*path)
                && matches!(entry.kind, EntryKind::File | EntryKind::Executable)
        })
        .map(|(path, _)| (String::from_utf8_lossy(path.file_name()).to_lowercase(), path))
        .collect();
    let named = |wanted: &str| names.iter().find(|(name, _)| name == wanted).map(|(_, path)| (*path).clone());
    // `index.md` is the first page of a site, which lists what it wants.
    match named("readme.md") {
        Some(readme) => Some(readme),
        None if named("index.md").is_some_and(|path| path.file_name() == b"index.md") => None,
        None => Some(named("index.md").unwrap_or_else(|| folder.join(b"README.md"))),
    }
}

fn entries(facts: &Facts, fates: &Fates, swept: &Swept) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |path: &RepoPath, bytes: &[u8]| {
        let kind = match facts.scope.kind(path) {
            Kind::Other => return,
            Kind::Archived => Listed::Archived,
            Kind::Note => Listed::Note,
        };
        let text = markdown::readable(bytes);
        if ReportMarker::parse(&text).is_some() {
            return;
        }
        let is_guide = kind == Listed::Note && guide_id(&text).is_some();
        let title = title(path, &text);
        entries.push(Entry { path: path.clone(), title, kind: if is_guide { Listed::Guide } else { kind } });
    };
    for (path, entry) in facts.tree.entries() {
        let stays =
            !fates.files.contains_key(path) && matches!(entry.kind, EntryKind::File | EntryKind::Executable);
        if stays
            && facts.scope.kind(path) != Kind::Other
            && let Ok(bytes) = facts.tree.read(path)
        {
            add(path, swept.contents.get(path).unwrap_or(&bytes));
        }
    }
    for (path, to) in &fates.files {
        if let (Some(to), Some((_, bytes))) = (to, facts.contents.get(path)) {
            add(to, bytes);
        }
    }
    for (path, bytes) in &swept.guides {
        add(path, bytes);
    }
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    entries
}

/// Bytes at the top of a note that are read for its title first: nearly all have it there.
const TOP: usize = 2048;

fn title(path: &RepoPath, text: &str) -> String {
    let format = Format::of_extension(&path.extension()).unwrap_or(Format::Plain);
    let stem = String::from_utf8_lossy(path.stem()).into_owned();
    // Up to an empty line, which ends whatever heading is above it.
    let top = text.char_indices().nth(TOP).and_then(|(at, _)| text[..at].rfind("\n\n"));
    let title = top.and_then(|end| markdown::parse(&text[..end], format).title);
    let title = title.or_else(|| markdown::parse(text, format).title).unwrap_or_default();
    match title.trim() {
        "" => stem,
        title => title.to_owned(),
    }
}

fn body(place: &RepoPath, entries: &[&Entry]) -> String {
    let mut document = Document::default();
    for (heading, kind) in [("Guides", Listed::Guide), ("Notes", Listed::Note), ("Archive", Listed::Archived)]
    {
        let items: Vec<Inline> = entries
            .iter()
            .filter(|entry| entry.kind == kind)
            .map(|entry| {
                Inline::default().link(entry.title.clone(), relative_destination(place, &entry.path, None))
            })
            .collect();
        if !items.is_empty() {
            document.heading(2, heading);
            document.list(items);
        }
    }
    let text = document.to_markdown(None);
    format!("\n{}\n\n", text.trim_matches('\n'))
}
