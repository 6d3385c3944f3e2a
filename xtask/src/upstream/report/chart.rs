//! Divergence in figures and pictures that GitHub renders.

use super::{capped, row};
use crate::report::{Document, Inline, count};
use crate::upstream::model::{Analysis, Relation};

/// Months that the chart shows, the newest.
const MONTHS: usize = 24;

pub(super) fn divergence(document: &mut Document, analysis: &Analysis) {
    let (Some(ahead), Some(behind)) = (analysis.ahead, analysis.behind) else { return };
    document.heading(2, "Divergence");
    figures(document, analysis, [ahead, behind]);
    if analysis.relation == Some(Relation::Diverged) {
        document.code("mermaid", graph(analysis, [ahead, behind]));
    }
    if let Some((chart, is_cut)) = months(analysis) {
        let newest = if is_cut { format!(" in the newest {MONTHS}") } else { String::new() };
        document
            .paragraph(format!("Commits a month{newest} (UTC), the fork's as bars, upstream's as a line:"));
        document.code("mermaid", chart);
    }
}

fn figures(document: &mut Document, analysis: &Analysis, [ahead, behind]: [usize; 2]) {
    let figure = |number: usize| Inline::plain(number.to_string());
    let mut rows = vec![row(["Commits that the other lacks".into(), figure(ahead), figure(behind)])];
    if let Some([fork, upstream]) = analysis.without_merges {
        rows.push(row(["of them without merges".into(), figure(fork), figure(upstream)]));
    }
    if let Some(equivalent) = &analysis.equivalent {
        let (fork, upstream) = (equivalent.fork.len(), equivalent.upstream.len());
        rows.push(row([
            "of them with the same patch on the other side".into(),
            figure(fork),
            figure(upstream),
        ]));
    }
    if let Some(changed) = &analysis.changed {
        rows.push(row([
            "Paths changed since the merge base".into(),
            figure(changed.fork.len()),
            figure(changed.upstream.len()),
        ]));
        rows.push(row(["of them by both".into(), figure(changed.both.len()), figure(changed.both.len())]));
    }
    if let Some(renames) = &analysis.renames {
        rows.push(row(["Renames".into(), figure(renames.fork.len()), figure(renames.upstream.len())]));
    }
    capped(document, &["", "Fork", "Upstream"], &[1, 2], rows, "figures");
    let empty = analysis.equivalent.as_ref().map_or(0, |equivalent| equivalent.empty.len());
    if empty > 0 {
        let verb = if empty == 1 { "changes" } else { "change" };
        document.paragraph(format!("{} of both sides {verb} nothing.", count(empty, "commit")));
    }
}

/// Two branches from the merge base; ids are hexadecimal, so nothing needs to be escaped.
fn graph(analysis: &Analysis, [ahead, behind]: [usize; 2]) -> String {
    let base = analysis.merge_base.as_ref().map_or("none", |base| base.commit.short());
    format!(
        "gitGraph\n    commit id: \"base {base}\"\n    branch fork\n    commit id: \"{ahead} of the fork\"\n    \
         commit id: \"fork {}\"\n    checkout main\n    commit id: \"{behind} of upstream\"\n    \
         commit id: \"upstream {}\"",
        analysis.fork.oid.short(),
        analysis.upstream.oid.short()
    )
}

/// The chart, and whether older months are left out of it.
fn months(analysis: &Analysis) -> Option<(String, bool)> {
    let (first, last) = (analysis.months.first_key_value()?.0, analysis.months.last_key_value()?.0);
    let all = calendar(first, last)?;
    if all.len() < 2 {
        return None;
    }
    let left_out = all.len().saturating_sub(MONTHS);
    let shown = &all[left_out..];
    let names: Vec<String> = shown.iter().map(|month| format!("\"{month}\"")).collect();
    let side = |side: usize| {
        let counts = shown.iter().map(|month| analysis.months.get(month).map_or(0, |counts| counts[side]));
        counts.map(|count| count.to_string()).collect::<Vec<_>>().join(", ")
    };
    let chart = format!(
        "xychart-beta\n    x-axis [{}]\n    y-axis \"Commits\"\n    bar [{}]\n    line [{}]",
        names.join(", "),
        side(0),
        side(1)
    );
    Some((chart, left_out > 0))
}

/// All months from one to another, also those without a commit; one more than the chart shows tells that it is cut.
fn calendar(first: &str, last: &str) -> Option<Vec<String>> {
    let number = |month: &str| {
        let (year, month) = month.rsplit_once('-')?;
        Some(year.parse::<i64>().ok()? * 12 + month.parse::<i64>().ok()? - 1)
    };
    // Wrong clocks reach far back: the chart shows the newest months only.
    let (from, to) = (number(first)?, number(last)?);
    let from = from.max(to - MONTHS as i64);
    Some(
        (from..=to)
            .map(|month| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_without_a_commit_stand_in_the_chart() {
        assert_eq!(calendar("2023-11", "2024-02").unwrap(), ["2023-11", "2023-12", "2024-01", "2024-02"]);
        assert_eq!(calendar("1970-01", "2024-02").unwrap().len(), MONTHS + 1);
    }
}
