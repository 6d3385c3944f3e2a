//! What the notes speak of: clusters by affinity, with labels from their theme words.

use std::collections::{BTreeMap, BTreeSet};

use super::affinity::{Affinities, Evidence};
use super::note::Note;
use super::plan;
use super::result::Topic;
use super::role;

/// Notes that belong together, and what they are called.
#[derive(Debug, Default)]
pub(super) struct Topics {
    /// Numbers of notes, the largest group first.
    pub(super) groups: Vec<Vec<usize>>,
}

impl Topics {
    /// Joins the two closest groups (average affinity) until there are as few as a reader can take in.
    pub(super) fn of(notes: &[Note], affinities: &Affinities) -> Self {
        let most = most_topics(notes.len());
        let mut groups = cluster(notes.len(), affinities, Evidence::topic_score, |_, groups| groups > most);
        groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group[0]));
        Self { groups }
    }
}

/// How many topics a reader can take in: one for five notes, up to 25; above that they grow slower than notes.
fn most_topics(notes: usize) -> usize {
    let by_share = (notes as f64 * 0.21).ceil();
    let readable = ((notes as f64).sqrt() * 2.25).round().max(25.0);
    by_share.min(readable).max(1.0) as usize
}

/// Agglomerative clustering by the average of `score`; `goes_on` is asked before each join.
pub(super) fn cluster(
    count: usize,
    affinities: &Affinities,
    score: impl Fn(Evidence) -> f64,
    goes_on: impl Fn(f64, usize) -> bool,
) -> Vec<Vec<usize>> {
    let mut members: BTreeMap<usize, Vec<usize>> = (0..count).map(|number| (number, vec![number])).collect();
    // Sums of affinities between groups; the smaller number of a join goes on to stand for it.
    let mut sums: BTreeMap<usize, BTreeMap<usize, f64>> = BTreeMap::new();
    for (a, b, evidence) in affinities.pairs() {
        sums.entry(a).or_default().insert(b, score(evidence));
        sums.entry(b).or_default().insert(a, score(evidence));
    }
    // The closest group behind each: only what a join touches is looked for again.
    let mut nearest: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
    for (&a, others) in &sums {
        nearest.extend(closest(a, others, &members).map(|found| (a, found)));
    }
    while let Some((closeness, a, b)) = best(&nearest) {
        if !goes_on(closeness, members.len()) {
            break;
        }
        let touched = join(&mut sums, a, b);
        let moved = members.remove(&b).unwrap_or_default();
        if let Some(group) = members.get_mut(&a) {
            group.extend(moved);
            group.sort_unstable();
        }
        nearest.remove(&b);
        for row in touched {
            match sums.get(&row).and_then(|others| closest(row, others, &members)) {
                Some(found) => nearest.insert(row, found),
                None => nearest.remove(&row),
            };
        }
    }
    members.into_values().collect()
}

/// The closest group with a larger number; of equally close ones the first.
fn closest(
    a: usize,
    others: &BTreeMap<usize, f64>,
    members: &BTreeMap<usize, Vec<usize>>,
) -> Option<(f64, usize)> {
    let mut best: Option<(f64, usize)> = None;
    for (&b, &sum) in others.range(a + 1..) {
        let closeness = sum / (members[&a].len() * members[&b].len()) as f64;
        if best.is_none_or(|(most, _)| closeness > most) {
            best = Some((closeness, b));
        }
    }
    best
}

/// The closest two groups; of equally close ones the first.
fn best(nearest: &BTreeMap<usize, (f64, usize)>) -> Option<(f64, usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for (&a, &(closeness, b)) in nearest {
        if best.is_none_or(|(most, _, _)| closeness > most) {
            best = Some((closeness, a, b));
        }
    }
    best
}

/// Adds the sums of `b` to those of `a`; gives the rows whose sums or sizes changed.
fn join(sums: &mut BTreeMap<usize, BTreeMap<usize, f64>>, a: usize, b: usize) -> BTreeSet<usize> {
    let of_b = sums.remove(&b).unwrap_or_default();
    let mut touched: BTreeSet<usize> = of_b.keys().copied().collect();
    for (other, sum) in of_b {
        if other == a {
            continue;
        }
        *sums.entry(a).or_default().entry(other).or_default() += sum;
        if let Some(row) = sums.get_mut(&other) {
            row.remove(&b);
            *row.entry(a).or_default() += sum;
        }
    }
    if let Some(row) = sums.get_mut(&a) {
        row.remove(&b);
        touched.extend(row.keys().copied());
    }
    touched.insert(a);
    touched
}

/// The topics as they are reported.
pub(super) fn entries(notes: &[Note], topics: &Topics, affinities: &Affinities) -> Vec<Topic> {
    let mut labels = BTreeSet::new();
    let entries = topics.groups.iter().map(|group| {
        let keywords = keywords(group, notes, affinities);
        let mut label = keywords.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        if label.is_empty() {
            label = "other".to_owned();
        }
        // Two topics of the same words are told apart by their first note.
        if !labels.insert(label.clone()) {
            label = format!("{label} ({})", notes[group[0]].stem());
        }
        Topic {
            id: plan::hash(std::iter::once(label.as_bytes())),
            keywords,
            label,
            notes: group.iter().map(|&number| notes[number].path.clone()).collect(),
        }
    });
    entries.collect()
}

/// Words that stand in the themes of a group's notes more than in those of others (c-TF-IDF); words of names
/// come first, since a name is what people chose to call the thing.
fn keywords(group: &[usize], notes: &[Note], affinities: &Affinities) -> Vec<String> {
    let themes = &affinities.themes;
    let mut inside: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
    let mut total: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
    for number in 0..notes.len() {
        for &(word, weight) in themes.vectors[number].entries() {
            let sums = if group.contains(&number) { vec![&mut inside, &mut total] } else { vec![&mut total] };
            for sum in sums {
                let entry = sum.entry(word).or_default();
                entry.0 += weight;
                entry.1 += 1;
            }
        }
    }
    let names: Vec<Vec<String>> =
        group.iter().map(|&number| role::theme_of_name(&notes[number].stem())).collect();
    let score = |word: &u32, (weight, count): (f64, usize)| {
        let in_names = names.iter().filter(|name| name.contains(&themes.vocabulary[*word as usize])).count();
        (weight * weight / total[word].0 + 0.5 * in_names as f64 * weight / total[word].0)
            * (count as f64).sqrt()
    };
    let mut scored: Vec<(f64, u32)> = inside
        .iter()
        .filter(|(word, (_, count))| count * 3 >= group.len() && total[word].1 * 2 <= notes.len().max(4))
        .map(|(word, &entry)| (score(word, entry), *word))
        .collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    scored.into_iter().take(6).map(|(_, word)| themes.vocabulary[word as usize].clone()).collect()
}
