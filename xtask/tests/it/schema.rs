//! `schema`: what commands print is what it says, and the fields that scripts read keep their names.

use serde_json::Value;

use crate::sandbox::Sandbox;

fn schema() -> Value {
    let output = Sandbox::init().output(["schema"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The schema of a command's result.
fn result_of<'a>(schema: &'a Value, command: &str) -> &'a Value {
    let commands = schema["oneOf"].as_array().unwrap();
    let found = commands.iter().find(|one| one["properties"]["command"]["const"] == command);
    &found.unwrap_or_else(|| panic!("no schema of `{command}`"))["properties"]["result"]
}

#[test]
fn what_commands_print_is_what_the_schema_says() {
    let schema = schema();
    let sandbox = Sandbox::from_fixture("lab-fork");
    let calls: &[(&str, &[&str])] = &[
        ("phase2", &["phase2", "--static"]),
        ("consolidate plan", &["consolidate", "plan"]),
        ("consolidate verify", &["consolidate", "verify", "HEAD~5..HEAD"]),
        ("upstream", &["upstream"]),
        ("upstream audit", &["upstream", "audit", "HEAD"]),
        ("validate", &["validate", "--static"]),
        ("validate imports", &["validate", "imports"]),
        ("validate imports", &["validate", "imports", "--fix", "--check"]),
        ("check", &["check"]),
        ("setup", &["setup", "workflows", "--check"]),
        ("setup", &["setup", "--dry-run"]),
        ("validate imports", &["validate", "imports", "--fix", "--dry-run"]),
        ("hook pre-commit", &["hook", "pre-commit"]),
        ("undo", &["undo", "--list"]),
        ("init", &["init"]),
    ];
    for (command, arguments) in calls {
        let told = sandbox.json(arguments.iter().copied());
        assert_eq!(told["command"], *command);
        let mut wrong = Vec::new();
        judge(&told["result"], result_of(&schema, command), &schema, command, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn command_of_two_words_needs_no_quotes() {
    let sandbox = Sandbox::init();
    let told = sandbox.output(["schema", "consolidate", "plan"]);
    assert_eq!(told.status.code(), Some(0));
    assert_eq!(told.stdout, sandbox.output(["schema", "consolidate plan"]).stdout);
    assert_eq!(sandbox.output(["schema", "consolidate", "nothing"]).status.code(), Some(2));
}

/// Fields that other programs read, by command and place; `[]` stands for each entry of a list.
const FIELDS: &[(&str, &str, &str)] = &[
    ("consolidate plan", "", "notes topics overlaps affinities facts references broken_links plan summary"),
    ("consolidate plan", "notes.[]", "path title bytes words blocks created changed role topic"),
    ("consolidate plan", "topics.[]", "id label keywords notes"),
    ("consolidate plan", "overlaps.[]", "a b score kind shared"),
    ("consolidate plan", "overlaps.[].shared.[]", "a_lines b_lines similarity"),
    ("consolidate plan", "affinities.[]", "a b score"),
    ("consolidate plan", "facts.[]", "key values newest"),
    ("consolidate plan", "facts.[].values.[]", "value path line changed"),
    ("consolidate plan", "references.[]", "path line target kind class moved_to commit"),
    ("consolidate plan", "broken_links.[]", "path line target reason suggestion"),
    ("consolidate plan", "plan", "merges archive duplicates guides"),
    (
        "upstream",
        "",
        "fork upstream relation merge_bases ahead behind equivalent sync_point changed renames merge",
    ),
    ("upstream", "", "clean_prefix upstream_commits custom merged_tree strategy"),
    ("upstream", "fork", "oid date ref"),
    ("upstream", "merge.conflicts.[]", "path kinds class first_commit monotone"),
    ("upstream", "custom.[]", "path status lines_added lines_deleted bytes lines area symbols commits"),
    ("upstream", "strategy", "recommend why rejected commands"),
    ("validate", "", "runs cases skips moved causes imports inventory coverage baseline slowest flaky"),
    ("validate", "imports", "files first_party unresolved anchors calls"),
    ("validate", "imports.unresolved.[]", "path line module name reason suggestion"),
    ("check", "", "checked findings"),
    ("check", "findings.[]", "path line check level new message hint"),
    ("setup", "", "applied edits skipped"),
    ("upstream audit", "", "merges"),
];

#[test]
fn fields_that_scripts_read_keep_their_names() {
    let schema = schema();
    for (command, place, fields) in FIELDS {
        let at =
            place.split('.').filter(|step| !step.is_empty()).fold(result_of(&schema, command), |at, step| {
                let at = resolved(at, &schema);
                resolved(if step == "[]" { &at["items"] } else { &at["properties"][step] }, &schema)
            });
        let known = resolved(at, &schema)["properties"].as_object().unwrap();
        for field in fields.split(' ') {
            assert!(known.contains_key(field), "{command} {place}: `{field}`");
        }
    }
}

/// Follows a reference, and the first alternative that has fields or entries.
fn resolved<'a>(part: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = part["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return resolved(&schema["$defs"][name], schema);
    }
    let others = ["anyOf", "oneOf"].iter().filter_map(|key| part[key].as_array()).flatten();
    let mut others = others.map(|other| resolved(other, schema));
    others.find(|other| other["properties"].is_object() || other["items"].is_object()).unwrap_or(part)
}

/// Notes where a value is not what its schema says: type, constants, missing and unknown fields.
fn judge(value: &Value, part: &Value, schema: &Value, place: &str, wrong: &mut Vec<String>) {
    if let Some(name) = part["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return judge(value, &schema["$defs"][name], schema, place, wrong);
    }
    if let Some(others) = part["anyOf"].as_array().or_else(|| part["oneOf"].as_array()) {
        let tries = others.iter().map(|other| {
            let mut found = Vec::new();
            judge(value, other, schema, place, &mut found);
            found
        });
        // The alternative that fits best tells what is wrong.
        wrong.extend(tries.min_by_key(Vec::len).unwrap_or_default());
        return;
    }
    if !has_type(value, &part["type"]) || part.get("const").is_some_and(|only| only != value) {
        wrong.push(format!("{place}: {value} is not {}", part["type"]));
    }
    if part["enum"].as_array().is_some_and(|values| !values.contains(value)) {
        wrong.push(format!("{place}: {value} is none of {}", part["enum"]));
    }
    if let Some(fields) = value.as_object() {
        judge_fields(fields, part, schema, place, wrong);
    }
    if let (Some(entries), Some(_)) = (value.as_array(), part["items"].as_object()) {
        entries.iter().for_each(|entry| judge(entry, &part["items"], schema, &format!("{place}[]"), wrong));
    }
}

fn judge_fields(
    fields: &serde_json::Map<String, Value>,
    part: &Value,
    schema: &Value,
    place: &str,
    wrong: &mut Vec<String>,
) {
    let required = part["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let missing = required.iter().filter(|name| !fields.contains_key(name.as_str().unwrap()));
    wrong.extend(missing.map(|name| format!("{place}: {name} is missing")));
    for (name, field) in fields {
        let place = format!("{place}.{name}");
        if part["properties"][name].is_object() {
            judge(field, &part["properties"][name], schema, &place, wrong);
        } else if part["additionalProperties"].is_object() {
            judge(field, &part["additionalProperties"], schema, &place, wrong);
        } else if part["additionalProperties"].is_null() {
            wrong.push(format!("{place} is not in the schema"));
        }
    }
}

fn has_type(value: &Value, types: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        _ => false,
    };
    match types {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
