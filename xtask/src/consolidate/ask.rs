//! Answers to single questions: why two notes are, or are not, called overlapping; which notes speak of something.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::affinity::{Affinities, NoteWords};
use super::note::Note;
use super::overlaps::Overlaps;
use super::words;
use crate::passages::{self, Pair};
use crate::report::{Document, Hinted, Inline};

/// Notes that a search shows, and lines of each.
const NOTES: usize = 20;
const LINES: usize = 3;

/// Why two notes are, or are not, called overlapping, with the passages.
pub(super) fn explain(notes: &[Note], one: &str, other: &str) -> Result<Document> {
    let (first, second) = (find(notes, one)?, find(notes, other)?);
    let (a, b) = (first.min(second), first.max(second));
    let texts: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    let overlaps = Overlaps::of(&texts, &BTreeSet::new());
    let affinities = Affinities::of(notes, NoteWords::of(notes), &overlaps);
    let mut document = Document::default();
    let names = Inline::code(notes[a].path.display().into_owned())
        .text(" and ")
        .with_code(notes[b].path.display().into_owned());
    document.heading(1, names);
    if a == b {
        document.paragraph("This is one note.");
    } else if overlaps.identical.iter().any(|group| group.contains(&a) && group.contains(&b)) {
        document.paragraph("They are equal byte for byte.");
    } else if let Some(pair) = overlaps.between(a, b) {
        overlap(&mut document, notes, pair);
    } else {
        not_overlapping(&mut document, &overlaps, a, b);
    }
    let evidence = affinities.between(a, b);
    document.heading(2, "One guide?");
    let rows = [
        ("theme words of the names", evidence.theme),
        ("words of the texts", evidence.body),
        ("shared passages", evidence.overlap),
        ("affinity in all", evidence.score()),
    ];
    let rows = rows.map(|(name, value)| vec![Inline::plain(name), Inline::plain(format!("{value:.2}"))]);
    document.table(&["Evidence", "0 to 1"], &[1], rows.into());
    Ok(document)
}

fn find(notes: &[Note], name: &str) -> Result<usize> {
    let shown: Vec<String> = notes.iter().map(|note| note.path.display().into_owned()).collect();
    let name = name.trim_start_matches("./");
    if let Some(number) = shown.iter().position(|path| path == name) {
        return Ok(number);
    }
    let ends_so = |path: &&String| path.strip_suffix(name).is_some_and(|start| start.ends_with('/'));
    let fitting: Vec<&String> = shown.iter().filter(ends_so).collect();
    match fitting[..] {
        [only] => Ok(shown.iter().position(|path| path == only).unwrap_or_default()),
        [] => bail!(Hinted::new(
            format!("`{name}` is no note that is read here"),
            "name it from the repository's root"
        )),
        _ => bail!(Hinted::new(
            format!("`{name}` may mean {} notes", fitting.len()),
            format!("say `{}`", fitting[0])
        )),
    }
}

fn overlap(document: &mut Document, notes: &[Note], pair: &Pair) {
    let percent = |share: f64| (share * 100.0).round();
    document.paragraph(format!(
        "They overlap with a score of {:.2}: {} % of the first note stands in the second, {} % of the second in the first.",
        pair.score,
        percent(pair.share_a),
        percent(pair.share_b)
    ));
    for passage in &pair.passages {
        document.heading(
            2,
            format!(
                "Lines {}-{} and {}-{} ({} % alike)",
                passage.a.0,
                passage.a.1,
                passage.b.0,
                passage.b.1,
                percent(passage.similarity)
            ),
        );
        document.blocks.push(crate::report::Block::Quote(lines(&notes[pair.a], passage.a)));
        document.blocks.push(crate::report::Block::Quote(lines(&notes[pair.b], passage.b)));
    }
}

fn lines(note: &Note, range: (usize, usize)) -> String {
    note.text.lines().skip(range.0 - 1).take(range.1 + 1 - range.0).collect::<Vec<_>>().join("\n")
}

fn not_overlapping(document: &mut Document, overlaps: &Overlaps, a: usize, b: usize) {
    document.paragraph("They are not called overlapping: what they share says too little.");
    let both = overlaps.boilerplate.iter().filter_map(|passage| {
        let place =
            |number: usize| passage.places.iter().find(|(text, _)| *text == number).map(|(_, lines)| *lines);
        Some((place(a)?, place(b)?, passage.spread()))
    });
    let entries = both.map(|(in_a, in_b, spread)| {
        Inline::plain(format!(
            "lines {}-{} and {}-{} are boilerplate that {spread} notes hold",
            in_a.0, in_a.1, in_b.0, in_b.1
        ))
    });
    document.list(entries.collect());
}

/// The notes that hold all words of `query`, or one of them where none holds all; the best first, with the lines that
/// say most of it.
pub(super) fn search(notes: &[Note], query: &str) -> Document {
    let wanted: BTreeSet<String> = wanted(query);
    let counts: Vec<BTreeMap<String, usize>> = notes.iter().map(|note| count(&note.text, &wanted)).collect();
    let weight = |word: &String| {
        let holders = counts.iter().filter(|words| words.contains_key(word)).count();
        ((notes.len() as f64 + 1.0) / (holders as f64 + 0.5)).ln().max(0.05)
    };
    let weights: BTreeMap<&String, f64> = wanted.iter().map(|word| (word, weight(word))).collect();
    let score = |number: usize| -> f64 {
        let name = held(&format!("{} {}", notes[number].stem(), notes[number].title), &wanted);
        let body = counts[number].iter().map(|(word, times)| weights[word] * (1.0 + (*times as f64).ln()));
        body.sum::<f64>() + name.iter().map(|word| weights[word] * 2.0).sum::<f64>()
    };
    let mut ranked: Vec<(f64, usize)> =
        (0..notes.len()).map(|number| (score(number), number)).filter(|(score, _)| *score > 0.0).collect();
    ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let found = ranked.len();
    // A word that stands everywhere (`py` of a file's name) brings in notes that say nothing of the rest.
    let holds_all = |number: usize| counts[number].len() == wanted.len();
    if ranked.iter().any(|(_, number)| holds_all(*number)) {
        ranked.retain(|(_, number)| holds_all(*number));
    }
    ranked.truncate(NOTES);
    let mut document = Document::default();
    document.heading(1, format!("Notes on: {query}"));
    if ranked.is_empty() {
        document.paragraph("No note holds any of these words.");
    }
    for (_, number) in &ranked {
        let note = &notes[*number];
        document.heading(2, Inline::code(note.path.display().into_owned()).text(format!(" {}", note.title)));
        let best = best_lines(note, &weights);
        document
            .list(best.into_iter().map(|(line, text)| Inline::plain(format!("{line}: {text}"))).collect());
    }
    match found - ranked.len() {
        0 => {}
        1 => document.paragraph("1 more note holds one of the words."),
        more => document.paragraph(format!("{more} more notes hold one of the words.")),
    }
    document
}

/// The words of a question; a run of characters of a script without blanks is one, and is looked for within others.
fn wanted(query: &str) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for word in words::of_text(query) {
        if word.chars().any(passages::stands_alone) {
            let runs = word.split(|character| !passages::stands_alone(character));
            wanted.extend(runs.filter(|run| !run.is_empty()).map(str::to_owned));
        }
        let rest = word.split(passages::stands_alone).filter(|part| !part.is_empty());
        wanted.extend(rest.map(|part| words::singular(part).to_owned()));
    }
    wanted
}

/// How often a text holds each of the words that are wanted.
fn count(text: &str, wanted: &BTreeSet<String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let has_blanks = |word: &&String| !word.contains(passages::stands_alone);
    if wanted.iter().any(|word| has_blanks(&word)) {
        for word in words::of_text(text) {
            for part in word.split(passages::stands_alone).filter(|part| !part.is_empty()) {
                if let Some(word) = wanted.get(words::singular(part)) {
                    *counts.entry(word.clone()).or_default() += 1;
                }
            }
        }
    }
    for run in wanted.iter().filter(|word| !has_blanks(word)) {
        let times = text.matches(run.as_str()).count();
        if times > 0 {
            counts.insert(run.clone(), times);
        }
    }
    counts
}

fn held(text: &str, wanted: &BTreeSet<String>) -> BTreeSet<String> {
    count(text, wanted).into_keys().collect()
}

/// The lines that hold most of what is wanted, in the order of the note.
fn best_lines(note: &Note, weights: &BTreeMap<&String, f64>) -> Vec<(usize, String)> {
    let wanted: BTreeSet<String> = weights.keys().map(|word| (*word).clone()).collect();
    let mut scored: Vec<(f64, usize, &str)> = (1..)
        .zip(note.text.lines())
        .map(|(number, line)| (held(line, &wanted).iter().map(|word| weights[word]).sum(), number, line))
        .filter(|(score, _, _): &(f64, usize, &str)| *score > 0.0)
        .collect();
    scored.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    scored.truncate(LINES);
    scored.sort_by_key(|(_, number, _)| *number);
    scored.into_iter().map(|(_, number, line)| (number, line.trim().chars().take(160).collect())).collect()
}
