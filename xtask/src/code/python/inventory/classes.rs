//! Follows names of classes, functions and fixtures through the imports of a repository.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Class, Fixture, Function, Imported, Module, Scope};
use crate::repo::RepoPath;

/// Longer chains of imports are circles.
const LONGEST_CHAIN: usize = 12;

/// All parsed files.
pub(super) struct Modules<'a>(pub(super) BTreeMap<&'a RepoPath, Module>);

/// What a name leads to.
pub(super) enum Found<'a> {
    Class(&'a RepoPath, &'a Class),
    Function(&'a RepoPath, &'a Function),
    Fixture(&'a Fixture),
    /// Defined outside the repository, or computed; the name as far as it is known.
    Outside(String),
}

/// A class with everything it inherits, nearest first.
pub(super) struct Lineage<'a> {
    pub(super) classes: Vec<(&'a RepoPath, &'a Class)>,
    pub(super) is_test_case: bool,
    /// A base that brings a constructor.
    pub(super) constructed: bool,
    /// `abc.ABC` or its metaclass: a class with open abstract methods cannot be made.
    pub(super) abstract_kind: bool,
    /// Bases that are not known at all.
    pub(super) outside: Vec<String>,
}

impl Lineage<'_> {
    /// True when an abstract method is overridden nowhere: pytest passes such a class by.
    pub(super) fn is_abstract(&self) -> bool {
        let nearest = |name: &str| {
            let binds = |scope: &&Scope| {
                scope.functions.contains_key(name)
                    || scope.others.contains(name)
                    || scope.abstracts.contains(name)
            };
            let scope = self.classes.iter().map(|(_, class)| &class.scope).find(binds);
            scope.is_some_and(|scope| scope.abstracts.contains(name))
        };
        let mut names = self.classes.iter().flat_map(|(_, class)| &class.scope.abstracts);
        self.abstract_kind && names.any(|name| nearest(name))
    }
}

impl<'a> Modules<'a> {
    /// What `dotted` means in the file at `path`.
    pub(super) fn find(&'a self, path: &RepoPath, dotted: &str) -> Found<'a> {
        self.follow(path, dotted, 0).unwrap_or_else(|| Found::Outside(dotted.to_owned()))
    }

    fn follow(&'a self, path: &RepoPath, dotted: &str, depth: usize) -> Option<Found<'a>> {
        let (&path, module) = self.0.get_key_value(path)?;
        if depth > LONGEST_CHAIN {
            return None;
        }
        if let Some(found) = in_scope(path, &module.scope, dotted) {
            return Some(found);
        }
        let (first, rest) =
            dotted.split_once('.').map_or((dotted, None), |(first, rest)| (first, Some(rest)));
        if let Some(imported) = module.imports.get(first) {
            return Some(self.imported(path, imported, rest, depth));
        }
        for star in &module.stars {
            let target = self.file(path, star.level, &star.module);
            if let Some(found) = target.and_then(|target| self.follow(target, dotted, depth + 1))
                && !matches!(found, Found::Outside(_))
            {
                return Some(found);
            }
        }
        None
    }

    fn imported(
        &'a self,
        path: &RepoPath,
        imported: &Imported,
        rest: Option<&str>,
        depth: usize,
    ) -> Found<'a> {
        let outside = || {
            let parts = [Some(imported.module.as_str()), imported.name.as_deref(), rest];
            Found::Outside(parts.into_iter().flatten().collect::<Vec<_>>().join("."))
        };
        let wanted = match (&imported.name, rest) {
            (Some(name), Some(rest)) => format!("{name}.{rest}"),
            (Some(name), None) => name.clone(),
            (None, Some(rest)) => rest.to_owned(),
            (None, None) => return outside(),
        };
        // The longest prefix that is a file: `import a.b` then `a.b.C`.
        let parts: Vec<&str> = wanted.split('.').collect();
        for cut in (0..parts.len()).rev() {
            let prefix = parts[..cut].join(".");
            let module = match (imported.module.is_empty(), prefix.is_empty()) {
                (_, true) => imported.module.clone(),
                (true, false) => prefix,
                (false, false) => format!("{}.{prefix}", imported.module),
            };
            if let Some(target) = self.file(path, imported.level, &module)
                && let Some(found) = self.follow(target, &parts[cut..].join("."), depth + 1)
            {
                return found;
            }
        }
        outside()
    }

    /// The file of a module, as seen from `path`.
    pub(super) fn file(&'a self, path: &RepoPath, level: u32, module: &str) -> Option<&'a RepoPath> {
        let relative = module.replace('.', "/");
        let folders: Vec<Option<RepoPath>> = if level > 0 {
            let mut folder = path.parent();
            for _ in 1..level {
                folder = folder?.parent();
            }
            vec![folder]
        } else {
            roots(path)
        };
        folders.into_iter().find_map(|folder| {
            let endings: &[&str] =
                if relative.is_empty() { &["__init__.py"] } else { &[".py", "/__init__.py"] };
            endings.iter().find_map(|ending| {
                let place = format!("{relative}{ending}");
                let place = match &folder {
                    Some(folder) => folder.join(place.as_bytes()),
                    None => RepoPath::from(place.as_str()),
                };
                self.0.get_key_value(&place).map(|(&path, _)| path)
            })
        })
    }

    /// The class with its bases, depth first and left to right.
    pub(super) fn lineage(&'a self, path: &'a RepoPath, class: &'a Class) -> Lineage<'a> {
        let mut lineage = Lineage {
            classes: Vec::new(),
            is_test_case: false,
            constructed: false,
            abstract_kind: false,
            outside: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        self.inherit(path, class, &mut lineage, &mut seen);
        lineage
    }

    fn inherit(
        &'a self,
        path: &'a RepoPath,
        class: &'a Class,
        lineage: &mut Lineage<'a>,
        seen: &mut BTreeSet<(&'a RepoPath, usize)>,
    ) {
        if !seen.insert((path, class.line)) {
            return;
        }
        lineage.classes.push((path, class));
        lineage.constructed |= class.constructed;
        lineage.abstract_kind |= class.abstract_kind;
        for base in &class.bases {
            let Some(base) = base else {
                lineage.outside.push("a computed base".to_owned());
                continue;
            };
            match self.find(path, base) {
                Found::Class(path, class) => self.inherit(path, class, lineage, seen),
                Found::Outside(name) => match kind_of_base(&name) {
                    Base::TestCase => lineage.is_test_case = true,
                    Base::Plain => {}
                    Base::Abstract => lineage.abstract_kind = true,
                    Base::Constructed => lineage.constructed = true,
                    Base::Unknown => {
                        // By custom such a name is a `unittest.TestCase`; the class is listed as open.
                        lineage.is_test_case |= name.ends_with("TestCase");
                        lineage.outside.push(name);
                    }
                },
                Found::Function(..) | Found::Fixture(_) => lineage.outside.push(base.clone()),
            }
        }
    }
}

fn in_scope<'a>(path: &'a RepoPath, scope: &'a Scope, dotted: &str) -> Option<Found<'a>> {
    let (first, rest) = dotted.split_once('.').map_or((dotted, None), |(first, rest)| (first, Some(rest)));
    if let Some(class) = scope.classes.get(first) {
        return match rest {
            None => Some(Found::Class(path, class)),
            Some(rest) => in_scope(path, &class.scope, rest),
        };
    }
    if rest.is_some() {
        return None;
    }
    if let Some(fixture) = scope.fixtures.get(first) {
        return Some(Found::Fixture(fixture));
    }
    if let Some(function) = scope.functions.get(first) {
        return Some(Found::Function(path, function));
    }
    scope.others.contains(first).then(|| Found::Outside(dotted.to_owned()))
}

/// Folders that absolute imports of `path` start from: the nearest folder above that is no package
/// (pytest puts it on the path), then the usual roots.
fn roots(path: &RepoPath) -> Vec<Option<RepoPath>> {
    let mut roots = Vec::new();
    let mut folder = path.parent();
    while let Some(inner) = folder {
        folder = inner.parent();
        roots.push(Some(inner));
    }
    roots.extend([None, Some(RepoPath::from("src")), Some(RepoPath::from("lib"))]);
    roots
}

enum Base {
    TestCase,
    Plain,
    Abstract,
    Constructed,
    Unknown,
}

fn kind_of_base(name: &str) -> Base {
    match name {
        "unittest.TestCase"
        | "unittest.case.TestCase"
        | "unittest.IsolatedAsyncioTestCase"
        | "unittest.async_case.IsolatedAsyncioTestCase"
        | "unittest2.TestCase"
        | "django.test.TestCase"
        | "django.test.SimpleTestCase"
        | "django.test.TransactionTestCase"
        | "django.test.LiveServerTestCase"
        | "django.test.testcases.TestCase"
        | "django.contrib.staticfiles.testing.StaticLiveServerTestCase"
        | "rest_framework.test.APITestCase"
        | "twisted.trial.unittest.TestCase"
        | "twisted.trial.unittest.SynchronousTestCase"
        | "tornado.testing.AsyncTestCase"
        | "tornado.testing.AsyncHTTPTestCase"
        | "absl.testing.absltest.TestCase" => Base::TestCase,
        "object" | "typing.Generic" => Base::Plain,
        "abc.ABC" => Base::Abstract,
        "typing.NamedTuple"
        | "typing.TypedDict"
        | "typing.Protocol"
        | "pydantic.BaseModel"
        | "enum.Enum"
        | "enum.IntEnum"
        | "enum.StrEnum"
        | "enum.Flag"
        | "enum.IntFlag"
        | "collections.UserDict"
        | "collections.OrderedDict"
        | "threading.Thread" => Base::Constructed,
        "dict" | "list" | "int" | "str" | "bytes" | "tuple" | "set" | "frozenset" | "float" | "type" => {
            Base::Constructed
        }
        name if !name.contains('.')
            && (name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning")) =>
        {
            Base::Constructed
        }
        _ => Base::Unknown,
    }
}
