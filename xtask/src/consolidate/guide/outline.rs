//! The sections of a source, each with its pieces and what becomes of it.

use super::super::folded::{Folder, heading_text};
use super::super::plan::{Destiny, SectionPlan};
use super::chunks::{self, Chunk};
use super::prepare::Prepared;
use crate::markdown::Parsed;

/// A source as a tree of sections.
#[derive(Debug)]
pub(super) struct Outline {
    /// The section whose heading is the title, as an index.
    pub(super) title: Option<usize>,
    /// What stands before the first heading.
    pub(super) preface: Part,
    /// One for each section of the text.
    pub(super) sections: Vec<Part>,
}

/// A heading with what follows it up to the next one.
#[derive(Debug)]
pub(super) struct Part {
    /// The heading's inline Markdown; empty for the preface.
    pub(super) heading: String,
    pub(super) destiny: Destiny,
    pub(super) chunks: Vec<Chunk>,
    /// The sections right below it, as indices.
    pub(super) children: Vec<usize>,
    /// A list of links to the headings of its own text.
    pub(super) is_contents: bool,
}

pub(super) fn of(source: &Prepared<'_>, plan: &[SectionPlan]) -> Outline {
    let parsed = &source.parsed;
    let folder = Folder::new(&source.text, parsed);
    let mut blocks: Vec<Vec<usize>> = vec![Vec::new(); parsed.sections.len() + 1];
    for (index, block) in parsed.blocks.iter().enumerate() {
        let is_heading = matches!(block.kind, crate::markdown::BlockKind::Heading(_));
        if block.parent.is_none() && !is_heading {
            blocks[block.section.map_or(0, |section| section + 1)].push(index);
        }
    }
    let mut plan: Vec<&SectionPlan> =
        plan.iter().filter(|entry| entry.source == *source.source.path).collect();
    plan.sort_by_key(|entry| entry.lines);
    let part = |heading: String, line: usize, blocks: &[usize]| Part {
        is_contents: is_contents(&heading),
        heading,
        destiny: destiny(&plan, line),
        chunks: chunks::of(source, &folder, blocks),
        children: Vec::new(),
    };
    let preface_line = blocks[0].first().map_or(1, |&index| parsed.blocks[index].lines.0);
    let preface = part(String::new(), preface_line, &blocks[0]);
    let mut sections: Vec<Part> = parsed
        .sections
        .iter()
        .zip(&blocks[1..])
        .map(|(section, blocks)| {
            part(heading_text(&source.text[section.heading.clone()]), section.line, blocks)
        })
        .collect();
    for (index, section) in parsed.sections.iter().enumerate() {
        if let Some(parent) = section.parent {
            sections[parent].children.push(index);
        }
    }
    Outline { title: title(parsed), preface, sections }
}

/// The first heading, where it holds all others or is the only one of the first level.
fn title(parsed: &Parsed) -> Option<usize> {
    let first = parsed.sections.first()?;
    let others_below = parsed.sections.iter().skip(1).all(|section| section.level > first.level);
    (first.level == 1 || others_below).then_some(0)
}

/// What the plan says of the section that begins on a line.
fn destiny(plan: &[&SectionPlan], line: usize) -> Destiny {
    let next = plan.partition_point(|entry| entry.lines.0 <= line);
    let inside = plan[..next].iter().rev().find(|entry| line <= entry.lines.1);
    inside.map_or(Destiny::Guide, |entry| entry.destiny)
}

fn is_contents(heading: &str) -> bool {
    let words = super::super::words::of_text(heading).join(" ");
    matches!(words.as_str(), "table of contents" | "contents" | "toc" | "in this document" | "on this page")
}

/// First and last line of each table of contents of a note: a list of links to the headings of its own text.
pub(in super::super) fn contents_lines(parsed: &Parsed) -> Vec<(usize, usize)> {
    let next = parsed.sections.iter().skip(1).map(|section| section.line - 1).chain([parsed.lines.count()]);
    let sections = parsed.sections.iter().zip(next).filter(|(section, _)| is_contents(&section.text));
    sections.map(|(section, last)| (section.line, last)).collect()
}

impl Part {
    /// The parts right below it, by their numbers.
    pub(super) fn parts_below(&self) -> Vec<usize> {
        self.children.iter().map(|section| section + 1).collect()
    }
}

impl Outline {
    /// A part by its number: 0 is the preface, then the sections.
    pub(super) fn part(&self, part: usize) -> &Part {
        part.checked_sub(1).map_or(&self.preface, |section| &self.sections[section])
    }

    /// The sections of the first rank: those below the title, else those that no section holds.
    pub(super) fn top(&self, parsed: &Parsed) -> Vec<usize> {
        let is_top = |&index: &usize| parsed.sections[index].parent.is_none() && self.title != Some(index);
        let below = self.title.map(|title| self.sections[title].children.clone()).unwrap_or_default();
        let mut top = below;
        top.extend((0..self.sections.len()).filter(is_top));
        top.sort_unstable();
        top
    }
}
