//! The overlap matrix beside the report.

use std::os::unix::fs::symlink;

use crate::sandbox::Sandbox;

const SVG: &str = "notes/documentation_consolidation_plan.svg";

fn document(sandbox: &Sandbox) -> String {
    let text = sandbox.read(SVG);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("<!-- xtask:report kind=consolidation "), "{first}");
    text
}

#[test]
fn picture_is_well_formed_whatever_notes_are_called() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    let passage = "Readings drift by several millivolts when salt crystals remain on the glass membrane overnight.\n\
                   Store the electrode upright in potassium chloride and replace the storage solution monthly.\n";
    for name in ["<script>alert(1)</script>", "a & \"b\"", "new\nline\u{1}", "笔记 مذكرة", "]]>"] {
        sandbox.write(
            &format!("notes/{}.md", name.replace('/', "_")),
            format!("# {name}\n\n{name}\n\n{passage}"),
        );
    }
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let text = document(&sandbox);
    let parsed = roxmltree::Document::parse(&text).unwrap();
    assert!(parsed.descendants().all(|node| !node.has_tag_name("script")), "{text}");
    let root = parsed.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    for id in root.attribute("aria-labelledby").unwrap().split(' ') {
        let named = root.children().find(|node| node.attribute("id") == Some(id)).unwrap();
        assert!(!named.text().unwrap().is_empty());
    }
    assert!(
        sandbox
            .read("notes/documentation_consolidation_plan.md")
            .contains("](documentation_consolidation_plan.svg)")
    );
    sandbox.output(["consolidate", "plan"]);
    assert_eq!(document(&sandbox), text, "the same notes give the same picture");
}

#[test]
fn picture_is_no_input_and_replaces_nothing_that_is_not_ours() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    let before = sandbox.read("notes/documentation_consolidation_plan.md");
    assert!(sandbox.output(["consolidate", "plan"]).status.success());
    assert_eq!(sandbox.read("notes/documentation_consolidation_plan.md"), before);
    sandbox.write(SVG, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
    let output = sandbox.output(["consolidate", "plan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("was not written by xtask"));
    assert_eq!(sandbox.read(SVG), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
    std::fs::remove_file(sandbox.root().join(SVG)).unwrap();
    symlink("/dev/null", sandbox.root().join(SVG)).unwrap();
    assert_eq!(sandbox.output(["consolidate", "plan"]).status.code(), Some(2));
}

#[test]
fn lost_picture_makes_the_report_stale() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    assert!(sandbox.output(["phase2", "-q"]).status.success());
    std::fs::remove_file(sandbox.root().join(SVG)).unwrap();
    let output = sandbox.output(["phase5", "-q", "--static"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("2 were fresh, 1 written anew"), "{said}");
    assert!(sandbox.root().join(SVG).is_file(), "it is written again");
}
