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

    /// The schema of a report that a newer version of the tool wrote.
    pub fn newer_schema(text: &str) -> Option<u32> {
        let schema = field(text, "schema")?.parse().ok()?;
        (schema > super::envelope::SCHEMA).then_some(schema)
    }

    /// Reads the marker of a report; `None` for a file that the tool did not write.
    pub fn parse(text: &str) -> Option<Self> {
        let field = |name| field(text, name).map(str::to_owned);
        Some(Self { kind: field("kind")?, inputs: field("inputs")? })
    }
}

/// A field of the marker in the first line.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    // A line that was cut out of its text may end with half a line end.
    let fields = line.trim_end().strip_prefix(START)?.strip_suffix("-->")?;
    fields.split_whitespace().find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
}
