//! What the parts took, beside what one after the other would have taken.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

/// Times of a phase, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timing {
    /// From the first part's start to the last one's end.
    pub wall_s: f64,
    /// What all parts took, added up.
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
        let width = order.iter().map(|name| name.len()).max().unwrap_or(0).max("one after another".len());
        let mut text = String::new();
        let mut line =
            |name: &str, seconds: f64| text.push_str(&format!("{name:<width$}  {seconds:>8.2} s\n"));
        for name in order {
            line(name, self.parts.get(*name).copied().unwrap_or_default());
        }
        line("one after another", self.sum_s);
        line("side by side", self.wall_s);
        line("saved", (self.sum_s - self.wall_s).max(0.0));
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
        notes                  1.50 s
        tests                  4.25 s
        one after another      5.75 s
        side by side           4.30 s
        saved                  1.45 s
        ");
    }
}
