//! What becomes of each section of the notes that make a guide.

use std::collections::BTreeSet;

use super::destiny;
use super::folded::{self, Folder};
use super::guide::{contents_lines, says_more};
use super::note::Note;
use super::plan::{Destiny, SectionPlan};
use super::role::date_in;
use super::{series, words};
use crate::markdown::{Block, BlockKind, Section};

/// Words from which on a section that stands in an earlier note is repeated; fewer stand anywhere by chance.
const TELLING: usize = 12;

/// The sections of some notes, the base first, each with what becomes of it.
pub(super) fn of(notes: &[Note], group: &[usize]) -> Vec<SectionPlan> {
    let mut plans = Vec::new();
    let mut before: Vec<BTreeSet<String>> = Vec::new();
    for &number in group {
        let note = &notes[number];
        let leaning = destiny::Leaning::of(note);
        let lines: Vec<&str> = note.text.lines().collect();
        let leaves = leaves(note);
        let first = plans.len();
        for (heading, range) in cut(note) {
            let text = lines.get(range.0 - 1..range.1).unwrap_or_default().join("\n");
            let destiny = match destiny::is_history(leaning, &heading, &text) {
                _ if is_repeated(&leaves, range, &before) => Destiny::Repeated,
                true => Destiny::History,
                false if says_again(note, (&heading, range), &plans[first..]) => Destiny::History,
                false => Destiny::Guide,
            };
            let is_past = |below: &str| destiny::is_history_within(leaning, (&heading, below));
            let parts = match destiny {
                Destiny::Guide => parted(note, (&heading, range), is_past),
                _ => vec![(heading.clone(), range, destiny)],
            };
            for (heading, lines, destiny) in parts {
                plans.push(SectionPlan {
                    source: note.path.clone(),
                    lines,
                    heading: super::plan_words::one_line(&heading),
                    destiny,
                    proposed: destiny,
                    order: plans.len() + 1,
                });
            }
        }
        keep_series_together(note, &mut plans[first..]);
        before.push(leaves.into_iter().map(|leaf| leaf.words).collect());
    }
    plans
}

/// Gives the sections of a series one destiny, that of most of its lines: nobody can follow steps 1, 2 and 4. A procedure
/// of which something is still to be done is one for the guide, whoever has done the rest.
///
/// A bare number counts chapters, whatever they speak of: it takes none out of the guide, nor one into it whose heading
/// says by itself that it is past ("7. Timeline").
fn keep_series_together(note: &Note, plans: &mut [SectionPlan]) {
    let sections = &note.parsed.sections;
    for series in series::of(sections).iter().rev() {
        let counts = |section: &&Section| series.is_named || !destiny::is_sure(&section.text);
        let members = series.members.iter().map(|&member| &sections[member]).filter(counts);
        let places: BTreeSet<usize> = members.filter_map(|section| place_of(plans, section.line)).collect();
        let lines_of = |is_wanted: fn(Destiny) -> bool| -> usize {
            let wanted = places.iter().map(|&place| &plans[place]).filter(|plan| is_wanted(plan.destiny));
            wanted.map(|plan| plan.lines.1 + 1 - plan.lines.0).sum()
        };
        let past = lines_of(|destiny| destiny == Destiny::History);
        let (new, all) = (lines_of(|destiny| destiny == Destiny::Guide), lines_of(|_| true));
        let stays = past * 2 <= all || series.is_procedure && new > 0;
        for &place in &places {
            let plan = &mut plans[place];
            let destiny = match (stays, plan.destiny) {
                (true, Destiny::History) => Destiny::Guide,
                (true, Destiny::Repeated) if series.is_named && new > 0 => Destiny::Guide,
                (false, Destiny::Guide) if series.is_named => Destiny::History,
                (_, same) => same,
            };
            (plan.destiny, plan.proposed) = (destiny, destiny);
        }
    }
}

/// The plan that holds a line.
fn place_of(plans: &[SectionPlan], line: usize) -> Option<usize> {
    plans.iter().position(|plan| (plan.lines.0..=plan.lines.1).contains(&line))
}

/// Words from which on a block that stands in the guide is not put there again, as the guide's composer counts them.
const BLOCK: usize = 8;

/// How many lines of the guide's sections do not go there: blocks that an earlier note puts there already, and tables of
/// contents.
pub(super) fn repeated_lines(notes: &[Note], group: &[usize], plans: &[SectionPlan]) -> usize {
    let mut before: BTreeSet<String> = BTreeSet::new();
    let mut repeated = 0;
    for &number in group {
        let note = &notes[number];
        let folder = Folder::without_targets(&note.text, &note.parsed);
        let mut plans: Vec<&SectionPlan> = plans.iter().filter(|plan| plan.source == note.path).collect();
        plans.sort_by_key(|plan| plan.lines);
        let in_guide = |line: usize| {
            let next = plans.partition_point(|plan| plan.lines.0 <= line);
            let plan = next.checked_sub(1).map(|at| plans[at]).filter(|plan| line <= plan.lines.1);
            plan.is_some_and(|plan| plan.destiny == Destiny::Guide)
        };
        let mut own = Vec::new();
        let contents = contents_lines(&note.parsed);
        let replaced = contents.iter().filter(|lines| in_guide(lines.0));
        repeated += replaced.map(|(first, last)| last + 1 - first).sum::<usize>();
        let is_contents = |line: usize| contents.iter().any(|(first, last)| (*first..=*last).contains(&line));
        for (index, block) in note.parsed.blocks.iter().enumerate() {
            let is_heading = matches!(block.kind, crate::markdown::BlockKind::Heading(_));
            let line = block.lines.0;
            if block.parent.is_some() || is_heading || !in_guide(line) || is_contents(line) {
                continue;
            }
            let leaves = folder.leaves(index);
            let stands = leaves.iter().filter(|leaf| before.contains(*leaf)).count();
            let words: usize = leaves.iter().map(|leaf| leaf.split_whitespace().count()).sum();
            if stands > 0 && words >= BLOCK {
                // Of a list or table the items that are new remain.
                repeated += (block.lines.1 + 1 - block.lines.0) * stands / leaves.len();
            }
            own.extend(leaves);
        }
        before.extend(own);
    }
    repeated
}

/// What a note says in one place.
struct Leaf {
    line: usize,
    /// Folded.
    words: String,
    is_heading: bool,
}

/// The folded words of each block with its line; of headings those that say more than what stands below them.
fn leaves(note: &Note) -> Vec<Leaf> {
    let folder = Folder::without_targets(&note.text, &note.parsed);
    let top = note.parsed.blocks.iter().enumerate().filter(|(_, block)| {
        block.parent.is_none() && !matches!(block.kind, crate::markdown::BlockKind::Heading(_))
    });
    let leaves = top
        .flat_map(|(index, block)| folder.leaves(index).into_iter().map(move |words| (block.lines.0, words)));
    let leaves = leaves.map(|(line, words)| Leaf { line, words, is_heading: false });
    let headings = note.parsed.sections.iter().filter(|section| says_more(&section.text));
    let headings = headings.map(|section| {
        let words = folded::words(&section.text);
        Leaf { line: section.line, words, is_heading: true }
    });
    let mut leaves: Vec<Leaf> = leaves.chain(headings).collect();
    leaves.sort_by_key(|leaf| leaf.line);
    leaves
}

/// True when all that a section says stands in one earlier note.
fn is_repeated(leaves: &[Leaf], lines: (usize, usize), before: &[BTreeSet<String>]) -> bool {
    let own = within(leaves, lines, |leaf| leaf.line);
    let said = own.iter().filter(|leaf| !leaf.is_heading);
    let words: usize = said.map(|leaf| leaf.words.split_whitespace().count()).sum();
    words >= TELLING && before.iter().any(|other| own.iter().all(|leaf| other.contains(&leaf.words)))
}

/// Of parts that stand in the order of their lines those that begin on some lines.
fn within<T>(parts: &[T], lines: (usize, usize), line: impl Fn(&T) -> usize) -> &[T] {
    let first = parts.partition_point(|part| line(part) < lines.0);
    let next = parts.partition_point(|part| line(part) <= lines.1);
    &parts[first..next]
}

/// A note cut at its headings of the first and second level; all its lines, none twice.
fn cut(note: &Note) -> Vec<(String, (usize, usize))> {
    let last = note.count_lines();
    let mut starts: Vec<(usize, String)> = note
        .parsed
        .sections
        .iter()
        .filter(|section| section.level <= 2)
        .map(|section| (section.line, section.text.clone()))
        .collect();
    if starts.first().is_none_or(|(line, _)| *line > 1) {
        starts.insert(0, (1, String::new()));
    }
    let ends = starts.iter().skip(1).map(|(line, _)| line - 1).chain([last]).collect::<Vec<_>>();
    starts
        .into_iter()
        .zip(ends)
        .filter(|((start, _), end)| start <= end)
        .map(|((start, text), end)| (text, (start, end)))
        .collect()
}

/// True for a summary behind what it sums up and what goes into the guide, without a table or code of its own: it says
/// again what stands above it.
fn says_again(note: &Note, (heading, lines): (&str, (usize, usize)), above: &[SectionPlan]) -> bool {
    const ABOVE: usize = 3;
    let words = words::of_text(heading);
    let names: [&[&str]; 4] = [&["summary"], &["recap"], &["key", "takeaways"], &["in", "summary"]];
    let stays = |line: usize| above.iter().any(|plan| plan.lines.0 == line && plan.destiny == Destiny::Guide);
    let above = note.parsed.sections.iter().filter(|section| section.level == 2 && stays(section.line));
    let is_looked_up =
        |block: &&Block| matches!(block.kind, BlockKind::Table { .. } | BlockKind::Code { .. });
    names.iter().any(|name| words == *name)
        && above.count() >= ABOVE
        && !within(&note.parsed.blocks, lines, |block| block.lines.0).iter().any(|block| is_looked_up(&block))
}

/// A section of the guide cut where one below it tells of a day ("Next steps" of a chapter): all its lines, none twice.
fn parted(
    note: &Note,
    (heading, range): (&str, (usize, usize)),
    is_past: impl Fn(&str) -> bool,
) -> Vec<(String, (usize, usize), Destiny)> {
    let own = within(&note.parsed.sections, range, |section| section.line);
    let below = own.iter().filter(|section| section.level == 3);
    let mut parts = vec![(heading.to_owned(), range, Destiny::Guide)];
    for section in below {
        let last = parts.len() - 1;
        let destiny = if is_past(&section.text) { Destiny::History } else { Destiny::Guide };
        if destiny == Destiny::History || parts[last].2 == Destiny::History {
            parts[last].1.1 = section.line - 1;
            parts.push((section.text.clone(), (section.line, range.1), destiny));
        }
    }
    // A note may begin with such a heading: nothing stands before it then.
    parts.retain(|(_, lines, _)| lines.0 <= lines.1);
    parts
}

/// What a section is called when it tells of a day rather than of a thing.
const OF_A_DAY: &[&str] = &[
    "session",
    "log",
    "status",
    "timeline",
    "history",
    "changelog",
    "progress",
    "commit",
    "commits",
    "completed",
    "accomplishments",
    "deliverables",
    "summary",
    "conclusion",
    "next",
    "todo",
    "results",
    "changes",
    "modified",
    "issue",
    "issues",
    "verification",
    "validation",
    "done",
    "fixed",
    "date",
    "handoff",
];

/// True for a heading that tells of a day and not of what is still to do: "Next steps" and "Open issues" do, "Phase 1:
/// fix the rest" too.
pub(super) fn tells_of_work_done(heading: &str) -> bool {
    const TO_DO: &[&str] =
        &["next", "todo", "open", "remaining", "pending", "issue", "issues", "fix", "planned"];
    const DONE: &[&str] = &["completed", "done", "fixed", "closed", "resolved"];
    let words = words::of_text(heading);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    tells_of_a_day(heading) && (has(DONE) || !has(TO_DO))
}

/// True for a heading that tells of a day rather than of a thing.
pub(super) fn tells_of_a_day(heading: &str) -> bool {
    date_in(heading).is_some() || words::of_text(heading).iter().any(|word| OF_A_DAY.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::test_notes::note;
    use super::*;

    /// The headings of the sections of a note, each with what becomes of it.
    fn destinies(text: &str) -> Vec<(String, Destiny)> {
        let plans = of(&[note("notes/bath-guide.md", text)], &[0]);
        let last = plans.iter().map(|plan| plan.lines);
        let follow = last.clone().zip(last.skip(1)).all(|(one, next)| one.1 + 1 == next.0);
        assert!(follow, "all lines, none twice");
        plans.into_iter().map(|plan| (plan.heading, plan.destiny)).collect()
    }

    #[test]
    fn what_tells_of_a_day_inside_a_section_is_a_section_of_its_own() {
        let below = |heading: &str| {
            let text = format!(
                "# Bath\n\n## The loop\n\nIt reads.\n\n### {heading}\n\n- the probe\n\n### Heat\n\nWarm.\n\n### Oil\n\nNew.\n"
            );
            destinies(&text)
        };
        let [title, part, past, rest] = ["Bath", "The loop", "Next Steps", "Heat"].map(str::to_owned);
        let expected = [
            (title.clone(), Destiny::Guide),
            (part.clone(), Destiny::Guide),
            (past, Destiny::History),
            (rest, Destiny::Guide),
        ];
        assert_eq!(below("Next Steps"), expected);
        assert_eq!(below("2025-10-31").len(), 4);
        for kept in ["Log in a session", "Session", "2.6 Deliverables", "Next steps of the loop"] {
            assert_eq!(
                below(kept),
                [(title.clone(), Destiny::Guide), (part.clone(), Destiny::Guide)],
                "{kept}"
            );
        }
    }

    #[test]
    fn a_summary_behind_what_it_sums_up_is_history() {
        let last = |heading: &str, body: &str| {
            let text = format!(
                "# Bath\n\n## Heat\n\nA.\n\n## Oil\n\nB.\n\n## Soap\n\nC.\n\n## {heading}\n\n{body}\n"
            );
            destinies(&text).pop().map(|(_, destiny)| destiny)
        };
        assert_eq!(last("Summary", "It is warm."), Some(Destiny::History));
        assert_eq!(last("Key takeaways", "It is warm."), Some(Destiny::History));
        assert_eq!(last("Summary", "```sh\nbath heat\n```"), Some(Destiny::Guide), "it is looked up");
        assert_eq!(last("Summary of baths", "It is warm."), Some(Destiny::Guide));
        let first = destinies("# Bath\n\n## Summary\n\nIt is warm.\n\n## Oil\n\nB.\n");
        assert_eq!(first[1].1, Destiny::Guide, "nothing stands above it");
    }

    #[test]
    fn members_of_a_series_have_one_destiny() {
        let body = "The loop reads.\n\nThe heater is set.\n";
        let past =
            "- ✅ Fixed the loop\n- ✅ Fixed the probe\n- ✅ Fixed the heater\n- ✅ Done\n\n- ✅ Added it";
        let guides = |sections: [(&str, &str); 3]| -> Vec<bool> {
            let sections = sections.map(|(heading, text)| format!("## {heading}\n\n{text}\n\n"));
            let all = destinies(&format!("# Bath\n\n{}", sections.concat()));
            all[1..].iter().map(|(_, destiny)| *destiny == Destiny::Guide).collect()
        };
        let results = "Results of the loop";
        let named = [("Part 1: Oil", body), ("Part 2: Results", past), ("Part 3: Heat", body)];
        assert_eq!(guides(named), [true; 3], "most of it is looked up");
        let named = [("Part 1: Done", past), ("Part 2: Results", past), ("Part 3: Heat", "Warm.")];
        assert_eq!(guides(named), [false; 3], "most of it is past");
        let counted = [("1) Oil", body), ("2) kw_results", past), ("3) Heat", body)];
        assert_eq!(guides(counted), [true; 3]);
        let counted = [("1. Oil", body), ("2. Timeline", past), ("3. Heat", body)];
        assert_eq!(guides(counted), [true, false, true], "its name says that it is past");
        let counted = [("1. Done", past), ("2. Results", past), ("3. Heat", body)];
        assert_eq!(guides(counted), [false, false, true], "a chapter of its own");
        let others = [("Oil", body), (results, past), ("Heat", body)];
        assert_eq!(guides(others), [true, false, true], "nothing counts them");
    }

    #[test]
    fn a_section_with_a_heading_that_says_more_is_not_repeated() {
        let text = "The control loop reads the probe every second and sets the heater to hold the bath.";
        let second = |heading: &str| {
            let notes = [
                note("notes/bath.md", &format!("# Bath\n\n## 2. Loop\n\n{text}\n")),
                note("notes/run.md", &format!("# Run\n\n## Loop\n\n### {heading}\n\n{text}\n")),
            ];
            of(&notes, &[0, 1]).pop().map(|plan| plan.destiny)
        };
        assert_eq!(second("3. The loop"), Some(Destiny::Repeated));
        assert_eq!(second("Loop of 20 baths"), Some(Destiny::Guide));
        assert_eq!(second("Loop: ❌"), Some(Destiny::Guide));
    }
}
