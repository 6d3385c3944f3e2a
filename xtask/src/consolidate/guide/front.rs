//! One block of metadata out of those of the sources.
//!
//! The first source's entries lead; entries that it lacks are added, lists under one name become one. Where no archive
//! keeps an entry that lost, it stands as a comment.

use super::prepare::Prepared;
use super::texts::name;
use crate::markdown::FrontMatter;

/// An entry of the outermost level with the lines below it.
struct Entry<'t> {
    key: String,
    raw: &'t str,
}

/// The block for the guide; `None` when no source has one. `title` replaces the title of a source that does not lead.
pub(super) fn merged(sources: &[Prepared<'_>], title: Option<&str>) -> Option<String> {
    let mut with: Vec<(&Prepared<'_>, &FrontMatter)> =
        sources.iter().filter_map(|source| Some((source, source.parsed.front_matter.as_ref()?))).collect();
    let (first, front) = *with.first()?;
    let mark = &first.text[front.range.start..front.range.start + 3];
    with.retain(|(source, front)| source.text[front.range.clone()].starts_with(mark));
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut comments = Vec::new();
    for (source, front) in &with {
        for entry in entries(&source.text, front) {
            let known = lines.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(&entry.key));
            match known {
                Some((_, raw)) if raw.trim_end() == entry.raw.trim_end() => {}
                Some((_, raw)) if mark == "---" => match united(raw, entry.raw) {
                    Some(list) => *raw = list,
                    None => comments.push((source, entry.raw)),
                },
                Some(_) => comments.push((source, entry.raw)),
                None if entry.key.is_empty() && source.source.path != first.source.path => {}
                None => lines.push((entry.key, entry.raw.to_owned())),
            }
        }
    }
    if let Some(title) = title {
        let separator = if mark == "---" { ": " } else { " = " };
        let quoted = format!("\"{}\"", title.replace('\\', "\\\\").replace('"', "\\\""));
        if let Some((key, raw)) = lines.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case("title")) {
            *raw = format!("{key}{separator}{quoted}\n");
        }
    }
    let mut out = format!("{mark}\n");
    lines.iter().for_each(|(_, raw)| out.push_str(raw));
    for (source, raw) in comments {
        if source.source.archived.is_none() {
            let origin = name(source.source.path, sources);
            raw.lines().for_each(|line| out.push_str(&format!("# {}: {line}\n", origin.escape_debug())));
        }
    }
    Some(out + mark)
}

/// The entries of a block; lines before the first one have an empty key.
fn entries<'t>(text: &'t str, front: &FrontMatter) -> Vec<Entry<'t>> {
    let mut starts: Vec<(usize, String)> = Vec::new();
    for field in &front.fields {
        let start = text[..field.range.start].rfind('\n').map_or(0, |at| at + 1).max(front.body.start);
        starts.push((start, field.key.clone()));
    }
    if starts.first().is_none_or(|(start, _)| *start > front.body.start) {
        starts.insert(0, (front.body.start, String::new()));
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|(start, _)| *start).chain([front.body.end]).collect();
    let all = starts.into_iter().zip(ends).filter(|((start, _), end)| start < end);
    all.map(|((start, key), end)| Entry { key, raw: &text[start..end] }).collect()
}

/// Two lists as one, in the form of the first; `None` when one of them is no list.
fn united(one: &str, other: &str) -> Option<String> {
    let (first, second) = (items(one)?, items(other)?);
    let new: Vec<&String> = second.iter().filter(|item| !first.contains(item)).collect();
    if new.is_empty() {
        return Some(one.to_owned());
    }
    let line = one.trim_end();
    if let Some(open) = line.strip_suffix(']') {
        let comma = if first.is_empty() { "" } else { ", " };
        let added = new.iter().map(|item| item.as_str()).collect::<Vec<_>>().join(", ");
        return Some(format!("{}{comma}{added}]\n", open.trim_end()));
    }
    let last = line.lines().last().unwrap_or_default();
    let indent = &last[..last.len() - last.trim_start().len()];
    Some(new.iter().fold(format!("{line}\n"), |out, item| out + &format!("{indent}- {item}\n")))
}

/// The items of `key: [a, b]`, or of lines of `- a`.
fn items(raw: &str) -> Option<Vec<String>> {
    let (_, value) = raw.split_once(':')?;
    let value = value.trim();
    if let Some(inner) = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')) {
        // Quotation marks and nesting may hold commas.
        if inner.contains(['[', '{', '"', '\'', '\n']) {
            return None;
        }
        let items = inner.split(',').map(|item| item.trim().to_owned());
        return Some(items.filter(|item| !item.is_empty()).collect());
    }
    let lines = value.lines().map(|line| line.trim().strip_prefix("- ").map(|item| item.trim().to_owned()));
    lines.collect::<Option<Vec<String>>>().filter(|items| !items.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_one_name_become_one() {
        let cases = [
            ("tags: [a, b]\n", "tags: [b, c]\n", Some("tags: [a, b, c]\n")),
            ("tags: []\n", "tags:\n  - c\n", Some("tags: [c]\n")),
            ("tags:\n  - a\n", "tags: [a, c]\n", Some("tags:\n  - a\n  - c\n")),
            ("tags: a\n", "tags: [b]\n", None),
            ("tags: [\"a, b\"]\n", "tags: [b]\n", None),
        ];
        for (one, other, expected) in cases {
            assert_eq!(united(one, other).as_deref(), expected, "{one:?} {other:?}");
        }
    }
}
