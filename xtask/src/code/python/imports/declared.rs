//! Which distributions a repository asks for, as the names that they are imported by.

use std::collections::BTreeSet;

use toml::Value;

use super::layout::{ini_entries, look};
use crate::repo::RepoPath;

/// Distributions whose import name is another than their own.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    ("attrs", &["attr", "attrs"]),
    ("beautifulsoup4", &["bs4"]),
    ("biopython", &["Bio"]),
    ("dnspython", &["dns"]),
    ("fonttools", &["fontTools"]),
    ("gitpython", &["git"]),
    ("google_api_python_client", &["googleapiclient"]),
    ("markdown_it_py", &["markdown_it"]),
    ("msgpack_python", &["msgpack"]),
    ("mysqlclient", &["MySQLdb"]),
    ("opencv_contrib_python", &["cv2"]),
    ("opencv_python", &["cv2"]),
    ("opencv_python_headless", &["cv2"]),
    ("pillow", &["PIL"]),
    ("protobuf", &["google"]),
    ("psycopg2_binary", &["psycopg2"]),
    ("pycryptodome", &["Crypto"]),
    ("pyjwt", &["jwt"]),
    ("pylibmc", &["pylibmc"]),
    ("pymysql", &["pymysql"]),
    ("pyopenssl", &["OpenSSL"]),
    ("pyserial", &["serial"]),
    ("python_dateutil", &["dateutil"]),
    ("python_dotenv", &["dotenv"]),
    ("python_memcached", &["memcache"]),
    ("python_slugify", &["slugify"]),
    ("pytorch", &["torch"]),
    ("pyyaml", &["yaml"]),
    ("pyzmq", &["zmq"]),
    ("scikit_image", &["skimage"]),
    ("scikit_learn", &["sklearn"]),
    ("setuptools", &["setuptools", "pkg_resources"]),
    ("typing_extensions", &["typing_extensions"]),
    ("umap_learn", &["umap"]),
];

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
            text.split(['"', '\'']).skip(1).step_by(2).for_each(|quoted| found.requirement(quoted))
        }
        b"environment.yml" | b"environment.yaml" | b"conda.yaml" => {
            text.lines().for_each(|line| found.requirement(line.trim_start().trim_start_matches("- ")));
        }
        name if name.ends_with(b".txt") => text.lines().for_each(|line| found.requirement(line)),
        _ => {}
    }
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
        let plain = name.replace(['-', '.'], "_").to_lowercase();
        let other = OTHER_NAMES.binary_search_by_key(&plain.as_str(), |(distribution, _)| distribution);
        if let Ok(place) = other {
            self.names.extend(OTHER_NAMES[place].1.iter().map(|name| (*name).to_owned()));
        }
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
        assert!(OTHER_NAMES.is_sorted_by_key(|(distribution, _)| *distribution));
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
        ];
        for (path, text, expected) in cases {
            assert!(names(&RepoPath::from(*path), text).contains(*expected), "{path} {expected}");
        }
    }
}
