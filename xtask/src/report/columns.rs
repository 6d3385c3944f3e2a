//! Sets text into columns of a terminal: widths, line breaks, aligned tables.

use unicode_width::UnicodeWidthStr;

/// Between two columns of a table.
const GAP: &str = "  ";

/// One column of a table.
pub(super) struct Column {
    /// Figures, set to the right.
    pub(super) right: bool,
    /// Its title.
    pub(super) title: String,
    /// Its cells from top to bottom; every column has as many.
    pub(super) cells: Vec<String>,
}

/// How many terminal columns a text takes.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Breaks a text at blanks into lines of at most `limit` columns; a longer word has a line of its own.
/// An empty text is one empty line.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    if width(text) <= limit {
        return vec![text.trim_end_matches(' ').to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut taken = 0;
    for word in text.split(' ') {
        let wide = width(word);
        if !line.is_empty() && taken + 1 + wide > limit {
            lines.push(line.trim_end_matches(' ').to_owned());
            line.clear();
            taken = 0;
        }
        if !line.is_empty() {
            line.push(' ');
            taken += 1;
        }
        line.push_str(word);
        taken += wide;
    }
    lines.push(line.trim_end_matches(' ').to_owned());
    lines
}

/// Sets a table: titles, a rule, rows. Where it is wider than `limit`, the widest columns of words give way.
pub(super) fn layout(columns: &[Column], limit: usize) -> String {
    let rows = columns.first().map_or(0, |column| column.cells.len());
    let widths = settle_widths(columns, limit);
    let mut lines = Vec::new();
    push_row(&mut lines, columns, &widths, |column| &column.title);
    let rules: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    lines.push(rules.join(GAP));
    for row in 0..rows {
        push_row(&mut lines, columns, &widths, |column| &column.cells[row]);
    }
    lines.join("\n")
}

fn settle_widths(columns: &[Column], limit: usize) -> Vec<usize> {
    let texts =
        |column: &Column| -> Vec<String> { column.cells.iter().chain([&column.title]).cloned().collect() };
    let longest = |column: &Column| texts(column).iter().map(|text| width(text)).max().unwrap_or(0).max(1);
    // A word is never broken: a path must stay one piece to be copied.
    let least = |column: &Column| {
        let words = texts(column);
        words.iter().flat_map(|text| text.split(' ')).map(width).max().unwrap_or(0).max(1)
    };
    let mut widths: Vec<usize> = columns.iter().map(longest).collect();
    let floors: Vec<usize> = columns
        .iter()
        .zip(&widths)
        .map(|(column, &width)| if column.right { width } else { least(column) })
        .collect();
    let gaps = GAP.len() * columns.len().saturating_sub(1);
    let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(limit);
    while excess > 0 {
        let widest =
            (0..widths.len()).filter(|&at| widths[at] > floors[at]).max_by_key(|&at| (widths[at], at));
        let Some(widest) = widest else { break };
        let second = (0..widths.len())
            .filter(|&at| at != widest && widths[at] > floors[at])
            .map(|at| widths[at])
            .max();
        let down_to = second.map_or(0, |second| second.min(widths[widest] - 1)).max(floors[widest]);
        let step = (widths[widest] - down_to).min(excess);
        widths[widest] -= step;
        excess -= step;
    }
    widths
}

fn push_row<'a>(
    lines: &mut Vec<String>,
    columns: &'a [Column],
    widths: &[usize],
    text: impl Fn(&'a Column) -> &'a String,
) {
    let cells: Vec<Vec<String>> =
        columns.iter().zip(widths).map(|(column, &width)| wrap(text(column), width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for row in 0..height {
        let mut line = String::new();
        for (at, cell) in cells.iter().enumerate() {
            let part = cell.get(row).map_or("", String::as_str);
            let blanks = " ".repeat(widths[at].saturating_sub(width(part)));
            let gap = if at == 0 { "" } else { GAP };
            if columns[at].right {
                line.extend([gap, &blanks, part]);
            } else {
                line.extend([gap, part, &blanks]);
            }
        }
        lines.push(line.trim_end_matches(' ').to_owned());
    }
}
