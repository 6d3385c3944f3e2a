//! What pytest says when it refuses its arguments or configuration, and what would make it run.

use std::collections::BTreeSet;

use super::interpreter::shell_word;
use super::model::SuiteRun;

/// The reason in one line.
pub(super) fn reason(stderr: &str) -> String {
    let line = stderr.lines().rev().find(|line| line.contains("error: ") || line.starts_with("ERROR: "));
    let line = line.or_else(|| stderr.lines().rev().find(|line| !line.trim().is_empty()));
    let line = line.unwrap_or("no reason given").trim();
    line.rsplit_once("error: ").map_or(line, |(_, message)| message).trim_start_matches("ERROR: ").to_owned()
}

/// The line that installs what is missing, and what else is known of it.
pub(super) fn remedy(run: &SuiteRun, stderr: &str) -> (Option<String>, Option<String>) {
    let line = |packages: &[String]| {
        let declared = packages.iter().map(|package| run.declared.requirement(package));
        let words: Vec<String> = declared.map(|package| shell_word(&package)).collect();
        run.install.as_ref().map(|line| line.replace("{}", &words.join(" ")))
    };
    let packages = wanted(stderr);
    if !packages.is_empty() {
        return (line(&packages), None);
    }
    match missing_module(stderr) {
        Some(module) => match plugin_of_module(module).filter(|_| !run.is_own(module)) {
            Some(package) => (line(&[package]), None),
            None => run.remedy(module),
        },
        None => (None, None),
    }
}

/// Packages, with versions where they matter, that pytest itself asks for.
fn wanted(stderr: &str) -> Vec<String> {
    if let Some((_, names)) = stderr.split_once("Missing required plugins: ") {
        return first_line(names).split(", ").map(|name| name.trim().to_owned()).collect();
    }
    if let Some((_, version)) = stderr.split_once("requires pytest-") {
        let version = version.split([',', ' ', '\n']).next().unwrap_or_default();
        return vec![format!("pytest>={version}")];
    }
    plugins_of_options(stderr)
}

/// The plugins that define options which pytest did not know.
fn plugins_of_options(stderr: &str) -> Vec<String> {
    const OPTIONS: &[(&str, &str)] = &[
        ("--cov", "pytest-cov"),
        ("--numprocesses", "pytest-xdist"),
        ("--dist", "pytest-xdist"),
        ("-n", "pytest-xdist"),
        ("--timeout", "pytest-timeout"),
        ("--reruns", "pytest-rerunfailures"),
        ("--asyncio-mode", "pytest-asyncio"),
        ("--benchmark", "pytest-benchmark"),
        ("--mypy", "pytest-mypy"),
        ("--doctest-plus", "pytest-doctestplus"),
        ("--ds", "pytest-django"),
        ("--random-order", "pytest-random-order"),
        ("--html", "pytest-html"),
        ("--mpl", "pytest-mpl"),
        ("--picked", "pytest-picked"),
        ("--snapshot", "syrupy"),
        ("--alluredir", "allure-pytest"),
        ("--astropy-header", "pytest-astropy-header"),
        ("--codspeed", "pytest-codspeed"),
        ("--count", "pytest-repeat"),
        ("--create-db", "pytest-django"),
        ("--disable-socket", "pytest-socket"),
        ("--forked", "pytest-forked"),
        ("--hypothesis", "hypothesis"),
        ("--instafail", "pytest-instafail"),
        ("--json-report", "pytest-json-report"),
        ("--nbmake", "pytest-nbmake"),
        ("--nbval", "nbval"),
        ("--no-cov", "pytest-cov"),
        ("--nomigrations", "pytest-django"),
        ("--randomly", "pytest-randomly"),
        ("--record-mode", "pytest-recording"),
        ("--remote-data", "pytest-remotedata"),
        ("--reuse-db", "pytest-django"),
        ("--splits", "pytest-split"),
        ("--typeguard-packages", "typeguard"),
        ("--xdoctest", "xdoctest"),
    ];
    let Some((_, arguments)) = stderr.split_once("unrecognized arguments: ") else { return Vec::new() };
    let words: Vec<&str> = first_line(arguments).split_whitespace().collect();
    let brings = |option: &str| words.iter().any(|word| word.starts_with(option));
    let plugins: BTreeSet<&str> =
        OPTIONS.iter().filter(|(option, _)| brings(option)).map(|(_, plugin)| *plugin).collect();
    plugins.into_iter().map(str::to_owned).collect()
}

/// The module that was not there when a plugin named by `-p` was to be loaded.
fn missing_module(stderr: &str) -> Option<&str> {
    let (_, rest) = stderr.split_once("Error importing plugin ")?;
    let (_, module) = rest.split_once("No module named ")?;
    module.trim_start().strip_prefix('\'')?.split('\'').next()
}

/// Plugins are packages named like their module, but for the one that everybody has.
fn plugin_of_module(module: &str) -> Option<String> {
    let top = module.split('.').next()?;
    match top {
        "xdist" => Some("pytest-xdist".to_owned()),
        _ => top.starts_with("pytest_").then(|| top.replace('_', "-")),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pytest_asks_for_is_read_from_its_refusal() {
        let cases: [(&str, &[&str]); 6] = [
            ("ERROR: Missing required plugins: a>=2, b\n", &["a>=2", "b"]),
            (
                "ERROR: /r/pytest.ini: 'minversion' requires pytest-99.1, actual pytest-9.2.0'\n",
                &["pytest>=99.1"],
            ),
            ("pytest: error: unrecognized arguments: --cov=src -q\n  inifile: x\n", &["pytest-cov"]),
            (
                "pytest: error: unrecognized arguments: -n 2 --cov-branch --cov=a\n",
                &["pytest-cov", "pytest-xdist"],
            ),
            ("pytest: error: unrecognized arguments: --nothing-of-note\n", &[]),
            ("ERROR: Error importing plugin \"gone\": No module named 'gone'\n", &[]),
        ];
        for (stderr, expected) in cases {
            assert_eq!(wanted(stderr), expected, "{stderr}");
        }
    }

    #[test]
    fn plugin_that_cannot_be_imported_is_named_by_its_module() {
        let cases = [
            (
                "ERROR: Error importing plugin \"xdist\": No module named 'xdist'\n",
                Some("xdist"),
                Some("pytest-xdist"),
            ),
            (
                "Error importing plugin \"a\": No module named 'pytest_mock.x'",
                Some("pytest_mock.x"),
                Some("pytest-mock"),
            ),
            ("Error importing plugin \"a\": No module named 'b'", Some("b"), None),
            ("ERROR: something else", None, None),
        ];
        for (stderr, module, package) in cases {
            assert_eq!(missing_module(stderr), module, "{stderr}");
            assert_eq!(module.and_then(plugin_of_module).as_deref(), package, "{stderr}");
        }
    }
}
