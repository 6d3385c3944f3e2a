//! Judges a commit's message as git will keep it.

use unicode_width::UnicodeWidthChar;

use super::Finding;
use crate::check::CheckId;
use crate::config::HookConfig;

/// Letters of a subject when the configuration says nothing: what `git log --oneline` shows on a terminal.
const DEFAULT_LENGTH: usize = 72;

/// Types of conventional commits when the configuration names none.
const TYPES: &[&str] =
    &["build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"];

/// What git writes above what it cuts off.
const SCISSORS: &str = "------------------------ >8 ------------------------";

/// A message and how git reads it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The file's text.
    pub text: &'a str,
    /// What begins a comment (`core.commentString`).
    pub comment: &'a str,
    /// True when git takes comments out.
    pub strips: bool,
}

/// Whether git takes comments out of a message, by `commit.cleanup` and whether an editor was open (git-commit(1)). What
/// `--cleanup` says is not told to hooks.
pub fn strips_comments(cleanup: Option<&str>, edited: bool) -> bool {
    match cleanup {
        Some("strip") => true,
        Some("whitespace" | "verbatim" | "scissors") => false,
        _ => edited,
    }
}

/// What is wrong with the message. An empty one is git's own affair: it refuses it, or was told not to.
pub fn judge_message(message: &Message<'_>, config: &HookConfig) -> Vec<Finding> {
    let kept = kept_lines(message);
    let Some(first) = kept.iter().position(|(_, line)| !line.trim().is_empty()) else { return Vec::new() };
    let (number, subject) = kept[first];
    let subject = subject.trim_end();
    if is_made_by_git(subject) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let length = letters(subject.trim());
    let most = config.subject_length.unwrap_or(DEFAULT_LENGTH);
    if most > 0 && length > most {
        let message = format!("the subject has {length} letters, more than {most}");
        let hint = "say it shorter and put the rest below an empty line";
        findings.push(finding(CheckId::SubjectLength, number, message, hint));
    }
    if config.conventional
        && let Some(why) = unconventional(subject.trim(), config)
    {
        let hint = "write `type(scope): what it does`";
        findings.push(finding(CheckId::Conventional, number, why, hint));
    }
    if let Some((number, _)) = kept.get(first + 1).filter(|(_, line)| !line.trim().is_empty()) {
        let message = "the line below the subject is not empty, so git takes both for the subject".to_owned();
        findings.push(finding(CheckId::SubjectBody, *number, message, "leave one line empty"));
    }
    findings
}

fn finding(check: CheckId, line: usize, message: String, hint: &str) -> Finding {
    Finding {
        level: check.level(),
        path: None,
        line: Some(line),
        check,
        new: true,
        message,
        hint: Some(hint.to_owned()),
    }
}

/// The lines that git keeps, with their numbers.
fn kept_lines<'a>(message: &Message<'a>) -> Vec<(usize, &'a str)> {
    let mut kept = Vec::new();
    for (number, line) in message.text.lines().enumerate() {
        let comment = line.strip_prefix(message.comment);
        if comment.is_some_and(|rest| rest.trim() == SCISSORS) {
            break;
        }
        if comment.is_none() || !message.strips {
            kept.push((number + 1, line));
        }
    }
    kept
}

/// Letters as a reader counts them: accents and joiners that stand as characters of their own are part of a letter.
fn letters(text: &str) -> usize {
    text.chars().filter(|character| character.width() != Some(0)).count()
}

/// Subjects that git writes, or that it will fold into another commit.
fn is_made_by_git(subject: &str) -> bool {
    let starts = ["fixup! ", "squash! ", "amend! ", "Revert \"", "Reapply \""];
    let merged =
        ["branch", "branches", "tag", "tags", "commit", "commits", "remote-tracking", "pull request"];
    let is_merge = subject.strip_prefix("Merge ").is_some_and(|rest| {
        merged.iter().any(|what| rest.strip_prefix(what).is_some_and(|rest| rest.starts_with(' ')))
    });
    is_merge || starts.iter().any(|start| subject.starts_with(start))
}

/// Why a subject is none of <https://www.conventionalcommits.org/en/v1.0.0/>.
fn unconventional(subject: &str, config: &HookConfig) -> Option<String> {
    let Some((head, description)) = subject.split_once(": ") else {
        return Some(match subject.strip_suffix(':') {
            Some(_) => "nothing stands behind the type".to_owned(),
            None => "the subject begins with no type (`fix: …`)".to_owned(),
        });
    };
    let head = head.strip_suffix('!').unwrap_or(head);
    let (kind, scope) = match head.split_once('(') {
        Some((kind, rest)) => (kind, Some(rest)),
        None => (head, None),
    };
    if scope.is_some_and(|scope| scope.strip_suffix(')').is_none_or(|scope| scope.trim().is_empty())) {
        return Some("the scope is not a word in brackets".to_owned());
    }
    let types: Vec<&str> = match &config.conventional_types {
        Some(types) => types.iter().map(String::as_str).collect(),
        None => TYPES.to_vec(),
    };
    // Item 15 of the specification: upper and lower case mean the same.
    if !types.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
        let shown: String = kind.chars().take(30).flat_map(char::escape_debug).collect();
        return Some(format!("`{shown}` is no type of commit here ({})", types.join(", ")));
    }
    description.trim().is_empty().then(|| "nothing stands behind the type".to_owned())
}
