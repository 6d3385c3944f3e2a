//! The only printing code: results to stdout, everything about the run to stderr.

#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "this is the room that prints")]

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::cli::Color;
use crate::process::Cancel;
use crate::report::{Hinted, turns};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Where output goes, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    color: ColorChoice,
    quiet: bool,
    verbose: bool,
    /// A runner of GitHub Actions reads what is printed, and obeys commands in it.
    on_runner: bool,
}

impl Term {
    /// Output as the user asked for it.
    pub fn new(color: Color, quiet: bool, verbose: bool) -> Self {
        let color = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { color, quiet, verbose, on_runner: false }
    }

    /// The same, for a runner that takes some lines for commands to it: those of other people's are none then.
    pub fn on_runner(self) -> Self {
        Self { on_runner: true, ..self }
    }

    /// True where progress can be drawn: stderr is a terminal and the user wants to hear.
    pub fn draws_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// How many columns a line may take: as many as the terminal has, 100 elsewhere.
    pub fn width(&self) -> usize {
        let size = terminal_size::terminal_size_of(io::stdout());
        size.map_or(100, |(terminal_size::Width(columns), _)| usize::from(columns))
    }

    /// True when the user asked to hear more.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Prints a result. A reader that has gone away (`| head`) is no error.
    ///
    /// # Errors
    /// Standard output cannot be written for another reason, such as a full disk.
    pub fn result(&self, text: &str) -> io::Result<()> {
        let mut out = AutoStream::new(io::stdout(), self.color);
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        match write!(out, "{}{end}", self.shown(text)).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Hands a runner its commands, as [`crate::report::Annotation`] writes them.
    ///
    /// # Errors
    /// As [`Term::result`].
    pub fn runner_commands(&self, lines: &str) -> io::Result<()> {
        Self { on_runner: false, ..*self }.result(&without_old_commands(lines))
    }

    /// Prints a patch, JSON or a page: byte for byte for a program that reads it, with control characters made visible on
    /// a terminal.
    ///
    /// # Errors
    /// As [`Term::result`].
    pub fn exact(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout();
        if out.is_terminal() {
            return self.result(&String::from_utf8_lossy(bytes));
        }
        let end: &[u8] = if bytes.is_empty() || bytes.ends_with(b"\n") { b"" } else { b"\n" };
        match out.write_all(bytes).and_then(|()| out.write_all(end)).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Says something about the run, unless the user wants quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.write_stderr(text);
        }
    }

    /// [`Term::runner_commands`] beside a result that belongs to another program.
    pub fn say_to_runner(&self, lines: &str) {
        Self { on_runner: false, ..*self }.say(&without_old_commands(lines));
    }

    /// Says what went wrong, what it came from and what to do next.
    pub fn error(&self, error: &anyhow::Error) {
        let mut text = format!("{ERROR}error{ERROR:#}: {error}");
        for cause in error.chain().skip(1) {
            text.push_str(&format!("\n  cause: {cause}"));
        }
        if let Some(hinted) = error.chain().find_map(|cause| cause.downcast_ref::<Hinted>()) {
            text.push_str(&format!("\n{HINT}hint{HINT:#}: {}", hinted.hint()));
        }
        self.write_stderr(&text);
    }

    /// Asks for a yes; `None` where nobody can be asked. Who interrupts says no.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn ask(&self, question: &str, cancel: &Cancel) -> io::Result<Option<bool>> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Ok(None);
        }
        let mut out = AutoStream::new(io::stderr(), self.color);
        write!(out, "{question} [y/N] ")?;
        out.flush()?;
        let Some(read) = cancel.wait_for(|| io::stdin().lines().next().transpose()) else {
            // The next prompt begins its own line.
            writeln!(out)?;
            return Ok(Some(false));
        };
        let answer = read?.unwrap_or_default();
        Ok(Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")))
    }

    /// Says in one line why the work could not be done, also to whoever wants quiet.
    pub fn alarm(&self, line: &str) {
        self.write_stderr(line);
    }

    fn write_stderr(&self, text: &str) {
        let mut out = AutoStream::new(io::stderr(), self.color);
        // Nobody is left to hear that stderr is closed.
        let _ = writeln!(out, "{}", self.shown(text));
    }

    fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let text = visible(text);
        if self.on_runner { Cow::Owned(without_commands(&text)) } else { text }
    }
}

/// The text with nothing in it that a runner of GitHub Actions obeys: `::name` in front of a line, `##[name]` anywhere.
fn without_commands(text: &str) -> String {
    let line = |line: &str| match line.trim_start() {
        command if command.starts_with("::") => line.replacen("::", "\u{200b}::", 1),
        _ => line.to_owned(),
    };
    without_old_commands(&text.split('\n').map(line).collect::<Vec<_>>().join("\n"))
}

fn without_old_commands(text: &str) -> String {
    text.replace("##[", "##\u{200b}[")
}

/// The text with its control characters and what turns a line around made visible, but for line ends, tabs and the styles
/// of this room: names of files,
/// messages of commits and lines of notes are other people's, and a terminal would obey them.
fn visible(text: &str) -> Cow<'_, str> {
    let strange = |letter: char| turns(letter) || letter.is_control() && !matches!(letter, '\n' | '\t');
    if !text.contains(strange) {
        return Cow::Borrowed(text);
    }
    let styles = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[36m"];
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(letter) = rest.chars().next() {
        let style = styles.into_iter().find(|style| rest.starts_with(style));
        let length = style.map_or(letter.len_utf8(), str::len);
        match style {
            None if strange(letter) => out.extend(letter.escape_default()),
            _ => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_runner_would_obey_is_shown() {
        let text = "a ::error::b\n  ::error::c\n::stop-commands::x\ntests/##[add-mask]d.py";
        let shown =
            "a ::error::b\n  \u{200b}::error::c\n\u{200b}::stop-commands::x\ntests/##\u{200b}[add-mask]d.py";
        assert_eq!(without_commands(text), shown);
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        let styled = format!("{ERROR}error{ERROR:#}: a {HINT}hint{HINT:#} b\n\tc é");
        assert_eq!(visible(&styled), styled);
        assert_eq!(visible("a \u{202e}gnp.exe"), r"a \u{202e}gnp.exe");
        assert_eq!(visible("\u{1b}]0;t\u{7}\u{1b}[8m\u{9b}2J\r"), r"\u{1b}]0;t\u{7}\u{1b}[8m\u{9b}2J\r");
    }
}
