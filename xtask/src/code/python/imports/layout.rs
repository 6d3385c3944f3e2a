//! What build files say about a repository's Python: import roots, renamed packages, generated and compiled modules.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::Regex;
use toml::Value;

use super::{declared, made};
use crate::repo::RepoPath;

/// What build files say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Folders that imports start from, `""` for the repository.
    pub(crate) roots: BTreeSet<String>,
    /// Packages that lie elsewhere: the dotted name and the folder.
    pub(crate) aliases: Vec<(String, String)>,
    /// Import names of distributions that some file asks for.
    pub(crate) declared: BTreeSet<String>,
    /// Folders of projects that can be installed: what they hold is importable from anywhere.
    pub(crate) installable: BTreeSet<String>,
    /// Dotted names of modules that a build compiles or writes.
    built: BTreeSet<String>,
    /// Names without a package, of modules that a build compiles or writes to where it does not say.
    made: BTreeSet<String>,
    /// Paths that a build writes, or that git ignores.
    generated: GlobSet,
}

/// True for a file that [`Layout::read`] wants to see.
pub(crate) fn is_build_file(path: &RepoPath) -> bool {
    let name = path.file_name();
    let known: &[&[u8]] = &[
        b"pyproject.toml",
        b"setup.py",
        b"setup.cfg",
        b"pytest.ini",
        b".pytest.ini",
        b"tox.ini",
        b".gitignore",
        b"meson.build",
        b"CMakeLists.txt",
        b"Cargo.toml",
        b"environment.yml",
        b"environment.yaml",
        b"Pipfile",
        b"conda.yaml",
    ];
    let requirements = name.ends_with(b".txt") && name.windows(8).any(|part| part == b"requirem")
        || name.ends_with(b".txt") && path.parts().any(|part| part == b"requirements");
    known.contains(&name) || requirements || may_declare_extensions(path)
}

/// A script that may say which extension modules the build makes: `setup_package.py`, `build.py`.
fn may_declare_extensions(path: &RepoPath) -> bool {
    let name = path.file_name();
    name.ends_with(b".py")
        && [&b"setup"[..], b"build"].iter().any(|word| name.windows(5).any(|part| part == *word))
}

impl Layout {
    /// Reads the build files of a repository.
    pub(crate) fn read(files: &[(RepoPath, String)]) -> Self {
        let mut reader = Reader::default();
        for root in ["", "src", "lib"] {
            reader.layout.roots.insert(root.to_owned());
        }
        for (path, text) in files {
            let folder = path.parent().map(|folder| folder.display().into_owned()).unwrap_or_default();
            reader.file(path, &folder, text);
        }
        let mut layout = reader.layout;
        layout.generated = reader.globs.build().unwrap_or_else(|_| GlobSet::empty());
        layout
    }

    /// True when the build compiles or writes a module of this dotted name.
    pub(crate) fn builds(&self, dotted: &str) -> bool {
        self.built.contains(dotted)
    }

    /// True when the build compiles or writes a module of this name into some package.
    pub(crate) fn makes(&self, name: &str) -> bool {
        self.made.contains(name)
    }

    /// Adds modules that are made out of other files of the repository: by their dotted names, or by the last part.
    pub(crate) fn add_made<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            let to = if name.contains('.') { &mut self.built } else { &mut self.made };
            to.insert(name.to_owned());
        }
    }

    /// True when the module would lie where the build writes or git ignores files.
    pub(crate) fn is_ignored(&self, place: &str) -> bool {
        self.writes(place)
            || self.generated.is_match(format!("{place}/__init__.py"))
            || self.generated.is_match(place)
    }

    /// As [`Layout::is_ignored`], but for a folder: a module may stand where git ignores `build/`.
    pub(crate) fn writes(&self, place: &str) -> bool {
        self.generated.is_match(format!("{place}.py"))
    }
}

struct Reader {
    layout: Layout,
    globs: GlobSetBuilder,
}

impl Default for Reader {
    fn default() -> Self {
        Self { layout: Layout::default(), globs: GlobSetBuilder::new() }
    }
}

impl Reader {
    fn file(&mut self, path: &RepoPath, folder: &str, text: &str) {
        match path.file_name() {
            b"pyproject.toml" => self.pyproject(folder, text),
            b"setup.py" => self.setup_script(folder, text),
            b"setup.cfg" | b"tox.ini" | b"pytest.ini" | b".pytest.ini" => self.ini(folder, text),
            b".gitignore" => self.ignored(folder, text),
            b"meson.build" | b"CMakeLists.txt" => {
                self.compiled_names(text);
                let made = made::by_build_file(text);
                self.layout.made.extend(made.anywhere);
                made.here.iter().for_each(|name| self.generated(folder, &format!("{name}.py")));
            }
            // A crate and the package that it is built into have one name, unless the build file says another.
            b"Cargo.toml" => self.layout.built.extend(made::by_crate(text)),
            _ if may_declare_extensions(path) => self.extensions(text),
            _ => {}
        }
        self.layout.declared.extend(declared::names(path, text));
    }

    fn project(&mut self, folder: &str) {
        for below in ["", "src", "lib", "python"] {
            self.root(folder, below);
        }
    }

    fn root(&mut self, folder: &str, below: &str) {
        if let Some(root) = inside(folder, below) {
            self.layout.roots.insert(root);
        }
    }

    fn generated(&mut self, folder: &str, path: &str) {
        if let Some(path) = inside(folder, path) {
            self.glob(&globset::escape(&path));
        }
    }

    fn glob(&mut self, pattern: &str) {
        if let Ok(glob) = Glob::new(pattern) {
            self.globs.add(glob);
        }
    }

    fn pyproject(&mut self, folder: &str, text: &str) {
        self.project(folder);
        let Ok(table) = text.parse::<toml::Table>() else { return };
        let value = Value::Table(table);
        let builds =
            ["project", "build-system", "tool.poetry.name"].iter().any(|key| look(&value, key).is_some());
        if builds {
            self.layout.installable.insert(folder.to_owned());
        }
        let tool = |path: &str| look(&value, &format!("tool.{path}"));
        for key in ["setuptools.packages.find.where", "pytest.ini_options.pythonpath", "pytest.pythonpath"] {
            strings(tool(key)).iter().for_each(|below| self.root(folder, below));
        }
        for key in ["maturin.python-source", "pdm.build.package-dir", "mypy.mypy_path", "pyright.extraPaths"]
        {
            strings(tool(key)).iter().for_each(|below| self.root(folder, below));
        }
        for key in ["pytest.ini_options.python_paths", "uv.build-backend.module-root", "flit.module.path"] {
            strings(tool(key)).iter().for_each(|below| self.root(folder, below));
        }
        for package in ["hatch.build.targets.wheel.packages", "hatch.build.packages"]
            .map(|key| strings(tool(key)))
            .concat()
        {
            self.root(folder, package.rsplit_once('/').map_or("", |(parent, _)| parent));
        }
        strings(tool("hatch.build.targets.wheel.sources")).iter().for_each(|below| self.root(folder, below));
        if let Some(Value::Table(moved)) = tool("setuptools.package-dir") {
            for (package, place) in moved {
                self.moved(folder, package, place.as_str().unwrap_or_default());
            }
        }
        for package in tool("poetry.packages").and_then(Value::as_array).into_iter().flatten() {
            let from = package.get("from").and_then(Value::as_str).unwrap_or_default();
            self.root(folder, from);
        }
        for key in [
            "setuptools_scm.write_to",
            "setuptools_scm.version_file",
            "setuptools-scm.write_to",
            "setuptools-scm.version_file",
            "hatch.build.hooks.vcs.version-file",
            "pdm.version.write_to",
            "versioningit.write.file",
        ] {
            strings(tool(key)).iter().for_each(|path| self.generated(folder, path));
        }
        self.layout.built.extend(strings(tool("maturin.module-name")));
        self.compiled_names(&without_taken(&sections_of_builds(text)));
    }

    fn moved(&mut self, folder: &str, package: &str, place: &str) {
        if package.is_empty() {
            self.root(folder, place);
        } else if let Some(place) = inside(folder, place) {
            self.layout.aliases.push((package.to_owned(), place));
        }
    }

    fn setup_script(&mut self, folder: &str, text: &str) {
        self.project(folder);
        self.layout.installable.insert(folder.to_owned());
        static MOVED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"package_dir\s*=\s*\{([^}]*)\}").expect("a fixed pattern that a test compiles")
        });
        static PAIR: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"["']([\w.]*)["']\s*:\s*["']([\w./-]*)["']"#)
                .expect("a fixed pattern that a test compiles")
        });
        static WHERE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"find(?:_namespace)?_packages\(\s*(?:where\s*=\s*)?["']([\w./-]+)["']"#)
                .expect("a fixed pattern that a test compiles")
        });
        for moved in MOVED.captures_iter(text) {
            for pair in PAIR.captures_iter(&moved[1]) {
                self.moved(folder, &pair[1], &pair[2]);
            }
        }
        for found in WHERE.captures_iter(text) {
            self.root(folder, &found[1]);
        }
        self.compiled_names(&without_taken(text));
    }

    /// The extension modules that a script of the build makes.
    fn extensions(&mut self, text: &str) {
        static MADE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"Extension\(\s*(?:name\s*=\s*)?["']([\w.]+)["']"#)
                .expect("a fixed pattern that a test compiles")
        });
        self.layout.built.extend(MADE.captures_iter(text).map(|made| made[1].to_owned()));
    }

    /// Dotted names in quotes: extension modules, and files that the build writes.
    fn compiled_names(&mut self, text: &str) {
        static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"["']([A-Za-z_]\w*(?:[./][A-Za-z_]\w*)+)(?:\.(?:pyx|c|cpp|i|py|pyi|so))?["']"#)
                .expect("a fixed pattern that a test compiles")
        });
        for found in QUOTED.captures_iter(text) {
            let dotted = found[1].trim_end_matches(".py").replace('/', ".");
            let dotted = dotted.strip_prefix("src.").or(dotted.strip_prefix("lib.")).unwrap_or(&dotted);
            self.layout.built.insert(dotted.to_owned());
        }
    }

    fn ini(&mut self, folder: &str, text: &str) {
        for (section, key, value) in ini_entries(text) {
            match (section.as_str(), key.as_str()) {
                ("pytest" | "tool:pytest", "pythonpath" | "python_paths") => {
                    value.split_whitespace().for_each(|below| self.root(folder, below));
                }
                ("options.packages.find", "where") => self.root(folder, value.trim()),
                ("options", "package_dir") => {
                    for line in value.lines() {
                        if let Some((package, place)) = line.split_once('=') {
                            self.moved(folder, package.trim(), place.trim());
                        }
                    }
                }
                ("metadata", "name") => self.project(folder),
                _ => {}
            }
        }
    }

    fn ignored(&mut self, folder: &str, text: &str) {
        let base = if folder.is_empty() { String::new() } else { format!("{}/", globset::escape(folder)) };
        for line in text.lines().map(str::trim) {
            // A negated pattern would need git's own order; what it saves is tracked, and so found anyway.
            if line.is_empty() || line.starts_with(['#', '!']) {
                continue;
            }
            let pattern = line.trim_end_matches('/');
            let anchored = pattern.trim_start_matches('/');
            let pattern = if pattern.contains('/') {
                format!("{base}{anchored}")
            } else {
                format!("{base}**/{anchored}")
            };
            // Not what lies below an ignored folder: a folder that holds tracked files is not ignored in effect.
            self.glob(&pattern);
        }
    }
}

/// The parts of a pyproject.toml that configure builds: linters and type checkers name modules that need not be there.
fn sections_of_builds(text: &str) -> String {
    const OTHERS: &[&str] = &[
        "tool.basedpyright",
        "tool.black",
        "tool.commitizen",
        "tool.coverage",
        "tool.flake8",
        "tool.importlinter",
        "tool.isort",
        "tool.mypy",
        "tool.pylint",
        "tool.pyright",
        "tool.pytest",
        "tool.ruff",
        "tool.ty",
    ];
    let mut is_other = false;
    let mut kept = String::new();
    for line in text.lines() {
        if let Some(section) = line.trim_start().strip_prefix('[') {
            let section = section.trim_start_matches('[').trim_start();
            let is_of = |name: &&str| {
                section.strip_prefix(*name).is_some_and(|rest| rest.starts_with(['.', ']', ' ']))
            };
            // An array's item may stand at the start of a line; it is no header of a table.
            if section.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                // What hatch packs is taken from the tree, except by its hooks.
                let packs = section.starts_with("tool.hatch.build.targets") && !section.contains(".hooks");
                is_other = packs || OTHERS.iter().any(is_of);
            }
        }
        if !is_other {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// The text of a build file but the packages that it takes from the tree: those are not made by the build.
fn without_taken(text: &str) -> Cow<'_, str> {
    static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\b(?:packages|py[_-]modules)["']?\s*[=:]\s*\[[^\]]*\]"#)
            .expect("a fixed pattern that a test compiles")
    });
    TAKEN.replace_all(text, "")
}

/// A path below a folder, without `.` and `..`; `None` when it leaves the repository.
fn inside(folder: &str, below: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if below.starts_with('/') {
        return None;
    }
    for part in below.split('/') {
        match part {
            "" | "." | "$MYPY_CONFIG_FILE_DIR" => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

pub(super) fn look<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The entries of an INI file: section, key in lower case, value with its continued lines.
pub(super) fn ini_entries(text: &str) -> Vec<(String, String, String)> {
    let mut section = String::new();
    let mut entries: Vec<(String, String, String)> = Vec::new();
    for line in text.lines() {
        let code = line.trim();
        if code.is_empty() || code.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, _, value)) = entries.last_mut() {
                value.push('\n');
                value.push_str(code);
            }
        } else if let Some(name) = code.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some((key, value)) = code.split_once(['=', ':']) {
            entries.push((section.clone(), key.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(files: &[(&str, &str)]) -> Layout {
        let files: Vec<(RepoPath, String)> =
            files.iter().map(|(path, text)| (RepoPath::from(*path), (*text).to_owned())).collect();
        Layout::read(&files)
    }

    #[test]
    fn roots_come_from_every_kind_of_build_file() {
        let cases: &[(&str, &str, &str)] = &[
            ("pyproject.toml", "[tool.setuptools.packages.find]\nwhere = [\"code\"]", "code"),
            ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = [\".\", \"code\"]", "code"),
            ("pyproject.toml", "[tool.hatch.build.targets.wheel]\npackages = [\"code/pkg\"]", "code"),
            ("pyproject.toml", "[tool.poetry]\npackages = [{ include = \"pkg\", from = \"code\" }]", "code"),
            ("pyproject.toml", "[tool.setuptools.package-dir]\n\"\" = \"code\"", "code"),
            ("pyproject.toml", "[tool.maturin]\npython-source = \"code\"", "code"),
            ("setup.cfg", "[options]\npackage_dir =\n    = code\n", "code"),
            ("setup.cfg", "[options.packages.find]\nwhere = code\n", "code"),
            ("pytest.ini", "[pytest]\npythonpath = code other\n", "code"),
            ("tox.ini", "[pytest]\npythonpath =\n    code\n", "code"),
            ("setup.py", "setup(package_dir={'': 'code'})", "code"),
            ("setup.py", "setup(packages=find_packages(where='code'))", "code"),
            ("sub/pyproject.toml", "", "sub/src"),
        ];
        for (path, text, root) in cases {
            assert!(layout(&[(path, text)]).roots.contains(*root), "{path} {text}");
        }
    }

    #[test]
    fn compiled_written_and_ignored_modules_are_known() {
        let cases: &[(&str, &str, &str, &str)] = &[
            ("setup.py", "Extension('pkg._speed', ['x.c'])", "pkg._speed", "pkg/_speed"),
            ("pyproject.toml", "[tool.maturin]\nmodule-name = \"pkg._core\"", "pkg._core", "pkg/_core"),
            (
                "pyproject.toml",
                "[tool.setuptools_scm]\nwrite_to = \"src/pkg/_version.py\"",
                "pkg._version",
                "src/pkg/_version",
            ),
            (".gitignore", "/src/pkg/_version.py\n", "x", "src/pkg/_version"),
            (".gitignore", "_version.py\n", "x", "src/pkg/_version"),
            (".gitignore", "generated/\n", "x", "src/generated"),
            ("pkg/setup_package.py", "e = Extension(\n    name=\"pkg._fast\",\n)", "pkg._fast", "pkg/_fast"),
            (
                "pyproject.toml",
                "[tool.hatch.build.hooks.mypyc]\ninclude = [\"pkg/fast.py\"]",
                "pkg.fast",
                "x",
            ),
        ];
        for (path, text, dotted, place) in cases {
            let layout = layout(&[(path, text)]);
            assert!(layout.builds(dotted) || layout.is_ignored(place), "{path} {text}");
        }
        let others: &[(&str, &str)] = &[
            (".gitignore", "*.pyc\nbuild/\n"),
            ("pyproject.toml", "[tool.hatch]\n[[tool.mypy.overrides]]\nmodule = \"pkg.mod\"\n"),
            ("tools/build_docs.py", "run('pkg.mod')"),
            ("setup.py", "setup(packages=['pkg', 'pkg.mod'])"),
            ("setup.py", "arguments = {'packages': ['pkg', 'pkg.mod']}"),
        ];
        for (path, text) in others {
            let layout = layout(&[(path, text)]);
            assert!(!layout.builds("pkg.mod") && !layout.is_ignored("src/pkg/mod"), "{path} {text}");
        }
    }

    #[test]
    fn a_package_that_hatch_takes_is_no_folder_that_imports_start_from() {
        let text = "[tool.hatch.build.targets.wheel]\npackages = [\"src/pkg\"]";
        assert!(!layout(&[("pyproject.toml", text)]).roots.contains("src/pkg"));
    }
}
