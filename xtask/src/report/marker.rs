//! The first line of every report: which report it is, and of which input.

/// `<!-- xtask:report kind=… schema=… inputs=… -->`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportMarker {
    /// `consolidation`, `upstream`, `validation` or `final`.
    pub kind: String,
    /// Hash over tool schema, configuration and blob ids of all that was read.
    pub inputs: String,
}

const START: &str = "<!-- xtask:report ";

impl ReportMarker {
    /// Stands in place of the hash in a report that says why it does not apply.
    pub const NOTHING: &str = "none";

    /// The line, without its end.
    pub fn render(&self) -> String {
        format!("{START}kind={} schema={} inputs={} -->", self.kind, super::envelope::SCHEMA, self.inputs)
    }

    /// Reads the marker of a report; `None` for a file that the tool did not write.
    pub fn parse(text: &str) -> Option<Self> {
        let line = text.trim_start_matches('\u{feff}').lines().next()?;
        // A line that was cut out of its text may end with half a line end.
        let fields = line.trim_end().strip_prefix(START)?.strip_suffix("-->")?;
        let field = |name: &str| {
            fields
                .split_whitespace()
                .find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
        };
        Some(Self { kind: field("kind")?, inputs: field("inputs")? })
    }
}
