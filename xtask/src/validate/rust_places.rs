//! Where Rust tests stand, and in which function a place is: what their runners do not tell.

use std::collections::BTreeMap;

use super::cases::Draft;
use super::places::Roots;
use super::result::Place;
use crate::code::{RustFunction, function_at};
use crate::repo::RepoPath;

/// The functions of the repository's own Rust files.
#[derive(Debug, Default)]
pub(super) struct RustPlaces {
    /// By file, as it is named from the repository.
    files: BTreeMap<String, Vec<RustFunction>>,
    /// Places of functions in `files`, by name.
    by_name: BTreeMap<String, Vec<(String, usize)>>,
    /// Names of packages by their folder, `None` for the top.
    pub(super) packages: BTreeMap<Option<RepoPath>, String>,
}

impl RustPlaces {
    pub(super) fn new(
        files: BTreeMap<String, Vec<RustFunction>>,
        packages: BTreeMap<Option<RepoPath>, String>,
    ) -> Self {
        let mut by_name: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
        for (file, functions) in &files {
            for (at, function) in functions.iter().enumerate() {
                by_name.entry(function.name().to_owned()).or_default().push((file.clone(), at));
            }
        }
        Self { files, by_name, packages }
    }

    /// The draft of a Rust test with its own place, and frames that name the functions which they are in. A frame in a
    /// file that is none of the repository's is left out: the standard library's are relative paths in some builds.
    pub(super) fn complete(&self, mut draft: Draft, roots: &Roots) -> Draft {
        for raised in &mut draft.raised {
            raised.frames.retain_mut(|(file, line, function)| {
                if !file.ends_with(".rs") {
                    return true;
                }
                let own = roots.own(file).and_then(|file| self.files.get(&file));
                if let Some(found) = own.and_then(|functions| function_at(functions, *line)) {
                    found.name().clone_into(function);
                }
                own.is_some()
            });
        }
        let item = &mut draft.item;
        if let Some(place) = self.test(&item.id) {
            (item.path, item.line) = (Some(place.path), u64::try_from(place.line).ok());
        } else if item.path.as_deref().is_some_and(|path| path.ends_with(".rs")) {
            let own = item.path.as_deref().and_then(|path| roots.own(path));
            item.path = own.filter(|path| self.files.contains_key(path));
            item.line = item.line.filter(|_| item.path.is_some());
        }
        draft
    }

    /// Where a test stands; `None` where no function of its name does, or more than one may be it.
    fn test(&self, id: &str) -> Option<Place> {
        let (above, name) = id.rsplit_once("::")?;
        // `rstest` and its like make a module of a function, and a test of each case.
        self.function(id, name).or_else(|| self.function(above, above.rsplit("::").next()?))
    }

    fn function(&self, id: &str, name: &str) -> Option<Place> {
        let mut found = self.by_name.get(name)?.iter().filter_map(|(file, at)| {
            let function = self.files.get(file)?.get(*at)?;
            let above = id.strip_suffix(&function.path).filter(|above| above.ends_with("::"))?;
            let ids = RustIds::of(&RepoPath::from(file.as_str()), &self.packages);
            (ids.has(id) || ids.is_below_root(above))
                .then(|| Place { path: file.clone(), line: function.line })
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// How `cargo test` and `cargo nextest` name the tests of a Rust file: by its binary, and by the module that it is.
pub(super) struct RustIds {
    /// What an id begins with.
    starts: Vec<String>,
    /// The module with `::` around it, for ids of binaries of the package whose names end otherwise.
    module: Option<String>,
    /// For the root of a library or program, its package.
    root_of: Option<String>,
}

impl RustIds {
    /// `packages`: names of packages by their folder, `None` for the top.
    pub(super) fn of(path: &RepoPath, packages: &BTreeMap<Option<RepoPath>, String>) -> Self {
        let whole = path.display();
        let mut folder = path.parent();
        while folder.is_some() && !packages.contains_key(&folder) {
            folder = folder.and_then(|folder| folder.parent());
        }
        let home = folder.as_ref().map(|folder| format!("{}/", folder.display())).unwrap_or_default();
        let package = packages.get(&folder).cloned().unwrap_or_default();
        let inside = whole.strip_prefix(&home).unwrap_or(&whole);
        let stem = inside.strip_suffix(".rs").unwrap_or(inside);
        let own = [format!("{whole}::"), format!("unittests {whole}::")];
        match stem.strip_prefix("src/") {
            Some(root) if root == "lib" || root == "main" || root.starts_with("bin/") => {
                Self { starts: own.to_vec(), module: None, root_of: Some(package) }
            }
            Some(module) => {
                let module = module.strip_suffix("/mod").unwrap_or(module).replace('/', "::");
                let roots = ["lib", "main"].map(|root| format!("unittests {home}src/{root}.rs::{module}::"));
                let binaries = format!("{package}::bin/");
                let starts = roots.into_iter().chain([format!("{package}::{module}::"), binaries]).collect();
                Self { starts, module: Some(format!("::{module}::")), root_of: None }
            }
            None => {
                let named = stem.strip_prefix("tests/").unwrap_or(stem);
                let (binary, module) = named.split_once('/').unwrap_or((named, "main"));
                let (roots, module) = match module {
                    "main" => (own, String::new()),
                    // A module of a test binary.
                    module => {
                        let module = module.strip_suffix("/mod").unwrap_or(module).replace('/', "::") + "::";
                        let root = |end| format!("{home}tests/{binary}{end}::{module}");
                        ([root(".rs"), root("/main.rs")], module)
                    }
                };
                let starts = roots.into_iter().chain([format!("{package}::{binary}::{module}")]).collect();
                Self { starts, module: None, root_of: None }
            }
        }
    }

    /// True where nextest names a binary so whose root this file is: `package::` and `package::bin/name::`, which other
    /// ids begin with too.
    fn is_below_root(&self, above: &str) -> bool {
        let binary = self.root_of.as_ref().and_then(|package| above.strip_prefix(package.as_str()));
        let named = binary.map(|binary| binary.strip_prefix("::bin/").unwrap_or(binary));
        named.is_some_and(|name| name == "::" || (binary != named && name.matches("::").count() == 1))
    }

    pub(super) fn has(&self, id: &str) -> bool {
        let in_module = |id: &str| self.module.as_ref().is_none_or(|module| id.contains(module));
        self.starts.iter().any(|start| id.starts_with(start)) && in_module(id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::events::Raised;
    use super::*;
    use crate::code::rust_functions;

    #[test]
    fn tests_of_a_rust_file_are_known_by_binary_and_module() {
        let packages =
            BTreeMap::from([(None, "top".to_owned()), (Some(RepoPath::from("crates/io")), "io".to_owned())]);
        let cases = [
            ("src/b/a.rs", "unittests src/lib.rs::b::a::tests::works", true),
            ("src/b/a.rs", "unittests src/lib.rs::b::ab::tests::works", false),
            ("src/b/a.rs", "unittests crates/io/src/lib.rs::b::a::tests::works", false),
            ("src/b/mod.rs", "top::b::a::tests::works", true),
            ("src/b/a.rs", "top::bin/tool::b::a::works", true),
            ("src/b/a.rs", "io::b::a::works", false),
            ("src/lib.rs", "unittests src/lib.rs::b::a::works", true),
            ("crates/io/src/a.rs", "unittests crates/io/src/main.rs::a::works", true),
            ("crates/io/src/a.rs", "io::a::works", true),
            ("tests/cli.rs", "tests/cli.rs::works", true),
            ("tests/cli.rs", "top::cli::works", true),
            ("tests/it/main.rs", "tests/it/main.rs::a::works", true),
            ("tests/it/a.rs", "tests/it/main.rs::a::works", true),
            ("tests/it/a.rs", "top::it::a::works", true),
            ("tests/it/a.rs", "tests/it/main.rs::b::works", false),
            ("crates/io/tests/cli.rs", "tests/cli.rs::works", false),
        ];
        for (path, id, expected) in cases {
            assert_eq!(RustIds::of(&RepoPath::from(path), &packages).has(id), expected, "{path} {id}");
        }
    }

    fn places() -> RustPlaces {
        let text = "pub fn load() { panic!() }\nmod tests {\n    fn a() {}\n    fn cased() {}\n}\n";
        let twice = "mod one { fn b() {} }\nmod two { fn b() {} }\n";
        let files = [("src/lib.rs", text), ("tests/it.rs", twice)];
        let files = files.map(|(path, text)| (path.to_owned(), rust_functions(text)));
        RustPlaces::new(BTreeMap::from(files), BTreeMap::from([(None, "top".to_owned())]))
    }

    #[test]
    fn place_of_a_test_is_that_of_its_function_by_either_runner() {
        let places = places();
        let cases = [
            ("unittests src/lib.rs::tests::a", Some(("src/lib.rs", 3))),
            ("top::tests::a", Some(("src/lib.rs", 3))),
            ("other::tests::a", None),
            ("top::it::tests::a", None),
            ("unittests src/lib.rs::tests::cased::case_1", Some(("src/lib.rs", 4))),
            ("tests/it.rs::two::b", Some(("tests/it.rs", 2))),
            ("top::it::one::b", Some(("tests/it.rs", 1))),
            ("tests/it.rs::three::b", None),
            ("tests/other.rs::one::b", None),
            ("build: mismatched types", None),
        ];
        for (id, expected) in cases {
            let expected = expected.map(|(path, line)| Place { path: path.to_owned(), line });
            assert_eq!(places.test(id), expected, "{id}");
        }
    }

    #[test]
    fn frames_name_their_functions_and_those_of_others_are_none() {
        let roots = Roots::new(std::path::Path::new("/r"), std::path::Path::new("/r"));
        let frame = |file: &str, line| (file.to_owned(), line, String::new());
        let frames = vec![
            frame("/rustc/0/library/core/src/option.rs", 9),
            frame("library/core/src/option.rs", 9),
            frame("./src/lib.rs", 1),
            frame("/registry/src/x-1.0/src/lib.rs", 1),
        ];
        let raised = Raised { frames, ..Raised::default() };
        let item = crate::validate::session::Item {
            id: "unittests src/lib.rs::tests::a".to_owned(),
            path: Some("/registry/src/x-1.0/src/lib.rs".to_owned()),
            line: Some(1),
        };
        let outcome = crate::validate::result::CaseOutcome::Failed;
        let draft = super::super::listed::draft(item, None, outcome, vec![raised]);
        let told = places().complete(draft, &roots);
        assert_eq!(told.raised[0].frames, [("./src/lib.rs".to_owned(), 1, "load".to_owned())]);
        assert_eq!((told.item.path.as_deref(), told.item.line), (Some("src/lib.rs"), Some(3)));
    }
}
