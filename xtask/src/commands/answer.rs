//! What commands print: lines for people, or one JSON object.

use std::cell::OnceCell;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;

use super::{Single, github, shown};
use crate::change::{EditRecord, Mismatch, SetInfo, Settled};
use crate::check::{self, Checked};
use crate::cli::{Format, Global, Told};
use crate::consolidate::Summary;
use crate::consolidate::{self, conserve::Verified};
use crate::phases::analyses::{self, Made, Workplace};
use crate::phases::kept;
use crate::phases::phase2::{PARTS, Phase2};
use crate::phases::phase5::{Phase5, Verdict};
use crate::repo::{Repo, RepoPath};
use crate::report::{Document, Envelope, SCHEMA, count};
use crate::term::Term;
use crate::upstream::{Audit, LostKind};

/// Places shown under a check that fails; the report has more.
const MOST_PLACES: usize = 5;

/// A line of a file as a terminal may show it.
fn visible(line: &str) -> String {
    let each = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    line.chars().map(each).collect()
}

/// Prints a command's answer in the form that was asked for.
pub(super) struct Answer<'a> {
    repo: &'a Repo,
    term: Term,
    format: Format,
    commit: Option<String>,
    place: &'a Workplace,
    dirty: OnceCell<bool>,
}

impl<'a> Answer<'a> {
    /// Reads what every JSON answer carries.
    ///
    /// # Errors
    /// HEAD, the index or the work tree cannot be read.
    pub(super) fn of(repo: &'a Repo, place: &'a Workplace, global: &Global, term: Term) -> Result<Self> {
        let commit = repo.head()?.map(|commit| commit.to_string());
        let answer = Self { repo, term, format: global.format, commit, place, dirty: OnceCell::new() };
        if answer.format == Format::Json {
            answer.is_dirty()?;
        }
        Ok(answer)
    }

    /// True where JSON is asked for.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether something was not committed when this was first asked: for an answer to programs before the command
    /// does anything, for other answers only where they are kept.
    fn is_dirty(&self) -> Result<bool> {
        if let Some(known) = self.dirty.get() {
            return Ok(*known);
        }
        let dirty = analyses::uncommitted(self.repo, &self.place.config)? > 0;
        Ok(*self.dirty.get_or_init(|| dirty))
    }

    /// Prints one analysis: what was found, where the report is, what to do next. A report that is written
    /// nowhere is printed whole.
    pub(super) fn print_single(&self, command: Single, made: &Made, written: bool) -> Result<()> {
        match self.format {
            Format::Json => self.print_value(command.name(), &made.json),
            Format::Text if written => {
                let mut lines = vec![made.headline.clone()];
                lines.extend(made.since.clone());
                lines.push(format!("report: {}", made.path));
                if !made.next_step.is_empty() {
                    lines.push(format!("next: {}", made.next_step));
                }
                self.print(&lines.join("\n"))?;
                // The tests' summary has its causes too; it is written where they are known.
                if command.is_of_tests() { Ok(()) } else { self.summarise(command.name(), &lines) }
            }
            Format::Text => self.print(&made.document.to_text(self.term.width())),
        }
    }

    /// Prints the five closing lines of phase 2; its times go to stderr. A bare repository has no place for reports:
    /// there they are printed whole.
    pub(super) fn print_phase_2(&self, phase: &Phase2) -> Result<()> {
        if self.format == Format::Json {
            return self.print_value("phase2", &phase.json());
        }
        self.term.say(&phase.timing.table(&PARTS));
        let width = PARTS.iter().map(|name| name.len()).max().unwrap_or(0);
        let mut lines: Vec<String> = Vec::new();
        for part in &phase.parts {
            lines.push(match &part.result {
                Ok(made) => format!("{:<width$}  {}", part.name, made.headline),
                Err(error) => format!("{:<width$}  failed: {error:#}", part.name),
            });
        }
        let made = || phase.parts.iter().flat_map(|part| &part.result);
        let reports = if self.repo.work_tree().is_some() {
            made().map(|made| made.path.to_string()).collect::<Vec<_>>().join(", ")
        } else {
            for report in made() {
                self.print(&report.document.to_text(self.term.width()))?;
            }
            "printed above: a bare repository has no files, so none was written".to_owned()
        };
        lines.push(format!("{:<width$}  {reports}", "reports"));
        let next = made().map(|made| made.next_step.as_str()).find(|step| !step.is_empty());
        lines.push(format!("{:<width$}  {}", "next", next.unwrap_or("nothing to do")));
        self.print(&lines.join("\n"))?;
        self.summarise("phase2", &lines)
    }

    /// Prints a line for each check of the final validation, the places behind what fails, and the verdict.
    pub(super) fn print_phase_5(&self, found: &Phase5, report: Option<&RepoPath>) -> Result<()> {
        if self.format == Format::Json {
            return self.print_value("phase5", found);
        }
        let width = found.checks.iter().map(|line| line.check.chars().count()).max().unwrap_or(0);
        let mut lines = Vec::new();
        for line in &found.checks {
            lines.push(format!("{:<width$}  {:<14}  {}", line.check, line.verdict.word(), line.evidence));
            if line.verdict == Verdict::Fails {
                lines.extend(line.details.iter().take(MOST_PLACES).map(|place| format!("  {place}")));
            }
        }
        lines.push(found.headline());
        lines.extend(report.map(|path| format!("report: {path}")));
        self.print(&lines.join("\n"))?;
        github::show_phase_5(found, (self.format, self.term))
    }

    /// Prints a document that is written nowhere; as JSON its Markdown.
    pub(super) fn print_document(&self, command: &str, document: &Document) -> Result<()> {
        match self.format {
            Format::Json => self.print_value(command, &shown::Told { markdown: document.to_markdown(None) }),
            Format::Text => self.print(&document.to_text(self.term.width())),
        }
    }

    /// Prints what a range of commits kept and lost.
    pub(super) fn print_verified(&self, verified: &Verified) -> Result<()> {
        match self.format {
            Format::Json => self.print_value("consolidate verify", verified),
            Format::Text => self.print(&consolidate::conserve::report(verified).to_text(self.term.width())),
        }
    }

    /// Prints what merges lost, one line each.
    pub(super) fn print_audit(&self, audit: &Audit) -> Result<()> {
        if self.format == Format::Json {
            return self.print_value("upstream audit", audit);
        }
        let mut lines = Vec::new();
        for merge in &audit.merges {
            for lost in &merge.lost {
                let (commit, kind) = (merge.commit.short(), lost.kind.name());
                let what = format!("{commit} lost {kind} `{}`", visible(&lost.name));
                let place = match lost.kind {
                    LostKind::File => String::new(),
                    _ => format!(" of {}", lost.path),
                };
                let number = match lost.lines {
                    0 => String::new(),
                    number => format!(" ({})", count(number, "line")),
                };
                lines.push(format!("{what}{place}{number}"));
            }
        }
        lines.extend(
            audit.skipped.iter().map(|(commit, why)| format!("{} was not judged: {why}", commit.short())),
        );
        let found = audit.merges.len();
        let looked_at = count(audit.checked, "merge");
        lines.push(format!("{looked_at} looked at, {found} of them lost something"));
        if audit.checked == 0 {
            lines.push("no merge there: `OLD..NEW` looks at all merges of a range".to_owned());
        }
        self.print(&lines.join("\n"))
    }

    /// Prints what is broken.
    pub(super) fn print_checked(&self, checked: &Checked) -> Result<()> {
        if self.format == Format::Json {
            return self.print_value("check", checked);
        }
        self.print(&check::lines(checked, self.term.is_verbose()).join("\n"))
    }

    /// Prints the change sets that are kept.
    pub(super) fn print_sets(&self, sets: &[SetInfo]) -> Result<()> {
        if self.format == Format::Json {
            return self.print_value("undo", &shown::Sets { sets });
        }
        if sets.is_empty() {
            return self.print("no change set was applied here");
        }
        let line = |set: &SetInfo| {
            let state = match (set.undoes, set.stands) {
                (Some(other), _) => format!("takes {other} back"),
                (None, true) => "stands".to_owned(),
                (None, false) => "was taken back".to_owned(),
            };
            format!("{:>4}  {}: {}, {state}", set.id, set.command, count(set.edits.len(), "edit"))
        };
        self.print(&sets.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// Prints how an interrupted change set was settled.
    pub(super) fn print_settled(&self, settled: Option<&Settled>) -> Result<()> {
        if self.format == Format::Json {
            return self.print_value("undo", &shown::Recovered { settled });
        }
        let Some(settled) = settled else { return self.print("nothing was interrupted") };
        let how = if settled.applied {
            "was finished: all its edits stand"
        } else {
            "was taken back: no edit stands"
        };
        let kept = settled.kept.iter().map(|kept| match &kept.before {
            Some(before) => format!(
                "\nleft `{}` as it is, since it was changed; what it was before lies in `{before}`",
                kept.path
            ),
            None => format!("\nleft `{}` as it is, since it was changed", kept.path),
        });
        self.print(&format!(
            "change set {} (`{}`) {how}{}",
            settled.id,
            settled.command,
            kept.collect::<String>()
        ))
    }

    /// Prints edits that were made, or that would be, and the files that they leave alone.
    pub(super) fn print_edits(
        &self,
        command: &str,
        applied: bool,
        edits: &[EditRecord],
        left: &[Mismatch],
    ) -> Result<()> {
        if self.format == Format::Json {
            let skipped: Vec<shown::LeftFile> = left.iter().map(shown::LeftFile::of).collect();
            return self.print_value(command, &shown::Edits { applied, edits, skipped: &skipped });
        }
        let mut lines: Vec<String> = edits.iter().map(ToString::to_string).collect();
        if lines.is_empty() {
            lines.push("nothing to do".to_owned());
        }
        lines.extend(left.iter().map(|file| format!("left as it is: {file}")));
        self.print(&lines.join("\n"))
    }

    /// Prints what comes or goes beside files, for people.
    pub(super) fn print_lines(&self, lines: impl Iterator<Item = String>) -> Result<()> {
        let lines: Vec<String> = lines.collect();
        if self.format == Format::Json || lines.is_empty() {
            return Ok(());
        }
        self.print(&lines.join("\n"))
    }

    /// Prints what carrying out the plan did, or would do.
    pub(super) fn print_plan(
        &self,
        command: &str,
        (applied, told): (bool, Told),
        edits: &[EditRecord],
        summary: &Summary,
    ) -> Result<()> {
        let result = shown::Consolidated { applied, edits, summary };
        let kept = applied.then(|| self.keep_done(&result));
        if self.format == Format::Text {
            return self.print(&match told {
                Told::Whole => summary.text(kept.as_deref()),
                Told::Before => summary.text_before(),
                Told::After => summary.text_after(kept.as_deref()),
            });
        }
        self.print_value(command, &result)
    }

    /// Keeps what was done, since the same command finds nothing to do afterwards, and tells where. The files are changed
    /// by now, so what goes wrong here is said and ends nothing.
    fn keep_done(&self, result: &shown::Consolidated<'_>) -> String {
        if let Err(error) = kept::write(self.repo, kept::PHASE3, result) {
            self.term.say(&format!("what was done could not be kept: {error:#}"));
        }
        kept::shown(self.repo, kept::PHASE3)
    }

    /// Keeps a result for later commands.
    pub(super) fn keep(&self, path: &str, command: &str, result: &Value) -> Result<()> {
        kept::write(self.repo, path, &self.envelope(command, result)?)
    }

    /// Prints a result as JSON.
    pub(super) fn print_value(&self, command: &str, result: &impl Serialize) -> Result<()> {
        // By way of a value: below the envelope fields stand in the order of their names.
        let result = serde_json::to_value(result).context("write the result as JSON")?;
        let text = serde_json::to_string_pretty(&self.envelope(command, result)?);
        // A runner of GitHub Actions obeys `##[name]` wherever it stands; to a program this is the same text.
        let text = text.context("write the result as JSON")?.replace("##[", "#\\u0023[");
        self.print_exact(text.as_bytes())
    }

    fn envelope<T: Serialize>(&self, command: &str, result: T) -> Result<Envelope<T>> {
        Ok(Envelope {
            command: command.to_owned(),
            schema: SCHEMA,
            tool: concat!("xtask ", env!("CARGO_PKG_VERSION")).to_owned(),
            commit: self.commit.clone(),
            dirty: self.is_dirty()?,
            result,
        })
    }

    /// Shows the closing lines in the summary of the job that runs this.
    fn summarise(&self, command: &str, lines: &[String]) -> Result<()> {
        github::show_lines(command, lines, (self.format, self.term))
    }

    /// Prints what a program may read: JSON, a patch.
    pub(super) fn print_exact(&self, bytes: &[u8]) -> Result<()> {
        self.term.exact(bytes).context("write to standard output")
    }

    /// Prints lines for people.
    pub(super) fn print(&self, text: &str) -> Result<()> {
        self.term.result(text).context("write to standard output")
    }
}
