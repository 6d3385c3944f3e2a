//! What was done, what was left and why, for people and for programs.

use serde::Serialize;

use super::checks::{Chosen, Task};
use super::guides::Made;
use super::sweep::Swept;
use crate::consolidate::conserve::{Conservation, SourceConservation};
use crate::consolidate::plan::Action;
use crate::consolidate::report::count;
use crate::links::LeftReason;
use crate::repo::{CommitId, RepoPath};

/// Entries of a list that are shown to people.
const SHOWN: usize = 10;

/// Where all entries are before anything was done.
const ASK: &str = "listed by `--check --format json`";

/// What the edits do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// The items that are carried out.
    pub items: Vec<ItemDone>,
    /// How many ticked items were done before.
    pub done: usize,
    /// Ticked items that are not.
    pub skipped: Vec<Skipped>,
    /// Where what the merged notes held stands now.
    pub conserved: Conservation,
    /// Notes that moved whole: archived ones, and originals of merged ones.
    pub moved: usize,
    /// Links that lead somewhere else now.
    pub links: usize,
    /// Mentions that name the new place now.
    pub mentions: usize,
    /// Files that stay and have other content now.
    pub rewritten: usize,
    /// The file with the list of guides, notes and archive, where that is written.
    pub index: Option<ListDone>,
    /// Mentions that were left.
    pub left: Vec<LeftMention>,
    /// Files that could not be read: they were not looked through.
    pub unread: Vec<RepoPath>,
    /// Lines that name a moved note in files that a sparse checkout leaves out: they were not changed.
    pub not_checked_out: Vec<LeftOutLine>,
    /// The commits that were made.
    pub commits: Vec<CommitId>,
    /// The branch that they are on.
    pub branch: Option<String>,
    /// Hooks of the repository that commits of a person would have run.
    pub hooks: Vec<&'static str>,
    /// The number by which `undo` knows the edits; `None` where none were made.
    pub change_set: Option<u32>,
}

/// The list of guides, notes and archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListDone {
    /// The file that holds it.
    pub path: RepoPath,
    /// Whether that file is new.
    pub created: bool,
}

/// An item that is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ItemDone {
    /// Its id.
    pub id: String,
    /// What it does.
    pub action: &'static str,
    /// The notes.
    pub sources: Vec<RepoPath>,
    /// The guide, the place in the archive, or the note that stays.
    pub target: RepoPath,
    /// How long the guide is beside its notes; `None` where the item makes none.
    pub lines: Option<GuideLines>,
}

/// Lines of the notes of a guide, and its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GuideLines {
    /// All lines of its notes.
    pub notes: usize,
    /// Those of sections that go into the guide.
    pub useful: usize,
    /// The guide's, with all that it says of itself.
    pub guide: usize,
}

/// A line of a file that is not checked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LeftOutLine {
    /// The file.
    pub path: RepoPath,
    /// The line.
    pub line: usize,
}

/// An item that is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

impl Summary {
    pub(super) fn of(chosen: &Chosen, done: usize) -> Self {
        let item = |task: &Task| ItemDone {
            id: task.item.id(),
            action: task.item.action.name(),
            sources: task.item.sources.iter().map(|source| source.path.clone()).collect(),
            target: task.item.target.clone(),
            lines: None,
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
        let line = |(path, line): &(RepoPath, usize)| LeftOutLine { path: path.clone(), line: *line };
        self.not_checked_out = swept.left_out.iter().map(line).collect();
    }

    /// Takes how long each guide is.
    pub(super) fn measure(&mut self, chosen: &Chosen, made: &[Made]) {
        for item in &mut self.items {
            let task = chosen.tasks.iter().find(|task| task.item.id() == item.id);
            let guide = made.iter().find(|made| made.target == item.target);
            if let (Some(task), Some(guide)) = (task, guide) {
                item.lines = Some(guide.lines(&task.item));
            }
        }
    }

    /// The lines for people; `kept` is the file that holds all of it once it was done.
    pub fn text(&self, kept: Option<&str>) -> String {
        let whole = kept.map_or_else(|| ASK.to_owned(), |file| format!("listed in `{file}`"));
        let mut rows = self.rows(&whole);
        rows.extend(self.committed_rows());
        rows.push(("next", self.next(kept.is_some())));
        lines(&rows)
    }

    /// The lines for people who are asked whether to do it: what to do next is theirs to say.
    pub fn text_before(&self) -> String {
        if self.items.is_empty() { self.text(None) } else { lines(&self.rows(ASK)) }
    }

    /// The lines for people who have seen all else before it was done.
    pub fn text_after(&self, kept: Option<&str>) -> String {
        let mut rows = vec![("done", count(self.items.len(), "item", "items"))];
        rows.extend(self.committed_rows());
        rows.extend(kept.map(|file| ("listed", format!("all of it in `{file}`"))));
        rows.push(("next", self.next(true)));
        lines(&rows)
    }

    /// `whole` tells where the lists stand that are cut here.
    fn rows(&self, whole: &str) -> Vec<(&'static str, String)> {
        let mut rows: Vec<(&'static str, String)> = Vec::new();
        for action in Action::ALL {
            let items: Vec<&ItemDone> =
                self.items.iter().filter(|item| item.action == action.name()).collect();
            rows.extend(self.row(action, &items));
            if action == Action::Merge {
                self.lengths(&mut rows, whole);
                self.shares(&mut rows, whole);
            }
        }
        if !self.items.is_empty() {
            rows.push(("rewritten", self.rewritten_line()));
            rows.extend(self.index.as_ref().map(|list| ("listed", list.line())));
            rows.push(("conserved", self.conserved_line()));
        }
        let left = self.left.iter().map(|left| {
            format!("{}:{} `{}` {} ({})", left.path, left.line, left.text, left.why.phrase(), left.means)
        });
        listed(
            (&mut rows, whole),
            "left",
            ("mention that may mean a moved note", "mentions that may mean a moved note"),
            left,
        );
        let unread = self.unread.iter().map(ToString::to_string);
        listed(
            (&mut rows, whole),
            "unread",
            ("file that could not be looked through", "files that could not be looked through"),
            unread,
        );
        let left_out = self.not_checked_out.iter().map(|line| format!("{}:{}", line.path, line.line));
        listed(
            (&mut rows, whole),
            "not done",
            (
                "line that names a moved note, in a file that is not checked out",
                "lines that name moved notes, in files that are not checked out",
            ),
            left_out,
        );
        let skipped = self
            .skipped
            .iter()
            .map(|skipped| format!("{} (line {}): {}", skipped.item, skipped.line, skipped.why));
        listed((&mut rows, whole), "skipped", ("ticked item", "ticked items"), skipped);
        rows
    }

    fn row(&self, action: Action, items: &[&ItemDone]) -> Option<(&'static str, String)> {
        let first = items.first()?;
        let sources = || items.iter().flat_map(|item| &item.sources);
        let notes = sources().count();
        Some(match action {
            Action::Merge => {
                let into = match items.len() {
                    1 => format!("`{}`", first.target),
                    several => format!("{several} guides"),
                };
                ("merged", format!("{} into {into}", count(notes, "note", "notes")))
            }
            Action::Archive => {
                // A note that is finished and goes into a guide is one note.
                let merged = sources().filter(|path| self.is_merged(path)).count();
                let beside = if merged > 0 { " beside the merged ones" } else { "" };
                ("archived", count(notes - merged, "finished note", "finished notes") + beside)
            }
            Action::Duplicate => {
                ("removed", format!("{} that another equals", count(notes, "note", "notes")))
            }
        })
    }

    fn is_merged(&self, note: &RepoPath) -> bool {
        let mut merges = self.items.iter().filter(|item| item.action == Action::Merge.name());
        merges.any(|item| item.sources.contains(note))
    }

    fn committed_rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        if !self.commits.is_empty() {
            rows.push(("committed", self.commits_line()));
        }
        if !self.hooks.is_empty() && !self.commits.is_empty() {
            rows.push((
                "not run",
                format!("the hooks {}: this tool runs nothing of the repository", self.hooks.join(", ")),
            ));
        }
        rows
    }

    /// How long each guide is, those first that save least.
    fn lengths(&self, rows: &mut Vec<(&'static str, String)>, whole: &str) {
        let lines = self.items.iter().filter_map(|item| Some((&item.target, item.lines?)));
        let mut guides: Vec<(&RepoPath, GuideLines)> = lines.collect();
        guides.sort_by_key(|(path, lines)| (lines.useful * 1000 / lines.guide.max(1), *path));
        rows.extend(guides.iter().take(SHOWN).map(|(path, lines)| ("", length(path, *lines))));
        if guides.len() > SHOWN {
            rows.push(("", format!("and {} more, {whole}", guides.len() - SHOWN)));
        }
    }

    /// The guide's share of each source, the smallest first: that is what somebody should look at.
    fn shares(&self, rows: &mut Vec<(&'static str, String)>, whole: &str) {
        let mut sources: Vec<&SourceConservation> = self.conserved.sources.iter().collect();
        sources.sort_by_key(|source| (source.in_guide * 1000 / source.blocks.max(1), &source.path));
        rows.extend(sources.iter().take(SHOWN).map(|source| ("", share(source))));
        if sources.len() > SHOWN {
            rows.push(("", format!("and {} more, {whole}", sources.len() - SHOWN)));
        }
    }

    fn rewritten_line(&self) -> String {
        let links = count(self.links, "link", "links");
        let mentions = count(self.mentions, "mention", "mentions");
        format!("{links} and {mentions} in {}", count(self.rewritten, "file", "files"))
    }

    fn conserved_line(&self) -> String {
        let moved = count(self.moved, "note moved whole", "notes moved whole");
        if self.conserved.sources.is_empty() {
            return format!("{moved}, nothing lost");
        }
        let Conservation { blocks, in_guide, lost, .. } = self.conserved;
        let blocks = count(blocks, "block", "blocks");
        format!("{in_guide} of {blocks} of merged notes stand in a guide, {lost} lost; {moved}")
    }

    fn commits_line(&self) -> String {
        let ids: Vec<&str> = self.commits.iter().map(CommitId::short).collect();
        let on = self.branch.as_ref().map_or_else(String::new, |branch| format!(" on `{branch}`"));
        let shown = match &ids[..] {
            [first, .., last] if ids.len() > SHOWN => format!("{first} to {last}"),
            _ => ids.join(" "),
        };
        format!("{}{on}: {shown}", count(self.commits.len(), "commit", "commits"))
    }

    fn next(&self, applied: bool) -> String {
        if !self.commits.is_empty() {
            let count = self.commits.len();
            return format!(
                "look at `git log -{count} --stat`; `git log -{count} --format=%H >> .git-blame-ignore-revs` keeps \
                 blame on the authors"
            );
        }
        match (self.items.is_empty(), applied) {
            (true, _) if !self.skipped.is_empty() => "plan again with `xtask consolidate plan`".to_owned(),
            (true, _) if self.done > 0 => {
                format!("nothing: {} done before", count(self.done, "ticked item was", "ticked items were"))
            }
            (true, _) => "nothing is ticked: read the plan and tick what is right".to_owned(),
            (false, false) => "run it without `--check` to do this".to_owned(),
            (false, true) => match self.change_set {
                Some(id) => format!("look at `git status` and commit; `xtask undo {id}` takes it back"),
                None => "look at `git status` and commit".to_owned(),
            },
        }
    }
}

impl ListDone {
    fn line(&self) -> String {
        let state = if self.created { ", a new file" } else { "" };
        format!("guides, notes and archive in `{}`{state}", self.path)
    }
}

fn lines(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: Vec<String> = rows.iter().map(|(name, words)| format!("{name:<width$}  {words}")).collect();
    lines.join("\n")
}

/// How long a guide is beside what it is made of.
fn length(guide: &RepoPath, lines: GuideLines) -> String {
    let notes = count(lines.notes, "line", "lines");
    format!("{guide}: {notes} of notes, {} of them for the guide, which has {}", lines.useful, lines.guide)
}

/// How much of a source its readers find in the guide.
fn share(source: &SourceConservation) -> String {
    let blocks = count(source.blocks, "block", "blocks");
    let rest = source.only_in_archive.iter().filter(|item| item.kind.is_counted()).count();
    match rest {
        0 => format!("{}: all of {blocks} in the guide", source.path),
        rest => format!(
            "{}: {} of {blocks} in the guide, {rest} in the archive alone",
            source.path, source.in_guide
        ),
    }
}

/// A count, then the first entries on lines of their own.
fn listed(
    (rows, whole): (&mut Vec<(&'static str, String)>, &str),
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
        rows.push(("", format!("and {} more, {whole}", all - SHOWN)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consolidate::conserve::{Item, ItemKind};

    #[test]
    fn a_note_that_is_merged_and_archived_is_counted_once() {
        let item = |action: Action, sources: &[&str]| ItemDone {
            id: String::new(),
            action: action.name(),
            sources: sources.iter().map(|path| (*path).into()).collect(),
            target: "docs/x.md".into(),
            lines: None,
        };
        let items = vec![
            item(Action::Merge, &["a.md", "b.md"]),
            item(Action::Archive, &["a.md"]),
            item(Action::Archive, &["c.md"]),
        ];
        let text = Summary { items, ..Summary::default() }.text(Some("x.json"));
        assert!(text.contains("archived   1 finished note beside the merged ones\n"), "{text}");
    }

    #[test]
    fn each_guide_is_measured_beside_its_notes() {
        let item = |target: &str, guide: usize| ItemDone {
            id: String::new(),
            action: Action::Merge.name(),
            sources: vec!["a.md".into(), "b.md".into()],
            target: target.into(),
            lines: Some(GuideLines { notes: 90, useful: 40, guide }),
        };
        let items = vec![item("docs/short.md", 30), item("docs/long.md", 50)];
        let text = Summary { items, ..Summary::default() }.text(Some("x.json"));
        let long = "docs/long.md: 90 lines of notes, 40 of them for the guide, which has 50\n";
        let short = "docs/short.md: 90 lines of notes, 40 of them for the guide, which has 30\n";
        assert!(
            text.find(long).is_some_and(|long| text.find(short).is_some_and(|short| long < short)),
            "{text}"
        );
    }

    #[test]
    fn blocks_of_code_are_counted_on_both_sides() {
        let only = |kind| Item { line: 1, kind, text: String::new() };
        let source = |in_guide, only_in_archive| SourceConservation {
            path: "notes/a.md".into(),
            blocks: 4,
            in_guide,
            only_in_archive,
            lost: Vec::new(),
            kinds: Vec::new(),
            text_kept: None,
        };
        let code = vec![only(ItemKind::CodeBlock), only(ItemKind::CodeLine)];
        assert_eq!(share(&source(3, code)), "notes/a.md: 3 of 4 blocks in the guide, 1 in the archive alone");
        let table = vec![only(ItemKind::Row), only(ItemKind::Number)];
        assert_eq!(
            share(&source(3, table)),
            "notes/a.md: 3 of 4 blocks in the guide, 1 in the archive alone"
        );
        let heading = vec![only(ItemKind::Heading)];
        assert_eq!(share(&source(4, heading)), "notes/a.md: all of 4 blocks in the guide");
    }
}
