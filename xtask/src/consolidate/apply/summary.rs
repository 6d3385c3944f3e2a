//! What was done, what was left and why, for people and for programs.

use serde::Serialize;

use super::checks::{Chosen, Task};
use super::sweep::Swept;
use crate::consolidate::plan::Action;
use crate::consolidate::report::count;
use crate::links::LeftReason;
use crate::repo::RepoPath;

/// Entries of a list that are shown to people.
const SHOWN: usize = 10;

/// What the edits do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The items that are carried out.
    pub items: Vec<ItemDone>,
    /// How many ticked items were done before.
    pub done: usize,
    /// Ticked items that are not.
    pub skipped: Vec<Skipped>,
    /// Whether nothing was lost.
    pub conserved: Conserved,
    /// Links that lead somewhere else now.
    pub links: usize,
    /// Mentions that name the new place now.
    pub mentions: usize,
    /// Files that stay and have other content now.
    pub rewritten: usize,
    /// Mentions that were left.
    pub left: Vec<LeftMention>,
    /// Files that could not be read: they were not looked through.
    pub unread: Vec<RepoPath>,
}

/// An item that is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemDone {
    /// Its id.
    pub id: String,
    /// What it does.
    pub action: &'static str,
    /// The notes.
    pub sources: Vec<RepoPath>,
    /// The guide, the place in the archive, or the note that stays.
    pub target: RepoPath,
}

/// An item that is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its id.
    pub id: String,
    /// What it would do.
    pub item: String,
    /// Its line in the plan.
    pub line: usize,
    /// Why it was not done.
    pub why: String,
}

/// A mention that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftMention {
    /// The file.
    pub path: RepoPath,
    /// The line.
    pub line: usize,
    /// The words.
    pub text: String,
    /// The note that they may mean, where it was.
    pub means: RepoPath,
    /// Why it was left.
    pub why: LeftReason,
}

/// How much of the notes stands where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Conserved {
    /// Notes that moved and hold what they held.
    pub notes: usize,
}

impl Summary {
    pub(super) fn of(chosen: &Chosen, done: usize) -> Self {
        let item = |task: &Task| ItemDone {
            id: task.item.id(),
            action: task.item.action.name(),
            sources: task.item.sources.iter().map(|source| source.path.clone()).collect(),
            target: task.item.target.clone(),
        };
        Self {
            items: chosen.tasks.iter().map(item).collect(),
            done,
            skipped: chosen.skipped.clone(),
            ..Self::default()
        }
    }

    pub(super) fn take(&mut self, swept: &Swept) {
        self.links = swept.links;
        self.mentions = swept.mentions;
        self.rewritten = swept.contents.len();
        self.left = swept
            .left
            .iter()
            .map(|(path, left)| LeftMention {
                path: path.clone(),
                line: left.line,
                text: left.text.clone(),
                means: left.means.clone(),
                why: left.why,
            })
            .collect();
        self.unread = swept.unread.iter().map(|(path, _)| path.clone()).collect();
    }

    /// The lines for people; `applied` tells what was done from what would be.
    pub fn text(&self, applied: bool) -> String {
        let mut rows: Vec<(&str, String)> = Vec::new();
        for action in Action::ALL {
            let items: Vec<&ItemDone> =
                self.items.iter().filter(|item| item.action == action.name()).collect();
            if let Some(row) = row(action, &items) {
                rows.push(row);
            }
        }
        if !self.items.is_empty() {
            rows.push(("rewritten", self.rewritten_line()));
            rows.push(("conserved", self.conserved_line()));
        }
        let left = self.left.iter().map(|left| {
            format!("{}:{} `{}` {} ({})", left.path, left.line, left.text, left.why.phrase(), left.means)
        });
        listed(
            &mut rows,
            "left",
            ("mention that may mean a moved note", "mentions that may mean a moved note"),
            left,
        );
        let unread = self.unread.iter().map(ToString::to_string);
        listed(
            &mut rows,
            "unread",
            ("file that could not be looked through", "files that could not be looked through"),
            unread,
        );
        let skipped = self
            .skipped
            .iter()
            .map(|skipped| format!("{} (line {}): {}", skipped.item, skipped.line, skipped.why));
        listed(&mut rows, "skipped", ("ticked item", "ticked items"), skipped);
        rows.push(("next", self.next(applied)));
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let lines: Vec<String> =
            rows.iter().map(|(name, words)| format!("{name:<width$}  {words}")).collect();
        lines.join("\n")
    }

    fn rewritten_line(&self) -> String {
        let links = count(self.links, "link", "links");
        let mentions = count(self.mentions, "mention", "mentions");
        format!("{links} and {mentions} in {}", count(self.rewritten, "file", "files"))
    }

    fn conserved_line(&self) -> String {
        format!("{}, nothing lost", count(self.conserved.notes, "note moved whole", "notes moved whole"))
    }

    fn next(&self, applied: bool) -> String {
        match (self.items.is_empty(), applied) {
            (true, _) if !self.skipped.is_empty() => "plan again with `xtask consolidate plan`".to_owned(),
            (true, _) if self.done > 0 => {
                format!("nothing: {} done before", count(self.done, "ticked item was", "ticked items were"))
            }
            (true, _) => "nothing is ticked: read the plan and tick what is right".to_owned(),
            (false, false) => "run it without `--check` to do this".to_owned(),
            (false, true) => "look at `git status` and commit; `xtask undo` takes it back".to_owned(),
        }
    }
}

fn row(action: Action, items: &[&ItemDone]) -> Option<(&'static str, String)> {
    let first = items.first()?;
    let notes: usize = items.iter().map(|item| item.sources.len()).sum();
    Some(match action {
        Action::Merge => {
            let into = match items.len() {
                1 => format!("`{}`", first.target),
                several => format!("{several} guides"),
            };
            ("merged", format!("{} into {into}", count(notes, "note", "notes")))
        }
        Action::Archive => ("archived", count(notes, "finished note", "finished notes")),
        Action::Duplicate => ("removed", format!("{} that another equals", count(notes, "note", "notes"))),
    })
}

/// A count, then the first entries on lines of their own.
fn listed(
    rows: &mut Vec<(&'static str, String)>,
    name: &'static str,
    (one, many): (&str, &str),
    entries: impl ExactSizeIterator<Item = String>,
) {
    let all = entries.len();
    if all == 0 {
        return;
    }
    rows.push((name, count(all, one, many)));
    rows.extend(entries.take(SHOWN).map(|entry| ("", entry)));
    if all > SHOWN {
        rows.push(("", format!("and {} more, listed by `--format json`", all - SHOWN)));
    }
}
