//! What the parts took side by side, and the most that one after the other would have taken.
//!
//! A part is timed while the others run beside it, and runs slower for that where processors or disks are shared. So
//! the sum of the parts is a bound, not a measurement of a serial run, and is never called one.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

/// Times of a phase, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timing {
    /// From the first part's start to the last one's end.
    pub wall_s: f64,
    /// What all parts took side by side, added up: the most that a serial run would take.
    pub sum_s: f64,
    /// What each part took.
    pub parts: BTreeMap<String, f64>,
}

impl Timing {
    /// Sums up the parts of a phase that took `wall` in all.
    pub fn new(wall: Duration, parts: &[(&str, Duration)]) -> Self {
        let sum: Duration = parts.iter().map(|(_, took)| *took).sum();
        Self {
            wall_s: rounded(wall),
            sum_s: rounded(sum),
            parts: parts.iter().map(|(name, took)| ((*name).to_owned(), rounded(*took))).collect(),
        }
    }

    /// From the first part's start to the last one's end.
    pub fn wall(&self) -> Duration {
        Duration::from_secs_f64(self.wall_s)
    }

    /// What all parts took, added up.
    pub fn sum(&self) -> Duration {
        Duration::from_secs_f64(self.sum_s)
    }

    /// The table for a terminal: a line a part in the order given, then wall, sum and saving.
    pub fn table(&self, order: &[&str]) -> String {
        let width = order.iter().map(|name| name.len()).max().unwrap_or(0).max("sum of the parts".len());
        let mut text = String::new();
        let mut line =
            |name: &str, seconds: f64| text.push_str(&format!("{name:<width$}  {seconds:>8.2} s\n"));
        for name in order {
            line(name, self.parts.get(*name).copied().unwrap_or_default());
        }
        line("sum of the parts", self.sum_s);
        line("side by side", self.wall_s);
        line("saved at most", (self.sum_s - self.wall_s).max(0.0));
        text
    }
}

/// Whole milliseconds: more would be noise.
fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_compares_wall_and_sum() {
        let parts = [("notes", Duration::from_millis(1500)), ("tests", Duration::from_millis(4250))];
        let timing = Timing::new(Duration::from_millis(4300), &parts);
        insta::assert_snapshot!(timing.table(&["notes", "tests"]), @"
        notes                 1.50 s
        tests                 4.25 s
        sum of the parts      5.75 s
        side by side          4.30 s
        saved at most         1.45 s
        ");
    }
}
