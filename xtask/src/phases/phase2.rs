//! Phase 2: the three analyses side by side, a report each.

#![allow(clippy::disallowed_methods, reason = "the phase is timed here")]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use super::analyses::{self, Made, Workplace};
use super::parallel::{Finished, Part, side_by_side};
use super::{Board, Row, Timing};
use crate::process::Cancel;
use crate::repo::Repo;
use crate::report::Unavailable;
use crate::{consolidate, upstream, validate};

/// The parts, in the order of reports and tables.
pub const PARTS: [&str; 3] = ["consolidation", "upstream", "validation"];

/// What the user asked of phase 2.
#[derive(Clone, Debug)]
pub struct Options {
    /// Analysis A.
    pub consolidate: consolidate::Options,
    /// Analysis B.
    pub upstream: upstream::Options,
    /// Analysis C.
    pub validate: validate::Options,
    /// Write report files; off for `--format json`.
    pub write: bool,
}

/// What the phase left.
pub struct Phase2 {
    /// Each part's result, in the order of [`PARTS`].
    pub parts: Vec<Finished<Made>>,
    /// Times.
    pub timing: Timing,
}

impl Phase2 {
    /// The result for `--format json` and for later phases.
    pub fn json(&self) -> Value {
        let mut object = serde_json::Map::new();
        for part in &self.parts {
            let value = match &part.result {
                Ok(made) => made.json.clone(),
                Err(error) => json!(Unavailable { why: format!("{error:#}"), hint: None }),
            };
            object.insert(part.name.to_owned(), value);
        }
        object.insert("timing".to_owned(), json!(self.timing));
        Value::Object(object)
    }

    /// Whether a part could not be done.
    pub fn has_failures(&self) -> bool {
        self.parts.iter().any(|part| part.result.is_err())
    }

    /// Whether `--strict` fails.
    pub fn has_findings(&self) -> bool {
        self.parts.iter().flat_map(|part| &part.result).any(|made| made.has_findings)
    }
}

/// Runs the three analyses; each report is written as soon as its part is done.
///
/// The notes are read before the first test starts, so that a suite that writes files does not change
/// what the consolidation sees.
pub fn run(place: &Workplace, options: &Options, board: &Board, cancel: &Cancel) -> Phase2 {
    let rows = PARTS.map(|name| board.row(name));
    let [notes_news, fork_news, tests_news] = [0, 1, 2].map(|part: usize| rows[part].progress());
    // The sender is dropped when the notes are read, or when reading them failed.
    let (notes_unread, notes_read) = mpsc::channel::<()>();
    let settle = |part: usize, made: Result<Made>| settle(place, options.write, &rows[part], made);
    let start = Instant::now();
    let parts = side_by_side(vec![
        Part::new(PARTS[0], || {
            let read = move || drop(notes_unread);
            settle(0, analyses::consolidation(place, &options.consolidate, (&notes_news, cancel), read))
        }),
        Part::new(PARTS[1], || settle(1, analyses::upstream(place, &options.upstream, (&fork_news, cancel)))),
        Part::new(PARTS[2], move || {
            let _ = notes_read.recv();
            settle(2, analyses::validation(place, &options.validate, (&tests_news, cancel)))
        }),
    ]);
    let wall = start.elapsed();
    // A part that panicked could not close its own row.
    for (part, row) in parts.iter().zip(&rows) {
        if let Err(error) = &part.result {
            row.finish(&format!("failed: {error:#}"));
        }
    }
    let times: Vec<(&str, Duration)> = parts.iter().map(|part| (part.name, part.took)).collect();
    Phase2 { timing: Timing::new(wall, &times), parts }
}

fn settle(place: &Workplace, write: bool, row: &Row, made: Result<Made>) -> Result<Made> {
    let written = made.and_then(|made| {
        let repo = Repo::open(&place.folder)?;
        if write && repo.work_tree().is_some() {
            made.write(&repo)?;
        }
        Ok(made)
    });
    match &written {
        Ok(made) => row.finish(&made.headline),
        Err(error) => row.finish(&format!("failed: {error:#}")),
    }
    written
}
