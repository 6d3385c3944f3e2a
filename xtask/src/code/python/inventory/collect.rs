//! Collects the tests of one file from the facts of all files.

use std::collections::{BTreeMap, BTreeSet};

use super::classes::{Found, Lineage, Modules};
use super::facts::{Class, Fixture, Function, Marks, Module, Parameters, Scope};
use super::{Inventory, OpenClass, Test, Uncounted};
use crate::repo::RepoPath;

/// The tests that pytest would find in the file at `path`; what cannot be known is added to `inventory`.
pub(super) fn tests_of(
    modules: &Modules<'_>,
    path: &RepoPath,
    module: &Module,
    inventory: &mut Inventory,
) -> Vec<Test> {
    if module.scope.is_test == Some(false) {
        return Vec::new();
    }
    let mut collector = Collector {
        modules,
        path,
        module,
        outer: outer_modules(modules, path),
        tests: Vec::new(),
        inventory,
    };
    let (functions, classes) = collector.members();
    for (local, (defined_in, function)) in functions {
        collector.add(&local, defined_in, function, &[]);
    }
    for (local, (defined_in, class)) in classes {
        collector.class(&local, defined_in, class, &mut Vec::new(), &[]);
    }
    collector.tests
}

struct Collector<'a> {
    modules: &'a Modules<'a>,
    path: &'a RepoPath,
    module: &'a Module,
    /// `conftest.py` files above, nearest first.
    outer: Vec<&'a RepoPath>,
    tests: Vec<Test>,
    inventory: &'a mut Inventory,
}

type Members<'a, Item> = BTreeMap<String, (&'a RepoPath, &'a Item)>;

impl<'a> Collector<'a> {
    /// What the module binds: defined here, imported by name, imported by star.
    fn members(&self) -> (Members<'a, Function>, Members<'a, Class>) {
        let (mut functions, mut classes) = (BTreeMap::new(), BTreeMap::new());
        let mut place = |local: &str, found: Found<'a>| match found {
            Found::Function(path, function) => {
                functions.insert(local.to_owned(), (path, function));
            }
            Found::Class(path, class) => {
                classes.insert(local.to_owned(), (path, class));
            }
            Found::Fixture(_) | Found::Outside(_) => {}
        };
        for star in &self.module.stars {
            let Some(target) = self.modules.file(self.path, star.level, &star.module) else { continue };
            let scope = &self.modules.0[target].scope;
            for local in scope.functions.keys().chain(scope.classes.keys()) {
                place(local, self.modules.find(target, local));
            }
        }
        let scope = &self.module.scope;
        let names = self.module.imports.keys().chain(scope.functions.keys()).chain(scope.classes.keys());
        for local in names {
            if !scope.others.contains(local) {
                place(local, self.modules.find(self.path, local));
            }
        }
        functions.retain(|local, _| local.starts_with("test"));
        (functions, classes)
    }

    fn class(
        &mut self,
        local: &str,
        defined_in: &'a RepoPath,
        class: &'a Class,
        trail: &mut Vec<String>,
        around: &[&'a Scope],
    ) {
        let lineage = self.modules.lineage(defined_in, class);
        let named = local.starts_with("Test");
        if !lineage.is_test_case && (!named || lineage.constructed)
            || !is_test(&lineage)
            || lineage.is_abstract()
        {
            return;
        }
        trail.push(local.to_owned());
        let scopes: Vec<&'a Scope> =
            lineage.classes.iter().map(|(_, class)| &class.scope).chain(around.iter().copied()).collect();
        let before = self.tests.len();
        for (_, (defined_in, function)) in methods(&lineage) {
            let id = format!("{}::{}", trail.join("::"), function.name);
            self.add(&id, defined_in, function, &scopes);
        }
        if self.tests.len() > before {
            self.note_open(local, defined_in, class, &lineage);
        }
        if !lineage.is_test_case && trail.len() < 16 {
            for (name, (defined_in, class)) in nested(&lineage) {
                self.class(&name, defined_in, class, trail, &scopes);
            }
        }
        trail.pop();
    }

    fn note_open(&mut self, local: &str, defined_in: &RepoPath, class: &Class, lineage: &Lineage<'_>) {
        for base in &lineage.outside {
            self.inventory.open_classes.push(OpenClass {
                path: defined_in.clone(),
                line: class.line,
                name: local.to_owned(),
                base: base.clone(),
            });
        }
    }

    fn add(&mut self, id: &str, defined_in: &RepoPath, function: &Function, scopes: &[&'a Scope]) {
        let id = format!("{}::{id}", self.path);
        let (items, why) = match self.repeats(function, scopes) {
            Ok(items) => (Some(items), None),
            Err(why) => (None, Some(why)),
        };
        if let Some(why) = why {
            let (path, line, id) = (defined_in.clone(), function.line, id.clone());
            self.inventory.uncounted.push(Uncounted { path, line, id, why });
        }
        self.tests.push(Test {
            path: self.path.clone(),
            line: function.line,
            id,
            defined_in: defined_in.clone(),
            items,
        });
    }

    /// How many items a test is, or what keeps that from being known.
    fn repeats(&self, function: &Function, scopes: &[&'a Scope]) -> Result<usize, String> {
        let marks: Vec<&Marks> = std::iter::once(&function.marks)
            .chain(scopes.iter().map(|scope| &scope.marks))
            .chain([&self.module.scope.marks])
            .collect();
        let mut items = 1usize;
        if let Some(expanded) = function.marks.expanded {
            items = expanded.ok_or("`parameterized.expand` over computed values")?;
        }
        let parameters: Vec<&Parameters> = marks.iter().flat_map(|marks| &marks.parameters).collect();
        for each in &parameters {
            let repeat = each.repeat.ok_or("`parametrize` over computed values")?;
            items = items.checked_mul(repeat).ok_or("too many parameters")?;
        }
        let wanted = marks.iter().flat_map(|marks| marks.fixtures.iter().cloned());
        let wanted = wanted.chain(function.arguments.iter().cloned());
        let direct: BTreeSet<&String> =
            parameters.iter().filter_map(|each| each.names.as_ref()).flatten().collect();
        let by_fixtures = self.fixture_repeats(wanted.collect(), &direct, scopes)?;
        let generated = scopes.iter().any(|scope| scope.generates) || self.generates();
        if generated && !function.arguments.is_empty() && function.arguments != ["self"] {
            return Err("`pytest_generate_tests` may repeat it".to_owned());
        }
        items.checked_mul(by_fixtures).ok_or_else(|| "too many parameters".to_owned())
    }

    fn generates(&self) -> bool {
        let outer = self.outer.iter().map(|path| &self.modules.0[*path]);
        std::iter::once(self.module).chain(outer).any(|module| module.scope.generates)
    }

    fn fixture_repeats(
        &self,
        wanted: Vec<String>,
        direct: &BTreeSet<&String>,
        scopes: &[&'a Scope],
    ) -> Result<usize, String> {
        let mut open: Vec<(String, usize)> = wanted.into_iter().map(|name| (name, 0)).collect();
        open.extend(self.automatic(scopes).into_iter().map(|name| (name, 0)));
        let mut seen = BTreeSet::new();
        let mut items = 1usize;
        while let Some((name, level)) = open.pop() {
            if direct.contains(&name) || !seen.insert((name.clone(), level)) {
                continue;
            }
            let Some(fixture) = self.fixtures(&name, scopes).into_iter().nth(level) else {
                if name == "anyio_backend" && level == 0 {
                    return Err("the mark `anyio` repeats it for each backend".to_owned());
                }
                continue;
            };
            let repeat = fixture.repeat.ok_or_else(|| format!("fixture `{name}` has computed parameters"))?;
            items = items.checked_mul(repeat).ok_or("too many parameters")?;
            for argument in &fixture.arguments {
                // A fixture that asks for its own name means the one that it overrides.
                let level = if *argument == name { level + 1 } else { 0 };
                open.push((argument.clone(), level));
            }
        }
        Ok(items)
    }

    /// Fixtures of that name that a test can see, nearest first.
    fn fixtures(&self, name: &str, scopes: &[&'a Scope]) -> Vec<&'a Fixture> {
        let inner = scopes.iter().filter_map(|scope| scope.fixtures.get(name));
        let files = std::iter::once(self.path).chain(self.outer.iter().copied());
        let outer = files.filter_map(|path| match self.modules.find(path, name) {
            Found::Fixture(fixture) => Some(fixture),
            _ => None,
        });
        inner.chain(outer).collect()
    }

    fn automatic(&self, scopes: &[&'a Scope]) -> BTreeSet<String> {
        let files = std::iter::once(self.path).chain(self.outer.iter().copied());
        let outer = files.filter_map(|path| self.modules.0.get(path)).map(|module| &module.scope);
        let all = scopes.iter().copied().chain(outer).flat_map(|scope| &scope.fixtures);
        all.filter(|(_, fixture)| fixture.automatic).map(|(name, _)| name.clone()).collect()
    }
}

fn is_test(lineage: &Lineage<'_>) -> bool {
    lineage.classes.iter().find_map(|(_, class)| class.scope.is_test).unwrap_or(true)
}

/// Test methods by name; the nearest class that binds a name decides what it is.
fn methods<'a>(lineage: &Lineage<'a>) -> Members<'a, Function> {
    let mut methods = BTreeMap::new();
    let mut hidden: BTreeSet<&str> = BTreeSet::new();
    for &(path, class) in &lineage.classes {
        for (name, function) in class.scope.functions.iter().filter(|(name, _)| name.starts_with("test")) {
            if !hidden.contains(name.as_str()) {
                methods.entry(name.clone()).or_insert((path, function));
            }
        }
        let others = class.scope.others.iter().chain(class.scope.classes.keys());
        hidden.extend(others.map(String::as_str).filter(|name| !methods.contains_key(*name)));
    }
    methods
}

fn nested<'a>(lineage: &Lineage<'a>) -> Members<'a, Class> {
    let mut nested = BTreeMap::new();
    for &(path, class) in &lineage.classes {
        for (name, inner) in &class.scope.classes {
            nested.entry(name.clone()).or_insert((path, inner));
        }
    }
    nested
}

fn outer_modules<'a>(modules: &'a Modules<'a>, path: &RepoPath) -> Vec<&'a RepoPath> {
    let mut outer = Vec::new();
    let mut folder = path.parent();
    loop {
        let place = match &folder {
            Some(folder) => folder.join(b"conftest.py"),
            None => RepoPath::from("conftest.py"),
        };
        outer.extend(modules.0.get_key_value(&place).map(|(&path, _)| path));
        match folder {
            Some(inner) => folder = inner.parent(),
            None => return outer,
        }
    }
}
