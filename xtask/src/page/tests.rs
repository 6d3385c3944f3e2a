use serde_json::json;

use super::*;

const NOTE: &str = "# One\n\nThe pump runs at 12 V.\n";

fn kept(title: &str) -> Value {
    let pair = json!({
        "a": "notes/a.md", "b": "notes/b.md", "kind": "shared-sections", "score": 0.5, "share_a": 0.5, "share_b": 0.5,
        "shared": [{"a_lines": [3, 3], "b_lines": [3, 3], "similarity": 1.0}]
    });
    let note = |path: &str| json!({"path": path, "title": title, "topic": null, "role": "guide", "words": 6, "bytes": NOTE.len(), "changed": null});
    let summary = json!({"notes": 2, "topics": 0, "overlaps": 1, "overlap_share": 0.5, "facts": 0, "proposed": 0, "ticked": 0});
    json!({
        "command": "phase2", "schema": 1, "tool": "xtask 0.1.0", "commit": null, "dirty": true,
        "result": {
            "consolidation": {"notes": [note("notes/a.md"), note("notes/b.md")], "topics": [], "overlaps": [pair],
                "facts": [], "affinities": [{"a": "x", "b": "y", "score": 1.0}], "summary": summary},
            "upstream": {"unavailable": "no upstream is known", "hint": "name one"},
            "validation": {"unavailable": "no suite", "hint": null},
            "timing": {"wall_s": 1.0, "sum_s": 2.0, "parts": {"consolidation": 1.0}}
        }
    })
}

fn page(title: &str, read: impl Fn(&str) -> Option<Vec<u8>>) -> String {
    render(&data(kept(title), Times::new(), title.to_owned(), read).unwrap()).unwrap()
}

/// The JSON that stands in a page.
fn embedded(page: &str) -> Value {
    let (_, after) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn page_loads_nothing() {
    let page = page("notes", |_| None);
    for word in ["src=", "http:", "https:", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML"] {
        let found = page.replace("http://www.w3.org/2000/svg", "").contains(word);
        assert!(!found, "the page holds `{word}`");
    }
}

#[test]
fn hostile_title_stays_text() {
    let title = "</script><script>alert(1)</script><!-- {{script}} \u{2028}";
    let page = page(title, |_| None);
    assert_eq!(page.matches("</script>").count(), 2, "only the page's own elements end");
    assert_eq!(embedded(&page)["result"]["consolidation"]["notes"][0]["title"], title);
    assert!(page.contains("<title>&lt;/script&gt;"));
}

#[test]
fn passages_carry_lines_only_of_notes_that_are_unchanged() {
    let shared =
        |page: &str| embedded(page)["result"]["consolidation"]["overlaps"][0]["shared"][0]["texts"].clone();
    let unchanged = page("n", |_| Some(NOTE.into()));
    assert_eq!(shared(&unchanged), json!([["The pump runs at 12 V."], ["The pump runs at 12 V."]]));
    let longer =
        page("n", |path| Some(if path.ends_with("b.md") { format!("x{NOTE}").into() } else { NOTE.into() }));
    assert_eq!(shared(&longer), Value::Null);
}

#[test]
fn what_the_page_does_not_show_is_left_out() {
    assert!(!page("n", |_| None).contains("affinities"));
}

#[test]
fn result_of_another_version_is_an_error() {
    let mut old = kept("n");
    old["result"]["consolidation"]["summary"] = json!({});
    assert!(data(old, Times::new(), String::new(), |_| None).is_err());
}

#[test]
fn page_is_known_again() {
    assert!(is_page(page("n", |_| None).as_bytes()));
    assert!(!is_page(b"<!doctype html><title>mine</title>"));
}
