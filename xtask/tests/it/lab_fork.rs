//! The reports of the sample against the list of what is planted in it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Planted contradictions that are found: all but a setting that two notes call by different names.
const FACTS: usize = 9;

/// How many planted facts are found with all their places, and how many are claimed that were not planted.
fn contradictions(found: &Value, planted: &Value) -> (usize, usize) {
    let places = |fact: &Value| -> BTreeSet<String> {
        let values = fact["values"].as_array().unwrap().iter();
        values.map(|value| format!("{}:{}", value["path"].as_str().unwrap(), value["line"])).collect()
    };
    let found: Vec<BTreeSet<String>> = found.as_array().unwrap().iter().map(places).collect();
    let planted: Vec<BTreeSet<String>> = planted.as_array().unwrap().iter().map(places).collect();
    let is_found = |fact: &&BTreeSet<String>| found.iter().any(|other| fact.is_subset(other));
    let is_planted =
        |fact: &&BTreeSet<String>| planted.iter().any(|other| fact.intersection(other).count() > 1);
    (planted.iter().filter(is_found).count(), found.iter().filter(|fact| !is_planted(fact)).count())
}

fn truth() -> Value {
    serde_json::from_str(include_str!("../../../fixtures/lab-fork/truth.json")).unwrap()
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// The pairs of a list of objects with `a` and `b`, each in order.
fn pairs<'a>(list: impl IntoIterator<Item = &'a Value>) -> BTreeSet<(String, String)> {
    let name = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    list.into_iter()
        .map(|item| (name(item, "a"), name(item, "b")))
        .map(|(a, b)| if a < b { (a, b) } else { (b, a) })
        .collect()
}

#[test]
fn consolidation_finds_what_is_planted() {
    let truth = truth();
    let sandbox = Sandbox::from_fixture("lab-fork");
    let answer = sandbox.json(["consolidate", "plan"]);
    let found = &answer["result"];
    let notes = found["notes"].as_array().unwrap();
    let in_folder = notes.iter().filter(|note| note["path"].as_str().unwrap().starts_with("notes/"));
    assert_eq!(in_folder.count() as u64, truth["notes"]["count"].as_u64().unwrap());

    let verbatim = truth["overlaps"].as_array().unwrap().iter().filter(|overlap| overlap["verbatim"] == true);
    let planted = pairs(verbatim);
    let reported = pairs(found["overlaps"].as_array().unwrap());
    let missed: Vec<_> = planted.difference(&reported).collect();
    assert!(missed.is_empty(), "overlaps that were not found: {missed:?}");

    let links = |list: &Value| -> BTreeSet<(String, String)> {
        let name = |link: &Value, key: &str| link[key].as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(|link| (name(link, "path"), name(link, "target"))).collect()
    };
    assert_eq!(links(&found["broken_links"]), links(&truth["broken_links"]));
    assert_eq!(
        contradictions(&found["facts"], &truth["facts"]),
        (FACTS, 0),
        "planted ones found, others claimed"
    );

    let duplicates = found["plan"]["duplicates"].as_array().unwrap();
    assert_eq!(duplicates.len(), 1, "{duplicates:?}");
    assert_eq!(duplicates[0]["path"], "notes/bath-quick-reference-copy.md");
}

#[test]
fn boilerplate_is_no_overlap() {
    let truth = truth();
    let sandbox = Sandbox::from_fixture("lab-fork");
    let answer = sandbox.json(["consolidate", "plan"]);
    let files = strings(&truth["boilerplate"][0]["files"]);
    let planted = pairs(truth["overlaps"].as_array().unwrap());
    let by_mistake: Vec<_> = pairs(answer["result"]["overlaps"].as_array().unwrap())
        .into_iter()
        .filter(|pair| files.contains(&pair.0) && files.contains(&pair.1) && !planted.contains(pair))
        .collect();
    assert!(by_mistake.is_empty(), "{by_mistake:?}");
}

#[test]
fn upstream_agrees_with_what_is_planted() {
    let planted = truth()["upstream"].clone();
    let sandbox = Sandbox::from_fixture("lab-fork");
    let answer = sandbox.json(["upstream"]);
    let found = &answer["result"];
    for key in ["relation", "ahead", "behind"] {
        assert_eq!(found[key], planted[key], "{key}");
    }
    assert_eq!(found["renames"]["fork"], planted["renames"]["fork"]);
    let paths = |list: &Value| -> BTreeSet<String> {
        list.as_array()
            .unwrap()
            .iter()
            .map(|conflict| conflict["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(paths(&found["merge"]["conflicts"]), paths(&planted["conflicts"]));
    for key in ["commits", "of"] {
        assert_eq!(found["clean_prefix"][key], planted["clean_prefix"][key], "{key}");
    }
    let count = |list: &Value| list.as_array().unwrap().len();
    assert_eq!(count(&found["equivalent"]["fork"]), count(&planted["equivalent"]));
    assert_eq!(count(&found["upstream_commits"]["free"]), count(&planted["free"]));
    assert_eq!(count(&found["upstream_commits"]["security_worded"]), count(&planted["security_worded"]));
}

#[test]
fn merge_base_and_counts_are_those_of_git() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let answer = sandbox.json(["upstream"]);
    let found = &answer["result"];
    let base = sandbox.git(&["merge-base", "main", "refs/remotes/upstream/main"]);
    assert_eq!(found["merge_bases"][0].as_str(), Some(base.trim()));
    let counts = sandbox.git(&["rev-list", "--left-right", "--count", "main...refs/remotes/upstream/main"]);
    let counts: Vec<u64> = counts.split_whitespace().map(|count| count.parse().unwrap()).collect();
    assert_eq!([found["ahead"].as_u64(), found["behind"].as_u64()], [Some(counts[0]), Some(counts[1])]);
}

#[test]
fn validation_counts_what_pytest_counts_and_groups_by_cause() {
    let planted = truth()["tests"].clone();
    let sandbox = Sandbox::from_fixture("lab-fork");
    std::os::unix::fs::symlink(
        crate::python::python_with_pytest().parent().unwrap().parent().unwrap(),
        sandbox.root().join(".venv"),
    )
    .unwrap();
    sandbox.write(".git/info/exclude", ".venv\n");
    let output = sandbox.output(["validate", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = &answer["result"];
    let sum = |key: &str| -> u64 {
        found["runs"].as_array().unwrap().iter().map(|run| run["counts"][key].as_u64().unwrap()).sum()
    };
    for key in ["passed", "failed", "flaky", "errors", "skipped"] {
        assert_eq!(Some(sum(key)), planted["after_rerun"][key].as_u64(), "{key}");
    }
    let causes: BTreeSet<(String, usize)> = found["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| {
            let exception = cause["exception"].as_str().unwrap();
            (exception.rsplit('.').next().unwrap().to_owned(), cause["cases"].as_array().unwrap().len())
        })
        .collect();
    for cause in planted["causes"].as_array().unwrap() {
        let wanted =
            (cause["exception"].as_str().unwrap().to_owned(), cause["cases"].as_array().unwrap().len());
        assert!(causes.contains(&wanted), "{wanted:?} is among {causes:?}");
    }
    let flaky: Vec<&str> =
        found["flaky"].as_array().unwrap().iter().map(|test| test["id"].as_str().unwrap()).collect();
    assert_eq!(
        flaky,
        planted["flaky"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect::<Vec<_>>()
    );
    for key in ["files_with_tests", "functions", "items"] {
        assert_eq!(found["inventory"][key], planted["static"][key], "{key}");
    }
    assert!(
        sandbox.git(&["status", "--porcelain"]).is_empty(),
        "json writes no report and the suite no file"
    );
}

/// The three reports as people read them. Times are masked: they are measured.
#[test]
fn reports_read_as_they_should() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    sandbox.write(".git/info/exclude", ".venv\n");
    let environment = crate::python::python_with_pytest();
    let environment = environment.parent().unwrap().parent().unwrap();
    std::os::unix::fs::symlink(environment, sandbox.root().join(".venv")).unwrap();
    assert_eq!(sandbox.output(["phase2"]).status.code(), Some(0));
    insta::assert_snapshot!("consolidation", sandbox.read("notes/documentation_consolidation_plan.md"));
    insta::assert_snapshot!("upstream", sandbox.read("notes/upstream_sync_analysis.md"));
    let tests = sandbox.read("notes/test_suite_report.md");
    let time = regex::Regex::new(r"\| +[0-9.]+ (s|ms|min) \|").unwrap();
    let version = regex::Regex::new(r"\b3\.[0-9]+\.[0-9]+\b").unwrap();
    let tests = version.replace_all(&time.replace_all(&tests, "| [time] |"), "[version]").into_owned();
    insta::assert_snapshot!("validation", slowest_masked(&tests));
}

/// Which tests are the slowest is measured too: of that section only the first row, which waits 1.5 s, is held.
fn slowest_masked(report: &str) -> String {
    let mut rows = 0;
    let mut inside = false;
    let mut kept = String::new();
    for line in report.lines() {
        if line.starts_with("## ") {
            inside = line.starts_with("## Slowest");
        }
        rows += usize::from(inside && line.starts_with("| [time]"));
        if !(inside && line.starts_with("| [time]") && rows > 1) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn files_that_are_ignored_here_are_known_as_such_and_never_called_dead() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let found = sandbox.json(["consolidate", "plan"])["result"]["references"].clone();
    let of_class = |list: &Value| -> BTreeSet<(String, u64, String)> {
        let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
        let ignored = list.as_array().unwrap().iter().filter(|one| one["class"] == "ignored");
        ignored.map(|one| (text(one, "path"), one["line"].as_u64().unwrap(), text(one, "target"))).collect()
    };
    let missed: Vec<_> = of_class(&truth()["references"]).difference(&of_class(&found)).cloned().collect();
    assert!(missed.is_empty(), "{missed:?}");
}
