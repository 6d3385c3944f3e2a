//! What the user sees while parts run: bars side by side on a terminal, plain lines elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::process::{Event, Progress};
use crate::term::Term;

/// One row a part.
pub struct Board {
    term: Term,
    rows: Option<MultiProgress>,
    width: usize,
}

/// A part's row.
#[derive(Clone)]
pub struct Row {
    term: Term,
    name: String,
    bar: Option<ProgressBar>,
    closed: Arc<AtomicBool>,
}

impl Board {
    /// A board for parts of these names.
    pub fn new(term: Term, names: &[&str]) -> Self {
        let rows = term.draws_progress().then(MultiProgress::new);
        Self { term, rows, width: names.iter().map(|name| name.len()).max().unwrap_or(0) }
    }

    /// Adds a part's row.
    pub fn row(&self, name: &str) -> Row {
        let name = format!("{name:<width$}", width = self.width);
        let bar = self.rows.as_ref().map(|rows| {
            let bar = rows.add(ProgressBar::new_spinner());
            bar.set_style(running());
            bar.set_prefix(name.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Row { term: self.term, name, bar, closed: Arc::default() }
    }
}

impl Row {
    /// Where the part sends its news.
    pub fn progress(&self) -> Progress {
        let row = self.clone();
        Progress::to(move |event| row.show(event))
    }

    /// Closes the row with a last line; a row that is closed stays as it is.
    pub fn finish(&self, line: &str) {
        if self.closed.swap(true, Ordering::SeqCst) {
            return;
        }
        match &self.bar {
            Some(bar) => {
                bar.set_style(finished());
                bar.finish_with_message(line.to_owned());
            }
            None => self.term.say(&format!("{}  {line}", self.name)),
        }
    }

    /// Takes the row away: what follows says it all.
    pub fn clear(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn show(&self, event: Event) {
        match (event, &self.bar) {
            (Event::Step(text), Some(bar)) => bar.set_message(text),
            (Event::Count { done, total }, Some(bar)) => {
                bar.set_style(if total > 0 { counting() } else { running() });
                bar.set_length(total);
                bar.set_position(done);
            }
            (Event::Note(text), Some(bar)) => {
                bar.suspend(|| self.term.say(&format!("{}  {text}", self.name)))
            }
            (Event::Note(text), None) => self.term.say(&format!("{}  {text}", self.name)),
            (Event::Step(text), None) if self.term.is_verbose() => {
                self.term.say(&format!("{}  {text}", self.name));
            }
            (Event::Step(_) | Event::Count { .. }, None) => {}
        }
    }
}

fn running() -> ProgressStyle {
    style("{prefix}  {spinner} {msg} ({elapsed})")
}

fn counting() -> ProgressStyle {
    style("{prefix}  {bar:20} {pos}/{len} {msg} (about {eta} left)")
}

fn finished() -> ProgressStyle {
    style("{prefix}  {msg}")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are valid")
}
