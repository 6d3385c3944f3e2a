//! Keeps the headings of a series together: whoever reads steps 1, 2 and 4 looks for the third one.

use std::collections::{BTreeMap, BTreeSet};

use super::super::series;
use super::outline::Outline;
use super::place::Placing;
use super::prepare::Prepared;
use super::texts::plain;
use super::tree::Entry;

/// The series of the sources, and where their members went.
#[derive(Debug, Default)]
pub(super) struct Together {
    /// By source: the parts of each series that goes into the guide as one.
    series: Vec<Vec<Vec<usize>>>,
    /// By source: the parts of each series of bare numbers, which are chapters.
    counted: Vec<Vec<Vec<usize>>>,
    /// The nodes of all members of a series that match others, by source and place in `series`; none where one does not.
    matched: BTreeMap<(usize, usize), BTreeMap<usize, usize>>,
    /// The node that has a part's heading.
    headed: BTreeMap<(usize, usize), usize>,
}

impl Together {
    /// Chapters of a note are no series for having numbers; what a section counts is, and what has a name.
    pub(super) fn of(sources: &[Prepared<'_>], outlines: &[Outline]) -> Self {
        let mut together = Self::default();
        for (source, outline) in sources.iter().zip(outlines) {
            let sections = &source.parsed.sections;
            let is_chapter =
                |member: usize| sections[member].parent.is_none_or(|above| outline.title == Some(above));
            let all = series::of_siblings(sections);
            let (chapters, series): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|series| !series.is_named && is_chapter(series.members[0]));
            let parts = |all: Vec<series::Series>| -> Vec<Vec<usize>> {
                all.iter().map(|series| series.members.iter().map(|member| member + 1).collect()).collect()
            };
            together.counted.push(parts(chapters));
            together.series.push(parts(series));
        }
        together
    }

    /// The place of the series that a part belongs to.
    fn of_part(&self, source: usize, part: usize) -> Option<usize> {
        self.series[source].iter().position(|series| series.contains(&part))
    }

    pub(super) fn is_member(&self, source: usize, part: usize) -> bool {
        self.of_part(source, part).is_some()
    }

    pub(super) fn head(&mut self, (source, part): (usize, usize), node: usize) {
        self.headed.insert((source, part), node);
    }
}

impl Placing<'_> {
    /// The node that speaks of the same as a section. The members of a series match all, below one heading, or none does.
    pub(super) fn find_match(&mut self, source: usize, part: usize) -> Option<usize> {
        let Some(series) = self.together.of_part(source, part) else { return self.match_of(source, part) };
        let key = (source, series);
        if !self.together.matched.contains_key(&key) {
            let parts = self.together.series[source][series].clone();
            let found = self.all_matched(source, &parts).unwrap_or_default();
            self.together.matched.insert(key, found);
        }
        self.together.matched[&key].get(&part).copied()
    }

    fn all_matched(&self, source: usize, series: &[usize]) -> Option<BTreeMap<usize, usize>> {
        let mut found = BTreeMap::new();
        for &part in series.iter().filter(|part| self.stays(source, **part)) {
            let node = self.match_of(source, part).filter(|&node| !self.introduces(source, part, node))?;
            found.insert(part, node);
        }
        let parents: BTreeSet<usize> = found.values().map(|&node| self.tree.nodes[node].parent).collect();
        let nodes: BTreeSet<&usize> = found.values().collect();
        (parents.len() == 1 && nodes.len() == found.len()).then_some(found)
    }

    /// True where the series among some parts may stand below a node: it counts nothing, or the same.
    pub(super) fn may_count(&self, source: usize, parts: &[usize], node: usize) -> bool {
        let is_counted = |child: &usize| {
            let child = &self.tree.nodes[*child];
            child.sources.first() != Some(&source) && series::member(&plain(&child.heading)).is_some()
        };
        if self.tree.nodes[node].children.iter().filter(|child| is_counted(child)).count() < 2 {
            return true;
        }
        let own = |series: &&Vec<usize>| series.iter().any(|part| parts.contains(part));
        self.together.series[source].iter().filter(own).all(|series| {
            let found = self.all_matched(source, series);
            found.is_some_and(|found| found.values().all(|&other| self.tree.nodes[other].parent == node))
        })
    }

    /// Settles the series among parts that were placed: a member of which everything stands elsewhere says where, unless
    /// all do.
    pub(super) fn close(&mut self, source: usize, parts: &[usize]) {
        let all = self.together.series[source].clone();
        for series in all.iter().filter(|series| series.iter().any(|part| parts.contains(part))) {
            let node_of = |part: &usize| Some((*part, *self.together.headed.get(&(source, *part))?));
            let placed: Vec<(usize, usize)> = series.iter().filter_map(node_of).collect();
            let (empty, full): (Vec<_>, Vec<_>) =
                placed.into_iter().partition(|(_, node)| self.tree.nodes[*node].is_bare());
            for (part, node) in empty {
                match self.stands.get(&(source, part)).copied().filter(|&stands| stands != node) {
                    _ if full.is_empty() => self.drop_if_empty(node, source, &[part], None),
                    Some(stands) if stands != 0 => self.refer(source, part, (node, stands)),
                    // The heading is all that the step says.
                    _ if self.part(source, part).chunks.is_empty() => {}
                    _ => self.drop_if_empty(node, source, &[part], None),
                }
            }
        }
    }

    /// Says below a heading where the text stands.
    pub(super) fn refer(&mut self, source: usize, part: usize, (node, stands): (usize, usize)) {
        let entry = Entry {
            id: self.next,
            source,
            part,
            chunk: 0,
            items: None,
            is_quoted: false,
            has_lead: false,
            see: Some(stands),
        };
        self.next += 1;
        self.tree.put(entry, node, None);
    }

    /// Takes the numbers from chapters of which one went elsewhere: they would say that something is missing.
    pub(super) fn uncount(&mut self) {
        for (source, all) in self.together.counted.iter().enumerate() {
            if self.sources[source].source.archived.is_none() {
                continue;
            }
            for series in all {
                let node_of = |part: &usize| {
                    let node = *self.together.headed.get(&(source, *part))?;
                    self.tree.is_there(node).then_some(node)
                };
                let nodes: Vec<Option<usize>> = series.iter().map(node_of).collect();
                let mut rest = nodes.iter().skip_while(|node| node.is_some());
                if rest.any(Option::is_some) {
                    nodes.into_iter().flatten().for_each(|node| self.tree.uncount(node));
                }
            }
        }
    }
}
