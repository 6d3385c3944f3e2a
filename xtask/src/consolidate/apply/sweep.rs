//! Goes over the whole tree once and rewrites what names a file that moves.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::fates::Fates;
use super::gather::Facts;
use super::guides::{self, Made};
use super::{ApplyOptions, Paths};
use crate::change::ContentId;
use crate::config::ArchiveMentions;
use crate::consolidate::scope;
use crate::links::{self, Left, Nowhere, Parts, Renamed, Rewriter, Rewritten, Standing, is_markdown};
use crate::repo::{EntryKind, Repo, RepoPath, Tree};
use crate::report::ReportMarker;

/// What the sweep changes and what it leaves.
#[derive(Default)]
pub(super) struct Swept {
    /// New contents of files that were there, by their old paths.
    pub(super) contents: BTreeMap<RepoPath, Vec<u8>>,
    /// What stood there before, of each of these.
    pub(super) before: BTreeMap<RepoPath, ContentId>,
    /// Contents of guides.
    pub(super) guides: BTreeMap<RepoPath, Vec<u8>>,
    /// The list of notes: its place and its content.
    pub(super) index: Option<(RepoPath, Vec<u8>)>,
    /// Destinations and mentions that were changed.
    pub(super) links: usize,
    pub(super) mentions: usize,
    /// Mentions that were left, with the file they stand in afterwards.
    pub(super) left: Vec<(RepoPath, Left)>,
    /// Links that led nowhere before, of the files whose links were looked at, by their old paths.
    pub(super) broken: BTreeMap<RepoPath, Vec<Nowhere>>,
    /// Files with mentions that were changed, by their old paths.
    pub(super) mentioning: Paths,
    /// What moved notes link to and git ignores.
    pub(super) ignored: Paths,
    /// Files that could not be read, and so not looked through.
    pub(super) unread: Vec<(RepoPath, String)>,
    /// Lines that name something that moves, in files that are not checked out.
    pub(super) left_out: Vec<(RepoPath, usize)>,
    /// Files that stay and name nothing that moves: a part of these moves changes none of them.
    pub(super) quiet: Paths,
}

/// Rewrites the tree and the links of the guides.
pub(super) fn sweep(
    repo: &Repo,
    facts: &Facts,
    fates: &Fates,
    mut made: Vec<Made>,
    (options, rewriter): (&ApplyOptions, &Rewriter<'_>),
) -> Result<(Swept, Vec<Made>)> {
    let tree = &facts.tree;
    let rewriter = rewriter.led_to(&fates.moves);
    let ignored = links::ignored(repo, tree, &rewriter.wanted())?;
    let mut swept = Swept { ignored: ignored.clone(), ..Swept::default() };
    let rewriter = rewriter.with_ignored(ignored);
    let mut renamed: BTreeMap<RepoPath, Renamed> = BTreeMap::new();
    for guide in &mut made {
        let (left, anchors) = guides::link(guide, &rewriter);
        renamed.insert(guide.target.clone(), anchors);
        swept.left.extend(left.into_iter().map(|left| (guide.target.clone(), left)));
        swept.guides.insert(guide.target.clone(), guide.text.clone().into_bytes());
    }
    let mut notes = Vec::new();
    for (path, entry) in tree.entries() {
        crate::process::unwind_if_cancelled();
        let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
        let to = match fates.files.get(path) {
            Some(None) => continue,
            Some(Some(to)) => to,
            None => path,
        };
        let is_report = facts.plan.as_ref() == Some(path) || *path == facts.scope.report;
        if !is_file || is_report || facts.quiet.contains(path) {
            continue;
        }
        let bytes = match tree.read(path) {
            Ok(bytes) => bytes,
            Err(error) if path != to => return Err(error).with_context(|| format!("move `{path}`")),
            Err(error) => {
                swept.unread.push((path.clone(), format!("{error:#}")));
                continue;
            }
        };
        if is_own_report(&bytes) {
            continue;
        }
        if is_markdown(path) {
            notes.push((path, to));
        }
        let rewritten = rewriter.rewrite(Standing { from: path, to }, &bytes, parts(to, options));
        // Links of Markdown may name a folder that is gone only in between.
        if !rewritten.named && path == to && !is_markdown(path) {
            swept.quiet.insert(path.clone());
        }
        if let Some(after) = rewritten.bytes.as_ref().filter(|_| rewritten.mentions > 0 && is_markdown(path))
        {
            renamed.insert(to.clone(), links::renamed_anchors(&bytes, after));
        }
        swept.take((path, to), &bytes, rewritten);
    }
    renamed.retain(|_, anchors| !anchors.is_empty());
    if !renamed.is_empty() {
        follow(tree, &notes, (&mut swept, &mut made), &renamed);
    }
    swept.left.sort();
    look_through_left_out(repo, (tree, &rewriter), options, &mut swept)?;
    Ok((swept, made))
}

/// Finds what would be rewritten in files that a sparse checkout leaves out. They are not changed: that could be done in
/// the index alone, which is the user's.
fn look_through_left_out(
    repo: &Repo,
    (tree, rewriter): (&Tree, &Rewriter<'_>),
    options: &ApplyOptions,
    swept: &mut Swept,
) -> Result<()> {
    if tree.left_out().is_empty() {
        return Ok(());
    }
    let entries = tree.left_out().iter().map(|(path, entry)| (path.clone(), entry.clone()));
    let left_out = Tree::of_entries(repo, entries).context("read what is not checked out")?;
    for (path, entry) in left_out.entries() {
        crate::process::unwind_if_cancelled();
        if !matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
            continue;
        }
        // A partial clone need not have it.
        let before = match left_out.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                swept.unread.push((path.clone(), format!("{error:#}")));
                continue;
            }
        };
        if is_own_report(&before) {
            continue;
        }
        let rewritten = rewriter.rewrite(Standing { from: path, to: path }, &before, parts(path, options));
        if let Some(after) = rewritten.bytes {
            let lines = before.split(|&byte| byte == b'\n').zip(after.split(|&byte| byte == b'\n'));
            let changed = (1..).zip(lines).filter(|(_, (before, after))| before != after);
            swept.left_out.extend(changed.map(|(line, _)| (path.clone(), line)));
        }
    }
    Ok(())
}

/// Leads links along to headings whose words named something that moves, and so have another anchor now. `notes` are
/// the files that were looked through, where they were and where they will be.
fn follow(
    tree: &Tree,
    notes: &[(&RepoPath, &RepoPath)],
    (swept, made): (&mut Swept, &mut [Made]),
    renamed: &BTreeMap<RepoPath, Renamed>,
) {
    for guide in made {
        if let Some((bytes, links)) = links::follow_renamed(&guide.target, guide.text.as_bytes(), renamed) {
            guide.text = String::from_utf8_lossy(&bytes).into_owned();
            swept.guides.insert(guide.target.clone(), bytes);
            swept.links += links;
        }
    }
    for &(path, to) in notes {
        let Ok(before) = tree.read(path) else { continue };
        let now = swept.contents.get(path).unwrap_or(&before);
        if let Some((bytes, links)) = links::follow_renamed(to, now, renamed) {
            swept.before.entry(path.clone()).or_insert_with(|| ContentId::of(&before));
            swept.contents.insert(path.clone(), bytes);
            swept.links += links;
        }
    }
}

/// What the tool writes itself is made anew, not mended.
fn is_own_report(bytes: &[u8]) -> bool {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    first.starts_with(b"<!-- xtask:report ") && ReportMarker::parse(&String::from_utf8_lossy(first)).is_some()
}

fn parts(to: &RepoPath, options: &ApplyOptions) -> Parts {
    let rewrites = options.config.archive_mentions == Some(ArchiveMentions::Rewrite);
    if scope::is_archived(to) { Parts { mentions: rewrites, ..Parts::ARCHIVED } } else { Parts::LIVE }
}

impl Swept {
    fn take(&mut self, (path, to): (&RepoPath, &RepoPath), before: &[u8], rewritten: Rewritten) {
        self.links += rewritten.links;
        self.mentions += rewritten.mentions;
        if rewritten.mentions > 0 {
            self.mentioning.insert(path.clone());
        }
        if let Some(broken) = rewritten.broken {
            self.broken.insert(path.clone(), broken);
        }
        self.left.extend(rewritten.left.into_iter().map(|left| (to.clone(), left)));
        if let Some(bytes) = rewritten.bytes {
            self.before.insert(path.clone(), ContentId::of(before));
            self.contents.insert(path.clone(), bytes);
        }
    }
}
