//! Makes the guides: composed from their sources, their links led to where everything stands afterwards.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::checks::Task;
use super::fates::Fates;
use super::gather::Facts;
use super::summary::GuideLines;
use super::{Paths, reworded, unlinked};
use crate::consolidate::affinity::{Affinities, NoteWords};
use crate::consolidate::conserve::{self, Conservation, Outputs, SourceConservation, Text};
use crate::consolidate::facts::{self, FactValue};
use crate::consolidate::gather;
use crate::consolidate::guide::{
    Conflict, ConflictValue, Fate, Guide, GuideRequest, GuideSource, Landing, compose, contents_lines,
};
use crate::consolidate::note::Note;
use crate::consolidate::overlaps::Overlaps;
use crate::consolidate::plan::{Destiny, Item, SectionPlan, Source};
use crate::links::{self, Left, LeftReason, NewPlace, Parts, Renamed, Rewriter, Standing};
use crate::markdown::{self, Format};
use crate::parallel;
use crate::repo::{Change, Repo, RepoPath};

/// How many lost things an error names.
const SHOWN: usize = 5;

/// A guide with what it was made of.
pub(super) struct Made {
    pub(super) target: RepoPath,
    pub(super) text: String,
    sources: Sources,
    /// Lines that need not be found again, by source.
    dropped: BTreeMap<RepoPath, Vec<(usize, usize)>>,
    /// Where what they held stands, once the text was compared with them.
    conserved: Option<Conservation>,
}

/// The sources of a guide as they were composed: mentions in them name what they will name.
#[derive(Default)]
struct Sources {
    notes: Vec<Note>,
    /// The place in the archive of each one's original.
    archived: Vec<Option<RepoPath>>,
    /// Anchors whose headings name something that moves, as each source has them and as it was composed with them.
    renamed: Vec<Renamed>,
}

impl Made {
    /// How long it is beside the sections of its notes.
    pub(super) fn lines(&self, item: &Item) -> GuideLines {
        let is_useful = |section: &&SectionPlan| section.destiny == Destiny::Guide;
        let useful = item.taken_sections().filter(is_useful);
        GuideLines {
            notes: self.sources.notes.iter().map(Note::count_lines).sum(),
            useful: useful.map(|section| section.lines.1 + 1 - section.lines.0).sum(),
            guide: self.text.lines().count(),
        }
    }
}

impl Sources {
    fn iter(&self) -> impl Iterator<Item = (&Note, Option<&RepoPath>)> {
        self.notes.iter().zip(self.archived.iter().map(Option::as_ref))
    }
}

/// Composes the guide of each merge, and learns where the anchors of the sources stand in it.
pub(super) fn compose_all(
    repo: &Repo,
    facts: &Facts,
    fates: &mut Fates,
    dates: &BTreeMap<RepoPath, Change>,
    rewriter: &Rewriter<'_>,
) -> Result<Vec<Made>> {
    let mut made = Vec::new();
    let ignored = ignored(repo, facts, fates, rewriter.index())?;
    for task in fates.merges.clone() {
        crate::process::unwind_if_cancelled();
        let sources = sources(facts, (fates, dates), &task, (rewriter, &ignored));
        let mut guide = guide(&task, &sources, dates);
        lead_into_archive(&mut guide.text, &task.item.target, &sources);
        learn(fates, &task.item.target, &sources, &guide);
        let dropped = dropped_lines(&guide, &sources);
        let target = task.item.target.clone();
        made.push(Made { target, text: guide.text, sources, dropped, conserved: None });
    }
    Ok(made)
}

/// Lines that need not be found again, by source: where no archive keeps it, headings whose text stands elsewhere; else
/// its table of contents, which the guide's own takes the place of.
fn dropped_lines(guide: &Guide, sources: &Sources) -> BTreeMap<RepoPath, Vec<(usize, usize)>> {
    let lines = |(note, archived): (&Note, Option<&RepoPath>)| match archived {
        None => guide.dropped_headings(&note.path, &note.parsed),
        Some(_) => contents_lines(&note.parsed),
    };
    sources.iter().map(|source| (source.0.path.clone(), lines(source))).collect()
}

/// What the sources link to, is not in the tree, and git ignores.
fn ignored(repo: &Repo, facts: &Facts, fates: &Fates, index: &links::Index<'_>) -> Result<Paths> {
    let sources = fates.merges.iter().flat_map(|task| &task.item.sources);
    let read = sources.filter_map(|source| Some((&source.path, &facts.contents.get(&source.path)?.1)));
    let wanted: Paths = read.flat_map(|(path, bytes)| unlinked::missing(bytes, path, index)).collect();
    links::ignored(repo, &facts.tree, &wanted.into_iter().collect::<Vec<_>>())
}

fn sources(
    facts: &Facts,
    (fates, dates): (&Fates, &BTreeMap<RepoPath, Change>),
    task: &Task,
    (rewriter, ignored): (&Rewriter<'_>, &Paths),
) -> Sources {
    let rewriter = rewriter.led_to(&fates.moves);
    let mentions = Parts { links: false, ..Parts::LIVE };
    let mut named: Vec<(&Source, Cow<'_, [u8]>)> = Vec::new();
    let mut renamed: BTreeMap<RepoPath, Renamed> = BTreeMap::new();
    for source in &task.item.sources {
        let Some((_, bytes)) = facts.contents.get(&source.path) else { continue };
        let at = Standing { from: &source.path, to: &task.item.target };
        let new = rewriter.rewrite(at, bytes, mentions).bytes;
        let anchors = new.as_ref().map(|new| links::renamed_anchors(bytes, new)).unwrap_or_default();
        renamed.insert(source.path.clone(), anchors);
        named.push((source, new.map_or(Cow::Borrowed(bytes), Cow::Owned)));
    }
    let mut sources = Sources::default();
    for (source, named) in named {
        let text = markdown::readable(&named).into_owned();
        let format = Format::of_extension(&source.path.extension()).unwrap_or(Format::Plain);
        let archived = fates.moves.get(&source.path).and_then(|place| place.original.clone());
        let (mut text, mut parsed) = match archived.is_some() && format == Format::Markdown {
            true => unlinked::without_broken_links(text, &source.path, rewriter.index(), ignored),
            false => {
                let parsed = markdown::parse(&text, format);
                (text, parsed)
            }
        };
        // Until here links have the anchors of the files as they are.
        if let Some((led, _)) = links::follow_renamed(&source.path, text.as_bytes(), &renamed) {
            text = String::from_utf8_lossy(&led).into_owned();
            parsed = markdown::parse(&text, format);
        }
        let way = (&source.path, &task.item.target);
        if format == Format::Markdown
            && let Some(led) = reworded::words_of_destinations(&text, &parsed, way)
        {
            parsed = markdown::parse(&led, format);
            text = led;
        }
        let note = gather::note_of(&source.path, source.blob.clone(), text, parsed);
        let changed = dates.get(&source.path).map(|change| change.date.clone());
        sources.notes.push(Note { changed, ..note });
        sources.archived.push(archived);
        sources.renamed.push(renamed.remove(&source.path).unwrap_or_default());
    }
    sources
}

/// Leads a guide's links into the archive to the anchors that headings have there: the guide was composed with what the
/// names in them stand for afterwards, the originals keep theirs.
fn lead_into_archive(text: &mut String, target: &RepoPath, sources: &Sources) {
    let kept = sources.iter().zip(&sources.renamed).filter_map(|((_, archived), renamed)| {
        let old: Renamed = renamed.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
        Some((archived?.clone(), old))
    });
    if let Some((led, _)) = links::follow_renamed(target, text.as_bytes(), &kept.collect()) {
        *text = String::from_utf8_lossy(&led).into_owned();
    }
}

fn guide(task: &Task, sources: &Sources, dates: &BTreeMap<RepoPath, Change>) -> Guide {
    let given: Vec<GuideSource<'_>> = sources
        .iter()
        .map(|(note, archived)| GuideSource {
            path: &note.path,
            text: &note.text,
            parsed: &note.parsed,
            changed: note.changed.as_deref(),
            commit: dates.get(&note.path).and_then(|change| change.commit.as_str().get(..9)),
            archived,
        })
        .collect();
    let id = task.item.id();
    let conflicts = conflicts(&sources.notes);
    compose(&GuideRequest {
        id: &id,
        target: &task.item.target,
        sources: &given,
        sections: &task.item.sections,
        conflicts: &conflicts,
    })
}

/// What the sources of a guide state differently, found as the analysis finds it.
fn conflicts(notes: &[Note]) -> Vec<Conflict> {
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    let overlaps = Overlaps::of(&texts, &BTreeSet::new());
    let affinities = Affinities::of(notes, NoteWords::of(notes), &overlaps);
    let facts = facts::find(notes, &overlaps, &affinities);
    let value = |value: FactValue| ConflictValue {
        value: value.value,
        path: value.path,
        line: value.line,
        changed: value.changed,
    };
    facts
        .into_iter()
        .map(|fact| Conflict { key: fact.key, values: fact.values.into_iter().map(value).collect() })
        .collect()
}

/// Takes where everything stands in the guide.
fn learn(fates: &mut Fates, target: &RepoPath, sources: &Sources, guide: &Guide) {
    for ((note, archived), renamed) in sources.iter().zip(&sources.renamed) {
        let is_history = archived.is_some() && is_mostly_history(guide, &note.path);
        let mut place = NewPlace {
            path: target.clone(),
            original: archived.cloned(),
            anchors: Some(BTreeMap::new()),
            top: None,
        };
        let mut anchors = BTreeMap::new();
        let own = guide.anchors.iter().filter(|((path, _), _)| *path == note.path);
        for ((_, anchor), landing) in own {
            match (landing, archived) {
                (Landing::Guide(name), _) if anchor.is_empty() && !is_history => place.top.clone_from(name),
                (_, Some(archived)) if anchor.is_empty() => place.path = archived.clone(),
                (Landing::Guide(name), _) => {
                    anchors.insert(anchor.clone(), (target.clone(), name.clone()));
                }
                (Landing::Archive, Some(archived)) => {
                    anchors.insert(anchor.clone(), (archived.clone(), Some(anchor.clone())));
                }
                (Landing::Archive, None) => {}
            }
        }
        // Readers still link by the names that the headings had.
        for (old, new) in renamed {
            let led = match (anchors.get(new), archived) {
                (Some((path, _)), Some(archived)) if path == archived => (path.clone(), Some(old.clone())),
                (Some(led), _) => led.clone(),
                (None, _) => continue,
            };
            anchors.insert(old.clone(), led);
        }
        place.anchors = Some(anchors);
        fates.moves.insert(note.path.clone(), place);
    }
}

/// True where more of a note's lines stand in the archive alone than in the guide: who is sent to the whole note wants
/// the original then.
fn is_mostly_history(guide: &Guide, note: &RepoPath) -> bool {
    let lines = |is_wanted: fn(Fate) -> bool| -> usize {
        let own = guide.placed.iter().filter(|placed| placed.path == *note && is_wanted(placed.fate));
        own.map(|placed| placed.lines.1 + 1 - placed.lines.0).sum()
    };
    lines(|fate| fate == Fate::History) > lines(|fate| fate != Fate::History)
}

/// Leads the links of a guide to where their targets stand afterwards, and names sources where they stand: the guide
/// tells of the places that they had. Gives the mentions that were left, and the anchors that have another name by that.
pub(super) fn link(made: &mut Made, rewriter: &Rewriter<'_>) -> (Vec<Left>, Renamed) {
    let mut renamed = Renamed::new();
    let target = made.target.clone();
    let at = Standing { from: &target, to: &target };
    let text_of = |bytes: Option<Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let links = Parts { mentions: false, ..Parts::LIVE };
    if let Some(text) = text_of(rewriter.rewrite(at, made.text.as_bytes(), links).bytes) {
        made.text = text;
    }
    let named = rewriter.rewrite(at, made.text.as_bytes(), Parts { links: false, ..Parts::LIVE });
    // Where no original is left, only the old path tells where something came from.
    let originals: Vec<&RepoPath> = made.sources.archived.iter().flatten().collect();
    if originals.len() == made.sources.notes.len()
        && let Some(text) = text_of(named_as_led(&target, made.text.as_bytes(), named.bytes, &originals))
    {
        let old = std::mem::replace(&mut made.text, text);
        made.conserved = Some(compared(made)).filter(|found| found.lost == 0);
        match made.conserved {
            Some(_) => renamed = links::renamed_anchors(old.as_bytes(), made.text.as_bytes()),
            None => made.text = old,
        }
    }
    // The guide itself says where its sources stand.
    let is_source = |left: &Left| made.sources.notes.iter().any(|note| note.path == left.means);
    let is_answered =
        |left: &Left| matches!(left.why, LeftReason::NameAlone | LeftReason::PartOfPath) && is_source(left);
    (named.left.into_iter().filter(|left| !is_answered(left)).collect(), renamed)
}

/// The text with its mentions, where the words of a link that leads into an original name that one; `None`: it stays.
fn named_as_led(
    guide: &RepoPath,
    before: &[u8],
    named: Option<Vec<u8>>,
    originals: &[&RepoPath],
) -> Option<Vec<u8>> {
    links::name_in_words(guide, named.as_deref().unwrap_or(before), guide, originals).or(named)
}

fn compared(guide: &Made) -> Conservation {
    let wanted: Vec<Cow<'_, str>> = guide.sources.notes.iter().map(|note| wanted(guide, note)).collect();
    let texts: Vec<Text<'_>> =
        guide.sources.notes.iter().zip(&wanted).map(|(note, text)| Text { path: &note.path, text }).collect();
    let archive: Vec<Text<'_>> = guide
        .sources
        .iter()
        .filter_map(|(note, archived)| Some(Text { path: archived?, text: &note.text }))
        .collect();
    let guides = [Text { path: &guide.target, text: &guide.text }];
    conserve::compare(&texts, &Outputs { guides: &guides, archive: &archive, moved: None })
}

/// What of a source must be found again.
fn wanted<'n>(guide: &Made, note: &'n Note) -> Cow<'n, str> {
    match guide.dropped.get(&note.path).filter(|lines| !lines.is_empty()) {
        Some(lines) => Cow::Owned(conserve::without_lines(&note.text, lines)),
        None => Cow::Borrowed(&note.text),
    }
}

/// Compares the sources with their guides and the archive.
///
/// # Errors
/// Something of a source stands nowhere.
pub(super) fn conserved(made: &[Made]) -> Result<Conservation> {
    let mut all = Conservation::default();
    let found = parallel::map(made, |guide| guide.conserved.clone().unwrap_or_else(|| compared(guide)));
    for (guide, found) in made.iter().zip(found) {
        if found.lost > 0 {
            bail!("{}", said_lost(&guide.target, &found.sources, found.lost));
        }
        all.blocks += found.blocks;
        all.in_guide += found.in_guide;
        all.sources.extend(found.sources);
    }
    Ok(all)
}

fn said_lost(guide: &RepoPath, sources: &[SourceConservation], lost: usize) -> String {
    let all = sources.iter().flat_map(|source| {
        source.lost.iter().map(move |item| format!("`{}` line {}: {}", source.path, item.line, item.text))
    });
    let shown: Vec<String> = all.take(SHOWN).collect();
    let more = lost.saturating_sub(shown.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("the guide `{guide}` would lose {}{more}", shown.join("; "))
}
