use std::collections::BTreeSet;

use super::*;
use crate::markdown::{Format, decode, parse};
use crate::repo::{EntryKind, Tree};

/// A tree of files (`path`, `content`); `@path` is a symbolic link, `%path` a submodule.
fn tree(files: &[(&str, &str)]) -> Tree {
    let entries = files.iter().map(|(name, content)| {
        let (kind, path) = match name.split_at(1) {
            ("@", path) => (EntryKind::Symlink, path),
            ("%", path) => (EntryKind::Submodule, path),
            _ => (EntryKind::File, *name),
        };
        (path.into(), kind, content.as_bytes().to_vec())
    });
    Tree::in_memory(entries)
}

fn shown(resolution: &Resolution) -> String {
    match resolution {
        Resolution::External => "external".to_owned(),
        Resolution::File { path, anchor: None } => path.to_string(),
        Resolution::File { path, anchor: Some(anchor) } => format!("{path}#{anchor}"),
        Resolution::Folder(folder) => folder.as_ref().map_or("/".to_owned(), |folder| format!("{folder}/")),
        Resolution::Unknown(why) => format!("unknown {why:?}"),
        Resolution::Broken(problem) => {
            let suggestion = problem.suggestion.as_ref().map_or(String::new(), |it| format!(" -> {it}"));
            format!("{:?}{suggestion}", problem.reason)
        }
    }
}

fn sample() -> Tree {
    tree(&[
        ("README.md", "# Top\n## Setup\n## Setup\n<a name=\"old\"></a>\n"),
        ("docs/README.md", "# Docs\n"),
        ("docs/guide.md", "# Guide\n## Ünï code\n## 🚀 Go\n"),
        ("docs/Big Name.md", ""),
        ("docs/100%.md", ""),
        ("docs/user_manual.md", ""),
        ("docs/page.rst", "Head\n====\n"),
        ("notes/deep/a.md", ""),
        ("notes/b.md", "[x](deep/a.md)"),
        ("src/x.py", "pass\n"),
        ("src/only_here.py", ""),
        ("a/same.txt", ""),
        ("b/same.txt", ""),
        ("@latest", "docs"),
        ("@docs/link.md", "guide.md"),
        ("@docs/away.md", "../../elsewhere.md"),
        ("@loop1", "loop2"),
        ("@loop2", "loop1"),
        ("%vendor/lib", ""),
        ("website/public/img/logo.png", ""),
        ("manual/conf.py", ""),
        ("manual/index.md", "# Start\n## Topic\n"),
        ("manual/deep/topic.md", ""),
    ])
}

#[test]
fn addresses_that_only_the_site_knows_are_not_broken() {
    let tree = tree(&[
        ("docs/about.md", "# About\n"),
        ("docs/way.md", "---\npermalink: /roadmap/\n---\n# Way\n"),
        ("docs/fr.md", "---\npermalink: fr/index.html\n---\n# Fr\n"),
        ("docs/post.md", "---\npermalink: /:title/\n---\n# Post\n"),
        ("docs/x.svg", ""),
    ]);
    let index = Index::new(&tree);
    let cases = [
        ("/roadmap/", "unknown SitePage"),
        ("/roadmap#way", "unknown SitePage"),
        ("/roadmap.html", "unknown SitePage"),
        ("/fr/", "unknown SitePage"),
        ("roadmap", "FileMissing"),
        ("/:title/", "FileMissing"),
        ("/other/", "FileMissing"),
        ("/x.svg#only-light", "unknown SitePage"),
        ("/x.svg", "BuiltPage -> x.svg"),
        ("/y.svg#only-dark", "FileMissing"),
        ("{{ ", "unknown Template"),
    ];
    for (destination, expected) in cases {
        assert_eq!(shown(&index.resolve(&"docs/about.md".into(), destination)), expected, "{destination}");
    }
}

#[test]
fn destinations_lead_where_github_leads() {
    let tree = sample();
    let index = Index::new(&tree);
    let cases = [
        ("notes/b.md", "deep/a.md", "notes/deep/a.md"),
        ("notes/b.md", "./deep/../b.md", "notes/b.md"),
        ("notes/b.md", "/docs/guide.md", "docs/guide.md"),
        ("notes/b.md", "../docs/guide.md?plain=1#guide", "docs/guide.md#guide"),
        ("notes/b.md", "../docs/guide.md#%C3%BCn%C3%AF-code", "docs/guide.md#ünï-code"),
        ("notes/b.md", "../docs/guide.md#-go", "docs/guide.md#-go"),
        ("notes/b.md", "../docs/guide.md#Guide", "docs/guide.md#guide"),
        ("notes/b.md", "../README.md#setup-1", "README.md#setup-1"),
        ("notes/b.md", "../README.md#old", "README.md#old"),
        ("notes/b.md", "../README.md#", "README.md"),
        ("README.md", "#setup", "README.md#setup"),
        ("README.md", "#top", "README.md#top"),
        ("README.md", "docs/Big%20Name.md", "docs/Big Name.md"),
        ("README.md", "docs/Big Name.md", "docs/Big Name.md"),
        ("README.md", "docs/100%.md", "docs/100%.md"),
        ("README.md", "docs/100%25.md", "docs/100%.md"),
        ("README.md", "docs", "docs/"),
        ("README.md", "docs/", "docs/"),
        ("README.md", "docs#docs", "docs/README.md#docs"),
        ("README.md", ".", "/"),
        ("docs/guide.md", "..", "/"),
        ("README.md", "src/x.py#L3-L9", "src/x.py"),
        ("README.md", "src/x.py#whatever", "src/x.py"),
        ("README.md", "docs/page.rst#head", "docs/page.rst"),
        ("README.md", "latest/guide.md#guide", "docs/guide.md#guide"),
        ("README.md", "docs/link.md#-go", "docs/guide.md#-go"),
        ("README.md", "docs/away.md", "docs/away.md"),
        ("README.md", "loop1", "loop1"),
        ("README.md", "latest", "docs/"),
        ("README.md", "vendor/lib/x.md", "unknown Submodule"),
        ("README.md", "vendor/lib", "unknown Submodule"),
        ("manual/deep/topic.md", "structlog.processors", "unknown SiteLabel"),
        ("manual/index.md", "some-label", "unknown SiteLabel"),
        ("README.md", "{{ base }}/x.md", "unknown Template"),
        ("README.md", "https://a.b/nothing", "external"),
        ("README.md", "../../issues/12", "external"),
        ("docs/guide.md", "../../../wiki", "external"),
        ("docs/guide.md", "../../wiki", "OutsideRepository"),
        ("README.md", "../../../issues", "OutsideRepository"),
        (".github/ISSUE_TEMPLATE/bug.md", "../blob/main/README.md", "external"),
        (".github/pull_request_template.md", "../issues/1", "external"),
    ];
    for (from, destination, expected) in cases {
        assert_eq!(shown(&index.resolve(&from.into(), destination)), expected, "{from} {destination}");
    }
}

#[test]
fn broken_destinations_tell_what_is_wrong_and_what_may_have_been_meant() {
    let tree = sample();
    let index = Index::new(&tree);
    let cases = [
        ("README.md", "", "Empty"),
        ("README.md", "docs/GUIDE.md#guide", "CaseDiffers -> docs/guide.md#guide"),
        ("README.md", "DOCS", "CaseDiffers -> docs"),
        ("docs/guide.md", "docs/guide.md", "FileMissing -> guide.md"),
        ("docs/guide.md", "/home/me/proj/notes/b.md", "FileMissing -> ../notes/b.md"),
        ("README.md", "lib/only_here.py", "FileMissing -> src/only_here.py"),
        ("README.md", "c/same.txt", "FileMissing"),
        ("README.md", "other/README.md", "FileMissing"),
        ("README.md", "docs/user-manual.md", "FileMissing -> docs/user_manual.md"),
        ("README.md", "docs/guides.md", "FileMissing -> docs/guide.md"),
        ("README.md", "docs/nothing-like-it.md", "FileMissing"),
        ("README.md", "docs/guide.html#guide", "BuiltPage -> docs/guide.md#guide"),
        ("README.md", "docs/guide/", "BuiltPage -> docs/guide.md"),
        ("README.md", "docs/page.html", "BuiltPage -> docs/page.rst"),
        ("README.md", "src/x.py:12", "FileMissing -> src/x.py#L12"),
        ("README.md", "src/x.py:1101-1105", "FileMissing -> src/x.py#L1101-L1105"),
        ("docs/guide.md", "src/only_here.py:3-7", "FileMissing -> ../src/only_here.py#L3-L7"),
        ("README.md", "src/nothing-like-it.py:3-7", "FileMissing"),
        ("README.md", "src/x.py/y", "FileMissing"),
        ("README.md", "docs\\guide.md", "FileMissing -> docs/guide.md"),
        ("README.md", "../outside.md", "OutsideRepository"),
        ("README.md", "../../elsewhere/only_here.py", "OutsideRepository -> src/only_here.py"),
        ("manual/index.md", "lost.md", "FileMissing"),
        ("manual/index.md", "/deep/topic", "BuiltPage -> deep/topic.md"),
        ("manual/index.md", "/img/logo.png", "BuiltPage -> ../website/public/img/logo.png"),
        ("docs/guide.md", "ünï-code", "FileMissing -> #ünï-code"),
        ("README.md", "(https://a.b/c?d=1#e)", "FileMissing -> https://a.b/c?d=1#e"),
        ("README.md", "SETUP", "FileMissing"),
        ("README.md", "www.a.b/c", "FileMissing -> https://www.a.b/c"),
        ("README.md", "#set-up", "AnchorMissing -> #setup"),
        ("README.md", "docs/guide.md#go", "AnchorMissing -> docs/guide.md#-go"),
        ("notes/b.md", "../docs/guide.md#unrelated", "AnchorMissing"),
        ("README.md", "docs#nothing", "AnchorMissing"),
    ];
    for (from, destination, expected) in cases {
        assert_eq!(shown(&index.resolve(&from.into(), destination)), expected, "{from} {destination}");
    }
}

#[test]
fn a_suggestion_leads_somewhere() {
    let tree = sample();
    let index = Index::new(&tree);
    let from: RepoPath = "notes/deep/a.md".into();
    for destination in ["../../docs/Big-Name.md", "../../docs/101%.md", "../../docs/GUIDE.md#go", "/x/latest"]
    {
        if let Resolution::Broken(Problem { suggestion: Some(suggestion), .. }) =
            index.resolve(&from, destination)
        {
            let again = index.resolve(&from, &suggestion);
            let led = matches!(again, Resolution::File { .. } | Resolution::Folder(_))
                || matches!(&again, Resolution::Broken(problem) if problem.reason == Reason::AnchorMissing);
            assert!(led, "{destination} {suggestion} {again:?}");
        }
    }
}

/// Reads all notes of a tree and hands them to `look`.
fn with_notes<R>(tree: &Tree, look: impl FnOnce(&[Note<'_>]) -> R) -> R {
    let read: Vec<(RepoPath, Parsed)> = tree
        .entries()
        .filter(|(path, entry)| entry.kind == EntryKind::File && path.extension() == "md")
        .map(|(path, _)| (path.clone(), parse(&decode(&tree.read(path).unwrap()).0, Format::Markdown)))
        .collect();
    let notes: Vec<Note<'_>> = read.iter().map(|(path, parsed)| Note { path, parsed }).collect();
    look(&notes)
}

#[test]
fn broken_links_of_notes_are_listed_once_with_their_line() {
    let tree = tree(&[
        ("n/a.md", "[x](gone.md) [y](b.md)\n\n[z][r] [r] ![](no.png)\n\n[r]: lost.md\n[unused]: never.md\n"),
        ("n/b.md", "[log](out.log) [h](https://x) [v](../v/x) <a href=\"a.md#none\">t</a>\n"),
        ("%v", ""),
    ]);
    let index = Index::new(&tree);
    let mut broken = with_notes(&tree, |notes| broken_links(&index, notes));
    // The note is there, its anchor is not: that git would ignore it is no excuse.
    broken.set_aside_ignored(&BTreeSet::from(["n/out.log".into(), "n/a.md".into()]));
    assert_eq!(broken.checked, 7);
    let unknown: Vec<_> =
        broken.unknown.iter().map(|(path, line, to, why)| format!("{path}:{line} {to} {why:?}")).collect();
    assert_eq!(unknown, ["n/b.md:1 ../v/x Submodule", "n/b.md:1 out.log Ignored"]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&broken.links).unwrap(), @r#"
    [
      {
        "path": "n/a.md",
        "line": 1,
        "target": "gone.md",
        "reason": "file-missing",
        "suggestion": null
      },
      {
        "path": "n/a.md",
        "line": 3,
        "target": "no.png",
        "reason": "file-missing",
        "suggestion": null
      },
      {
        "path": "n/a.md",
        "line": 5,
        "target": "lost.md",
        "reason": "file-missing",
        "suggestion": null
      },
      {
        "path": "n/b.md",
        "line": 1,
        "target": "a.md#none",
        "reason": "anchor-missing",
        "suggestion": null
      }
    ]
    "#);
}
