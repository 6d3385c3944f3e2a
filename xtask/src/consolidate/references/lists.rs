//! What lists and tables say of what their entries name.

use super::told::{Told, by_heading, by_line, makes};

/// What the tasks say that an entry of a list is part of: what an open one names is still to be done.
pub(super) fn by_task_above(lines: &[&str], line: usize) -> Told {
    let indent = |text: &str| text.len() - text.trim_start().len();
    let Some(text) = lines.get(line - 1).filter(|text| is_item(text) && indent(text) > 0) else {
        return Told::Nothing;
    };
    let mut least = indent(text);
    let mut told = Told::Nothing;
    for above in lines[..line - 1].iter().rev().take(LONGEST_LIST).take_while(|text| !text.trim().is_empty())
    {
        if indent(above) < least && is_item(above) {
            least = indent(above);
            if above.contains("[ ]") {
                told = told.max(if makes(&above.to_lowercase()) { Told::ToCome } else { Told::Perhaps });
            }
        }
    }
    told
}

/// True for an entry of a list that is ticked as done.
pub(super) fn is_done(lines: &[&str], line: usize) -> bool {
    let text = lines.get(line - 1).filter(|text| is_item(text));
    text.is_some_and(|text| text.to_lowercase().contains("[x]") || text.contains(['✅', '✓']))
}

/// True for an entry of a list that begins so: "Modify: `x.py`".
pub(super) fn is_to_be_changed(lines: &[&str], line: usize) -> bool {
    const WORDS: &[&str] = &["modify", "modified", "update", "updated", "edit", "change", "changed"];
    let text = lines.get(line - 1).filter(|text| is_item(text)).copied().unwrap_or_default().to_lowercase();
    let words = text.trim_start_matches(|sign: char| !sign.is_alphabetic());
    WORDS.iter().any(|word| {
        let rest = words.strip_prefix(word).map(|rest| rest.trim_start_matches(['*', '_']));
        rest.is_some_and(|rest| rest.starts_with(':'))
    })
}

fn is_item(text: &str) -> bool {
    let text = text.trim_start();
    let figures = text.bytes().take_while(u8::is_ascii_digit).count();
    text.starts_with(['-', '*', '+']) || (figures > 0 && text[figures..].starts_with(['.', ')']))
}

/// How far up the line is looked for that leads a list or table in.
const LONGEST_LIST: usize = 30;

/// What the line that leads in a list or table says of all its entries: "Remove these files:".
pub(super) fn by_lead(lines: &[&str], line: usize) -> Told {
    let is_entry = |text: &str| text.trim().is_empty() || is_item(text) || text.trim_start().starts_with('|');
    let is_bold = |text: &str| text.trim_start().starts_with("**");
    if lines.get(line - 1).is_none_or(|text| !is_entry(text) || is_bold(text)) {
        return Told::Nothing;
    }
    let above = lines[..line - 1].iter().rev().take(LONGEST_LIST);
    let lead = above.map(|text| text.trim()).find(|text| !is_entry(text) || is_bold(text));
    let ends = |text: &&str| text.trim_end_matches(['*', '_', ' ']).ends_with(':');
    lead.filter(|text| !text.starts_with('#')).filter(ends).map_or(Told::Nothing, by_line)
}

/// What the head of a column says of what stands in it: "Example".
pub(super) fn by_column(lines: &[&str], line: usize, name: &str) -> Told {
    let Some(row) = lines.get(line - 1).filter(|text| text.trim_start().starts_with('|')) else {
        return Told::Nothing;
    };
    let above = lines[..line - 1].iter().rev().take(LONGEST_TABLE);
    let Some(head) = above.take_while(|text| text.trim_start().starts_with('|')).last() else {
        return Told::Nothing;
    };
    let Some(at) = row.find(name).filter(|_| row.len() <= WIDEST_ROW) else { return Told::Nothing };
    let column = row[..at].matches('|').count();
    head.split('|').nth(column).map_or(Told::Nothing, |head| by_heading(head).min(Told::Perhaps))
}

/// How far up the head of a table is looked for.
const LONGEST_TABLE: usize = 200;

/// Bytes of a row above which it is not searched for each of its names.
const WIDEST_ROW: usize = 4000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_open_task_holds_is_still_to_be_done() {
        let lines =
            ["- [ ] Create `x.py` with", "  - `one()`", "    - `two()`", "- [x] Done", "  - `three()`"];
        let told = |line| by_task_above(&lines, line);
        assert_eq!([2, 3, 5].map(told), [Told::ToCome, Told::ToCome, Told::Nothing]);
        assert_eq!(by_task_above(&["- [ ] Look at", "  - `one()`"], 2), Told::Perhaps);
    }

    #[test]
    fn head_of_a_column_speaks_of_what_stands_in_it() {
        let lines = ["| Name | File | Example |", "| --- | --- | --- |", "| `a` | `b.py` | `c.py` |"];
        assert_eq!(["b.py", "c.py"].map(|name| by_column(&lines, 3, name)), [Told::Nothing, Told::Perhaps]);
        assert_eq!(by_column(&["no table: `c.py`"], 1, "c.py"), Told::Nothing);
    }
}
