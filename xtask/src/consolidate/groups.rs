//! Which notes belong into one guide, and where it would stand.

use std::collections::{BTreeMap, BTreeSet};

use super::affinity::{Affinities, Evidence};
use super::archive;
use super::guide::contents_lines;
use super::note::{Note, Role};
use super::overlaps::Overlaps;
use super::plan::{Destiny, SectionPlan};
use super::report::count;
use super::role;
use super::topics::cluster;
use super::{editions, sections};
use crate::markdown::{BlockKind, Format};
use crate::parallel;
use crate::repo::RepoPath;

/// Notes that would make one guide.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// Numbers of notes, the base first.
    pub(super) notes: Vec<usize>,
    /// 0 to 1.
    pub(super) confidence: f64,
    pub(super) why: String,
    pub(super) target: RepoPath,
    /// What becomes of the sections of its notes.
    pub(super) sections: Vec<SectionPlan>,
}

/// Average affinity above which notes belong into one guide.
const CLOSE: f64 = 0.3;
/// More notes make a guide that nobody reads.
const MOST: usize = 20;

/// Groups of notes, the surest first, and the notes that fit into one and would bring nothing to its guide.
pub(super) fn of(
    notes: &[Note],
    affinities: &Affinities,
    overlaps: &Overlaps,
    guides: &RepoPath,
    finished: &BTreeSet<usize>,
) -> (Vec<Group>, BTreeSet<usize>) {
    let twins: BTreeSet<usize> = overlaps.identical.iter().flat_map(|group| group[1..].to_vec()).collect();
    let together: Vec<Vec<usize>> =
        cluster(notes.len(), affinities, Evidence::score, |closeness, _| closeness >= CLOSE)
            .into_iter()
            .map(|group| {
                group
                    .into_iter()
                    .filter(|number| {
                        may_merge(&notes[*number]) && !twins.contains(number) && !finished.contains(number)
                    })
                    .collect()
            })
            .map(|group: Vec<usize>| in_one_edition(notes, group))
            .filter(|group: &Vec<usize>| (2..=MOST).contains(&group.len()))
            .collect();
    let bringing = parallel::on(parallel::available(), &together, |group| that_bring(notes, group));
    let pairs = together.iter().zip(&bringing).filter(|(_, (bringing, _))| !bringing.is_empty());
    let idle = pairs.flat_map(|(all, (bringing, _))| all.iter().filter(|number| !bringing.contains(number)));
    let idle = idle.copied().collect();
    let described = |group: &[usize]| describe(notes, affinities, overlaps, guides, group.to_vec());
    let pairs = together.iter().zip(bringing).filter(|(_, (bringing, _))| bringing.len() >= 2);
    let mut groups: Vec<Group> = pairs
        .map(|(all, (bringing, sections))| {
            let group = described(&bringing);
            // Those that bring nothing still say how surely the others belong together.
            let confidence = group.confidence.min(described(all).confidence);
            Group { confidence, sections, ..group }
        })
        .collect();
    groups
        .sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then(one.notes.cmp(&other.notes)));
    make_targets_unique(&mut groups);
    (groups, idle)
}

/// The notes of a group of which something goes into the guide, the base first, and what becomes of their sections. What
/// all tells of days, or stands in another of them, is better put away by itself.
fn that_bring(notes: &[Note], group: &[usize]) -> (Vec<usize>, Vec<SectionPlan>) {
    let mut group = group.to_vec();
    group.sort_by_key(|&number| (base_rank(&notes[number]), number));
    let plans = sections::of(notes, &group);
    let all = group.len();
    group.retain(|&number| brings(&notes[number], &plans));
    // What a note that is left out says as well stands in the guide all the same.
    let plans = if group.len() == all { plans } else { sections::of(notes, &group) };
    (group, plans)
}

/// True where more than a heading or a table of contents of a note goes into the guide.
fn brings(note: &Note, plans: &[SectionPlan]) -> bool {
    let contents = contents_lines(&note.parsed);
    let goes = |line: usize| {
        let holds = |lines: (usize, usize)| (lines.0..=lines.1).contains(&line);
        let mut own = plans.iter().filter(|plan| plan.source == note.path && plan.destiny == Destiny::Guide);
        own.any(|plan| holds(plan.lines)) && !contents.iter().any(|&lines| holds(lines))
    };
    let blocks = note.parsed.blocks.iter().filter(|block| {
        block.parent.is_none() && !matches!(block.kind, BlockKind::Heading(_) | BlockKind::Rule)
    });
    blocks.into_iter().any(|block| goes(block.lines.0))
}

/// A group without the notes that another of it says in another language or of another version.
fn in_one_edition(notes: &[Note], group: Vec<usize>) -> Vec<usize> {
    let mut kept: Vec<(usize, editions::Name)> = Vec::new();
    for number in group {
        let name = editions::name(&notes[number].path);
        if !kept.iter().any(|(_, other)| editions::are(other, &name)) {
            kept.push((number, name));
        }
    }
    kept.into_iter().map(|(number, _)| number).collect()
}

/// What is protected stays, and so does a record of a series or of a release; what happened in one sitting or is finished makes no
/// guide; what is no plain Markdown (text without markup, components of a site) would read otherwise among Markdown.
fn may_merge(note: &Note) -> bool {
    let extension = note.path.extension();
    let is_markdown = Format::of_extension(&extension) == Some(Format::Markdown) && extension != "mdx";
    is_markdown
        && note.protected.is_none()
        && !note.is_empty()
        && !role::is_record(&note.stem())
        && (!role::is_of_a_release(&note.stem()) || note.role == Role::Guide)
        && !archive::lies_finished(note)
        && !matches!(note.role, Role::Session | Role::Index)
}

/// Folders that guides may stand in.
pub(super) const GUIDES: [&str; 3] = ["docs/guides", "notes/guides", "doc/guides"];

/// Guides stand in a folder that is there, else below `docs/` where there is such a folder, else below `notes/`; never
/// where git ignores them, if that can be.
pub(super) fn guides_folder(paths: &BTreeSet<RepoPath>, ignored: &BTreeSet<RepoPath>) -> RepoPath {
    let has = |folder: &str| paths.iter().any(|path| path.is_within(&folder.into()));
    let usual = if has("docs") { "docs/guides" } else { "notes/guides" };
    let there = GUIDES.into_iter().filter(|folder| has(folder));
    let mut folders = there.chain([usual]).chain(GUIDES).map(RepoPath::from);
    folders.find(|folder| !ignored.contains(folder)).unwrap_or_else(|| usual.into())
}

/// Words of a guide's name.
const LONGEST_NAME: usize = 4;

fn describe(
    notes: &[Note],
    affinities: &Affinities,
    overlaps: &Overlaps,
    guides: &RepoPath,
    group: Vec<usize>,
) -> Group {
    let pairs: Vec<(usize, usize)> = (0..group.len())
        .flat_map(|index| (index + 1..group.len()).map(move |other| (index, other)))
        .map(|(one, other)| (group[one], group[other]))
        .collect();
    let closeness =
        pairs.iter().map(|&(a, b)| affinities.between(a, b).score()).sum::<f64>() / pairs.len() as f64;
    let shared: Vec<_> = pairs.iter().filter_map(|&(a, b)| overlaps.between(a, b)).collect();
    let passages: usize = shared.iter().map(|pair| pair.passages.len()).sum();
    let overlap = shared.iter().map(|pair| pair.score).fold(0.0, f64::max);
    let words = common_words(&group, affinities);
    let name = guide_name(notes, &group, &words);
    let mut why = format!("average affinity {closeness:.2}");
    if passages > 0 {
        let passages = count(passages, "shared passage", "shared passages");
        why.push_str(&format!(", {passages} in {}", count(shared.len(), "pair", "pairs")));
    }
    if !words.is_empty() {
        why.push_str(&format!(", common words: {}", words.join(", ")));
    }
    Group {
        confidence: (closeness * 1.1 + overlap * 0.25).min(0.97),
        why,
        target: guides.join(format!("{name}.md").as_bytes()),
        notes: group,
        sections: Vec::new(),
    }
}

/// Theme words that most of the names share, as the first name that has them all writes them; else theme words of the
/// texts.
fn guide_name(notes: &[Note], group: &[usize], words: &[String]) -> String {
    let names: Vec<Vec<(String, String)>> =
        group.iter().map(|&number| role::themes_as_written(&notes[number].stem())).collect();
    let has = |name: &[(String, String)], word: &str| name.iter().any(|(theme, _)| theme == word);
    let is_common = |word: &str| names.iter().filter(|name| has(name, word)).count() * 5 >= names.len() * 3;
    let common: Vec<Vec<&str>> = names
        .iter()
        .map(|name| name.iter().filter(|(theme, _)| is_common(theme)).map(|(_, written)| written.as_str()))
        .map(Iterator::collect)
        .collect();
    let fullest = common.into_iter().rev().max_by_key(Vec::len).filter(|name| !name.is_empty());
    let chosen = fullest.unwrap_or_else(|| words.iter().map(String::as_str).take(3).collect());
    let mut parts: Vec<&str> = Vec::new();
    for word in chosen.into_iter().take(LONGEST_NAME) {
        if !parts.contains(&word) {
            parts.push(word);
        }
    }
    if parts.is_empty() { notes[group[0]].stem().to_lowercase() } else { parts.join("-") }
}

/// The base is what reads like a guide already, and of those the longest.
fn base_rank(note: &Note) -> (usize, std::cmp::Reverse<usize>) {
    let rank = match note.role {
        Role::Guide => 0,
        Role::Reference => 1,
        Role::Other => 2,
        Role::Report => 3,
        _ => 4,
    };
    (rank, std::cmp::Reverse(note.text.len()))
}

/// Theme words that at least half of the notes have, the heaviest first.
fn common_words(group: &[usize], affinities: &Affinities) -> Vec<String> {
    let mut weights: BTreeMap<u32, (usize, f64)> = BTreeMap::new();
    for &number in group {
        for &(word, weight) in affinities.themes.vectors[number].entries() {
            let entry = weights.entry(word).or_default();
            entry.0 += 1;
            entry.1 += weight;
        }
    }
    let mut common: Vec<(f64, u32)> = weights
        .into_iter()
        .filter(|(_, (count, _))| count * 2 >= group.len() && *count > 1)
        .map(|(word, (_, weight))| (weight, word))
        .collect();
    common.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    common.into_iter().take(4).map(|(_, word)| affinities.themes.shown(word)).collect()
}

pub(super) fn title(name: &str) -> String {
    let text = name.replace(['-', '_'], " ");
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => text,
    }
}

fn make_targets_unique(groups: &mut [Group]) {
    let mut taken = BTreeSet::new();
    for group in groups {
        group.target = free(&group.target, |path| taken.contains(&path.folded()));
        taken.insert(group.target.folded());
    }
}

/// Gives another target to each group whose guide would stand in the place of a file that is none of its notes. Names
/// that differ in case alone are one file on some disks: where it is one of its notes, the guide is spelled as that is.
pub(super) fn avoid_files(groups: &mut [Group], notes: &[Note], paths: &BTreeSet<RepoPath>) {
    let there: BTreeSet<Vec<u8>> = paths.iter().map(RepoPath::folded).collect();
    let mut taken: BTreeSet<Vec<u8>> = groups.iter().map(|group| group.target.folded()).collect();
    for group in groups {
        let place = group.target.folded();
        let mut own = group.notes.iter().map(|&number| &notes[number].path);
        if let Some(own) = own.find(|path| path.folded() == place) {
            group.target = own.clone();
        } else if there.contains(&place) {
            let is_taken = |path: &RepoPath| {
                let place = path.folded();
                there.contains(&place) || taken.contains(&place)
            };
            group.target = free(&group.target, is_taken);
            taken.insert(group.target.folded());
        }
    }
}

/// The path, or the first one with a number behind its stem that is not taken.
fn free(target: &RepoPath, is_taken: impl Fn(&RepoPath) -> bool) -> RepoPath {
    let stem = String::from_utf8_lossy(target.stem()).into_owned();
    let numbered = |number: usize| {
        let name = format!("{stem}-{number}.md");
        match target.parent() {
            Some(folder) => folder.join(name.as_bytes()),
            None => RepoPath::from_bytes(name.as_bytes()),
        }
    };
    let first = std::iter::once(target.clone()).chain((2..).map(numbered)).find(|path| !is_taken(path));
    first.unwrap_or_else(|| target.clone())
}
