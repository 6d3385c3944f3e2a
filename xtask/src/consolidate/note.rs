//! A note as the analysis sees it.

use serde::Serialize;

use crate::markdown::Parsed;
use crate::passages;
use crate::repo::{BlobId, RepoPath};

/// What kind of document a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// How to do something.
    Guide,
    /// What one looks up.
    Reference,
    /// What was done or found, in short.
    Summary,
    /// What was done or found, at length.
    Report,
    /// What is to be done.
    Plan,
    /// What happened in one sitting.
    Session,
    /// How things stand on a day.
    Status,
    /// Where other notes are.
    Index,
    /// None of these.
    Other,
}

/// A note that was read.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) path: RepoPath,
    /// git's name for its content; the null id in a check of every day that finds no plan.
    pub(super) blob: BlobId,
    pub(super) text: String,
    pub(super) parsed: Parsed,
    pub(super) title: String,
    pub(super) role: Role,
    /// Committer dates, RFC 3339; `None` where they cannot be known.
    pub(super) created: Option<String>,
    pub(super) changed: Option<String>,
    /// Why it must stay where it is.
    pub(super) protected: Option<String>,
}

impl Note {
    /// The file's name without its ending.
    pub(super) fn stem(&self) -> String {
        String::from_utf8_lossy(self.path.stem()).into_owned()
    }

    /// Words; each character of a script without blanks counts as one.
    pub(super) fn count_words(&self) -> usize {
        let mut words = 0;
        let mut inside = false;
        for character in self.text.chars() {
            if passages::stands_alone(character) {
                words += usize::from(character.is_alphanumeric());
                inside = false;
                continue;
            }
            let is_part =
                character.is_ascii_alphanumeric() || !character.is_ascii() && character.is_alphanumeric();
            words += usize::from(is_part && !inside);
            inside = is_part;
        }
        words
    }

    /// Lines, a last one without an end included.
    pub(super) fn count_lines(&self) -> usize {
        self.text.lines().count()
    }

    /// When it was last changed, in seconds; dates carry zones of their own and cannot be compared as text.
    pub(super) fn changed_at(&self) -> Option<i64> {
        seconds(self.changed.as_deref()?)
    }

    /// True for a note without a word.
    pub(super) fn is_empty(&self) -> bool {
        !self.text.contains(char::is_alphanumeric)
    }
}

/// Seconds since 1970 of a date as RFC 3339 writes it (`2025-10-28T21:04:05-04:00`).
pub(super) fn seconds(date: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| date.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let zone = match date.get(19..)? {
        "Z" | "z" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let hours = zone.get(1..3)?.parse::<i64>().ok()?;
            let minutes = zone.get(4..6)?.parse::<i64>().ok()?;
            sign * (hours * 3600 + minutes * 60)
        }
    };
    // Days of the proleptic Gregorian calendar, counted in years that begin in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days =
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - zone)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn dates_are_compared_as_moments_not_as_text() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2025-11-03T23:30:00-05:00"), seconds("2025-11-04T04:30:00+00:00"));
        assert_eq!(seconds("2024-02-29T12:00:00+05:30"), Some(1_709_188_200));
        assert_eq!(seconds("yesterday"), None);
    }
}
