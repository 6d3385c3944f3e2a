//! What the repository's dependency files ask for.

use regex::Regex;

use crate::code::python::imports::distributions_of;

/// Files that name dependencies.
pub(super) const DEPENDENCY_FILES: &[&str] = &[
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "requirements.txt",
    "requirements-dev.txt",
    "requirements_dev.txt",
    "requirements-test.txt",
    "test-requirements.txt",
    "dev-requirements.txt",
    "requirements/dev.txt",
    "requirements/test.txt",
    "requirements/tests.txt",
    "environment.yml",
    "environment.yaml",
    "Pipfile",
    "tox.ini",
];

/// The dependency files that are there, in the order above.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared(Vec<File>);

#[derive(Clone, Debug)]
struct File {
    name: String,
    text: String,
    /// In the spelling that package indexes compare
    /// (<https://packaging.python.org/en/latest/specifications/name-normalization/>).
    normalised: String,
}

impl Declared {
    pub(super) fn read(read: impl Fn(&str) -> Option<String>) -> Self {
        let file = |name: &&str| {
            let text = read(name)?;
            Some(File { name: (*name).to_owned(), normalised: normalised(&text), text })
        };
        Self(DEPENDENCY_FILES.iter().filter_map(file).collect())
    }

    /// The first file that names the package.
    pub(super) fn file_with(&self, package: &str) -> Option<&str> {
        let package = normalised(package);
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let names = |text: &str| {
            text.match_indices(&package).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + package.len()..].chars().next();
                !before.is_some_and(is_part) && !after.is_some_and(is_part)
            })
        };
        self.0.iter().find(|file| names(&file.normalised)).map(|file| file.name.as_str())
    }

    /// The first file that names a package which brings the module.
    pub(super) fn file_for(&self, module: &str) -> Option<&str> {
        brought_by(module).find_map(|package| self.file_with(package))
    }

    /// What to install for a package: name, extras and versions as they are declared, so that an exact version is
    /// not lost; the name as it was given where no file has it.
    pub(super) fn requirement(&self, package: &str) -> String {
        let told: Vec<Requirement> =
            self.0.iter().flat_map(|file| requirements(package, &file.text)).collect();
        let mut exact = told.iter().filter(|one| !one.versions.is_empty());
        let Some(first) = exact.next().or(told.first()) else { return package.to_owned() };
        // Which of several holds is a matter of the Python version or of the group that is meant: not to be guessed.
        match exact.any(|other| other.versions != first.versions) {
            true => first.name.clone(),
            false => format!("{}{}", first.name, first.versions),
        }
    }

    /// What to install for a module: the package that is declared, else the one that usually brings it.
    pub(super) fn requirement_for(&self, module: &str) -> String {
        let usual = brought_by(module).next().unwrap_or(module);
        // Another name may be conda's alone (`pytorch`).
        let of_pip = |file: &&File| !file.name.starts_with("environment");
        let is_asked_for = |package: &&str| {
            self.0.iter().filter(of_pip).any(|file| !requirements(package, &file.text).is_empty())
        };
        self.requirement(brought_by(module).find(is_asked_for).unwrap_or(usual))
    }
}

/// Packages that bring a module: those that are known to, else the one of its name.
fn brought_by(module: &str) -> impl Iterator<Item = &str> {
    let known = distributions_of(module);
    let same = known.is_empty().then_some(module);
    known.iter().copied().chain(same)
}

fn normalised(text: &str) -> String {
    text.to_lowercase().replace(['_', '.'], "-")
}

struct Requirement {
    /// With extras.
    name: String,
    /// `>=2,<3`, or `@ URL`; empty where any version will do.
    versions: String,
}

/// The places at which a text names a package, as <https://peps.python.org/pep-0508/> writes it or as a key of TOML.
fn requirements(package: &str, text: &str) -> Vec<Requirement> {
    let spelled: Vec<String> = package.split(['-', '_', '.']).map(regex::escape).collect();
    // One comparison; then what stands before a name, and after one without a version.
    const ONE: &str = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[\w.*+!-]+";
    const BEFORE: &str = r#"(?:^[\s-]*|["'\[,:=]\s*)"#;
    const AFTER: &str = r#"\s*(?:["',;\]#]|$)"#;
    let name = spelled.join("[-_.]+");
    let pattern = format!(
        r#"(?im){BEFORE}({name}(?:\[[\w\s,.-]*\])?)(?:\s*\(?({ONE}(?:\s*,\s*{ONE})*)|\s*(@\s*[^\s"';,]+)|["']?\s*=\s*(?:\{{[^}}\n]*version\s*=\s*)?["']([^"'\n]+)["']|{AFTER})"#,
    );
    // A name may be as long as somebody likes to make it, a pattern may not.
    let Ok(pattern) = Regex::new(&pattern) else { return Vec::new() };
    let told = pattern.captures_iter(text).filter_map(|found| {
        let part = |at: usize| found.get(at).map(|part| part.as_str());
        let versions = match (part(2), part(3), part(4)) {
            (Some(versions), ..) => versions.split_whitespace().collect(),
            (_, Some(address), _) => format!(" {address}"),
            (.., Some(value)) => of_key(value, &text[..found.get(1)?.start()])?,
            _ => String::new(),
        };
        Some(Requirement { name: found[1].split_whitespace().collect(), versions })
    });
    told.collect()
}

/// The versions that a key of a TOML table of dependencies has as its value, empty for those that only poetry
/// understands (`^1.2`); `None` for a key of another table.
fn of_key(value: &str, before: &str) -> Option<String> {
    let table = before.lines().rfind(|line| line.starts_with('['))?;
    if !["dependencies", "packages"].iter().any(|word| table.contains(word)) {
        return None;
    }
    let value: String = value.split_whitespace().collect();
    let compares = ["==", "~=", "!=", "<", ">"].iter().any(|operator| value.starts_with(operator));
    let is_plain = value.starts_with(|c: char| c.is_ascii_digit())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    Some(match (compares, is_plain) {
        (true, _) => value,
        (_, true) => format!("=={value}"),
        _ => String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(files: &[(&'static str, &'static str)]) -> Declared {
        Declared::read(|name| files.iter().find(|file| file.0 == name).map(|file| file.1.to_owned()))
    }

    #[test]
    fn dependency_is_found_in_each_spelling_and_never_as_a_part_of_another() {
        let text = "[project]\ndependencies = [\"Typing_Extensions>=4\", \"torchvision\"]\n";
        let declared = declared(&[("pyproject.toml", text)]);
        assert_eq!(declared.file_with("typing-extensions"), Some("pyproject.toml"));
        assert_eq!((declared.file_with("torch"), declared.file_with("vision")), (None, None));
    }

    #[test]
    fn versions_are_those_that_are_declared_in_the_declared_spelling() {
        let cases = [
            ("pyproject.toml", "dev = [\n  \"llm-echo==0.3a3\",\n]\n", "llm_echo", "llm-echo==0.3a3"),
            (
                "pyproject.toml",
                "dependencies = ['Py.Thing[a, b] >= 1.2, < 2; x']",
                "py_thing",
                "Py.Thing[a,b]>=1.2,<2",
            ),
            ("requirements.txt", "# yaml\nPyYAML==6.0.1 --hash=sha256:0\n", "yaml", "PyYAML==6.0.1"),
            ("requirements.txt", "opencv-python-headless\n", "cv2", "opencv-python-headless"),
            ("requirements.txt", "x @ git+https://h/x.git@v1  # why\n", "x", "x @ git+https://h/x.git@v1"),
            ("requirements.txt", "xy==1\nx-y==2\ny.x==3\n", "x", "x"),
            ("setup.py", "setup(install_requires=['torch~=2.1', \"torchvision\"])", "torch", "torch~=2.1"),
            ("setup.py", "setup(install_requires=['odd (>=2)'])", "odd", "odd>=2"),
            ("pyproject.toml", "[tool.poetry.dependencies]\nfoo = \"1.2.3\"\n", "foo", "foo==1.2.3"),
            ("pyproject.toml", "[tool.poetry.dependencies]\nfoo = \"^1.2\"\n", "foo", "foo"),
            (
                "pyproject.toml",
                "[project]\ndescription = 'Foo it'\nfoo = \"2\"\ndependencies = ['foo']\n",
                "foo",
                "foo",
            ),
            ("environment.yml", "- pytorch\n", "torch", "torch"),
            ("Pipfile", "[packages]\nfoo = {version = \">=2\", extras = [\"x\"]}\n", "foo", "foo>=2"),
            ("Pipfile", "[dev-packages]\n\"foo\" = \"*\"\n", "foo", "foo"),
            ("tox.ini", "deps =\n    pytest<9\n", "pytest", "pytest<9"),
            ("environment.yml", "- numpy=1.26\n- pip:\n  - foo==2\n", "foo", "foo==2"),
            ("requirements.txt", "a==1; python_version<'3'\na==2; python_version>='3'\n", "a", "a"),
        ];
        for (file, text, module, expected) in cases {
            assert_eq!(declared(&[(file, text)]).requirement_for(module), expected, "{text}");
        }
    }

    #[test]
    fn name_without_end_is_asked_for_as_it_is() {
        let endless = "k".repeat(1 << 18);
        let declared = declared(&[("requirements.txt", "foo==3\n")]);
        assert_eq!(declared.requirement_for(&endless), endless);
    }

    #[test]
    fn pin_in_a_later_file_is_not_lost_to_a_bare_name_in_an_earlier_one() {
        let declared = declared(&[("setup.py", "['foo']"), ("requirements.txt", "foo==3\n")]);
        assert_eq!(declared.requirement_for("foo"), "foo==3");
    }
}
