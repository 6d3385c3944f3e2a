//! What GitHub Actions shows beside the code: one workflow command a line.

use std::fmt;

use super::finding::{Finding, Level};

/// GitHub shows so many annotations of one kind for one step.
const MOST_OF_A_KIND: usize = 10;
/// Characters of a title, and of a message, that are shown.
const TITLE: usize = 300;
const MESSAGE: usize = 900;

/// A remark with its place.
///
/// See <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    level: Level,
    place: Option<(String, usize)>,
    title: String,
    message: String,
}

impl Annotation {
    /// `place` is a path and a line; without one the remark stands with the job.
    pub fn new(level: Level, place: Option<(&str, usize)>, title: &str, message: &str) -> Self {
        let cut = |text: &str, most: usize| match text.char_indices().nth(most) {
            Some((at, _)) => format!("{} [...]", &text[..at]),
            None => text.to_owned(),
        };
        Self {
            level,
            place: place.map(|(path, line)| (path.to_owned(), line)),
            title: cut(title, TITLE),
            message: cut(message, MESSAGE),
        }
    }

    /// The lines for the runner: of each level as many as it shows, in their order.
    pub fn lines(annotations: impl IntoIterator<Item = Self>) -> String {
        let (mut errors, mut warnings) = (0, 0);
        let shown = annotations.into_iter().filter(|annotation| {
            let count = if annotation.level == Level::Deny { &mut errors } else { &mut warnings };
            *count += 1;
            *count <= MOST_OF_A_KIND
        });
        shown.map(|annotation| format!("{annotation}\n")).collect()
    }
}

impl From<&Finding> for Annotation {
    fn from(finding: &Finding) -> Self {
        let place = finding.path.as_deref().map(|path| (path, finding.line.unwrap_or(1)));
        Self::new(finding.level, place, &finding.check, &finding.message)
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = if self.level == Level::Deny { "error" } else { "warning" };
        write!(formatter, "::{level} ")?;
        if let Some((path, line)) = &self.place {
            write!(formatter, "file={},line={line},", property(path))?;
        }
        write!(formatter, "title={}::{}", property(&self.title), data(&self.message))
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_end_a_workflow_command() {
        let annotation = Annotation::new(Level::Deny, Some(("a:b,c\nd%", 3)), "t,u", "x\n::set-output::y");
        assert_eq!(
            annotation.to_string(),
            "::error file=a%3Ab%2Cc%0Ad%25,line=3,title=t%2Cu::x%0A::set-output::y"
        );
    }

    #[test]
    fn of_each_level_ten_are_told() {
        let annotation = |level| Annotation::new(level, None, "t", &"long ".repeat(1000));
        let all = (0..100).map(|number| annotation(if number % 2 == 0 { Level::Warn } else { Level::Deny }));
        let lines = Annotation::lines(all);
        assert_eq!(lines.matches("::error ").count(), 10);
        assert_eq!(lines.matches("::warning ").count(), 10);
        assert!(lines.len() < 20_000);
    }
}
