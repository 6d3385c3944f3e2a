//! Under which headings something stands. "Performance" below phase 3 and below phase 4 is not the same, however alike the
//! words of the two headings are.

use std::collections::{BTreeMap, BTreeSet};

use super::matching::{self, Subject};
use super::place::Placing;

/// What things of a series are named by: `phase` and `4` of "Phase 4". A number that only counts headings ("4. Setup")
/// names nothing.
#[derive(Debug, Default)]
struct Numbered(BTreeMap<String, BTreeSet<String>>);

impl Numbered {
    fn of<'h>(headings: impl Iterator<Item = &'h str>) -> Self {
        let mut numbered = Self::default();
        for heading in headings {
            let is_part = |c: char| c.is_alphanumeric() || c == '.';
            let words: Vec<String> = heading
                .split(|c: char| !is_part(c))
                .map(|word| word.trim_matches('.').to_lowercase())
                .filter(|word| !word.is_empty())
                .collect();
            for pair in words.windows(2) {
                let is_name = pair[0].starts_with(char::is_alphabetic);
                if is_name && pair[1].starts_with(|c: char| c.is_ascii_digit()) {
                    numbered.0.entry(pair[0].clone()).or_default().insert(pair[1].clone());
                }
            }
        }
        numbered
    }

    /// True where both name things of one series, and none in common.
    fn differs(&self, other: &Self) -> bool {
        let mut shared = self.0.iter().filter_map(|(name, own)| Some((own, other.0.get(name)?)));
        shared.any(|(own, others)| own.is_disjoint(others))
    }
}

impl Placing<'_> {
    /// Whether what stands above a section speaks of the same as what stands above a node; texts that are nearly equal do
    /// wherever they stand, unless they are of two things of a series.
    pub(super) fn stands_alike(&self, source: usize, part: usize, node: usize, subject: &Subject) -> bool {
        if self.numbers_of_part(source, part).differs(&self.numbers_of_node(node)) {
            return false;
        }
        if subject.is_nearly(&self.tree.nodes[node].subject) {
            return true;
        }
        let heading = |node: usize| self.tree.nodes[node].heading.as_str();
        let is_named = |words: &str, by: &str| {
            matching::is_generic(words) || matching::is_said_by(words, &format!("{by} {}", heading(0)))
        };
        match (self.above(source, part), self.over(node)) {
            (None, None) => true,
            (Some(above), None) => is_named(&self.part(source, above).heading, heading(node)),
            (None, Some(over)) => {
                is_named(heading(over), &self.note_title(source)) || self.whole_agrees(source, over)
            }
            (Some(above), Some(over)) => {
                self.is_home(source, above, over)
                    || self.subject(source, above).agreement(&self.tree.nodes[over].subject).is_some()
                    || matching::is_generic(&self.part(source, above).heading)
                        && matching::is_generic(heading(over))
            }
        }
    }

    /// Whether a chapter and a note are of the same thing of a series, if they are of any.
    pub(super) fn is_same_of_series(&self, source: usize, node: usize) -> bool {
        let title = self.note_title(source);
        !Numbered::of(std::iter::once(title.as_str())).differs(&self.numbers_of_node(node))
    }

    /// The section that holds a part, unless that is the note's title.
    fn above(&self, source: usize, part: usize) -> Option<usize> {
        let section = self.sources[source].parsed.sections[part - 1].parent?;
        (self.outlines[source].title != Some(section)).then_some(section + 1)
    }

    /// The node that holds a node, unless that is the guide or stands for a whole note.
    fn over(&self, node: usize) -> Option<usize> {
        let over = self.tree.nodes[node].parent;
        (over != 0 && node != 0 && !self.tree.nodes[over].is_note).then_some(over)
    }

    fn numbers_of_part(&self, source: usize, part: usize) -> Numbered {
        let sections = &self.sources[source].parsed.sections;
        let chain = std::iter::successors(Some(part - 1), |&section| sections[section].parent);
        let title = self.note_title(source);
        let headings = chain.map(|section| sections[section].text.as_str());
        Numbered::of(headings.chain([title.as_str()]))
    }

    fn numbers_of_node(&self, node: usize) -> Numbered {
        let nodes = &self.tree.nodes;
        let chain = std::iter::successors(Some(node), |&node| (node != 0).then(|| nodes[node].parent));
        // The guide's own title need not be that of the note that a heading comes from.
        let title = nodes[node].sources.first().map(|&source| self.note_title(source));
        Numbered::of(chain.map(|node| nodes[node].heading.as_str()).chain(title.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_of_a_series_differ_by_their_numbers() {
        let differs = |one: &[&str], other: &[&str]| {
            Numbered::of(one.iter().copied()).differs(&Numbered::of(other.iter().copied()))
        };
        assert!(differs(&["Phase 3 Design"], &["Speed", "Phase 4: Workers"]));
        assert!(differs(&["🎯 Option 1 (fast)"], &["Option 2"]));
        assert!(!differs(&["Phase 3 Design"], &["Workers", "Phase 3, after phase 2"]));
        assert!(!differs(&["4. Setup"], &["2. Setup"]));
        assert!(!differs(&["Phase 3"], &["Week 4"]));
        assert!(!differs(&["The bath 2025"], &["A lamp 7"]));
    }
}
