//! What long work tells while it runs.

use std::fmt;
use std::sync::Arc;

/// One piece of news from a running part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What it does now (`reading 118 notes`).
    Step(String),
    /// How far it is, of how much; a total of 0 is not known yet.
    Count {
        /// Units done.
        done: u64,
        /// Units in all.
        total: u64,
    },
    /// A line that the user should see even where no progress is shown (`tracking ref is 40 days old`).
    Note(String),
}

type Listener = dyn Fn(Event) + Send + Sync;

/// Where news goes; nobody need listen.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Listener>>);

impl Progress {
    /// Sends all news to `listener`.
    pub fn to(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    /// Says what is done now.
    pub fn step(&self, text: impl Into<String>) {
        self.send(Event::Step(text.into()));
    }

    /// Says how far it is.
    pub fn count(&self, done: u64, total: u64) {
        self.send(Event::Count { done, total });
    }

    /// Says something that must be seen.
    pub fn note(&self, text: impl Into<String>) {
        self.send(Event::Note(text.into()));
    }

    fn send(&self, event: Event) {
        if let Some(listener) = &self.0 {
            listener(event);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Progress(heard)" } else { "Progress(unheard)" })
    }
}
