//! `schema`: what stands in the JSON that commands print, as JSON Schema.
//!
//! The schema is made from the types by a test, which fails when a type and the file that is shipped differ; so the
//! program itself carries a text and no generator.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Exit;
use crate::report::Hinted;
use crate::term::Term;

const SCHEMA: &str = include_str!("schema.json");

/// Prints the schema of all commands, or of one.
pub(super) fn run(command: &[String], term: Term) -> Result<Exit> {
    let text = match command {
        [] => SCHEMA.to_owned(),
        // The words of a command are one argument or several.
        words => {
            let schema: Value = serde_json::from_str(SCHEMA).context("read the schema")?;
            serde_json::to_string_pretty(&of_command(&schema, &words.join(" "))?)?
        }
    };
    term.exact(text.trim_end().as_bytes())?;
    Ok(Exit::Clean)
}

/// The part of the schema that describes one command, with the definitions that it needs.
fn of_command(schema: &Value, command: &str) -> Result<Value> {
    let commands = schema["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |one: &Value| one["properties"]["command"]["const"].as_str().unwrap_or_default().to_owned();
    let Some(one) = commands.iter().find(|one| name(one) == command) else {
        let names: Vec<String> = commands.iter().map(|one| format!("`{}`", name(one))).collect();
        let hint = format!("these do: {}", names.join(", "));
        return Err(Hinted::new(format!("no command `{command}` prints JSON"), hint).into());
    };
    let mut part = schema.clone();
    part["oneOf"] = Value::Array(vec![one.clone()]);
    let mut needed = std::collections::BTreeSet::new();
    collect(&part["oneOf"], schema, &mut needed);
    if let Some(definitions) = part["$defs"].as_object_mut() {
        definitions.retain(|name, _| needed.contains(name));
    }
    Ok(part)
}

/// Names of definitions that a part of the schema leads to.
fn collect(part: &Value, schema: &Value, needed: &mut std::collections::BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            if let Some(name) =
                fields.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/"))
                && needed.insert(name.to_owned())
            {
                collect(&schema["$defs"][name], schema, needed);
            }
            fields.values().for_each(|field| collect(field, schema, needed));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, schema, needed)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
