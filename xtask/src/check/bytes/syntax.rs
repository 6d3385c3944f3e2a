//! Whether a file is what its name says.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::lines::{line_at, without_mark};
use super::yaml::{self, Unread};
use super::{Content, Fault, Kind, json, workflow};
use crate::check::CheckId;
use crate::repo::RepoPath;

/// Files in TOML whose names do not end in `.toml`.
const TOML_NAMES: &[&[u8]] =
    &[b"Cargo.lock", b"Gopkg.lock", b"poetry.lock", b"uv.lock", b"pdm.lock", b"Pipfile"];

/// Files in YAML whose names have no ending that says so.
const YAML_NAMES: &[&[u8]] =
    &[b".clang-format", b".clang-tidy", b".clangd", b".gemrc", b".yamllint", b"pixi.lock", b"_clang-format"];

pub(super) fn judge(path: &RepoPath, content: &Content<'_>) -> Vec<Fault> {
    // A name with a placeholder stands in a template, and so does the text.
    if memchr::memmem::find(path.as_bytes(), b"{{").is_some() {
        return Vec::new();
    }
    let extension = path.extension();
    let or_none_of_template = |faults: Vec<Fault>| match content.text() {
        Some(text) if !faults.is_empty() && is_template(path, &String::from_utf8_lossy(&text)) => Vec::new(),
        _ => faults,
    };
    if extension == "toml" || TOML_NAMES.contains(&path.file_name()) {
        return or_none_of_template(toml_faults(content));
    }
    if json::is_json(path) {
        return or_none_of_template(json_faults(path, content));
    }
    let is_yaml = matches!(extension.as_str(), "yaml" | "yml" | "cff" | "eyaml");
    if is_yaml || YAML_NAMES.contains(&path.file_name()) {
        return yaml_faults(path, content);
    }
    Vec::new()
}

fn toml_faults(content: &Content<'_>) -> Vec<Fault> {
    let text = match std::str::from_utf8(without_mark(content.bytes)) {
        Ok(text) => text,
        Err(error) => {
            let line = line_at(content.bytes, error.valid_up_to());
            return vec![Fault::new(CheckId::Toml, line, "TOML is written in UTF-8, and this is not")];
        }
    };
    let at = |place: usize, why: &str| {
        vec![Fault::new(CheckId::Toml, line_at(text.as_bytes(), place), one_line(why))]
    };
    match DeTable::parse(text) {
        Ok(table) => large_number(table.get_ref())
            .map_or_else(Vec::new, |place| at(place, "the number does not fit into 64 bits")),
        Err(error) => at(error.span().map_or(0, |span| span.start), error.message()),
    }
}

/// Where the first whole number stands that a reader cannot take; parsing alone leaves numbers as they are written.
fn large_number(table: &DeTable<'_>) -> Option<usize> {
    table.values().find_map(large_value)
}

fn large_value(value: &Spanned<DeValue<'_>>) -> Option<usize> {
    match value.get_ref() {
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).is_err().then(|| value.span().start)
        }
        DeValue::Array(items) => items.iter().find_map(large_value),
        DeValue::Table(table) => large_number(table),
        _ => None,
    }
}

fn json_faults(path: &RepoPath, content: &Content<'_>) -> Vec<Fault> {
    // RFC 8259, section 8.1: what is exchanged is UTF-8, and most readers take nothing else.
    if content.kind == Kind::Utf16 {
        return vec![Fault::new(CheckId::Json, 1, "JSON is written in UTF-8, and this is UTF-16")];
    }
    let text = content.text().unwrap_or_else(|| without_mark(content.bytes).into());
    match json::parse(&text, json::dialect(path)) {
        Ok(()) => Vec::new(),
        Err(mistake) => vec![Fault::new(CheckId::Json, line_at(&text, mistake.at), mistake.why)],
    }
}

fn yaml_faults(path: &RepoPath, content: &Content<'_>) -> Vec<Fault> {
    let text = content.text().unwrap_or_else(|| without_mark(content.bytes).into());
    let text = match std::str::from_utf8(&text) {
        Ok(text) => text,
        Err(error) => {
            let line = line_at(&text, error.valid_up_to());
            return vec![Fault::new(
                CheckId::Yaml,
                line,
                "YAML is written in UTF-8 or UTF-16, and this is not",
            )];
        }
    };
    if let Some(place) = yaml::forbidden_byte(text) {
        let line = line_at(text.as_bytes(), place);
        return vec![Fault::new(CheckId::Yaml, line, "a control character stands here, which YAML forbids")];
    }
    let items = match yaml::read(text) {
        Ok(items) => items,
        Err(_) if is_template(path, text) => return Vec::new(),
        Err(Unread::Mistaken((line, why))) => {
            return vec![Fault::new(CheckId::Yaml, line.max(1), one_line(&why))];
        }
        Err(Unread::TooLong(line)) => {
            let message = "the file is not judged from here on: too many lines inside brackets stand at the column \
                           of what the brackets belong to";
            return vec![Fault::new(CheckId::Yaml, line, message).hint("indent them").warning()];
        }
    };
    if let Some((line, why)) = yaml::repeated_name(&items) {
        return vec![Fault::new(CheckId::Yaml, line, why)];
    }
    if workflow::is_workflow(path) { workflow::judge(&items) } else { Vec::new() }
}

/// True for what a program fills in before it is YAML, TOML or JSON: charts of Helm, files of Ansible and others.
fn is_template(path: &RepoPath, text: &str) -> bool {
    let lies_with_templates = path.parts().any(|part| part == b"templates" || part == b"template");
    lies_with_templates && (text.contains("{{") || text.contains("{%"))
}

fn one_line(message: &str) -> String {
    message.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}
