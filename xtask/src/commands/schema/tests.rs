use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{SCHEMA, of_command};
use crate::commands::shown;
use crate::report::Outcome;
use crate::{check, consolidate, phases, upstream, validate};

/// Where the shipped file stands.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/schema/schema.json");
/// Set to write the file instead of comparing.
const REWRITE: &str = "XTASK_REWRITE_SCHEMA";

/// `phase2` puts its parts together as JSON.
#[derive(serde::Serialize, JsonSchema)]
struct Phase2 {
    /// Analysis A.
    consolidation: Outcome<consolidate::Analysis>,
    /// Analysis B.
    upstream: Outcome<upstream::Analysis>,
    /// Analysis C.
    validation: Outcome<validate::Analysis>,
    /// What they took.
    timing: phases::Timing,
}

/// What the types say today.
fn made() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut commands = Vec::new();
    let mut add = |name: &str, result: Value| {
        commands.push(json!({ "properties": { "command": { "const": name }, "result": result } }));
    };
    let one = &mut generator;
    add("phase2", of::<Phase2>(one));
    add("phase3", of::<shown::Consolidated<'static>>(one));
    add("phase5", of::<phases::phase5::Phase5>(one));
    add("consolidate plan", of::<Outcome<consolidate::Analysis>>(one));
    add("consolidate apply", of::<shown::Consolidated<'static>>(one));
    add("consolidate verify", of::<consolidate::conserve::Verified>(one));
    add("consolidate explain", of::<shown::Told>(one));
    add("consolidate search", of::<shown::Told>(one));
    add("upstream", of::<Outcome<upstream::Analysis>>(one));
    add("upstream audit", of::<upstream::Audit>(one));
    add("validate", of::<Outcome<validate::Analysis>>(one));
    add("validate merge", of::<Outcome<validate::Analysis>>(one));
    add(
        "validate imports",
        any(&[of::<shown::ImportsFound<'static>>(one), of::<shown::ImportsMended<'static>>(one)]),
    );
    add("check", of::<check::Checked>(one));
    add("setup", of::<shown::SetUp<'static>>(one));
    for hook in ["pre-commit", "commit-msg", "pre-push"] {
        add(&format!("hook {hook}"), of::<check::staged::Judged>(one));
    }
    let undo = [
        of::<shown::Edits<'static>>(one),
        of::<shown::Sets<'static>>(one),
        of::<shown::Recovered<'static>>(one),
    ];
    add("undo", any(&undo));
    add("init", of::<shown::Edits<'static>>(one));
    add("report", of::<shown::Page>(one));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What xtask prints with --format json",
        "type": "object",
        "properties": {
            "command": { "type": "string", "description": "The command's name" },
            "schema": { "const": crate::report::SCHEMA, "description": "The version of the fields" },
            "tool": { "type": "string", "description": "`xtask` and its version" },
            "commit": { "type": ["string", "null"], "description": "The commit at HEAD" },
            "dirty": { "type": "boolean", "description": "Whether the work tree has changes that are not committed" }
        },
        "required": ["command", "schema", "tool", "commit", "dirty", "result"],
        "oneOf": commands,
        "$defs": generator.take_definitions(true),
    })
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

fn any(results: &[Value]) -> Value {
    json!({ "anyOf": results })
}

#[test]
fn shipped_schema_is_that_of_the_types() {
    let made = format!("{}\n", serde_json::to_string_pretty(&made()).unwrap());
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(FILE, &made).unwrap();
    }
    let shipped = std::fs::read_to_string(FILE).unwrap();
    assert!(shipped == made, "types changed: look at what changes for readers, then run with {REWRITE}=1");
}

#[test]
fn schema_of_one_command_holds_what_it_refers_to_and_no_more() {
    let whole: Value = serde_json::from_str(SCHEMA).unwrap();
    let part = of_command(&whole, "check").unwrap();
    assert_eq!(part["oneOf"].as_array().unwrap().len(), 1);
    let names: Vec<&String> = part["$defs"].as_object().unwrap().keys().collect();
    assert!(names.len() > 1 && names.len() < 10, "{names:?}");
    assert!(of_command(&whole, "chekc").unwrap_err().to_string().contains("chekc"));
}
