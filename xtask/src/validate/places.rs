//! Which files are the repository's own, and how they are named in results.

use std::path::{Component, Path, PathBuf};

/// Folders whose files belong to others, wherever they lie.
const FOREIGN: &[&str] =
    &["site-packages", "dist-packages", "node_modules", ".tox", ".nox", ".venv", "venv", "target", ".git"];

/// The repository's root, under every name that a child may call it by.
#[derive(Clone, Debug)]
pub(super) struct Roots {
    names: Vec<PathBuf>,
    /// What paths without a root of their own are relative to.
    session: PathBuf,
}

impl Roots {
    /// `root` as it was opened, and as the file system resolves it.
    pub(super) fn new(root: &Path, resolved: &Path) -> Self {
        let mut names = vec![root.to_owned()];
        if resolved != root {
            names.push(resolved.to_owned());
        }
        Self { names, session: root.to_owned() }
    }

    /// The roots of a session whose relative paths start elsewhere.
    pub(super) fn of_session(&self, session: &str) -> Self {
        Self { names: self.names.clone(), session: PathBuf::from(session) }
    }

    /// The path relative to the repository; `None` for a file that lies elsewhere or belongs to others.
    pub(super) fn own(&self, file: &str) -> Option<String> {
        let relative = self.relative(file)?;
        let foreign = relative.split('/').any(|part| FOREIGN.contains(&part));
        (!foreign).then_some(relative)
    }

    /// The path relative to the repository; `None` for a file that lies elsewhere.
    pub(super) fn relative(&self, file: &str) -> Option<String> {
        let absolute = normal(&self.session.join(file));
        let rest = self.names.iter().find_map(|root| absolute.strip_prefix(root).ok())?;
        Some(rest.to_str()?.to_owned()).filter(|path| !path.is_empty())
    }

    /// The text with paths as seen from the repository.
    pub(super) fn shorten(&self, text: &str) -> String {
        self.names().fold(text.to_owned(), |text, root| text.replace(&format!("{}/", root.display()), ""))
    }

    /// All names of the root, for texts that hold them.
    pub(super) fn names(&self) -> impl Iterator<Item = &Path> {
        self.names.iter().map(PathBuf::as_path)
    }
}

/// The path without `.` and `..`, by its letters alone.
fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_files_are_named_from_the_root_and_others_are_not_own() {
        let roots = Roots::new(Path::new("/var/r"), Path::new("/private/var/r")).of_session("/var/r/sub");
        let cases = [
            ("/var/r/a.py", Some("a.py")),
            ("/private/var/r/a.py", Some("a.py")),
            ("t/b.py", Some("sub/t/b.py")),
            ("../c.py", Some("c.py")),
            ("/var/r/.venv/lib/python3.12/site-packages/x.py", None),
            ("/usr/lib/python3.12/json/decoder.py", None),
            ("/var/rest/a.py", None),
            ("<string>", Some("sub/<string>")),
            ("/var/r", None),
        ];
        for (file, expected) in cases {
            assert_eq!(roots.own(file).as_deref(), expected, "{file}");
        }
    }
}
