//! What pytest's own configuration says of where tests stand.

/// The settings that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// The file that pytest takes its configuration from.
    pub(super) file: Option<String>,
    /// `testpaths`.
    pub(super) testpaths: Vec<String>,
    /// Whether `python_files` names other files than pytest's own pattern.
    pub(super) has_own_names: bool,
}

/// Files that may hold them, in the order in which pytest looks for them
/// (<https://docs.pytest.org/en/stable/reference/customize.html>).
pub(super) const FILES: [&str; 5] = ["pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];

/// Reads them from the first file that pytest would take.
pub(super) fn settings(read: impl Fn(&str) -> Option<String>) -> Settings {
    for file in FILES {
        let Some(text) = read(file) else { continue };
        let found = match file {
            "pyproject.toml" => of_toml(&text),
            "setup.cfg" => of_ini(&text, "tool:pytest"),
            // `pytest.ini` counts even when it is empty.
            "pytest.ini" | ".pytest.ini" => Some(of_ini(&text, "pytest").unwrap_or_default()),
            _ => of_ini(&text, "pytest"),
        };
        if let Some(settings) = found {
            return Settings { file: Some(file.to_owned()), ..settings };
        }
    }
    Settings::default()
}

fn of_toml(text: &str) -> Option<Settings> {
    let table: toml::Table = text.parse().ok()?;
    let pytest = table.get("tool")?.get("pytest")?;
    // `[tool.pytest]` is pytest 9's own form.
    let options = pytest.get("ini_options").unwrap_or(pytest);
    Some(Settings {
        file: None,
        testpaths: words(options.get("testpaths")),
        has_own_names: options.get("python_files").is_some(),
    })
}

/// A list of strings, or one string with words.
fn words(value: Option<&toml::Value>) -> Vec<String> {
    match value {
        Some(toml::Value::Array(items)) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        Some(toml::Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Reads one section; a value goes on over lines that begin with a blank.
fn of_ini(text: &str, section: &str) -> Option<Settings> {
    let mut settings = None;
    let mut key = String::new();
    for line in text.lines() {
        let bare = line.trim();
        if bare.starts_with('[') {
            let name = bare.trim_start_matches('[').split(']').next().unwrap_or_default();
            if name.trim() == section {
                settings.get_or_insert_with(Settings::default);
                key.clear();
            } else {
                key = "[elsewhere]".to_owned();
            }
            continue;
        }
        let Some(settings) = settings.as_mut().filter(|_| key != "[elsewhere]") else { continue };
        if bare.is_empty() || bare.starts_with('#') || bare.starts_with(';') {
            continue;
        }
        let continued = line.starts_with([' ', '\t']);
        let value = if continued {
            bare
        } else {
            let (name, value) = bare.split_once('=').or_else(|| bare.split_once(':')).unwrap_or((bare, ""));
            key = name.trim().to_owned();
            value.trim()
        };
        match key.as_str() {
            "testpaths" => settings.testpaths.extend(value.split_whitespace().map(str::to_owned)),
            "python_files" => settings.has_own_names = true,
            _ => {}
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_file_that_pytest_would_take_counts() {
        let files = [
            ("tox.ini", "[tox]\nenvlist = py\n"),
            ("setup.cfg", "[metadata]\nname = a\n[tool:pytest]\ntestpaths =\n    tests\n    more/tests\n"),
        ];
        let settings =
            settings(|name| files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned()));
        assert_eq!(
            (settings.file.as_deref(), settings.testpaths),
            (Some("setup.cfg"), vec!["tests".to_owned(), "more/tests".to_owned()])
        );
    }

    #[test]
    fn values_are_read_from_each_form() {
        let cases = [
            (
                "pyproject.toml",
                "[tool.pytest.ini_options]\ntestpaths = [\"a\"]\npython_files = \"x\"\n",
                true,
            ),
            ("pyproject.toml", "[tool.pytest]\ntestpaths = \"a\"\n", false),
            ("pytest.ini", "[pytest]\n# testpaths = b\ntestpaths: a\npython_files=check_*.py\n", true),
        ];
        for (file, text, own_names) in cases {
            let settings = settings(|name| (name == file).then(|| text.to_owned()));
            assert_eq!(
                (settings.testpaths, settings.has_own_names),
                (vec!["a".to_owned()], own_names),
                "{text}"
            );
        }
    }
}
