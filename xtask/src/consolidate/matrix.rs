//! The overlap matrix as a picture (SVG): which notes share how much, in the order of the topics.
//!
//! It shows the notes that share something, or topics where that are too many for one picture; what is left out is
//! said in it. Colours follow the reader's light or dark setting, and every cell carries its figure: no meaning
//! hangs on a colour.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthChar;

use super::report::{count, kind_name};
use super::result::{Analysis, NoteEntry, Overlap};
use crate::report::xml_text;

/// Notes that have a row of their own; of more than these, topics have.
const MOST_NOTES: usize = 80;
/// Columns of text that a name may take.
const NAME_WIDTH: usize = 42;

/// Side of a cell, and the other measures of the drawing, in pixels.
const CELL: usize = 22;
const CHARACTER: usize = 7;
const MARGIN: usize = 12;
const HEAD: usize = 58;
const FOOT: usize = 44;
const LEAST_WIDTH: usize = 640;

/// Shares, in percent, at which a darker shade begins.
const SHADES: [usize; 5] = [0, 20, 40, 60, 80];

const STYLE: &str = "\
svg{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:11px}\
.page{fill:#fff}text{fill:#1f2328}.soft{fill:#59636e}.head{font-size:15px}.grid{stroke:#d1d9e0}.figure{font-size:9px}\
.s0 rect{fill:#dbeafe}.s1 rect{fill:#a8cdf8}.s2 rect{fill:#5fa3e8}.s3 rect{fill:#1f6bb8}.s4 rect{fill:#0a3069}\
.s3 text,.s4 text{fill:#fff}\
@media(prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#e6edf3}.soft{fill:#9198a1}.grid{stroke:#30363d}\
.s0 rect{fill:#10243e}.s1 rect{fill:#17406f}.s2 rect{fill:#1f6bb8}.s3 rect{fill:#79b8ff}.s4 rect{fill:#d6e9ff}\
.s3 text,.s4 text{fill:#0d1117}}";

/// Draws the matrix of an analysis.
pub fn matrix(analysis: &Analysis) -> String {
    let topics = topic_places(analysis);
    let notes = overlapping(analysis, &topics);
    let picture = if notes.is_empty() || notes.len() <= MOST_NOTES {
        of_notes(analysis, &notes)
    } else {
        of_topics(analysis, &topics)
    };
    draw(&picture)
}

/// What is drawn: rows, which are the columns too, and the cells below the diagonal.
struct Picture {
    rows: Vec<Row>,
    cells: BTreeMap<(usize, usize), Cell>,
    /// What the rows are, and what is left out.
    caption: String,
    /// The strongest pair in words.
    strongest: Option<String>,
}

struct Row {
    name: String,
    /// What stands right of the diagonal where a group of rows begins.
    group: Option<String>,
}

struct Cell {
    percent: usize,
    figure: String,
    title: String,
}

/// For each topic id its place in the order of topics.
fn topic_places(analysis: &Analysis) -> BTreeMap<&str, usize> {
    analysis.topics.iter().enumerate().map(|(place, topic)| (topic.id.as_str(), place)).collect()
}

/// The notes that share something, topic by topic.
fn overlapping<'a>(analysis: &'a Analysis, topics: &BTreeMap<&str, usize>) -> Vec<&'a NoteEntry> {
    let sharing: BTreeSet<_> =
        analysis.overlaps.iter().flat_map(|overlap| [&overlap.a, &overlap.b]).collect();
    let mut notes: Vec<&NoteEntry> =
        analysis.notes.iter().filter(|note| sharing.contains(&note.path)).collect();
    notes.sort_by_key(|note| (topic_of(note, topics), &note.path));
    notes
}

fn topic_of(note: &NoteEntry, topics: &BTreeMap<&str, usize>) -> usize {
    note.topic.as_deref().and_then(|id| topics.get(id).copied()).unwrap_or(usize::MAX)
}

fn of_notes(analysis: &Analysis, notes: &[&NoteEntry]) -> Picture {
    let places: BTreeMap<_, usize> =
        notes.iter().enumerate().map(|(place, note)| (&note.path, place)).collect();
    let label = |note: &NoteEntry| {
        let topic = analysis.topics.iter().find(|topic| note.topic.as_ref() == Some(&topic.id));
        topic.map(|topic| topic.label.clone())
    };
    let row = |(place, note): (usize, &&NoteEntry)| {
        let begins = place == 0 || notes[place - 1].topic != note.topic;
        Row { name: note.path.display().into_owned(), group: begins.then(|| label(note)).flatten() }
    };
    let rows = notes.iter().enumerate().map(row).collect();
    let mut cells = BTreeMap::new();
    for overlap in &analysis.overlaps {
        let (a, b) = (places[&overlap.a], places[&overlap.b]);
        let percent = percent(overlap);
        let title = in_words(overlap);
        cells.insert((a.max(b), a.min(b)), Cell { percent, figure: percent.to_string(), title });
    }
    let silent = analysis.notes.len() - notes.len();
    let caption = match (notes.len(), silent) {
        (0, all) => format!("No two of {} share a passage.", count(all, "note", "notes")),
        (_, 0) => "Each row and column is a note; figures are scores in percent.".to_owned(),
        (_, silent) => format!(
            "Each row and column is a note; figures are scores in percent. {} no passage with another and {} left out.",
            count(silent, "note shares", "notes share"),
            if silent == 1 { "is" } else { "are" }
        ),
    };
    Picture { rows, cells, caption, strongest: analysis.overlaps.first().map(in_words) }
}

fn of_topics(analysis: &Analysis, topics: &BTreeMap<&str, usize>) -> Picture {
    let note_topics: BTreeMap<_, usize> =
        analysis.notes.iter().map(|note| (&note.path, topic_of(note, topics))).collect();
    let mut pairs: BTreeMap<(usize, usize), Vec<&Overlap>> = BTreeMap::new();
    for overlap in &analysis.overlaps {
        let (a, b) = (note_topics[&overlap.a], note_topics[&overlap.b]);
        pairs.entry((a.max(b), a.min(b))).or_default().push(overlap);
    }
    let shown: BTreeSet<usize> = pairs.keys().flat_map(|&(a, b)| [a, b]).collect();
    let rows_of: BTreeMap<usize, usize> =
        shown.iter().enumerate().map(|(row, &topic)| (topic, row)).collect();
    let name = |topic: usize| {
        let topic = analysis.topics.get(topic);
        topic.map_or("no topic".to_owned(), |topic| format!("{} ({})", topic.label, topic.notes.len()))
    };
    let rows = shown.iter().map(|&topic| Row { name: name(topic), group: None }).collect();
    let cell = |((a, b), pairs): ((usize, usize), Vec<&Overlap>)| {
        // The overlaps come with the strongest first.
        let words = format!("{}; the strongest: {}", count(pairs.len(), "pair", "pairs"), in_words(pairs[0]));
        let title = match a == b {
            true => format!("within {}: {words}", name(a)),
            false => format!("{} and {}: {words}", name(b), name(a)),
        };
        let cell = Cell { percent: percent(pairs[0]), figure: pairs.len().to_string(), title };
        ((rows_of[&a], rows_of[&b]), cell)
    };
    let cells = pairs.into_iter().map(cell).collect();
    let silent = analysis.topics.len().saturating_sub(shown.len());
    let mut caption =
        "Each row and column is a topic with its number of notes; figures count the pairs of notes that \
                       share passages, shades follow the strongest of them."
            .to_owned();
    if silent > 0 {
        caption += &format!(
            " {} nothing and {} left out.",
            count(silent, "topic shares", "topics share"),
            if silent == 1 { "is" } else { "are" }
        );
    }
    Picture { rows, cells, caption, strongest: analysis.overlaps.first().map(in_words) }
}

fn percent(overlap: &Overlap) -> usize {
    (overlap.score.clamp(0.0, 1.0) * 100.0).round() as usize
}

fn in_words(overlap: &Overlap) -> String {
    format!("{} and {}, {} %, {}", overlap.a, overlap.b, percent(overlap), kind_name(overlap.kind))
}

fn draw(picture: &Picture) -> String {
    let names: Vec<String> =
        picture.rows.iter().enumerate().map(|(row, one)| shortened(&one.name, row)).collect();
    let left = MARGIN + names.iter().map(|name| columns(name)).max().unwrap_or(0) * CHARACTER + CHARACTER;
    let side = picture.rows.len() * CELL;
    let groups = picture.rows.iter().enumerate().map(|(row, one)| {
        let label = one.group.as_deref().map_or(0, |label| columns(&cut(label)) * CHARACTER + CELL);
        left + (row + 1) * CELL + label
    });
    let caption = wrapped(&picture.caption, LEAST_WIDTH.max(left + side) / CHARACTER - 4);
    let width = groups.chain([LEAST_WIDTH, left + side]).max().unwrap_or(0) + MARGIN;
    let top = HEAD + caption.len() * 16;
    let height = top + side + FOOT;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">Overlap of notes</title>\n\
         <desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>\n\
         <text class=\"head\" x=\"{MARGIN}\" y=\"28\">Overlap of notes</text>\n",
        xml_text(&description(picture))
    );
    for (number, line) in caption.iter().enumerate() {
        let y = 48 + number * 16;
        out += &format!("<text class=\"soft\" x=\"{MARGIN}\" y=\"{y}\">{}</text>\n", xml_text(line));
    }
    for (row, (one, name)) in picture.rows.iter().zip(&names).enumerate() {
        out += &draw_row(row, name, one, (left, top));
    }
    for (&(row, column), cell) in &picture.cells {
        out += &draw_cell(cell, (left + column * CELL, top + row * CELL));
    }
    for number in 0..picture.rows.len() {
        let x = left + number * CELL + CELL / 2;
        let y = top + side + 14;
        out += &format!(
            "<text class=\"soft figure\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>\n",
            number + 1
        );
    }
    if side > 0 {
        out += &legend(top + side + 24);
    }
    out + "</svg>\n"
}

fn description(picture: &Picture) -> String {
    let pairs = count(picture.cells.len(), "cell is", "cells are");
    match &picture.strongest {
        Some(strongest) => {
            format!("{} {pairs} filled. The strongest pair: {strongest}.", picture.caption)
        }
        None => picture.caption.clone(),
    }
}

fn draw_row(row: usize, name: &str, one: &Row, (left, top): (usize, usize)) -> String {
    let y = top + row * CELL;
    let (x, baseline) = (left - CHARACTER, y + 15);
    let mut out = format!(
        "<g><title>{}</title><text x=\"{x}\" y=\"{baseline}\" text-anchor=\"end\">{}</text></g>\n",
        xml_text(&one.name),
        xml_text(name)
    );
    let right = left + (row + 1) * CELL;
    out += &format!("<path class=\"grid\" d=\"M{left} {y}H{right}V{}\" fill=\"none\"/>\n", y + CELL);
    if let Some(group) = &one.group {
        let x = right + CELL / 2;
        out += &format!("<text class=\"soft\" x=\"{x}\" y=\"{baseline}\">{}</text>\n", xml_text(&cut(group)));
    }
    out
}

fn draw_cell(cell: &Cell, (x, y): (usize, usize)) -> String {
    let shade = SHADES.iter().rposition(|&from| cell.percent >= from).unwrap_or(0);
    let side = CELL - 2;
    format!(
        "<g class=\"s{shade}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{side}\" height=\"{side}\"/>\
         <text class=\"figure\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text></g>\n",
        xml_text(&cell.title),
        x + 1,
        y + 1,
        x + CELL / 2,
        y + 14,
        xml_text(&cell.figure)
    )
}

fn legend(y: usize) -> String {
    let mut out = String::new();
    for (shade, from) in SHADES.iter().enumerate() {
        let x = MARGIN + shade * 110;
        let to = SHADES.get(shade + 1).map_or(100, |next| next - 1);
        out += &format!(
            "<g class=\"s{shade}\"><rect x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\"/></g>\
             <text class=\"soft\" x=\"{}\" y=\"{}\">{from}-{to} %</text>\n",
            x + 18,
            y + 10
        );
    }
    out
}

/// A name with the number that its column has; of a long one the end, where the file's name stands.
fn shortened(name: &str, row: usize) -> String {
    let number = row + 1;
    if columns(name) <= NAME_WIDTH {
        return format!("{name} {number}");
    }
    let mut kept: Vec<char> = Vec::new();
    let mut width = 1;
    for c in name.chars().rev() {
        width += c.width().unwrap_or(0);
        if width > NAME_WIDTH {
            break;
        }
        kept.push(c);
    }
    format!("…{} {number}", kept.iter().rev().collect::<String>())
}

/// The beginning of a long label.
fn cut(label: &str) -> String {
    let mut width = 0;
    let mut kept = String::new();
    for c in label.chars() {
        width += c.width().unwrap_or(0);
        if width >= NAME_WIDTH {
            return kept + "…";
        }
        kept.push(c);
    }
    kept
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(1)).sum()
}

/// Words in lines of at most so many columns.
fn wrapped(text: &str, limit: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a first line from the beginning");
        if !line.is_empty() && columns(line) + 1 + columns(word) > limit {
            lines.push(word.to_owned());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}
