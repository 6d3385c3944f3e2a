use proptest::prelude::*;

use super::super::facts;
use super::super::suggest::{Confidence, Suggestion};
use super::super::verify::{Reason, Unresolved};
use super::*;
use crate::code::python::decode_source;
use crate::repo::RepoPath;

/// Suggests `module` and `name` for the imports that `change` picks by module and name.
fn fix(
    bytes: &[u8],
    change: impl Fn(&str, Option<&str>) -> Option<(&'static str, Option<&'static str>)>,
) -> (Vec<u8>, Fix) {
    let source = decode_source(bytes).unwrap();
    let facts = facts::read(&source.text).unwrap();
    let mut findings = Vec::new();
    for import in &facts.imports {
        let Some((module, name)) = change(&import.module, import.name.as_deref()) else { continue };
        findings.push(Unresolved {
            path: RepoPath::from("a.py"),
            line: import.line,
            module: import.module.clone(),
            name: import.name.clone(),
            reason: Reason::NoModule,
            guard: None,
            suggestion: Some(Suggestion {
                text: String::new(),
                commit: None,
                confidence: Confidence::High,
                module: module.to_owned(),
                name: name.map(str::to_owned),
            }),
            in_string: false,
            alias: import.alias,
            statement: import.statement,
        });
    }
    let fix = fix_file(&source, &findings.iter().collect::<Vec<_>>(), &BTreeSet::from(["kept".to_owned()]));
    let mut out = bytes.to_vec();
    for edit in fix.edits.iter().rev() {
        out.splice(edit.range.0..edit.range.1, edit.text.iter().copied());
    }
    (out, fix)
}

/// `a` goes to `x.a`, `b` to `y.b`, `old` becomes `x.new`, the module `m.n` becomes `p.q`.
fn usual(module: &str, name: Option<&str>) -> Option<(&'static str, Option<&'static str>)> {
    match (module, name) {
        ("m.n", None) => Some(("p.q", None)),
        (_, Some("a")) => Some(("x", Some("a"))),
        (_, Some("b")) => Some(("y", Some("b"))),
        (_, Some("old")) => Some(("x", Some("new"))),
        (_, Some("kept")) => Some(("x", Some("other"))),
        ("star", Some("*")) => Some(("x", Some("*"))),
        _ => None,
    }
}

#[test]
fn statement_behind_a_block_is_rewritten() {
    for block in ["if a:\n    Z = 1\n", "class A:\n    def f():\n        pass\n\n"] {
        let (after, fix) = fix(format!("{block}from m import a\n").as_bytes(), usual);
        assert_eq!(fix.left, []);
        assert_eq!(String::from_utf8(after).unwrap(), format!("{block}from x import a\n"));
    }
}

#[test]
fn statements_are_rewritten_and_all_else_stays() {
    let cases: &[(&str, &str)] = &[
        ("from m import a\n", "from x import a\n"),
        ("from m import a as z # why\n", "from x import a as z # why\n"),
        ("from  m.deep  import  a\n", "from  x  import  a\n"),
        ("from .import a\n", "from x import a\n"),
        ("from.m import a\n", "from x import a\n"),
        ("from ...m import (a)\n", "from x import (a)\n"),
        (
            "from m import (\n    a,  # first\n    old,\n)\nold()\n",
            "from x import (\n    a,  # first\n    new,\n)\nnew()\n",
        ),
        ("from m import a, c\n", "from m import c\nfrom x import a\n"),
        ("from m import (a, c, b,)\n", "from m import (c, )\nfrom x import a\nfrom y import b\n"),
        (
            "from m import (\n    c,  # note\n    old,\n    a\n)\n",
            "from m import (\n    c,  # note\n)\nfrom x import new, a\n",
        ),
        ("from m import c, a  # why\n", "from m import c  # why\nfrom x import a\n"),
        ("from m import c, a, b, d\n", "from m import c, d\nfrom x import a\nfrom y import b\n"),
        ("from m import a, b\n", "from x import a\nfrom y import b\n"),
        (
            "from m import (\n    a,\n    c,  # see\n    b,\n)\n",
            "from m import (\n    c,  # see\n)\nfrom x import a\nfrom y import b\n",
        ),
        ("from m import c, \\\n    a\n", "from m import c\nfrom x import a\n"),
        ("if y: from m import a, c\n", "if y: from m import c; from x import a\n"),
        ("def f():\n\tfrom m import a, c; c()\n", "def f():\n\tfrom m import c; from x import a; c()\n"),
        ("def f():\n    from m import a, c\r\n", "def f():\n    from m import c\n    from x import a\r\n"),
        ("from m import a, c\r\nz = 1\r\n", "from m import c\r\nfrom x import a\r\nz = 1\r\n"),
        ("from star import *\n", "from x import *\n"),
        ("import m.n\nm.n.run(m.n.x, 'm.n')\n", "import p.q\np.q.run(p.q.x, 'm.n')\n"),
        ("import os, m.n as z\nz.x\n", "import os, p.q as z\nz.x\n"),
        ("from m import old\nclass C(old): x = old.y\n", "from x import new\nclass C(new): x = new.y\n"),
        ("from m import old\n__all__ = ['old']\n", "from x import new as old\n__all__ = ['old']\n"),
        ("from m import old\ndef f(old): pass\n", "from x import new as old\ndef f(old): pass\n"),
        ("from m import kept\nkept()\n", "from x import other as kept\nkept()\n"),
        ("from m import old\nnew = old\n", "from x import new as old\nnew = old\n"),
        ("from m import old as z\n", "from x import new as z\n"),
        ("from m import a", "from x import a"),
        ("from m import c, a", "from m import c\nfrom x import a"),
    ];
    for (before, expected) in cases {
        let (after, fix) = fix(before.as_bytes(), usual);
        assert_eq!(String::from_utf8(after).unwrap(), *expected, "{before}");
        assert_eq!(fix.left, [], "{before}");
    }
}

#[test]
fn other_bytes_of_other_encodings_and_marks_stay() {
    let (after, _) = fix(b"\xef\xbb\xbffrom m import a\n# \xc3\xa9\n", usual);
    assert_eq!(after, b"\xef\xbb\xbffrom x import a\n# \xc3\xa9\n");
    let (after, _) = fix(b"# coding: latin-1\nz = '\xe9\xe9'; from m import a # \xe9\n", usual);
    assert_eq!(after, b"# coding: latin-1\nz = '\xe9\xe9'; from x import a # \xe9\n");
}

#[test]
fn module_whose_first_part_is_used_otherwise_is_left_and_said() {
    for text in ["import m.n\nm.other()\n", "import m.n\nimport m.other\n", "import m.n\ndef f(m): m.n\n"] {
        let (after, fix) = fix(text.as_bytes(), usual);
        assert_eq!(after, text.as_bytes(), "{text}");
        assert_eq!(fix.left, [(1, "`m` is used for more than `m.n`".to_owned())], "{text}");
    }
}

/// One name of a generated statement: which, a local name, a comment behind it.
type Piece = (usize, bool, bool);

const NAMES: [&str; 6] = ["a", "b", "old", "c", "d", "e"];

fn statement(pieces: &[Piece], style: usize, dots: usize, indent: &str, end: &str) -> String {
    let name = |(name, renamed, _): &Piece| {
        let local = if *renamed { format!(" as {}_", NAMES[*name]) } else { String::new() };
        format!("{}{local}", NAMES[*name])
    };
    let names: Vec<String> = pieces.iter().map(name).collect();
    let module = format!("{}m", ".".repeat(dots));
    match style {
        0 => format!("{indent}from {module} import {}{end}", names.join(", ")),
        1 => format!("{indent}from {module} import ({}){end}", names.join(" ,")),
        2 => format!("{indent}from {module} import {}{end}", names.join(&format!(", \\{end}{indent}  "))),
        3 => format!("{indent}from {module} import {}  # why{end}", names.join(",")),
        4 => format!("{indent}pass; from {module} import {}; pass{end}", names.join(", ")),
        _ => {
            let mut text = format!("{indent}from {module} import ( # names{end}");
            for (piece, name) in pieces.iter().zip(&names) {
                let comment = if piece.2 { "  # note" } else { "" };
                text.push_str(&format!("{indent}    {name},{comment}{end}"));
            }
            format!("{text}{indent}){end}")
        }
    }
}

proptest! {
    /// Whatever the statement looks like: the imports become those that were suggested, nothing else is
    /// imported, comments and all other statements stay, and every name that is used is bound.
    #[test]
    fn rewriting_changes_the_import_and_its_uses_only(
        pieces in proptest::collection::vec((0..6usize, any::<bool>(), any::<bool>()), 1..6),
        style in 0..6usize,
        dots in 0..3usize,
        inner in any::<bool>(),
        windows in any::<bool>(),
    ) {
        let mut pieces = pieces;
        let mut seen = Vec::new();
        pieces.retain(|(name, _, _)| !seen.contains(name) && { seen.push(*name); true });
        let end = if windows { "\r\n" } else { "\n" };
        let indent = if inner { "    " } else { "" };
        let head = if inner { format!("def f():{end}") } else { format!("import os{end}") };
        let uses: String = pieces
            .iter()
            .map(|(name, renamed, _)| format!("{indent}print({}{}){end}", NAMES[*name], if *renamed { "_" } else { "" }))
            .collect();
        let text = format!("{head}{}{uses}# end{end}", statement(&pieces, style, dots, indent, end));
        let (after, fix) = fix(text.as_bytes(), usual);
        let after = String::from_utf8(after).unwrap();
        prop_assert!(fix.left.is_empty());
        let facts = facts::read(&after);
        prop_assert!(facts.is_ok(), "{text}\n{after}");
        let mut found: Vec<String> = facts.unwrap().imports.iter().filter(|import| import.module != "os").map(|import| {
            format!("{}{}.{}", ".".repeat(import.level as usize), import.module, import.name.clone().unwrap_or_default())
        }).collect();
        let mut expected: Vec<String> = pieces.iter().map(|(name, _, _)| match NAMES[*name] {
            "a" => "x.a".to_owned(),
            "b" => "y.b".to_owned(),
            "old" => "x.new".to_owned(),
            other => format!("{}m.{other}", ".".repeat(dots)),
        }).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected, "{}\n{}", text, after);
        for line in ["# why", "# names", "# end", "import os", "def f():"] {
            prop_assert_eq!(text.matches(line).count(), after.matches(line).count(), "{}", after);
        }
        prop_assert_eq!(text.matches("# note").count(), after.matches("# note").count(), "{}", after);
        prop_assert_eq!(text.matches("print(").count(), after.matches("print(").count());
        let swaps = pieces.iter().any(|(name, renamed, _)| NAMES[*name] == "old" && !renamed);
        prop_assert_eq!(after.contains("print(new)"), swaps, "{}", after);
        let again = super::tests::fix(after.as_bytes(), |module, name| if module == "m" { usual(module, name) } else { None });
        prop_assert_eq!(again.0, after.as_bytes().to_vec(), "a second fix finds nothing");
        prop_assert_eq!(text.matches("\r\n").count() > 0, after.matches("\r\n").count() > 0);
    }

    /// Any bytes at all: no panic, and no edit outside the file.
    #[test]
    fn any_text_is_read_without_a_panic(text in "(from|import|as|\\.|\\(|\\)|,|a|b|m|\\*|\n|    |;|\\\\|#|'|\"|:|if|def|class|=|é| ){0,60}") {
        let _ = facts::read(&text);
        let _ = crate::code::symbols(&RepoPath::from("a.py"), &text);
        let _ = crate::code::python::inventory::inventory(&[(RepoPath::from("test_a.py"), text)]);
    }
}

#[test]
fn string_that_names_a_module_keeps_its_quotes_and_all_around_it() {
    let text = "x = patch( r'pkg.core.Reader',  # why\n    new=1)\n";
    let source = decode_source(text.as_bytes()).unwrap();
    let string = &facts::read(&source.text).unwrap().strings[0];
    let suggestion = Suggestion {
        text: "pkg.engine.Reader".to_owned(),
        commit: None,
        confidence: Confidence::High,
        module: "pkg.engine".to_owned(),
        name: Some("Reader".to_owned()),
    };
    let found = Unresolved {
        path: RepoPath::from("a.py"),
        line: string.line,
        module: string.module.clone(),
        name: string.name.clone(),
        reason: Reason::Gone,
        guard: None,
        suggestion: Some(suggestion),
        in_string: true,
        alias: string.alias,
        statement: string.statement,
    };
    let fix = fix_file(&source, &[&found], &BTreeSet::new());
    assert_eq!((fix.edits.len(), &fix.left), (1, &Vec::new()));
    let (start, end) = fix.edits[0].range;
    let fixed = [&text.as_bytes()[..start], &fix.edits[0].text, &text.as_bytes()[end..]].concat();
    assert_eq!(String::from_utf8(fixed).unwrap(), text.replace("pkg.core", "pkg.engine"));
}
