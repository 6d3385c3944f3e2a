//! The page to look at: one HTML file, drawn from what phase 2 kept.
//!
//! The file loads nothing: style, scripts and data stand in it, and its content policy forbids the network. What comes
//! from the repository travels as JSON that cannot end its own script element, and the scripts make elements of it as
//! text, never as HTML. The room knows neither where results are kept nor where the page goes.

mod data;
mod texts;

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

pub use data::{Data, Times};

/// Begins the file, so that it is known as this tool's and may be replaced.
const MARKER: &str = "<!-- xtask:page -->";

const FRAME: &str = include_str!("assets/page.html");
const STYLE: &str = include_str!("assets/style.css");
/// In the order in which they stand in the page.
const SCRIPTS: [&str; 7] = [
    include_str!("assets/elements.js"),
    include_str!("assets/table.js"),
    include_str!("assets/overview.js"),
    include_str!("assets/notes.js"),
    include_str!("assets/fork.js"),
    include_str!("assets/tests.js"),
    include_str!("assets/app.js"),
];

/// Draws the page.
///
/// # Errors
/// The data cannot be written as JSON.
pub fn render(data: &Data) -> Result<String> {
    let script = SCRIPTS.concat();
    let title = escaped(&format!("{} · xtask", data.name()));
    let json = unbreakable(&serde_json::to_string(data)?);
    let parts = BTreeMap::from([
        ("title", title.as_str()),
        ("style", STYLE),
        ("data", json.as_str()),
        ("script", script.as_str()),
    ]);
    Ok(filled(FRAME, &parts))
}

/// True for a file that holds such a page, or nothing at all.
pub fn is_page(bytes: &[u8]) -> bool {
    bytes.is_empty() || bytes.starts_with(MARKER.as_bytes())
}

/// Reads what phase 2 kept; `texts` gives the bytes of a note as it was analysed, where they can still be had.
///
/// # Errors
/// The result lacks a field: another version of the tool kept it.
pub fn data(
    kept: Value,
    times: Times,
    name: String,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Result<Data, serde_json::Error> {
    let mut data = data::read(kept, times, name)?;
    texts::fill(&mut data, read);
    Ok(data)
}

/// Puts each part in its place. A part's own `{{…}}` stays as it is, since the frame is cut before parts go in.
fn filled(frame: &str, parts: &BTreeMap<&str, &str>) -> String {
    let mut page = String::new();
    let mut rest = frame;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, inner)| Some((before, inner.split_once("}}")?)))
    {
        page.push_str(before);
        page.push_str(parts.get(name).copied().unwrap_or_default());
        rest = after;
    }
    page.push_str(rest);
    page
}

/// JSON in which no `</script>`, `<!--` or line separator can stand; it reads as the same value.
fn unbreakable(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
