//! Which way to go: a table of rules on measured facts, the first that holds wins. Each says what it measured.

use serde::Serialize;

use super::commands::{self, Ground};
use super::model::{Analysis, Relation, Step};
use crate::repo::RepoPath;
use crate::report::count;

/// Conflicted paths that one sitting can settle.
const FEW_CONFLICTS: usize = 20;
/// How sure a sync point must be before history is told to follow it.
pub(super) const SURE: f64 = 0.5;
/// Share of upstream's lines that the fork must hold before history is told that it merged them: two of three.
const MOSTLY_HELD: f64 = 0.66;

/// Source files that a fork never had from which it is no chance that they are missing.
const MANY_NEVER_TAKEN: usize = 2;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Strategy {
    /// The rule that won; `None` where the relation is not known.
    pub recommend: Option<Way>,
    /// The measured facts behind it.
    pub why: Vec<String>,
    /// The others, and what speaks against each.
    pub rejected: Vec<Rejected>,
    /// What to run, in order.
    pub commands: Vec<String>,
}

/// An option that is not recommended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Rejected {
    /// Which.
    pub name: Way,
    /// What speaks against it.
    pub why: String,
}

/// A way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Upstream has nothing new, nor has the fork.
    NothingToDo,
    /// Offer the fork's work to upstream, which has nothing new.
    Contribute,
    /// Move forward to upstream, since the fork has nothing of its own.
    FastForward,
    /// Merge upstream.
    Merge,
    /// Tell history up to which commit the content follows upstream, then merge the rest.
    RecordSync,
    /// Put the fork's commits on top of upstream.
    Rebase,
    /// Merge upstream part by part.
    MergeInSteps,
    /// Take single commits of upstream over.
    Pick,
}

/// In the order in which they are weighed.
const ALL: [Way; 8] = [
    Way::NothingToDo,
    Way::Contribute,
    Way::FastForward,
    Way::Merge,
    Way::RecordSync,
    Way::Rebase,
    Way::MergeInSteps,
    Way::Pick,
];

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Way::NothingToDo => "nothing-to-do",
            Way::Contribute => "contribute",
            Way::FastForward => "fast-forward",
            Way::Merge => "merge",
            Way::RecordSync => "record-sync",
            Way::Rebase => "rebase",
            Way::MergeInSteps => "merge-in-steps",
            Way::Pick => "pick",
        }
    }
}

/// Stands until the facts are together.
pub(super) fn undecided() -> Strategy {
    Strategy { recommend: None, why: Vec::new(), rejected: Vec::new(), commands: Vec::new() }
}

/// Chooses the first way that fits, and says of the others why they do not.
pub(super) fn choose(analysis: &Analysis, ground: Ground) -> Strategy {
    let facts = Facts::of(analysis);
    let Some(relation) = facts.relation else {
        let why = "the relation of the two sides is not known in this clone".to_owned();
        return Strategy { why: vec![why], ..undecided() };
    };
    let verdicts: Vec<(Way, Result<String, String>)> =
        ALL.iter().map(|&way| (way, verdict(way, relation, &facts))).collect();
    // A diverged fork can always merge by hand: that is left when nothing else fits.
    let chosen = verdicts.iter().find(|(_, verdict)| verdict.is_ok()).map_or(Way::Merge, |(way, _)| *way);
    let mut strategy = undecided();
    strategy.recommend = Some(chosen);
    for (way, verdict) in verdicts {
        match verdict {
            Ok(why) if way == chosen => strategy.why.push(why),
            Err(why) if way == chosen => strategy.why.push(by_hand(&why, &facts)),
            Ok(why) => strategy.rejected.push(Rejected {
                name: way,
                why: format!("possible too ({why}), but {} comes first", chosen.name()),
            }),
            Err(why) => strategy.rejected.push(Rejected { name: way, why }),
        }
    }
    strategy.commands = commands::of(chosen, analysis, ground);
    strategy
}

fn by_hand(why: &str, facts: &Facts) -> String {
    match facts.conflicts {
        _ if facts.unjudged > 0 => format!("{why}, so only a real merge tells"),
        Some(count) if count <= FEW_CONFLICTS => format!("{why}, few enough to settle in one go"),
        Some(_) => format!("{why}, and no other way spares them"),
        None => format!("{why}, so only a real merge tells"),
    }
}

/// What the rules weigh.
struct Facts {
    relation: Option<Relation>,
    ahead: usize,
    behind: usize,
    /// Unmerged paths of the trial merge; `None` when it could not be made.
    conflicts: Option<usize>,
    /// The folder in which the fork keeps upstream: the conflicts are those of the merge into it.
    folder: Option<String>,
    /// Paths of which it is not known whether they conflict, beside these.
    unjudged: usize,
    /// Upstream's commits whose patch the fork does not have yet, merges and empty ones apart.
    missing: Option<usize>,
    /// Those whose patch it has.
    same: Option<usize>,
    /// The fork's commit at which a merge of upstream changes nothing.
    contained: Option<String>,
    sync: Option<Sync>,
    /// Own commits, and how many of them apply on upstream.
    replay: Option<(usize, usize)>,
    prefix: Option<Following>,
    /// Free commits that apply one after another, how many were tried, and how many free ones there are.
    picks: (usize, usize, usize),
}

/// How far the fork can follow.
struct Following {
    /// Upstream's first-parent commits that merge cleanly.
    clean: usize,
    of: usize,
    /// The release with the fewest conflicts, by its name, and how many paths conflict there.
    easiest: Option<(String, usize)>,
}

/// What is known of the sync point.
#[derive(Clone)]
struct Sync {
    commit: String,
    confidence: f64,
    /// Share of upstream's lines that the fork holds, except of an exact copy: what it changed of that it did not leave out.
    held: Option<f64>,
    /// How many of upstream's source files the fork never had, and one of them.
    never_taken: Option<(usize, RepoPath)>,
    /// The conflicts left once it is recorded.
    after: Option<usize>,
}

impl Sync {
    fn text(&self) -> String {
        let held = self.held.map_or(String::new(), |held| {
            format!(", with {:.0} % of the lines that upstream had there", held * 100.0)
        });
        format!(
            "the fork's content follows upstream up to {} (confidence {}){held}",
            self.commit, self.confidence
        )
    }

    /// What speaks against telling history that it was merged.
    fn doubt(&self) -> Option<String> {
        if self.confidence < SURE {
            return Some(format!("{}: a confidence of less than {SURE} is too little", self.text()));
        }
        if let Some((files, one)) = &self.never_taken
            && *files >= MANY_NEVER_TAKEN
        {
            let files = count(*files, "source file");
            return Some(format!(
                "{}: {files} that upstream had there, such as {one}, never came here and would count as removed",
                self.text()
            ));
        }
        let lost = self.held.is_some_and(|held| held < MOSTLY_HELD);
        lost.then(|| format!("{}: what it left out would count as merged", self.text()))
    }
}

impl Facts {
    fn of(analysis: &Analysis) -> Self {
        let plain = analysis.without_merges.map(|counts| counts[1]);
        let here = analysis.equivalent.as_ref().map(|equivalent| equivalent.upstream.len());
        let commits = analysis.upstream_commits.as_ref();
        let subtree = analysis.subtree.as_ref();
        Self {
            folder: subtree.map(|subtree| subtree.folder.clone()),
            relation: analysis.relation,
            ahead: analysis.ahead.unwrap_or(0),
            behind: analysis.behind.unwrap_or(0),
            conflicts: subtree.map(|subtree| subtree.conflicts.max(usize::from(!subtree.clean))).or(analysis
                .merge
                .as_ref()
                .map(|merge| {
                    merge.conflicts.len().max(usize::from(!merge.clean && merge.unjudged.is_empty()))
                })),
            unjudged: analysis
                .merge
                .as_ref()
                .filter(|_| subtree.is_none())
                .map_or(0, |merge| merge.unjudged.len()),
            missing: plain.zip(here).map(|(plain, here)| plain.saturating_sub(here)),
            same: here,
            contained: analysis.contained_at.as_ref().map(|commit| commit.short().to_owned()),
            sync: analysis.later_sync().map(|sync| Sync {
                commit: sync.commit.short().to_owned(),
                confidence: sync.confidence,
                never_taken: sync.never_taken.first().map(|one| (sync.never_taken.len(), one.clone())),
                held: sync.held.filter(|_| sync.method != super::SyncMethod::SameTree),
                after: sync.conflicts_after,
            }),
            replay: analysis.replay.as_ref().map(|replay| (replay.commits, replay.applied)),
            prefix: analysis.clean_prefix.as_ref().map(|prefix| {
                let name = |step: &Step| step.name.trim_start_matches("refs/tags/").to_owned();
                let easiest = prefix.easiest().map(|step| (name(step), step.conflicts));
                Following { clean: prefix.commits, of: prefix.of, easiest }
            }),
            picks: commits
                .map_or((0, 0, 0), |commits| (commits.picks.len(), commits.picks_tried, commits.free.len())),
        }
    }

    /// How many of upstream's commits have their patch in the fork.
    fn same_patch(&self) -> String {
        match (self.same, self.missing) {
            (Some(_), Some(0)) => ", each as the same patch".to_owned(),
            (Some(same), _) => format!(", {same} of them as the same patch"),
            _ => String::new(),
        }
    }

    fn conflicts_text(&self) -> String {
        let here = if self.unjudged > 0 { " of those whose contents are here" } else { "" };
        let trial = match &self.folder {
            Some(folder) => format!("the trial merge into `{folder}`, where the fork keeps upstream,"),
            None => "the trial merge".to_owned(),
        };
        let known = match self.conflicts {
            Some(0) if self.unjudged == 0 => format!("{trial} conflicts nowhere"),
            Some(0) => format!("{trial} conflicts in no path{here}"),
            Some(number) => format!("{trial} conflicts in {}{here}", count(number, "path")),
            None => format!("{trial} could not be made"),
        };
        match self.unjudged {
            0 => known,
            1 => format!("{known}, and 1 more cannot be judged"),
            more => format!("{known}, and {more} more cannot be judged"),
        }
    }
}

/// Whether a way fits, and the facts that say so.
fn verdict(way: Way, relation: Relation, facts: &Facts) -> Result<String, String> {
    let both = matches!(relation, Relation::Diverged);
    let counts = format!("{} ahead, {} behind", facts.ahead, facts.behind);
    match way {
        Way::NothingToDo if relation == Relation::Same => Ok("both sides are the same commit".to_owned()),
        Way::NothingToDo => Err(format!("the sides differ: {counts}")),
        Way::Contribute if relation == Relation::Ahead => {
            Ok(format!("{counts}: upstream has nothing that the fork lacks, so a merge cannot conflict"))
        }
        Way::Contribute => Err(format!("upstream has {} that the fork lacks", count(facts.behind, "commit"))),
        Way::FastForward if relation == Relation::Behind => {
            Ok(format!("{counts}: the fork has nothing of its own"))
        }
        Way::FastForward => Err(format!("the fork has {} of its own", count(facts.ahead, "commit"))),
        _ if relation == Relation::Unrelated => unrelated(way, facts),
        _ if !both => Err(format!("there is nothing to reconcile: {counts}")),
        Way::Merge => merge(facts),
        Way::RecordSync => record_sync(facts),
        Way::Rebase | Way::MergeInSteps | Way::Pick if facts.folder.is_some() => {
            let folder = facts.folder.as_deref().unwrap_or_default();
            Err(format!("the fork keeps upstream in `{folder}`: it was tried at the root alone"))
        }
        Way::Rebase => rebase(facts),
        Way::MergeInSteps => in_steps(facts),
        Way::Pick => pick(facts),
    }
}

fn merge(facts: &Facts) -> Result<String, String> {
    match facts.conflicts {
        _ if facts.contained.is_some() => {
            Err(format!("{}, and upstream has nothing that the fork lacks", facts.conflicts_text()))
        }
        Some(0) if facts.unjudged == 0 => Ok(facts.conflicts_text()),
        _ => Err(facts.conflicts_text()),
    }
}

fn record_sync(facts: &Facts) -> Result<String, String> {
    if let Some(commit) = &facts.contained {
        return Ok(format!(
            "a trial merge of upstream changes no file of the fork's commit {commit}, so what upstream's {} brought was \
             there already under other ids{}",
            count(facts.behind, "commit"),
            facts.same_patch()
        ));
    }
    let Some(sync) = &facts.sync else {
        return Err(match facts.missing {
            Some(0) => "each of upstream's commits has its patch in the fork, but no trial merge shows that nothing of \
                        upstream would be left out".to_owned(),
            _ => "no later sync point than the merge base was found".to_owned(),
        });
    };
    let text = sync.text();
    match (facts.conflicts, sync.after) {
        _ if let Some(doubt) = sync.doubt() => Err(doubt),
        (Some(now), Some(after)) if now > 0 && after * 2 <= now => {
            Ok(format!("{text}; {} instead of {now}", left_after(after, "")))
        }
        (Some(now), Some(after)) => {
            Err(format!("{text}, but {} instead of {now}", left_after(after, " still")))
        }
        _ => Err(format!("{text}, but no trial merge shows what recording it would spare")),
    }
}

/// The conflicts that recording a sync point leaves.
fn left_after(conflicts: usize, still: &str) -> String {
    let verb = if conflicts == 1 { "conflicts" } else { "conflict" };
    format!("with that recorded {}{still} {verb}", count(conflicts, "path"))
}

/// What is left to settle where no history is shared, and what a merge without the record comes to.
fn with_and_without(after: Option<usize>, now: Option<usize>) -> String {
    let Some(after) = after else { return String::new() };
    let without = now.map(|now| format!(", without it {now}, since git then has nothing to compare with"));
    format!("; {}{}", left_after(after, ""), without.unwrap_or_default())
}

fn rebase(facts: &Facts) -> Result<String, String> {
    match facts.replay {
        Some((own, applied)) if own == applied => {
            Ok(format!("all {own} of the fork's own commits apply on upstream one after another"))
        }
        Some((own, 0)) => Err(format!("of the fork's {own} own commits the first one conflicts")),
        Some((own, applied)) => Err(format!(
            "of the fork's {own} own commits {applied} apply from the first on, then one conflicts"
        )),
        None if facts.conflicts == Some(0) && facts.unjudged == 0 => {
            Err(format!("replaying {} was not tried, since the merge is clean", count(facts.ahead, "commit")))
        }
        None => Err(format!(
            "replaying {} was not tried: too many, or merges among them",
            count(facts.ahead, "commit")
        )),
    }
}

fn in_steps(facts: &Facts) -> Result<String, String> {
    let Some(Following { clean, of, easiest }) = &facts.prefix else {
        return Err("how far the fork can follow was not searched".to_owned());
    };
    let prefix = format!("{clean} of upstream's {of} first-parent commits merge cleanly");
    let total = facts.conflicts.unwrap_or(0);
    match easiest {
        _ if *clean > 0 && (total > FEW_CONFLICTS || clean * 10 >= *of) => Ok(prefix),
        Some((tag, fewest)) if total > FEW_CONFLICTS && fewest * 2 <= total => {
            let step = count(*fewest, "path");
            Ok(format!("{prefix}; the release tag {tag} conflicts in {step}, all at once in {total}"))
        }
        _ => Err(format!("{prefix}, and no release tag halves the conflicts")),
    }
}

fn pick(facts: &Facts) -> Result<String, String> {
    let total = facts.conflicts.unwrap_or(0);
    let (picks, tried, free) = facts.picks;
    let have = format!(
        "{free} of upstream's commits touch nothing that the fork changed; of the {tried} that were tried, from the \
         oldest on, {picks} {} in order",
        if picks == 1 { "applies" } else { "apply" }
    );
    match (total, picks) {
        _ if facts.conflicts.is_none() => Err(facts.conflicts_text()),
        (0..=FEW_CONFLICTS, _) if facts.unjudged > 0 => Err(facts.conflicts_text()),
        (0..=FEW_CONFLICTS, _) => Err(format!("{}, few enough to merge", facts.conflicts_text())),
        (_, 0) if free > 0 => Err(format!(
            "{free} of upstream's commits touch nothing that the fork changed, but none is known to apply by itself"
        )),
        (_, 0) => Err("no commit of upstream is free of the fork's changes".to_owned()),
        _ => Ok(format!("{}; {have}", facts.conflicts_text())),
    }
}

fn unrelated(way: Way, facts: &Facts) -> Result<String, String> {
    let none = "the histories have no common commit".to_owned();
    match way {
        Way::RecordSync => match &facts.sync {
            Some(sync) => match sync.doubt() {
                Some(doubt) => Err(format!("{none}, and {doubt}")),
                None => Ok(format!("{}{}", sync.text(), with_and_without(sync.after, facts.conflicts))),
            },
            None => Err(format!("{none}, and no commit of upstream matches the fork's content")),
        },
        Way::Pick => Ok(format!("{none}: single commits can still be taken over")),
        _ => Err(none),
    }
}

#[cfg(test)]
mod tests;
