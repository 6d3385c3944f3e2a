//! Which Python runs a suite, and how packages get into it. Pure: it chooses among facts.

use super::result::Interpreter;

/// What manages an environment, and so what line installs a package there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// pip of the interpreter itself.
    Pip,
    /// uv.
    Uv,
    /// poetry.
    Poetry,
    /// pdm.
    Pdm,
    /// pipenv.
    Pipenv,
    /// conda.
    Conda,
    /// A Python of the machine, into which nothing should be installed.
    Machine,
}

/// What was found on disk and in the environment.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// `python` of the suite.
    pub(super) configured: Option<String>,
    /// Environments in the repository that have an interpreter, in order of worth: `.venv`, `venv`, the
    /// active one. Each with its program and the reason.
    pub(super) environments: Vec<(String, String)>,
    /// Lock and project files at the top of the repository.
    pub(super) files: Vec<String>,
    /// Programs that `PATH` knows.
    pub(super) programs: Vec<String>,
    /// The active conda environment's interpreter.
    pub(super) conda: Option<String>,
}

/// The chosen interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Program and leading arguments (`uv run --no-sync python`).
    pub(super) command: Vec<String>,
    /// What installs packages into it.
    pub(super) tool: Tool,
    /// Why this one.
    pub(super) reason: String,
}

/// Project tools in the order in which they are asked: file, program, what manages it, call.
const TOOLS: &[(&str, &str, Tool, &[&str])] = &[
    ("uv.lock", "uv", Tool::Uv, &["uv", "run", "--no-sync", "python"]),
    ("poetry.lock", "poetry", Tool::Poetry, &["poetry", "run", "python"]),
    ("pdm.lock", "pdm", Tool::Pdm, &["pdm", "run", "python"]),
    ("Pipfile", "pipenv", Tool::Pipenv, &["pipenv", "run", "python"]),
];

/// Chooses the interpreter, in the order that the documentation gives; `None`: there is no Python.
pub(super) fn choose(facts: &Facts) -> Option<Choice> {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    if let Some(python) = &facts.configured {
        let reason = "`python` in xtask.toml".to_owned();
        return Some(Choice { command: vec![python.clone()], tool: Tool::Pip, reason });
    }
    if let Some((program, reason)) = facts.environments.first() {
        return Some(Choice { command: vec![program.clone()], tool: Tool::Pip, reason: reason.clone() });
    }
    let has = |list: &[String], name: &str| list.iter().any(|entry| entry == name);
    let mut passed_over = Vec::new();
    for (file, program, tool, call) in TOOLS {
        if has(&facts.files, file) {
            if has(&facts.programs, program) {
                let reason = format!("`{file}` is there");
                return Some(Choice { command: words(call), tool: *tool, reason });
            }
            passed_over.push(format!("`{file}` is there, but not the program `{program}`"));
        }
    }
    if let Some(conda) = &facts.conda {
        let reason = "the active conda environment".to_owned();
        return Some(Choice { command: vec![conda.clone()], tool: Tool::Conda, reason });
    }
    let name = ["python3", "python"].into_iter().find(|name| has(&facts.programs, name))?;
    passed_over.insert(0, format!("`{name}` on PATH; the repository has no environment of its own"));
    Some(Choice { command: words(&[name]), tool: Tool::Machine, reason: passed_over.join("; ") })
}

/// The exact line that installs packages into the chosen environment.
pub(super) fn install_line(choice: &Choice, has_pip: bool, packages: &[String]) -> String {
    let packages = packages.iter().map(|name| shell_word(name)).collect::<Vec<_>>().join(" ");
    let python = choice.command.first().map(|program| shell_word(program)).unwrap_or_default();
    match choice.tool {
        Tool::Uv => format!("uv add --dev {packages}"),
        Tool::Poetry => format!("poetry add --group dev {packages}"),
        Tool::Pdm => format!("pdm add --dev {packages}"),
        Tool::Pipenv => format!("pipenv install --dev {packages}"),
        Tool::Conda => format!("{python} -m pip install {packages}"),
        Tool::Pip if has_pip => format!("{python} -m pip install {packages}"),
        Tool::Pip => format!("uv pip install --python {python} {packages}"),
        Tool::Machine => format!("{python} -m venv .venv && .venv/bin/python -m pip install {packages}"),
    }
}

/// A word as a POSIX shell reads it back.
pub(super) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

impl Choice {
    /// As the report names it.
    pub(super) fn named(&self, version: Option<String>) -> Interpreter {
        Interpreter { program: self.command.join(" "), version, reason: self.reason.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(files: &[&str], programs: &[&str]) -> Facts {
        let owned = |list: &[&str]| list.iter().map(|&entry| entry.to_owned()).collect();
        Facts { files: owned(files), programs: owned(programs), ..Facts::default() }
    }

    fn chosen(facts: &Facts) -> String {
        choose(facts).map(|choice| choice.command.join(" ")).unwrap_or_default()
    }

    #[test]
    fn interpreters_are_tried_in_the_documented_order() {
        let all = ["python3", "uv", "poetry", "pdm", "pipenv"];
        let mut most = facts(&["uv.lock", "poetry.lock"], &all);
        most.conda = Some("/c/bin/python".into());
        assert_eq!(chosen(&most), "uv run --no-sync python");
        most.environments = vec![(".venv/bin/python".into(), "`.venv` is there".into())];
        assert_eq!(chosen(&most), ".venv/bin/python");
        most.configured = Some("python3.11".into());
        assert_eq!(chosen(&most), "python3.11");
        assert_eq!(chosen(&facts(&["poetry.lock"], &all)), "poetry run python");
        assert_eq!(chosen(&facts(&["pdm.lock"], &all)), "pdm run python");
        assert_eq!(chosen(&facts(&["Pipfile"], &all)), "pipenv run python");
        assert_eq!(chosen(&facts(&[], &["python"])), "python");
        assert_eq!(choose(&facts(&[], &[])), None);
    }

    #[test]
    fn lock_without_its_tool_is_passed_over_and_said() {
        let choice = choose(&facts(&["uv.lock"], &["python3"])).unwrap();
        assert!(choice.reason.contains("`uv.lock` is there, but not the program `uv`"), "{}", choice.reason);
    }

    #[test]
    fn nothing_is_installed_into_the_machine() {
        let choice = choose(&facts(&[], &["python3"])).unwrap();
        let line = install_line(&choice, true, &["pytest".into(), "a b".into()]);
        assert_eq!(line, "python3 -m venv .venv && .venv/bin/python -m pip install pytest 'a b'");
    }
}
