//! Mends scripts that a move cut off: more steps up in what they put on the path, or a line that does so.

use ruff_python_ast::Stmt;
use ruff_text_size::Ranged;

use super::{Fix, TextEdit, TextFix, encoded};
use crate::code::python::imports::facts::offsets;
use crate::code::python::imports::{AnchorKind, MovedAnchor};
use crate::code::python::source::Source;
use crate::code::python::syntax::with_module;

/// The edits that mend `anchors`, all of one file whose content is `source`.
pub fn fix_anchors(source: &Source, anchors: &[&MovedAnchor]) -> Fix {
    let fixed = with_module(&source.text, |parsed| {
        let body = &parsed.syntax().body;
        let mut fix = TextFix::default();
        for anchor in anchors {
            let edit = match anchor.kind {
                AnchorKind::SysPath => replace(&source.text, anchor),
                AnchorKind::OwnFolder => insert(&source.text, body, anchor),
            };
            fix.take(anchor.line, edit.map(|edit| vec![edit]));
        }
        fix
    });
    match fixed {
        Ok(fix) => encoded(source, fix),
        Err((line, message)) => Fix { edits: Vec::new(), left: vec![(line, message)] },
    }
}

fn replace(text: &str, anchor: &MovedAnchor) -> Result<TextEdit, String> {
    let (start, end) = anchor.range;
    if text.get(start..end) != Some(&anchor.now) {
        return Err("the file changed meanwhile".to_owned());
    }
    Ok(TextEdit { range: anchor.range, text: anchor.needed.clone() })
}

/// Puts the folder on the path above the first import that needs it, with the imports that this takes.
fn insert(text: &str, body: &[Stmt], anchor: &MovedAnchor) -> Result<TextEdit, String> {
    let place = anchor.range.0;
    let line_start = text[..place].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let before = &text[line_start..place];
    if !before.chars().all(|letter| matches!(letter, ' ' | '\t')) {
        return Err("the import shares its line".to_owned());
    }
    let end = match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    };
    let mut added = String::new();
    for (statement, is_there) in [
        ("import sys", binds(body, place, None, "sys")),
        ("from pathlib import Path", binds(body, place, Some("pathlib"), "Path")),
    ] {
        if !is_there {
            added.push_str(&format!("{statement}{end}{before}"));
        }
    }
    added.push_str(&format!("{}{end}{before}", anchor.needed));
    Ok(TextEdit { range: (place, place), text: added })
}

/// True when a statement of the module itself that ends before `place` imports the name under no other.
fn binds(body: &[Stmt], place: usize, module: Option<&str>, name: &str) -> bool {
    body.iter().take_while(|statement| offsets(statement.range()).1 <= place).any(|statement| match statement
    {
        Stmt::Import(import) => {
            module.is_none()
                && import.names.iter().any(|alias| alias.name.as_str() == name && alias.asname.is_none())
        }
        Stmt::ImportFrom(import) => {
            import.level == 0
                && import.module.as_ref().map(|module| module.as_str()) == module
                && import.names.iter().any(|alias| alias.name.as_str() == name && alias.asname.is_none())
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::python::decode_source;
    use crate::repo::RepoPath;

    fn fixed(text: &str, kind: AnchorKind, now: &str, needed: &str) -> Result<String, String> {
        let place = text.find(now).unwrap();
        let range = if kind == AnchorKind::OwnFolder { (place, place) } else { (place, place + now.len()) };
        let anchor = MovedAnchor {
            path: RepoPath::from("a.py"),
            line: 1,
            kind,
            now: now.to_owned(),
            needed: needed.to_owned(),
            commit: None,
            range,
        };
        let fix = fix_anchors(&decode_source(text.as_bytes()).unwrap(), &[&anchor]);
        if let Some((_, why)) = fix.left.first() {
            return Err(why.clone());
        }
        let mut bytes = text.as_bytes().to_vec();
        for edit in fix.edits.iter().rev() {
            bytes.splice(edit.range.0..edit.range.1, edit.text.iter().copied());
        }
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn steps_up_are_replaced_where_they_stand() {
        let text = "# é\nROOT = Path(__file__).parent  # here\nsys.path.insert(0, str(ROOT))\n";
        let found = fixed(text, AnchorKind::SysPath, "Path(__file__).parent", "Path(__file__).parent.parent");
        assert_eq!(found.unwrap(), text.replace(".parent", ".parent.parent"));
    }

    #[test]
    fn a_line_is_added_above_the_import_with_what_it_takes() {
        let cases: &[(&str, &str)] = &[
            (
                "\"\"\"Doc.\"\"\"\nimport mine\n",
                "\"\"\"Doc.\"\"\"\nimport sys\nfrom pathlib import Path\nADD\nimport mine\n",
            ),
            (
                "import sys\r\nimport mine\r\n",
                "import sys\r\nfrom pathlib import Path\r\nADD\r\nimport mine\r\n",
            ),
            (
                "from pathlib import Path\nimport os, sys\nif x:\n    import mine\n",
                "from pathlib import Path\nimport os, sys\nif x:\n    ADD\n    import mine\n",
            ),
            (
                "import sys as s\nimport mine\n",
                "import sys as s\nimport sys\nfrom pathlib import Path\nADD\nimport mine\n",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(fixed(text, AnchorKind::OwnFolder, "import mine", "ADD").as_deref(), Ok(*expected));
        }
        assert!(fixed("x = 1; import mine\n", AnchorKind::OwnFolder, "import mine", "ADD").is_err());
    }
}
