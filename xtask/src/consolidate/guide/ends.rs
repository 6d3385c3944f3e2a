//! What a guide says of itself: contents, where its text comes from, what stays in the archive, notes and definitions.

use std::collections::{BTreeMap, BTreeSet};

use super::labels;
use super::settle::original_slug;
use super::texts::{day, name, plain};
use super::tree::Node;
use super::write::{NODE, Writer};
use crate::links::relative_destination;
use crate::markdown::{Footnote, fold_label, slug};
use crate::repo::RepoPath;
use crate::report::Inline;

/// Sections of a source that a line names: further ones are counted.
const NAMED: usize = 3;

impl Writer<'_> {
    pub(super) fn contents(&mut self) {
        let entry = |node: usize, indent: &str| {
            let heading = &self.tree.nodes[node].heading;
            format!(
                "{indent}- {}\n",
                Inline::default().link(plain(heading), format!("{NODE}{node}")).to_markdown()
            )
        };
        let mut list = String::from("## Contents\n\n");
        for &chapter in &self.tree.nodes[0].children {
            list.push_str(&entry(chapter, ""));
        }
        self.block(list.trim_end());
    }

    /// Where the guide's text comes from, and what stands there alone.
    pub(super) fn source_list(&mut self) {
        let slug_of = |node: &Node| slug(&plain(&node.heading));
        let is_taken = self.tree.nodes.iter().any(|node| slug_of(node) == "sources");
        let lines: Vec<String> = (0..self.sources.len()).map(|number| self.source_line(number)).collect();
        self.block(if is_taken { "## Sources of this guide" } else { "## Sources" });
        self.block(&lines.join("\n"));
    }

    /// A source by its name, day and commit, with links to what of it the guide does not hold.
    fn source_line(&self, number: usize) -> String {
        let from = self.sources[number].source;
        let mut line = match from.archived {
            Some(archived) => {
                let to = relative_destination(self.request.target, archived, None);
                Inline::default().link(name(from.path, self.sources), to)
            }
            None => Inline::code(from.path.display().into_owned()),
        };
        // Where no original is left, the title stands nowhere else.
        let title = self.sources[number].parsed.title.as_deref().filter(|title| !title.is_empty());
        if let (Some(title), None) = (title, from.archived) {
            line = line.text(format!(": {title}"));
        }
        if let Some(changed) = from.changed {
            line = line.text(format!(", {}", day(changed)));
        }
        if let Some(commit) = from.commit {
            line = line.text(", ").with_code(commit);
        }
        if let Some(archived) = from.archived {
            line = self.alone(number, archived, line);
        }
        format!("- {}", line.to_markdown())
    }

    /// Adds what of a source stands in the archive alone. A section is named for those that it holds.
    fn alone(&self, number: usize, archived: &RepoPath, mut line: Inline) -> Inline {
        let past: BTreeSet<usize> =
            self.tree.history.iter().filter(|(of, _)| *of == number).map(|(_, part)| *part).collect();
        let outline = &self.outlines[number];
        let says_something = |part: &usize| outline.part(*part).chunks.iter().any(|chunk| !chunk.is_header);
        let all = 0..=outline.sections.len();
        if all.clone().filter(says_something).all(|part| past.contains(&part)) {
            return if past.is_empty() { line } else { line.text("; all of it only there") };
        }
        let source = &self.sources[number];
        let is_bare_title =
            |part: &usize| outline.title.map(|title| title + 1) == Some(*part) && !says_something(part);
        let is_held = |part: &usize| {
            let above = part.checked_sub(1).and_then(|section| source.parsed.sections[section].parent);
            above.is_some_and(|section| past.contains(&(section + 1)) && !is_bare_title(&(section + 1)))
        };
        let outer: Vec<usize> =
            past.iter().copied().filter(|part| !is_bare_title(part) && !is_held(part)).collect();
        for (place, part) in outer.iter().take(NAMED).enumerate() {
            let section = part.checked_sub(1).and_then(|section| source.parsed.sections.get(section));
            let words = section.map_or("the beginning", |section| match section.text.as_str() {
                "" => "(no heading)",
                text => text,
            });
            // An anchor that not all programs write alike leads nowhere for some: the file alone is right for all.
            let anchor = part.checked_sub(1).map(|section| original_slug(source, section));
            let anchor = anchor.filter(|slug| !slug.is_empty() && !slug.contains('\u{fe0f}'));
            let to = relative_destination(self.request.target, archived, anchor.as_deref());
            line = line.text(if place == 0 { "; only there: " } else { ", " }).link(words, to);
        }
        match outer.len().saturating_sub(NAMED) {
            0 => line,
            more => line.text(format!(" and {more} more")),
        }
    }

    /// Footnotes and definitions that the text refers to.
    pub(super) fn definitions(&mut self) {
        let mut footnotes = Vec::new();
        let mut definitions: Vec<String> = Vec::new();
        for (number, source) in self.sources.iter().enumerate() {
            let strict = source.source.archived.is_none();
            let notes: Vec<(String, &Footnote)> = source
                .parsed
                .footnotes
                .iter()
                .filter(|note| note.definition)
                .map(|note| (format!("^{}", fold_label(&note.label)), note))
                .collect();
            let mut by_label: BTreeMap<&str, Vec<&Footnote>> = BTreeMap::new();
            notes.iter().for_each(|(label, note)| by_label.entry(label).or_default().push(note));
            let by_start: BTreeMap<usize, &(String, &Footnote)> =
                notes.iter().rev().map(|named| (named.1.range.start, named)).collect();
            let mut open = self.used[number].clone();
            let mut known = BTreeSet::new();
            while let Some(label) = open.pop_first() {
                if known.insert(label.clone()) {
                    for note in by_label.get(label.as_str()).into_iter().flatten() {
                        open.extend(labels::used(&source.parsed, &note.range));
                    }
                }
            }
            for block in source.parsed.blocks.iter().filter(|block| block.parent.is_none()) {
                if block.kind != crate::markdown::BlockKind::Footnote {
                    continue;
                }
                let Some((label, note)) = by_start.get(&block.range.start) else { continue };
                if strict || known.contains(label) {
                    footnotes.push(source.text[block.range.clone()].to_owned());
                    known.extend(labels::used(&source.parsed, &note.range));
                }
            }
            for definition in source.parsed.definitions.iter().filter(|definition| definition.first) {
                if strict || known.contains(&fold_label(&definition.label)) {
                    let raw: Vec<&str> = source.text[definition.range.clone()]
                        .lines()
                        .map(|line| line.trim_start_matches([' ', '\t', '>']).trim_end())
                        .collect();
                    let raw = raw.join(" ");
                    if !definitions.contains(&raw) {
                        definitions.push(raw);
                    }
                }
            }
        }
        for footnote in &footnotes {
            self.block(footnote);
        }
        if !definitions.is_empty() {
            self.block(&definitions.join("\n"));
        }
    }
}
