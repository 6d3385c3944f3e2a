//! Which distributions a repository asks for, as the names that they are imported by.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use toml::Value;

use super::layout::{ini_entries, look};
use crate::repo::RepoPath;

/// Modules that are not called as the distributions that bring them; the one to install first.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    ("Bio", &["biopython"]),
    ("Crypto", &["pycryptodome"]),
    ("MySQLdb", &["mysqlclient"]),
    ("OpenSSL", &["pyopenssl"]),
    ("PIL", &["pillow"]),
    ("attr", &["attrs"]),
    ("bs4", &["beautifulsoup4"]),
    ("corsheaders", &["django-cors-headers"]),
    ("cv2", &["opencv-python", "opencv-contrib-python", "opencv-python-headless"]),
    ("dateutil", &["python-dateutil"]),
    ("dns", &["dnspython"]),
    ("dotenv", &["python-dotenv"]),
    ("fontTools", &["fonttools"]),
    ("git", &["GitPython"]),
    ("google", &["protobuf"]),
    ("googleapiclient", &["google-api-python-client"]),
    ("jose", &["python-jose"]),
    ("jwt", &["PyJWT"]),
    ("magic", &["python-magic"]),
    ("markdown_it", &["markdown-it-py"]),
    ("memcache", &["python-memcached"]),
    ("mpl_toolkits", &["matplotlib"]),
    ("msgpack", &["msgpack", "msgpack-python"]),
    ("pkg_resources", &["setuptools"]),
    ("psycopg2", &["psycopg2", "psycopg2-binary"]),
    ("pytest_cov", &["pytest-cov"]),
    ("rest_framework", &["djangorestframework"]),
    ("serial", &["pyserial"]),
    ("skimage", &["scikit-image"]),
    ("sklearn", &["scikit-learn"]),
    ("slugify", &["python-slugify"]),
    ("torch", &["torch", "pytorch"]),
    ("umap", &["umap-learn"]),
    ("usb", &["pyusb"]),
    ("yaml", &["PyYAML"]),
    ("zmq", &["pyzmq"]),
];

/// Modules that many distributions share, so that the name says nothing of which one is meant.
const SHARED: &[&str] = &["google"];

/// The distribution that brings a module of another name.
pub fn distribution_of(module: &str) -> Option<&'static str> {
    distributions_of(module).first().copied()
}

/// The distributions of another name that bring a module, the usual one first.
pub fn distributions_of(module: &str) -> &'static [&'static str] {
    match OTHER_NAMES.binary_search_by_key(&module, |(name, _)| name) {
        Ok(place) if !SHARED.contains(&module) => OTHER_NAMES[place].1,
        _ => &[],
    }
}

/// A distribution's name in one spelling of all that mean the same.
fn plain(name: &str) -> String {
    name.replace(['-', '.'], "_").to_lowercase()
}

/// The import names that a build file asks for.
pub(super) fn names(path: &RepoPath, text: &str) -> BTreeSet<String> {
    let mut found = Found::default();
    match path.file_name() {
        b"pyproject.toml" | b"Pipfile" => {
            if let Ok(table) = text.parse::<toml::Table>() {
                found.toml(&Value::Table(table));
            }
        }
        b"setup.cfg" | b"tox.ini" | b"pytest.ini" | b".pytest.ini" => {
            for (section, key, value) in ini_entries(text) {
                let asks = key.ends_with("requires") || key == "deps" || section.ends_with("extras_require");
                if asks {
                    value.lines().for_each(|line| found.requirement(line));
                }
            }
        }
        b"setup.py" => {
            /// What the project itself is called and holds.
            static OWN: LazyLock<Regex> = LazyLock::new(|| {
                Regex::new(
                    r#"\b(?:name["']?\s*[=:]\s*["'][^"'\n]*["']|(?:packages|py_modules)["']?\s*[=:]\s*\[[^\]]*\])"#,
                )
                .expect("a fixed pattern that a test compiles")
            });
            let others = OWN.replace_all(text, "");
            others.split(['"', '\'']).skip(1).step_by(2).for_each(|quoted| found.requirement(quoted));
        }
        b"environment.yml" | b"environment.yaml" | b"conda.yaml" => {
            text.lines().for_each(|line| found.requirement(line.trim_start().trim_start_matches("- ")));
        }
        name if name.ends_with(b".txt") => text.lines().for_each(|line| found.requirement(line)),
        _ => {}
    }
    // The interpreter is no distribution, and none brings a module of its name: `python-dotenv` begins with it.
    found.names.remove("python");
    found.names
}

#[derive(Default)]
struct Found {
    names: BTreeSet<String>,
}

impl Found {
    fn toml(&mut self, value: &Value) {
        for key in ["project.dependencies", "build-system.requires"] {
            self.list(look(value, key));
        }
        for key in ["project.optional-dependencies", "dependency-groups"] {
            let groups = look(value, key).and_then(Value::as_table);
            groups.into_iter().flat_map(|groups| groups.values()).for_each(|group| self.list(Some(group)));
        }
        for key in ["tool.poetry.dependencies", "tool.poetry.dev-dependencies", "packages", "dev-packages"] {
            self.keys(look(value, key));
        }
        let groups = look(value, "tool.poetry.group").and_then(Value::as_table);
        for group in groups.into_iter().flat_map(|groups| groups.values()) {
            self.keys(group.get("dependencies"));
        }
    }

    fn list(&mut self, value: Option<&Value>) {
        for item in value.and_then(Value::as_array).into_iter().flatten() {
            item.as_str().into_iter().for_each(|text| self.requirement(text));
        }
    }

    fn keys(&mut self, value: Option<&Value>) {
        let table = value.and_then(Value::as_table);
        table.into_iter().flat_map(|table| table.keys()).for_each(|name| self.requirement(name));
    }

    /// `name[extra]>=1; marker` in any of its forms; what is none gives a name that nothing imports.
    fn requirement(&mut self, text: &str) {
        let text = text.trim().split(['#', ';']).next().unwrap_or_default();
        let name: String = text
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter))
            .collect();
        if name.is_empty() || name.len() > 80 {
            return;
        }
        let plain = plain(&name);
        let is_it = |other: &str| other.len() == plain.len() && self::plain(other) == plain;
        let brought =
            OTHER_NAMES.iter().filter(|(_, distributions)| distributions.iter().any(|each| is_it(each)));
        self.names.extend(brought.map(|(module, _)| (*module).to_owned()));
        for prefix in ["python_", "py_", "py"] {
            self.names.extend(plain.strip_prefix(prefix).map(str::to_owned));
        }
        self.names.extend(plain.strip_suffix("_python").map(str::to_owned));
        self.names.extend(name.split(['.', '-']).next().map(str::to_owned));
        self.names.insert(name.replace('-', "_"));
        self.names.insert(plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_are_sorted_for_the_search() {
        assert!(OTHER_NAMES.is_sorted_by_key(|(module, _)| *module));
    }

    #[test]
    fn module_names_the_distribution_to_install_where_it_can_be_known() {
        let told = ["yaml", "cv2", "google", "numpy"].map(distribution_of);
        assert_eq!(told, [Some("PyYAML"), Some("opencv-python"), None, None]);
    }

    #[test]
    fn a_project_does_not_ask_for_itself() {
        let text = "setup(name='pkg', packages=['pkg', 'pkg.sub'], install_requires=[\"numpy\"])";
        let found = names(&RepoPath::from("setup.py"), text);
        assert!(found.contains("numpy") && !found.contains("pkg"));
        let text = "arguments = {'name': \"pkg\", 'packages': [\"pkg\"], 'requires': ['numpy']}";
        let found = names(&RepoPath::from("setup.py"), text);
        assert!(found.contains("numpy") && !found.contains("pkg"));
    }

    #[test]
    fn the_interpreter_is_no_module() {
        let of = |path: &str, text: &str| names(&RepoPath::from(path), text);
        assert!(!of("requirements.txt", "python-dotenv>=1\n").contains("python"));
        let poetry = of("pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.12\"\nattrs = \"*\"\n");
        assert!(!poetry.contains("python") && poetry.contains("attr"));
    }

    #[test]
    fn requirements_of_every_form_give_import_names() {
        let cases: &[(&str, &str, &str)] = &[
            ("requirements.txt", "PyYAML>=6  # config\n", "yaml"),
            ("requirements-dev.txt", "pytest-cov[x] ; python_version > '3'\n", "pytest_cov"),
            ("pyproject.toml", "[project]\ndependencies = [\"python-dateutil\"]\n", "dateutil"),
            ("pyproject.toml", "[project.optional-dependencies]\na = [\"torch>2\"]\n", "torch"),
            ("pyproject.toml", "[tool.poetry.dependencies]\nrequests = \"^2\"\n", "requests"),
            ("setup.cfg", "[options]\ninstall_requires =\n    numpy\n    scipy>1\n", "scipy"),
            ("setup.py", "setup(install_requires=['Pillow>=3'])", "PIL"),
            ("environment.yml", "dependencies:\n  - pytorch=2\n", "torch"),
            ("requirements.txt", "opencv_contrib.Python\n", "cv2"),
            ("requirements.txt", "django-cors-headers\n", "corsheaders"),
        ];
        for (path, text, expected) in cases {
            assert!(names(&RepoPath::from(*path), text).contains(*expected), "{path} {expected}");
        }
    }
}
