//! What a guide says of itself: contents, what stays in the archive, where its text comes from, notes and definitions.

use std::collections::{BTreeMap, BTreeSet};

use super::labels;
use super::prepare::Prepared;
use super::settle::original_slug;
use super::texts::{day, day_of, name, plain};
use super::write::{NODE, Writer};
use crate::links::relative_destination;
use crate::markdown::{Footnote, fold_label};
use crate::report::Inline;

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

    /// Links to what stays in the archive.
    pub(super) fn history(&mut self) {
        let mut lines = Vec::new();
        for (number, source) in self.sources.iter().enumerate() {
            let Some(archived) = source.source.archived else { continue };
            let parts: BTreeSet<usize> =
                self.tree.history.iter().filter(|(of, _)| *of == number).map(|(_, part)| *part).collect();
            let is_inner = |part: usize| {
                let parent = part.checked_sub(1).and_then(|section| source.parsed.sections[section].parent);
                parent.is_some_and(|parent| parts.contains(&(parent + 1)))
            };
            let outer: Vec<usize> =
                parts.iter().copied().filter(|&part| part > 0 && !is_inner(part)).collect();
            if parts.is_empty() {
                continue;
            }
            let mut line = Inline::code(name(source.source.path, self.sources)).text(day_of(source));
            for (place, part) in outer.iter().enumerate() {
                let section = &source.parsed.sections[part - 1];
                // An anchor that not all programs write alike leads nowhere for some: the file alone is right for all.
                let slug = original_slug(source, part - 1);
                let anchor = Some(slug.as_str()).filter(|slug| !slug.contains('\u{fe0f}'));
                let to = relative_destination(self.request.target, archived, anchor);
                let words = if section.text.is_empty() { "(no heading)" } else { &section.text };
                line = line.text(if place == 0 { ": " } else { ", " }).link(words, to);
            }
            if outer.is_empty() {
                let to = relative_destination(self.request.target, archived, None);
                line = line.text(": ").link("the beginning", to);
            }
            lines.push(format!("- {}", line.to_markdown()));
        }
        if !lines.is_empty() {
            self.block("## History\n\nWhat tells of a day rather than of the subject stays in the archive.");
            self.block(&lines.join("\n"));
        }
    }

    /// Where the guide's text comes from.
    pub(super) fn source_list(&mut self) {
        let line = |source: &Prepared<'_>| {
            let from = source.source;
            let shown = name(from.path, self.sources);
            let mut line = match from.archived {
                Some(archived) => {
                    Inline::default().link(shown, relative_destination(self.request.target, archived, None))
                }
                None => Inline::code(from.path.display().into_owned()),
            };
            if let Some(title) = source.parsed.title.as_deref().filter(|title| !title.is_empty()) {
                line = line.text(format!(": {title}"));
            }
            if let Some(changed) = from.changed {
                line = line.text(format!(", {}", day(changed)));
            }
            if let Some(commit) = from.commit {
                line = line.text(", ").with_code(commit);
            }
            format!("- {}", line.to_markdown())
        };
        let lines: Vec<String> = self.sources.iter().map(line).collect();
        self.block("## Sources");
        self.block(&lines.join("\n"));
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
