//! From what was read to the result: each analysis once, then the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::affinity::{Affinities, NoteWords};
use super::archive::{self, Candidate, Surroundings};
use super::archive_place::Places;
use super::gather::Gathered;
use super::groups::{self, Group};
use super::note::Note;
use super::overlaps::{self, Overlaps, round};
use super::plan::{self, Action, Destiny, Item, Proposed, Source};
use super::records::Records;
use super::result::{
    Affinity, Analysis, ArchiveItem, DuplicateItem, Guide, GuideSection, ItemState, MergeItem, NoteEntry,
    Plan, ReferenceClass, Summary, Topic,
};
use super::topics::{self, Topics};
use super::{Options, decisions, editions, facts, scope, sections, shares, ticks};
use crate::parallel;
use crate::repo::RepoPath;
use crate::report::Finding;

/// Affinities below this are noise.
const LEAST_AFFINITY: f64 = 0.05;
/// Archive candidates below this, in percent, are listed in JSON and not proposed.
const LEAST_ARCHIVE: u8 = 25;
/// Affinities kept for each note.
const AFFINITIES: usize = 20;

/// Makes the result out of what was read.
pub(super) fn analysis(gathered: Gathered, options: &Options) -> Analysis {
    let notes = &gathered.notes;
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    let (words, overlaps) =
        parallel::both(|| NoteWords::of(notes), || Overlaps::of(&texts, &kept_apart(&gathered)));
    let affinities = Affinities::of(notes, words, &overlaps);
    let topics = Topics::of(notes, &affinities);
    let topic_entries = topics::entries(notes, &topics, &affinities);
    let records = Records::of(notes);
    let (facts, (proposals, overlap_share, word_counts)) = parallel::both(
        || facts::find(notes, &overlaps, &affinities),
        || {
            let found = (&overlaps, &affinities, &records);
            let proposals = items(&gathered, found, &topic_entries, options);
            let word_counts: Vec<usize> = notes.iter().map(Note::count_words).collect();
            (proposals, shares::overlap_share(notes), word_counts)
        },
    );
    let Proposals { items, unsure, lapsed } = proposals;
    let plan = plan(items.iter().chain(&unsure), &gathered);
    let overlap_entries = overlaps::entries(notes, &overlaps);
    let summary = Summary {
        notes: notes.len(),
        bytes: notes.iter().map(|note| note.text.len()).sum(),
        words: word_counts.iter().sum(),
        topics: topic_entries.len(),
        overlaps: overlap_entries.len(),
        identical_groups: overlaps.identical.len(),
        empty: notes.iter().filter(|note| note.is_empty()).count(),
        facts: facts.len(),
        overlap_share: round(overlap_share),
        proposed: items.iter().filter(|item| !item.done).count(),
        ticked: items.iter().filter(|item| item.ticked && !item.done).count(),
        broken_links: Some(gathered.broken_links.len()),
        references: gathered
            .references
            .as_ref()
            .map(|all| all.iter().filter(|one| one.class != ReferenceClass::Ignored).count()),
    };
    let topic_of: BTreeMap<&RepoPath, &str> = topic_entries
        .iter()
        .flat_map(|topic| topic.notes.iter().map(|path| (path, topic.id.as_str())))
        .collect();
    Analysis {
        inputs: inputs(notes.iter().chain(&gathered.beside), options),
        depth: options.depth,
        read_at: gathered.read_at.clone(),
        uncommitted: gathered.uncommitted.clone(),
        notes: notes
            .iter()
            .zip(word_counts)
            .map(|(note, words)| note_entry(note, words, topic_of.get(&note.path).copied()))
            .collect(),
        dates_unknown: gathered.dates_unknown.clone(),
        overlaps: overlap_entries,
        affinities: affinity_entries(notes, &affinities),
        boilerplate: overlaps::boilerplate(notes, &overlaps),
        facts,
        references: gathered.references.clone(),
        references_unknown: gathered.references_unknown.clone(),
        broken_links: Some(gathered.broken_links.clone()),
        outrun: gathered.outrun.clone(),
        orphans: orphans(&gathered),
        archived: gathered.archived.clone(),
        records: records.series,
        plan,
        lapsed,
        summary,
        findings: findings(&gathered),
        topics: topic_entries,
        excerpts: overlaps::excerpts(notes, &overlaps),
        items,
        since: None,
    }
}

/// Pairs that are not compared: a guide and the notes that it was made of, a page and what it said of another version.
fn kept_apart(gathered: &Gathered) -> BTreeSet<(usize, usize)> {
    let mut apart = guides_and_sources(gathered);
    apart.extend(editions::of_versions(&gathered.notes));
    apart
}

fn guides_and_sources(gathered: &Gathered) -> BTreeSet<(usize, usize)> {
    let numbers: BTreeMap<&RepoPath, usize> =
        gathered.notes.iter().enumerate().map(|(number, note)| (&note.path, number)).collect();
    let sources: BTreeMap<String, &Item> = gathered.previous.iter().map(|item| (item.id(), item)).collect();
    let mut apart = BTreeSet::new();
    for (guide, id) in &gathered.guides {
        let (Some(&guide), Some(item)) = (numbers.get(guide), sources.get(id)) else { continue };
        for source in item.sources.iter().filter_map(|source| numbers.get(&source.path)) {
            apart.insert((guide.min(*source), guide.max(*source)));
        }
    }
    apart
}

fn inputs<'n>(notes: impl Iterator<Item = &'n Note>, options: &Options) -> String {
    let schema = crate::report::SCHEMA.to_string();
    let config = format!("{:?} {:?} {}", options.depth, options.config, options.tick_above);
    let mut parts: Vec<&[u8]> = vec![schema.as_bytes(), config.as_bytes()];
    for note in notes {
        parts.push(note.path.as_bytes());
        parts.push(note.blob.as_str().as_bytes());
    }
    plan::hash(parts.into_iter())
}

fn note_entry(note: &Note, words: usize, topic: Option<&str>) -> NoteEntry {
    NoteEntry {
        path: note.path.clone(),
        title: note.title.clone(),
        bytes: note.text.len(),
        words,
        blocks: note.parsed.blocks.iter().filter(|block| block.kind.is_leaf()).count(),
        lines: note.count_lines(),
        created: note.created.clone(),
        changed: note.changed.clone(),
        role: note.role,
        topic: topic.map(str::to_owned),
        protected: note.protected.clone(),
    }
}

/// The strongest affinities: as many as keep the list readable for each note.
fn affinity_entries(notes: &[Note], affinities: &Affinities) -> Vec<Affinity> {
    let mut all: Vec<(f64, usize, usize)> = affinities
        .pairs()
        .map(|(a, b, evidence)| (evidence.score(), a, b))
        .filter(|(score, _, _)| *score >= LEAST_AFFINITY)
        .collect();
    all.sort_by(|one, other| other.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(other.1, other.2))));
    all.truncate(notes.len() * AFFINITIES);
    all.into_iter()
        .map(|(score, a, b)| Affinity {
            a: notes[a].path.clone(),
            b: notes[b].path.clone(),
            score: round(score),
        })
        .collect()
}

fn orphans(gathered: &Gathered) -> Vec<RepoPath> {
    let is_named = |number: usize| {
        let inbound = &gathered.inbound;
        !inbound.from_notes[number].is_empty() || !inbound.from_files[number].is_empty()
    };
    let orphans = gathered
        .notes
        .iter()
        .enumerate()
        .filter(|(number, note)| !is_named(*number) && note.protected.is_none());
    orphans.map(|(_, note)| note.path.clone()).collect()
}

fn findings(gathered: &Gathered) -> Vec<Finding> {
    let mut findings = gathered.findings.clone();
    for note in gathered.notes.iter().filter(|note| note.is_empty()) {
        let path = note.path.display().into_owned();
        findings.push(
            Finding::warn("empty-note", Some(path), "holds no word")
                .hint("remove it, or write what it is for"),
        );
    }
    findings.sort();
    findings
}

/// The items that are proposed, with what was decided before.
fn items(
    gathered: &Gathered,
    (overlaps, affinities, records): (&Overlaps, &Affinities, &Records),
    topics: &[Topic],
    options: &Options,
) -> Proposals {
    let notes = &gathered.notes;
    let candidates = archive::candidates(notes, &surroundings(gathered, overlaps));
    // What this tool made stays as it is: neither finished business nor a source of another guide.
    let made = |number: usize| gathered.guides.contains_key(&notes[number].path);
    let mut candidates: Vec<Candidate> =
        candidates.into_iter().filter(|candidate| !made(candidate.note)).collect();
    // Records rank where they did; none is proposed.
    let of_records = candidates.iter_mut().filter(|candidate| records.notes.contains(&candidate.note));
    of_records.for_each(|candidate| candidate.has_sign = false);
    let finished: BTreeSet<usize> = candidates
        .iter()
        .filter(|candidate| {
            candidate.has_sign && percent(candidate.confidence) >= percent(options.tick_above)
        })
        .map(|candidate| candidate.note)
        .chain((0..notes.len()).filter(|number| made(*number) || records.notes.contains(number)))
        .collect();
    let guides = groups::guides_folder(&gathered.paths, &gathered.ignored_folders);
    let (mut groups, idle) = groups::of(notes, affinities, overlaps, &guides, &finished);
    groups::avoid_files(&mut groups, notes, &gathered.paths);
    let merges = parallel::on(parallel::available(), &groups, |group| merge_item(notes, group, options));
    let mut items: Vec<Item> = merges.into_iter().filter(has_guide).collect();
    let twins = duplicate_items(gathered, overlaps);
    let gone: BTreeSet<RepoPath> = twins.iter().map(|item| item.sources[0].path.clone()).collect();
    let archived = candidates.iter().filter(|candidate| {
        notes[candidate.note].protected.is_none() && !gone.contains(&notes[candidate.note].path)
    });
    let ignored = gathered.ignored_folders.clone();
    let mut places = Places::new(options.config.archive_layout, &gathered.paths, ignored);
    let (sure, unsure): (Vec<&Candidate>, Vec<&Candidate>) = archived.partition(|candidate| {
        let is_sure = candidate.has_sign && percent(candidate.confidence) >= LEAST_ARCHIVE;
        is_sure || idle.contains(&candidate.note)
    });
    let mut archive = |candidate: &Candidate| {
        let brings_nothing = idle.contains(&candidate.note);
        archive_item(gathered, (candidate, brings_nothing), topics, &mut places, options)
    };
    items.extend(sure.into_iter().map(&mut archive));
    let unsure = unsure.into_iter().map(archive).collect();
    items.extend(twins);
    let ignored = ticks::Ignored::of(&items, gathered, options);
    for (order, item) in (1..).zip(&mut items) {
        item.proposed.order = order;
        ticks::hold_back(item, gathered, &ignored);
    }
    let (mut items, lapsed) =
        decisions::carry_over(items, gathered.previous.clone(), |item| gathered.done.contains(&item.id()));
    items.iter_mut().filter(|item| !item.done).for_each(|item| ignored.say(item));
    Proposals { items, unsure, lapsed }
}

/// What is proposed, and what is not sure enough for it.
struct Proposals {
    items: Vec<Item>,
    /// Archive candidates that are listed, and that the plan leaves out.
    unsure: Vec<Item>,
    lapsed: Vec<decisions::Lapsed>,
}

fn surroundings(gathered: &Gathered, overlaps: &Overlaps) -> Vec<Surroundings> {
    let notes = &gathered.notes;
    let ages = ages(notes);
    let mut in_folder: BTreeMap<Option<RepoPath>, usize> = BTreeMap::new();
    for note in notes {
        *in_folder.entry(note.path.parent()).or_default() += 1;
    }
    let mut all: Vec<Surroundings> = (0..notes.len())
        .map(|number| {
            let inbound =
                gathered.inbound.from_notes[number].len() + gathered.inbound.from_files[number].len();
            Surroundings {
                inbound,
                superseded: 0.0,
                age: ages[number],
                in_folder: in_folder[&notes[number].path.parent()],
            }
        })
        .collect();
    for (&(a, b), pair) in &overlaps.pairs {
        let (Some(date_a), Some(date_b)) = (notes[a].changed_at(), notes[b].changed_at()) else { continue };
        if date_a < date_b {
            all[a].superseded = all[a].superseded.max(pair.share_a);
        }
        if date_b < date_a {
            all[b].superseded = all[b].superseded.max(pair.share_b);
        }
    }
    all
}

/// For each note the share of the others that were changed later; 0 where dates are not known.
fn ages(notes: &[Note]) -> Vec<f64> {
    let mut dates: Vec<i64> = notes.iter().filter_map(Note::changed_at).collect();
    dates.sort_unstable();
    let age = |note: &Note| {
        let date = note.changed_at()?;
        let earlier = dates.partition_point(|&other| other < date);
        (dates.len() > 1).then(|| 1.0 - earlier as f64 / (dates.len() - 1) as f64)
    };
    notes.iter().map(|note| age(note).unwrap_or(0.0)).collect()
}

fn percent(confidence: f64) -> u8 {
    (confidence.clamp(0.0, 1.0) * 100.0).round() as u8
}

fn source(note: &Note) -> Source {
    Source { path: note.path.clone(), blob: note.blob.clone() }
}

fn item(
    action: Action,
    sources: Vec<Source>,
    target: RepoPath,
    confidence: u8,
    ticked: bool,
    why: String,
) -> Item {
    Item {
        action,
        ticked,
        done: false,
        sources,
        without: Vec::new(),
        proposed: Proposed { ticked, target: target.clone(), order: 0 },
        target,
        confidence,
        lines: None,
        why: super::plan_words::one_line(&why),
        reason: None,
        sections: Vec::new(),
    }
}

fn merge_item(notes: &[Note], group: &Group, options: &Options) -> Item {
    let mut sources: Vec<Source> = group.notes.iter().map(|&number| source(&notes[number])).collect();
    sources.sort();
    let confidence = percent(group.confidence);
    let sections = group.sections.clone();
    let all = group.notes.iter().map(|&number| notes[number].count_lines()).sum();
    let sum_of = |destiny: Destiny| -> usize {
        let lines = sections.iter().filter(|section| section.destiny == destiny);
        lines.map(|section| section.lines.1 - section.lines.0 + 1).sum()
    };
    let in_guide = sum_of(Destiny::Guide);
    let is_thin = is_thin(in_guide, sum_of(Destiny::History));
    // What two notes say is written once.
    let in_guide = in_guide.saturating_sub(sections::repeated_lines(notes, &group.notes, &sections));
    let ticked = confidence >= percent(options.tick_above) && !is_thin;
    let thin = if is_thin { ", nearly all of it tells of days" } else { "" };
    let why = format!("{}{thin}", group.why);
    Item {
        sections,
        lines: Some((all, in_guide)),
        ..item(Action::Merge, sources, group.target.clone(), confidence, ticked, why)
    }
}

/// True for a guide that holds less than a fifth of what its sources do not repeat: reports of days that agree are better
/// archived.
fn is_thin(in_guide: usize, in_archive: usize) -> bool {
    in_guide * 5 < in_guide + in_archive
}

/// Notes that tell of days alone make no guide.
fn has_guide(item: &Item) -> bool {
    item.lines.is_some_and(|(_, in_guide)| in_guide > 0)
}

fn archive_item(
    gathered: &Gathered,
    (candidate, brings_nothing): (&Candidate, bool),
    topics: &[Topic],
    places: &mut Places,
    options: &Options,
) -> Item {
    let note = &gathered.notes[candidate.note];
    let confidence = percent(candidate.confidence);
    let ticked = candidate.has_sign && confidence >= percent(options.tick_above);
    let topic = topics.iter().find(|topic| topic.notes.contains(&note.path));
    let topic = topic.map_or("", |topic| topic.label.as_str());
    let target = places.place(&note.path, topic, note.changed.as_deref().and_then(|date| date.get(..4)));
    let nothing = brings_nothing.then_some("a guide of its subject would take nothing of it");
    let reasons: Vec<&str> = candidate.reasons.iter().map(String::as_str).chain(nothing).collect();
    item(Action::Archive, vec![source(note)], target, confidence, ticked, reasons.join("; "))
}

/// Of equal notes the one stays that must, else the one that most others name, else the shortest path.
fn duplicate_items(gathered: &Gathered, overlaps: &Overlaps) -> Vec<Item> {
    let notes = &gathered.notes;
    let mut items = Vec::new();
    for group in &overlaps.identical {
        let named = |number: usize| {
            gathered.inbound.from_notes[number].len() + gathered.inbound.from_files[number].len()
        };
        let rank = |&&number: &&usize| {
            let note = &notes[number];
            (
                note.protected.is_none(),
                !scope::is_looked_for(&note.path),
                std::cmp::Reverse(named(number)),
                note.path.as_bytes().len(),
                note.path.clone(),
            )
        };
        let Some(&kept) = group.iter().min_by_key(rank) else { continue };
        let edition = |number: usize| editions::name(&notes[number].path);
        let too_many = |number: &usize| {
            *number != kept
                && notes[*number].protected.is_none()
                && !editions::are(&edition(kept), &edition(*number))
        };
        for number in group.iter().copied().filter(too_many) {
            let why = "equal byte for byte".to_owned();
            items.push(item(
                Action::Duplicate,
                vec![source(&notes[number])],
                notes[kept].path.clone(),
                100,
                true,
                why,
            ));
        }
    }
    items
}

/// The plan as JSON shows it.
fn plan<'i>(items: impl Iterator<Item = &'i Item>, gathered: &Gathered) -> Plan {
    let mut plan = Plan::default();
    for item in items {
        let state = ItemState { id: item.id(), ticked: item.ticked, done: item.done };
        let confidence = f64::from(item.confidence) / 100.0;
        let first = item.sources.first().map_or_else(|| item.target.clone(), |source| source.path.clone());
        match item.action {
            Action::Merge => {
                let (lines_before, lines_in_guide) = item.lines.unwrap_or_default();
                plan.guides.push(guide(item, gathered));
                plan.merges.push(MergeItem {
                    state,
                    target: item.target.clone(),
                    sources: item.sources.iter().map(|source| source.path.clone()).collect(),
                    confidence,
                    why: item.why.clone(),
                    lines_before,
                    lines_in_guide,
                });
            }
            Action::Archive => {
                plan.archive.push(ArchiveItem {
                    state,
                    path: first,
                    to: item.target.clone(),
                    confidence,
                    why: item.why.clone(),
                });
            }
            Action::Duplicate => {
                plan.duplicates.push(DuplicateItem { state, path: first, same_as: item.target.clone() })
            }
        }
    }
    plan.archive.sort_by(|one, other| {
        other.confidence.total_cmp(&one.confidence).then_with(|| one.path.cmp(&other.path))
    });
    plan
}

fn guide(item: &Item, gathered: &Gathered) -> Guide {
    let stem = String::from_utf8_lossy(item.target.stem()).replace(['-', '_'], " ");
    let title = match gathered.notes.iter().find(|note| note.path == item.target) {
        Some(note) => note.title.clone(),
        None => groups::title(&stem),
    };
    let sections = item.taken_sections().map(|section| GuideSection {
        heading: section.heading.clone(),
        source: section.source.clone(),
        lines: section.lines.into(),
        destiny: section.destiny,
    });
    Guide { target: item.target.clone(), title, sections: sections.collect() }
}
