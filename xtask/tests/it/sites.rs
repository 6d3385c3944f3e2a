//! Documentation sites: what they said of released versions, and links between their pages.

use serde_json::Value;

use crate::sandbox::Sandbox;

const PUMP: &str = "# Pump\n\nPrime the pump before the first run, and bleed the line until no bubble is seen.\n\n\
                    Set the flow to 12 ml a minute; more of it lifts the bath over its rim.\n";

fn plan_of(sandbox: &Sandbox) -> Value {
    let output = sandbox.output(["consolidate", "plan", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["result"].clone()
}

fn paths<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap()).collect()
}

#[test]
fn pages_of_released_versions_are_no_copies_too_many() {
    let sandbox = Sandbox::init();
    for path in ["docs/pump.md", "docs/v1/pump.md", "docs/v2/pump.md", "notes/pump-copy.md"] {
        sandbox.write(path, PUMP);
    }
    let older = PUMP.replace("12 ml", "15 ml");
    sandbox.write("docs/versioned_docs/version-0.9/pump.md", &older);
    sandbox.write("docs/0.8/pump.md", &older);
    sandbox.commit("A page of several versions");
    let plan = plan_of(&sandbox);
    assert_eq!(paths(&plan["plan"]["duplicates"], "path"), ["notes/pump-copy.md"], "{:#}", plan["plan"]);
    assert_eq!(plan["plan"]["merges"], Value::Array(Vec::new()));
    let released = "docs/versioned_docs/version-0.9/pump.md";
    assert!(!paths(&plan["notes"], "path").contains(&released), "it is kept as it was");
    let of_two_versions = |overlap: &&Value| {
        let side = |key: &str| overlap[key].as_str().unwrap().starts_with("docs/");
        side("a") && side("b")
    };
    assert_eq!(plan["overlaps"].as_array().unwrap().iter().find(of_two_versions), None);
}

#[test]
fn page_that_a_site_alone_links_to_is_linked_to_and_stays() {
    let sandbox = Sandbox::init();
    sandbox.write("docs/pages/_meta.json", "{ \"index\": \"Start\" }\n");
    sandbox.write(
        "docs/pages/index.mdx",
        "# Start\n\nFirst [the pump](/bath/pump), then [the rim](bath/rim).\n",
    );
    sandbox.write("docs/pages/bath/pump.mdx", PUMP);
    sandbox.write("docs/pages/bath/pump/seal.mdx", "# Seal\n\nGrease it.\n");
    sandbox.write("docs/lid.md", "# Lid\n\nIt closes [the pump](/pages/bath/pump).\n");
    sandbox.write("docs/pages/bath/rim.mdx", "# Rim\n\nWipe it.\n");
    sandbox.write("docs/pages/lone.mdx", PUMP);
    sandbox.write("docs/drain.md", "# Drain\n\nOpen it [as the valve](valve.html) is opened.\n");
    sandbox.write("docs/valve.md", "# Valve\n\nTurn it left.\n");
    sandbox.commit("A site");
    let plan = plan_of(&sandbox);
    assert_eq!(
        paths(&plan["broken_links"], "path"),
        ["docs/drain.md", "docs/lid.md"],
        "the others work on the site"
    );
    let meant = &plan["broken_links"][1]["suggestion"];
    assert_eq!(meant, "pages/bath/pump.mdx", "a page, not the folder of its name");
    assert_eq!(plan["plan"]["duplicates"], Value::Array(Vec::new()), "a page of a site stays");
    assert_eq!(plan["orphans"], serde_json::json!(["docs/drain.md", "docs/lid.md"]));
}
