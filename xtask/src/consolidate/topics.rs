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
    let mut members: Vec<Vec<usize>> = (0..count).map(|number| vec![number]).collect();
    let mut left = count;
    // Sums of affinities between groups, ascending by number; the smaller number of a join goes on to stand for it.
    let mut sums: Vec<Row> = vec![Row::new(); count];
    // By first number, so that every row comes to be in order.
    for (a, b, evidence) in affinities.pairs() {
        let score = score(evidence);
        sums[a].push((b as u32, score));
        sums[b].push((a as u32, score));
    }
    for row in &mut sums {
        row.sort_unstable_by_key(|(number, _)| *number);
    }
    // The closest group behind each: only what a join touches is looked for again.
    let mut nearest: Vec<Option<(f64, usize)>> = (0..count).map(|a| closest(a, &sums[a], &members)).collect();
    while let Some((closeness, a, b)) = best(&nearest) {
        if !goes_on(closeness, left) {
            break;
        }
        let touched = join(&mut sums, a, b);
        let moved = std::mem::take(&mut members[b]);
        members[a].extend(moved);
        members[a].sort_unstable();
        left -= 1;
        nearest[b] = None;
        for row in touched {
            nearest[row] = match nearest[row] {
                Some((_, to)) if row == a || to == a || to == b => closest(row, &sums[row], &members),
                // All but the sum with `a` is as it was, and that was not the closest.
                Some(known) if row < a => Some(nearer(known, row, a, &sums, &members)),
                known => known,
            };
        }
    }
    members.retain(|group| !group.is_empty());
    members
}

type Row = Vec<(u32, f64)>;

/// The closest group of a row after its sum with `a` has changed.
fn nearer(known: (f64, usize), row: usize, a: usize, sums: &[Row], members: &[Vec<usize>]) -> (f64, usize) {
    let Ok(place) = sums[row].binary_search_by_key(&(a as u32), |(number, _)| *number) else { return known };
    let closeness = sums[row][place].1 / (members[row].len() * members[a].len()) as f64;
    let is_nearer = closeness > known.0 || (closeness == known.0 && a < known.1);
    if is_nearer { (closeness, a) } else { known }
}

/// The closest group with a larger number; of equally close ones the first.
fn closest(a: usize, others: &Row, members: &[Vec<usize>]) -> Option<(f64, usize)> {
    let mut best: Option<(f64, usize)> = None;
    let size = members[a].len();
    let after = others.partition_point(|&(number, _)| number as usize <= a);
    for &(b, sum) in &others[after..] {
        let closeness = sum / (size * members[b as usize].len()) as f64;
        if best.is_none_or(|(most, _)| closeness > most) {
            best = Some((closeness, b as usize));
        }
    }
    best
}

/// The closest two groups; of equally close ones the first.
fn best(nearest: &[Option<(f64, usize)>]) -> Option<(f64, usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for (a, nearest) in nearest.iter().enumerate() {
        if let Some((closeness, b)) = *nearest
            && best.is_none_or(|(most, _, _)| closeness > most)
        {
            best = Some((closeness, a, b));
        }
    }
    best
}

/// Adds the sums of `b` to those of `a`; gives the rows whose sums or sizes changed, ascending.
fn join(sums: &mut [Row], a: usize, b: usize) -> Vec<usize> {
    let of_b = std::mem::take(&mut sums[b]);
    for &(other, sum) in &of_b {
        let row = &mut sums[other as usize];
        if let Ok(place) = row.binary_search_by_key(&(b as u32), |(number, _)| *number) {
            row.remove(place);
        }
        if other as usize == a {
            continue;
        }
        match row.binary_search_by_key(&(a as u32), |(number, _)| *number) {
            Ok(place) => row[place].1 += sum,
            Err(place) => row.insert(place, (a as u32, sum)),
        }
    }
    let of_a = std::mem::take(&mut sums[a]);
    sums[a] = added(&of_a, of_b.iter().filter(|(other, _)| *other as usize != a));
    let mut touched: Vec<usize> = sums[a].iter().map(|(number, _)| *number as usize).chain([a]).collect();
    touched.sort_unstable();
    touched
}

/// Two rows as one.
fn added<'r>(one: &Row, other: impl Iterator<Item = &'r (u32, f64)>) -> Row {
    let mut sum = Row::with_capacity(one.len());
    let mut rest = one.iter().copied().peekable();
    for &(number, more) in other {
        while let Some(entry) = rest.next_if(|(before, _)| *before < number) {
            sum.push(entry);
        }
        match rest.next_if(|(same, _)| *same == number) {
            Some((_, value)) => sum.push((number, value + more)),
            None => sum.push((number, more)),
        }
    }
    sum.extend(rest);
    sum
}

/// The topics as they are reported.
pub(super) fn entries(notes: &[Note], topics: &Topics, affinities: &Affinities) -> Vec<Topic> {
    let mut labels = BTreeSet::new();
    let total = weights(0..notes.len(), affinities);
    let entries = topics.groups.iter().map(|group| {
        let keywords = keywords(group, notes, affinities, &total);
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

/// For each theme word of some notes its weight in all of them, and how many hold it.
fn weights(numbers: impl Iterator<Item = usize>, affinities: &Affinities) -> BTreeMap<u32, (f64, usize)> {
    let mut sums: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
    for number in numbers {
        for &(word, weight) in affinities.themes.vectors[number].entries() {
            let entry = sums.entry(word).or_default();
            entry.0 += weight;
            entry.1 += 1;
        }
    }
    sums
}

/// Words that stand in the themes of a group's notes more than in those of others (c-TF-IDF); words of names
/// come first, since a name is what people chose to call the thing.
fn keywords(
    group: &[usize],
    notes: &[Note],
    affinities: &Affinities,
    total: &BTreeMap<u32, (f64, usize)>,
) -> Vec<String> {
    let themes = &affinities.themes;
    let inside = weights(group.iter().copied(), affinities);
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
    scored.into_iter().take(6).map(|(_, word)| themes.shown(word)).collect()
}
