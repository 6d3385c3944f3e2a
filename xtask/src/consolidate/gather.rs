//! Reads the notes and what surrounds them; alone in this room it talks to the repository.

mod beside;
mod dead;
mod doors;
mod elsewhere;
mod notes;
mod surroundings;
mod then;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

pub(super) use notes::Naming;
pub(super) use then::{Then, then};

use super::mentions::Inbound;
use super::note::Note;
use super::plan::Item;
use super::references::{self, Named, Sightings};
use super::result::{Outrun, Reference};
use super::scope::{self, Scope};
use super::{Options, archive_place, done, groups, plan_format, role, unread};
use crate::cache::Cache;
use crate::config::Depth;
use crate::links::{self, BrokenLink};
use crate::markdown::{self, Format, Parsed};
use crate::parallel;
use crate::process::Progress;
use crate::repo::git::Git;
use crate::repo::{BlobId, EntryKind, History, Repo, RepoPath, Tree};
use crate::report::{Finding, Hinted};

/// What was read.
pub(super) struct Gathered {
    pub(super) notes: Vec<Note>,
    /// Texts that are read for what they name alone: READMEs beside code, files for agents.
    pub(super) beside: Vec<Note>,
    pub(super) inbound: Inbound,
    /// The commit that was read; `None` for the work tree.
    pub(super) read_at: Option<String>,
    pub(super) uncommitted: Vec<RepoPath>,
    pub(super) dates_unknown: Option<String>,
    /// Notes in archive folders, which are left alone.
    pub(super) archived: Vec<RepoPath>,
    /// The items of the plan that stands in the report's place.
    pub(super) previous: Vec<Item>,
    /// Ids of previous items that were carried out.
    pub(super) done: BTreeSet<String>,
    /// Guides with the item that made each.
    pub(super) guides: BTreeMap<RepoPath, String>,
    /// All paths, those that are not checked out too: for places that are free.
    pub(super) paths: BTreeSet<RepoPath>,
    /// Folders for guides and archived notes where git ignores what is put there.
    pub(super) ignored_folders: BTreeSet<RepoPath>,
    /// What is asked about places that are known once the plan is made; `None` where there is no work tree.
    ignore_rules: Option<(Git, Tree)>,
    /// What the notes name and is not there; `None` where history was not read.
    pub(super) references: Option<Vec<Reference>>,
    /// Why it was not looked for.
    pub(super) references_unknown: Option<String>,
    /// Notes whose files changed after them; `None` where history was not read.
    pub(super) outrun: Option<Vec<Outrun>>,
    /// Relative links that lead nowhere.
    pub(super) broken_links: Vec<BrokenLink>,
    pub(super) findings: Vec<Finding>,
}

impl Gathered {
    /// The content of each note.
    pub(super) fn blobs(&self) -> BTreeMap<RepoPath, BlobId> {
        self.notes.iter().map(|note| (note.path.clone(), note.blob.clone())).collect()
    }

    /// Those of these places where git ignores what is put there. Where git does not answer, `apply` asks it again.
    pub(super) fn ignored(&self, places: &[RepoPath]) -> BTreeSet<RepoPath> {
        let asked = self.ignore_rules.as_ref().map(|(git, tree)| links::ignored_by(git, tree, places));
        asked.and_then(Result::ok).unwrap_or_default()
    }

    /// Asks something of the notes and of the texts beside them, which are numbered behind the notes.
    fn with_texts_beside<T>(&mut self, ask: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let notes = self.notes.len();
        self.notes.append(&mut self.beside);
        let answer = ask(self);
        self.beside = self.notes.split_off(notes);
        answer
    }
}

/// Reads a repository; `None` where there is nothing to read.
pub(super) fn read(repo: &Repo, options: &Options, progress: &Progress) -> Result<Option<Gathered>> {
    if options.at.is_some() || repo.work_tree().is_none() {
        return read_tree(repo, options, progress);
    }
    // git looks at every file for it, which takes as long as reading the notes.
    let (uncommitted, read) =
        parallel::both(repo.asking_for_uncommitted(), || read_tree(repo, options, progress));
    let Some(mut gathered) = read? else { return Ok(None) };
    let noted: BTreeSet<&RepoPath> = gathered.notes.iter().map(|note| &note.path).collect();
    gathered.uncommitted = uncommitted?.into_iter().filter(|path| noted.contains(path)).collect();
    Ok(Some(gathered))
}

fn read_tree(repo: &Repo, options: &Options, progress: &Progress) -> Result<Option<Gathered>> {
    let head = repo.head()?;
    let (tree, read_at) = match (&options.at, repo.work_tree(), &head) {
        (Some(revision), _, _) => {
            let commit = repo.resolve(revision)?;
            (Tree::of_revision(repo, commit.as_str())?, Some(commit))
        }
        (None, Some(_), _) => (Tree::of_work_tree(repo)?, None),
        (None, None, Some(commit)) => (Tree::of_revision(repo, commit.as_str())?, Some(commit.clone())),
        (None, None, None) => return Ok(None),
    };
    let mut scope = Scope::of(&options.config)?;
    let mut gathered = nothing_of(&tree);
    read_previous(&tree, &mut scope, &mut gathered)?;
    gathered.read_at = read_at.as_ref().map(|commit| commit.as_str().to_owned());
    progress.step("reading notes");
    let naming = Naming::of(repo);
    notes::read(&tree, &scope, &naming, &mut gathered)?;
    gathered.beside = beside::texts(&tree, &scope, &naming)?;
    gathered.findings.extend(unread::findings(&tree, &scope));
    let archives = archive_place::folders(&gathered.paths, gathered.notes.iter().map(|note| &note.path));
    let guides = groups::GUIDES.iter().map(|folder| RepoPath::from(*folder));
    gathered.ignored_folders = ignored_folders(repo, &tree, archives.into_iter().chain(guides))?;
    let sites = links::Sites::of(&tree);
    let Linked { broken, named: linked, pages } =
        gathered.with_texts_beside(|gathered| linked(repo, &tree, &sites, &gathered.notes))?;
    gathered.broken_links = broken;
    let mut named = Vec::new();
    let mut sightings = Sightings::default();
    if options.depth > Depth::Quick {
        progress.step("reading what names the notes");
        named = self::named(&gathered);
        named.extend(linked);
        sightings = Sightings::of(&named);
        surroundings::read(&tree, &scope, &sites, &mut gathered, &mut sightings);
    } else {
        gathered.inbound = surroundings::inbound_of_notes(&gathered.notes).1;
    }
    gathered.inbound.take_pages(&gathered.notes, &pages);
    protect(&scope, &mut gathered);
    let is_committed = read_at.is_some();
    let commit = read_at.or(head);
    match (&commit, options.depth) {
        (None, _) => {
            gathered.dates_unknown = Some("there is no commit yet".to_owned());
            gathered.references_unknown = gathered.dates_unknown.clone();
        }
        (_, Depth::Quick) => {
            let unknown = |what: &str| Some(format!("{what} the history, which depth `quick` does not read"));
            gathered.dates_unknown = unknown("dates need");
            gathered.references_unknown = unknown("it needs");
        }
        (Some(commit), _) => {
            progress.step("reading history");
            let history = Cache::of(repo).history(repo, commit)?;
            date(&history, &mut gathered);
            gathered.references_unknown = history.unknown.clone();
            if history.unknown.is_none() {
                gathered.outrun = Some(dead::outrun(&named, &history, &gathered));
                gathered.findings.extend(dead::unseen_renames(&history));
                // What is removed or moved and not committed is gone all the same; dates are those of commits.
                let history = match is_committed {
                    true => history,
                    false => history.with_uncommitted(repo, false)?,
                };
                let asked =
                    dead::Asked { named: &named, sightings: &sightings, history: &history, is_committed };
                let mut found = gathered.with_texts_beside(|gathered| {
                    dead::references(repo, &tree, commit, options, &asked, gathered)
                })?;
                gathered.findings.extend(elsewhere::tell(repo, commit, &mut found));
                gathered.references = Some(found);
            }
        }
    }
    gathered.ignore_rules = repo.work_tree().map(|_| (repo.git(), tree));
    Ok(Some(gathered))
}

/// The places of a tree, with nothing read.
fn nothing_of(tree: &Tree) -> Gathered {
    Gathered {
        notes: Vec::new(),
        beside: Vec::new(),
        inbound: Inbound::default(),
        read_at: None,
        uncommitted: Vec::new(),
        dates_unknown: None,
        archived: Vec::new(),
        previous: Vec::new(),
        done: BTreeSet::new(),
        guides: BTreeMap::new(),
        paths: tree.entries().map(|(path, _)| path).chain(tree.left_out().keys()).cloned().collect(),
        references: None,
        references_unknown: None,
        outrun: None,
        broken_links: Vec::new(),
        findings: Vec::new(),
        ignored_folders: BTreeSet::new(),
        ignore_rules: None,
    }
}

/// Those of the folders where git ignores a note that is put there: a rule may name the folder, or what lies in it.
pub(super) fn ignored_folders(
    repo: &Repo,
    tree: &Tree,
    folders: impl Iterator<Item = RepoPath>,
) -> Result<BTreeSet<RepoPath>> {
    let notes: Vec<RepoPath> = folders.map(|folder| folder.join(b"note.md")).collect();
    Ok(links::ignored(repo, tree, &notes)?.iter().filter_map(RepoPath::parent).collect())
}

/// What a check of every day reads: the notes of a tree and the plan that stands in it.
pub(super) struct ForToday {
    pub(super) references: Vec<Reference>,
    pub(super) plan: RepoPath,
    pub(super) previous: Vec<Item>,
    pub(super) done: BTreeSet<String>,
    pub(super) blobs: BTreeMap<RepoPath, BlobId>,
}

/// Reads the notes of one tree, and what they name and is not there.
pub(super) fn read_for_today(
    repo: &Repo,
    tree: &Tree,
    options: &Options,
    history: Option<&History>,
) -> Result<ForToday> {
    let mut scope = Scope::of(&options.config)?;
    let mut gathered = nothing_of(tree);
    read_previous(tree, &mut scope, &mut gathered)?;
    // Only a plan asks whether notes are as they were.
    let naming = if gathered.previous.is_empty() { Naming::Nothing } else { Naming::of(repo) };
    notes::read(tree, &scope, &naming, &mut gathered)?;
    gathered.beside = beside::texts(tree, &scope, &naming)?;
    let references = match (history.filter(|history| history.unknown.is_none()), repo.head()?) {
        (Some(history), Some(head)) => {
            let named = named(&gathered);
            // Names of functions and classes would need all code read: a check of every day asks for files alone.
            let sightings = Sightings::default();
            let asked = dead::Asked { named: &named, sightings: &sightings, history, is_committed: true };
            gathered.with_texts_beside(|gathered| {
                dead::references(repo, tree, &head, options, &asked, gathered)
            })?
        }
        _ => Vec::new(),
    };
    let blobs = gathered.notes.into_iter().map(|note| (note.path, note.blob)).collect();
    let Gathered { previous, done, .. } = gathered;
    Ok(ForToday { references, plan: scope.report, previous, done, blobs })
}

/// What the notes and the texts beside them name.
fn named(gathered: &Gathered) -> Vec<Named> {
    let numbered: Vec<(usize, &Note)> = gathered.notes.iter().chain(&gathered.beside).enumerate().collect();
    let found = parallel::map(&numbered, |&(number, note)| references::named(number, note));
    found.into_iter().flatten().collect()
}

fn parse(path: &RepoPath, text: &str) -> Parsed {
    markdown::parse(text, Format::of_extension(&path.extension()).unwrap_or(Format::Plain))
}

#[cfg(test)]
pub(super) fn note(path: &RepoPath, blob: BlobId, text: String) -> Note {
    let parsed = parse(path, &text);
    note_of(path, blob, text, parsed)
}

pub(super) fn note_of(path: &RepoPath, blob: BlobId, text: String, parsed: Parsed) -> Note {
    let stem = String::from_utf8_lossy(path.stem()).into_owned();
    let title = parsed.title_or(&stem).to_owned();
    let role = role::of(&stem, &title, &parsed);
    Note {
        path: path.clone(),
        blob,
        text,
        parsed,
        title,
        role,
        created: None,
        changed: None,
        protected: None,
    }
}

/// The id in a guide's marker.
pub(super) fn guide_id(text: &str) -> Option<String> {
    let start = text.find("<!-- xtask:guide id=")? + "<!-- xtask:guide id=".len();
    let end = text[start..].find(" -->")?;
    Some(text[start..start + end].to_owned())
}

/// Reads the plan that stands in the report's place, which of its items were carried out, and where that put notes.
fn read_previous(tree: &Tree, scope: &mut Scope, gathered: &mut Gathered) -> Result<()> {
    let Some(entry) = tree.get(&scope.report) else { return Ok(()) };
    if !matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
        return Ok(());
    }
    let bytes = tree.read(&scope.report)?;
    let text = String::from_utf8_lossy(&bytes);
    let mend = || format!("mend the line in `{}`, or remove the file to begin anew", scope.report);
    let items = plan_format::read(&text)
        .map_err(|error| Hinted::new(error.to_string(), error.hint.map_or_else(mend, str::to_owned)))
        .with_context(|| format!("read the plan in `{}`", scope.report))?;
    gathered.previous = items.unwrap_or_default();
    gathered.done = done::done(tree, gathered.previous.iter());
    scope.put_away(done::put_away(gathered.previous.iter(), &gathered.done));
    Ok(())
}

fn protect(scope: &Scope, gathered: &mut Gathered) {
    for (number, note) in gathered.notes.iter_mut().enumerate() {
        let read_by = gathered.inbound.read_by.get(number).and_then(Option::as_ref);
        let reason = if scope.is_kept(&note.path) {
            Some("`keep` in xtask.toml names it".to_owned())
        } else if let Some(reason) = scope::fixed_by_name(&note.path) {
            Some(reason.to_owned())
        } else {
            read_by.map(|(path, line)| format!("`{path}` line {line} reads it"))
        };
        note.protected = reason.or(note.protected.take());
    }
}

fn date(history: &History, gathered: &mut Gathered) {
    if let Some(reason) = &history.unknown {
        gathered.dates_unknown = Some(reason.clone());
        return;
    }
    for note in gathered.notes.iter_mut().chain(&mut gathered.beside) {
        if let Some(path) = history.paths.get(&note.path) {
            note.created = Some(path.first.date.clone());
            note.changed = Some(path.last.date.clone());
        }
    }
}

/// What the links of the notes say.
struct Linked {
    /// Those that lead nowhere, but for those to files that git ignores.
    broken: Vec<BrokenLink>,
    /// The files that all of those name.
    named: Vec<Named>,
    /// Links that lead to a page of a site: the note, and the source of the page.
    pages: Vec<(RepoPath, RepoPath)>,
}

fn linked(repo: &Repo, tree: &Tree, sites: &links::Sites, notes: &[Note]) -> Result<Linked> {
    let index = links::Index::new(tree);
    let all: Vec<links::Note<'_>> =
        notes.iter().map(|note| links::Note { path: &note.path, parsed: &note.parsed }).collect();
    let mut broken = links::broken_links(&index, &all);
    let numbers: BTreeMap<&RepoPath, usize> =
        notes.iter().enumerate().map(|(number, note)| (&note.path, number)).collect();
    let named = broken.links.iter().filter(|link| is_about_a_file(link)).filter_map(|link| {
        let number = *numbers.get(&link.path)?;
        references::linked(number, &notes[number], link.line, &link.target, link.wanted.clone()?)
    });
    let named = named.collect();
    let built = broken.links.iter().filter(|link| link.reason == links::Reason::BuiltPage);
    let pages = built.filter_map(|link| match index.resolve(&link.path, link.suggestion.as_deref()?) {
        links::Resolution::File { path, .. } => Some((link.path.clone(), path)),
        _ => None,
    });
    let pages = pages.collect();
    let ignored = links::ignored(repo, tree, &broken.wanted())?;
    broken.set_aside_ignored(&ignored);
    broken.links.retain(|link| !sites.make(link));
    Ok(Linked { broken: broken.links, named, pages })
}

fn is_about_a_file(link: &BrokenLink) -> bool {
    matches!(link.reason, links::Reason::FileMissing | links::Reason::CaseDiffers)
}
