//! The sentences of the report.

use crate::config::Depth;
use crate::report::{Inline, count};
use crate::upstream::model::{Analysis, Merge, Relation, Way};

/// True when following upstream conflicts, or breaks what merges as text.
pub fn has_findings(analysis: &Analysis) -> bool {
    let is_broken = !broken(analysis).is_empty();
    let conflicts =
        |merge: &Merge| !merge.conflicts.is_empty() || (!merge.clean && merge.unjudged.is_empty());
    if let Some(subtree) = &analysis.subtree {
        return is_broken || !subtree.clean;
    }
    is_broken || analysis.merge.as_ref().is_some_and(conflicts)
}

/// The verdict in one line.
pub fn headline(analysis: &Analysis) -> String {
    let ahead = count(analysis.ahead.unwrap_or(0), "commit");
    let behind = count(analysis.behind.unwrap_or(0), "commit");
    match analysis.relation {
        Some(Relation::Same) => "fork and upstream are the same commit".to_owned(),
        Some(Relation::Ahead) => format!("{ahead} ahead of upstream, nothing to merge"),
        Some(Relation::Behind) => format!("{behind} behind upstream, nothing of its own"),
        Some(Relation::Diverged) => format!("{ahead} ahead, {behind} behind, {}", outcome(analysis)),
        Some(Relation::Unrelated) => "no common history with upstream".to_owned(),
        None => "history is cut off here: the relation is not known".to_owned(),
    }
}

/// What to do next, in one line; empty when there is nothing to do.
pub fn next_step(analysis: &Analysis) -> String {
    match analysis.relation {
        None => "git fetch --unshallow".to_owned(),
        Some(_) => analysis.strategy.commands.first().cloned().unwrap_or_default(),
    }
}

/// The verdict of the report: what stands, and what it means.
pub(super) fn verdict(analysis: &Analysis) -> String {
    let ahead = count(analysis.ahead.unwrap_or(0), "commit");
    let behind = count(analysis.behind.unwrap_or(0), "commit");
    match analysis.relation {
        Some(Relation::Same) => "Fork and upstream are the same commit. There is nothing to do.".to_owned(),
        Some(Relation::Ahead) => format!(
            "The fork has {ahead} that upstream lacks, and upstream has none that the fork lacks. There is nothing to \
             merge, so conflicts are impossible. What can be done is to offer the fork's work to upstream."
        ),
        Some(Relation::Behind) => format!(
            "Upstream has {behind} that the fork lacks, and the fork has none of its own. The fork can move forward to \
             upstream without a merge, so conflicts are impossible."
        ),
        Some(Relation::Diverged) => format!(
            "The fork has {ahead} of its own, upstream has {behind} that the fork lacks; merging upstream now {}. {}",
            outcome(analysis),
            recommendation(analysis)
        ),
        Some(Relation::Unrelated) => format!(
            "Fork and upstream have no common commit, so git has nothing to merge from. {}",
            recommendation(analysis)
        ),
        None => "History is cut off in this clone, so that it is not known how fork and upstream stand."
            .to_owned(),
    }
}

fn recommendation(analysis: &Analysis) -> String {
    match analysis.strategy.recommend {
        Some(recommended) => {
            format!(
                "Recommended: {}, since {}.",
                way(recommended).to_lowercase(),
                analysis.strategy.why.join("; ")
            )
        }
        None => String::new(),
    }
}

/// What a merge comes to: its conflicts, and what breaks although it merges as text.
fn outcome(analysis: &Analysis) -> String {
    let conflicts = conflicts(analysis);
    let broken = broken(analysis);
    let is_clean = analysis.merge.as_ref().is_some_and(|merge| merge.clean);
    match broken.split_last() {
        None => conflicts,
        Some((last, rest)) => {
            let turn = if is_clean { "but" } else { "and" };
            let broken =
                if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
            format!("{conflicts}, {turn} brings {broken}")
        }
    }
}

/// Counts of what breaks in the merged tree and on neither side, each kind for itself.
fn broken(analysis: &Analysis) -> Vec<String> {
    let merged = analysis.merged_tree.as_ref();
    let build = analysis.build.as_ref().filter(|build| build.sound == Some(false));
    let kinds = [
        (merged.and_then(|merged| merged.imports.as_ref()).map(Vec::len), "broken import"),
        (merged.and_then(|merged| merged.calls.as_ref()).map(Vec::len), "broken call"),
        (merged.and_then(|merged| merged.links.as_ref()).map(Vec::len), "broken link"),
        (build.map(|build| build.errors.len()), "compile error"),
    ];
    let found = kinds.into_iter().filter_map(|(found, what)| Some((found?, what)));
    found.filter(|(found, _)| *found > 0).map(|(found, what)| count(found, what)).collect()
}

fn conflicts(analysis: &Analysis) -> String {
    if let Some(subtree) = &analysis.subtree {
        let paths = match subtree.conflicts {
            0 if subtree.clean => "nowhere".to_owned(),
            number => format!("in {}", count(number, "path")),
        };
        return format!("conflicts {paths} when merged into `{}`", subtree.folder);
    }
    match &analysis.merge {
        Some(merge) if merge.clean => "conflicts nowhere".to_owned(),
        Some(merge) if !merge.unjudged.is_empty() => {
            let known = match merge.conflicts.len() {
                0 => "conflicts in no path".to_owned(),
                number => format!("conflicts in {}", count(number, "path")),
            };
            format!(
                "{known} of those whose contents are here, and {} more cannot be judged",
                merge.unjudged.len()
            )
        }
        Some(merge) => format!("conflicts in {}", count(merge.conflicts.len(), "path")),
        None => "could not be tried".to_owned(),
    }
}

/// A strategy's name for people.
pub(super) fn way(way: Way) -> &'static str {
    match way {
        Way::NothingToDo => "Nothing to do",
        Way::Contribute => "Contribute the fork's work",
        Way::FastForward => "Fast-forward",
        Way::Merge => "Merge",
        Way::MergeInSteps => "Merge in steps",
        Way::Rebase => "Rebase",
        Way::RecordSync => "Record the sync",
        Way::Pick => "Pick single commits",
    }
}

pub(super) fn depth(depth: Depth) -> &'static str {
    match depth {
        Depth::Quick => "quick (without equal patches and searches over history)",
        Depth::Medium => "medium (without searches over history)",
        Depth::Thorough => "thorough",
    }
}

/// Words in which backticks set names apart.
pub(super) fn marked(words: &str) -> Inline {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return Inline::plain(words);
    }
    parts.iter().enumerate().fold(Inline::default(), |inline, (place, part)| {
        match (place % 2, part.is_empty()) {
            (_, true) => inline,
            (0, _) => inline.text(*part),
            _ => inline.with_code(*part),
        }
    })
}

/// The day of a date in RFC 3339.
pub(super) fn day(date: &str) -> String {
    date.get(..10).unwrap_or(date).to_owned()
}

/// A ref's name for people.
pub(super) fn strip_ref(name: &str) -> String {
    let starts = ["refs/heads/", "refs/remotes/", "refs/tags/"];
    starts.iter().find_map(|start| name.strip_prefix(start)).unwrap_or(name).to_owned()
}
