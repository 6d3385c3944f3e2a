//! What following upstream meets: conflicts, steps, and commits one by one.

use super::words::{self, day, strip_ref};
use super::{capped, row};
use crate::report::{Cell, Document, Inline, count};
use crate::upstream::model::{
    Analysis, Applied, Conflict, Detail, FileClass, Merge, Relation, Step, UpstreamCommits,
};

pub(super) fn conflicts(document: &mut Document, analysis: &Analysis) {
    let Some(merge) = &analysis.merge else { return };
    document.heading(2, "Conflicts");
    if let Some(subtree) = &analysis.subtree {
        let words = format!(
            "The fork keeps upstream in the folder `{}`. What follows, here and under the steps, is what a merge without \
             `-X subtree` meets: it follows the files that moved, and puts new ones beside the folder.",
            subtree.folder
        );
        document.paragraph(words::marked(&words));
    }
    if merge.clean {
        document.paragraph("The trial merge conflicts nowhere.");
        return;
    }
    unjudged(document, merge);
    if !merge.conflicts.is_empty() || merge.unjudged.is_empty() {
        document.paragraph(summary(merge));
    }
    let searched = analysis.clean_prefix.is_some();
    let row_of = |conflict| {
        let mut cells = conflict_row(conflict);
        if searched {
            cells.extend(commits_of(conflict));
        }
        cells
    };
    let rows = merge.conflicts.iter().map(row_of).collect();
    let mut head = vec!["Path", "Kind", "Class", "Hunks"];
    if searched {
        head.extend(["Commits of the fork", "of upstream", "First of upstream that conflicts"]);
    }
    capped(document, &head, &[3, 4, 5], rows, "conflicted paths");
    if merge.conflicts.iter().any(|conflict| conflict.first_commit.is_some() && !conflict.proven) {
        document.paragraph(
            "\"Not proven\": found by merging this file alone along upstream's first parents; for the others two trial \
             merges show that at the commit the file conflicts, under the name that it has there, and before it not.",
        );
    }
    let notices = merge
        .notices
        .iter()
        .map(|notice| Inline::code(notice.path.to_string()).text(format!(": {}", short(&notice.kind))));
    document.list(notices.collect());
}

/// Names what is not known before what is.
fn unjudged(document: &mut Document, merge: &Merge) {
    if merge.unjudged.is_empty() {
        return;
    }
    document.paragraph(format!(
        "Of {} it is not known whether they conflict: contents that a merge would compare are not here.",
        count(merge.unjudged.len(), "path")
    ));
    let rows = merge.unjudged.iter().map(|path| row([Inline::code(path.to_string())])).collect();
    capped(document, &["Not judged"], &[], rows, "paths that are not judged");
}

fn summary(merge: &Merge) -> String {
    let kinds: Vec<String> =
        merge.kinds.iter().map(|(kind, count)| format!("{} {count}", short(kind))).collect();
    let classes: Vec<String> = FileClass::ALL
        .into_iter()
        .map(|class| (class, merge.conflicts.iter().filter(|conflict| conflict.class == class).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| format!("{} {count}", class.name()))
        .collect();
    format!(
        "{} unmerged. Messages by kind: {}. Paths by class: {}.",
        match merge.conflicts.len() {
            1 => "1 path stays".to_owned(),
            more => format!("{more} paths stay"),
        },
        kinds.join(", "),
        classes.join(", ")
    )
}

/// git's name of a conflict without its frame.
fn short(kind: &str) -> String {
    kind.strip_prefix("CONFLICT (").and_then(|kind| kind.strip_suffix(')')).unwrap_or(kind).to_owned()
}

fn conflict_row(conflict: &Conflict) -> Vec<Cell> {
    let mut kinds: Vec<String> = conflict.kinds.iter().map(|kind| short(kind)).collect();
    kinds.extend(conflict.part_of.iter().map(|notice| format!("{} of {}", short(&notice.kind), notice.path)));
    let hunks = match conflict.hunks.len() {
        0 => "-".to_owned(),
        number => number.to_string(),
    };
    let mut path = Inline::code(conflict.path.to_string());
    if let Some(other) = &conflict.stands_for {
        path = path.text(" for ").with_code(other.to_string());
    }
    row([path, kinds.join(", ").into(), conflict.class.name().into(), hunks.into()])
}

fn commits_of(conflict: &Conflict) -> [Cell; 3] {
    let [fork, upstream] = [&conflict.fork_commits, &conflict.upstream_commits];
    [fork.len().to_string().into(), upstream.len().to_string().into(), first(conflict)]
}

fn first(conflict: &Conflict) -> Cell {
    let Some(commit) = &conflict.first_commit else { return "not known".into() };
    let mut cell = Inline::code(commit.short());
    if !conflict.proven {
        cell = cell.text(" (not proven)");
    }
    if conflict.monotone == Some(false) {
        cell = cell.text(" (goes away and comes back later)");
    }
    cell
}

pub(super) fn steps(document: &mut Document, analysis: &Analysis) {
    let Some(prefix) = &analysis.clean_prefix else { return };
    document.heading(2, "How far it goes without a conflict");
    let mut words = Inline::plain(format!(
        "Of upstream's {} that the fork lacks ",
        count(prefix.of, "first-parent commit")
    ));
    words = match &prefix.last {
        Some(last) if prefix.commits == prefix.of => {
            words.text("all merge cleanly, the last is ").with_code(last.short())
        }
        Some(last) if prefix.commits == 1 => words.text("the first merges cleanly, ").with_code(last.short()),
        Some(last) => words
            .text(format!("the first {} merge cleanly, the last of them is ", prefix.commits))
            .with_code(last.short()),
        None => words.text("none merges cleanly"),
    };
    if let (Some(next), true) = (&prefix.next, prefix.commits < prefix.of) {
        words = words.text("; the next, ").with_code(next.short()).text(", conflicts");
    }
    words = words.text(if prefix.proven { "." } else { " (not proven by trial merges)." });
    if prefix.first_conflict != prefix.next && prefix.first_conflict.is_some() {
        words = words.text(" An earlier conflict goes away again before that commit.");
    }
    if let Some(apart) = &prefix.lockfiles_apart {
        words = words
            .text(format!(
                " Where lockfiles and generated files are made again instead of merged, the first {} do, the last of them is ",
                apart.commits
            ))
            .with_code(apart.last.short())
            .text(".");
    }
    document.paragraph(words);
    let row_of = |step: &Step| {
        let mut tag = Inline::code(strip_ref(&step.name));
        if !step.contained {
            tag = tag.text(" (beside upstream's branch)");
        }
        row([tag, Inline::code(step.commit.short()), step.conflicts.to_string().into()])
    };
    let rows = prefix.steps.iter().map(row_of).collect();
    capped(document, &["Release tag", "Commit", "Paths that conflict"], &[2], rows, "release tags");
}

pub(super) fn commits(document: &mut Document, analysis: &Analysis) {
    let Some(commits) = &analysis.upstream_commits else { return };
    document.heading(2, "Upstream's commits one by one");
    let plain = analysis.without_merges.map_or(0, |counts| counts[1]);
    let by_picks = analysis.relation == Some(Relation::Diverged);
    document.list(overview(commits, plain).into_iter().skip(usize::from(!by_picks)).collect());
    let worded: Vec<&Detail> = commits.details.iter().filter(|detail| !detail.words.is_empty()).collect();
    if !worded.is_empty() {
        document.heading(3, "Worded like security");
        document.paragraph("Their messages use such words, which proves nothing; read them first.");
        let columns = if by_picks { 5 } else { 4 };
        let rows = worded.iter().map(|detail| security_row(detail).into_iter().take(columns).collect());
        let head = ["Commit", "Date", "Subject", "Words", "Picked alone"];
        capped(document, &head[..columns], &[], rows.collect(), "commits");
    }
    let held: Vec<&Detail> = commits.details.iter().filter(|detail| detail.applied.is_some()).collect();
    if !held.is_empty() {
        document.heading(3, "In the fork already");
        let rows = held
            .iter()
            .map(|detail| {
                row([
                    Inline::code(detail.commit.short()),
                    day(&detail.date).into(),
                    detail.subject.clone().into(),
                    applied(detail).into(),
                ])
            })
            .collect();
        capped(document, &["Commit", "Date", "Subject", "Seen by"], &[], rows, "commits");
    }
}

fn are(number: usize) -> String {
    if number == 1 { "1 is".to_owned() } else { format!("{number} are") }
}

/// Commits to pick that are shown one by one.
const SHOWN_PICKS: usize = 10;

fn overview(commits: &UpstreamCommits, plain: usize) -> Vec<Inline> {
    let mut items = vec![
        format!("{} of {plain} (merges apart) touch no path that the fork changed.", commits.free.len())
            .into(),
        format!("{} worded like security.", are(commits.security_worded.len())).into(),
        format!(
            "{} in the fork already, under another id or inside a larger commit.",
            match commits.already_applied.len() {
                1 => "1 stands".to_owned(),
                more => format!("{more} stand"),
            }
        )
        .into(),
    ];
    if !commits.picks.is_empty() {
        let mut picks = Inline::plain(format!(
            "The first {} were tried, from the oldest on; {} in this order:",
            commits.picks_tried,
            match commits.picks.len() {
                1 => "1 applies".to_owned(),
                more => format!("{more} apply"),
            }
        ));
        for commit in commits.picks.iter().take(SHOWN_PICKS) {
            picks = picks.text(" ").with_code(commit.short());
        }
        if let more @ 1.. = commits.picks.len().saturating_sub(SHOWN_PICKS) {
            picks = picks.marked(&format!(" and {more} more; `--format json` lists them all."));
        }
        items.push(picks);
    }
    items
}

fn security_row(detail: &Detail) -> Vec<Cell> {
    let cost = match (detail.applied, detail.conflicts) {
        (Some(_), _) => "in the fork already".to_owned(),
        (_, Some(0)) => "applies".to_owned(),
        (_, Some(paths)) => format!("conflicts in {}", count(paths, "path")),
        _ => "not tried".to_owned(),
    };
    row([
        Inline::code(detail.commit.short()),
        day(&detail.date).into(),
        detail.subject.clone().into(),
        detail.words.join(", ").into(),
        cost.into(),
    ])
}

fn applied(detail: &Detail) -> &'static str {
    match detail.applied {
        Some(Applied::SamePatch) => "the same patch",
        Some(Applied::NoChange) => "it changes nothing here",
        _ => "nearly all of its lines",
    }
}
