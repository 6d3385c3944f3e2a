//! What is told of texts before and after.

use super::*;

#[test]
fn what_stands_nowhere_is_lost_and_named() {
    let path = RepoPath::from("a.md");
    let before = "# Head\n\nSome words.\n\n```\nx = 1\ny = 2\n```\n\n| a | b |\n|---|---|\n| 1 | 250 |\n";
    let after = "# head\n\n**Some** words.\n\n```\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 260 |\n";
    let source = Text { path: &path, text: before };
    let guide = Text { path: &path, text: after };
    let told = compare(&[source], &Outputs { guides: &[guide], archive: &[], moved: None });
    let lost: Vec<String> = told.sources[0]
        .lost
        .iter()
        .map(|item| format!("{} {:?} {}", item.line, item.kind, item.text))
        .collect();
    assert_eq!(lost, ["5 CodeBlock x = 1 y = 2", "6 CodeLine y = 2", "12 Number 250", "12 Row 1 | 250"]);
    let whole = compare(&[source], &Outputs { guides: &[guide], archive: &[source], moved: None });
    assert!(whole.is_whole());
    assert_eq!(whole.sources[0].only_in_archive.len(), 4);
    assert_eq!((whole.blocks, whole.in_guide), (4, 2), "rows of tables count, too");
}
