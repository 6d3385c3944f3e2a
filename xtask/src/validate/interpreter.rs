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
    /// Whether uv is there, which installs into an environment without pip.
    pub(super) has_uv: bool,
}

/// A Python of the machine, by the names that it may have.
pub(super) const PYTHONS: [&str; 2] = ["python3", "python"];

/// Project tools in the order in which they are asked: file, program, what manages it, call.
pub(super) const TOOLS: &[(&str, &str, Tool, &[&str])] = &[
    ("uv.lock", "uv", Tool::Uv, &["uv", "run", "--no-sync", "python"]),
    ("poetry.lock", "poetry", Tool::Poetry, &["poetry", "run", "python"]),
    ("pdm.lock", "pdm", Tool::Pdm, &["pdm", "run", "python"]),
    ("Pipfile", "pipenv", Tool::Pipenv, &["pipenv", "run", "python"]),
];

/// Chooses the interpreter, in the order that the documentation gives; `None`: there is no Python.
pub(super) fn choose(facts: &Facts) -> Option<Choice> {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let has = |list: &[String], name: &str| list.iter().any(|entry| entry == name);
    let choice =
        |command, tool, reason| Some(Choice { command, tool, reason, has_uv: has(&facts.programs, "uv") });
    if let Some(python) = &facts.configured {
        return choice(vec![python.clone()], Tool::Pip, "`python` in xtask.toml".to_owned());
    }
    if let Some((program, reason)) = facts.environments.first() {
        // All project tools keep to a `.venv` that is there.
        let mut managers = TOOLS.iter().filter(|_| program.starts_with(".venv/"));
        let manager = managers.find(|(file, name, ..)| has(&facts.files, file) && has(&facts.programs, name));
        return choice(
            vec![program.clone()],
            manager.map_or(Tool::Pip, |(_, _, tool, _)| *tool),
            reason.clone(),
        );
    }
    let mut passed_over = Vec::new();
    for (file, program, tool, call) in TOOLS {
        if has(&facts.files, file) {
            if has(&facts.programs, program) {
                return choice(words(call), *tool, format!("`{file}` is there"));
            }
            passed_over.push(format!("`{file}` is there, but not the program `{program}`"));
        }
    }
    if let Some(conda) = &facts.conda {
        return choice(vec![conda.clone()], Tool::Conda, "the active conda environment".to_owned());
    }
    let name = PYTHONS.into_iter().find(|name| has(&facts.programs, name))?;
    passed_over.insert(0, format!("`{name}` on PATH; the repository has no environment of its own"));
    choice(words(&[name]), Tool::Machine, passed_over.join("; "))
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
        Tool::Pip if choice.has_uv => format!("uv pip install --python {python} {packages}"),
        Tool::Pip => format!("{python} -m ensurepip && {python} -m pip install {packages}"),
        Tool::Machine => format!("{python} -m venv .venv && .venv/bin/python -m pip install {packages}"),
    }
}

/// The exact line that installs the repository's own package into the chosen environment.
pub(super) fn own_line(choice: &Choice, has_pip: bool) -> String {
    match choice.tool {
        Tool::Uv => "uv sync".to_owned(),
        Tool::Poetry => "poetry install".to_owned(),
        Tool::Pdm => "pdm install".to_owned(),
        _ => install_line(choice, has_pip, &["-e".to_owned(), ".".to_owned()]),
    }
}

/// The exact line that installs packages, and with them the repository's own.
pub(super) fn install_line_with_own(choice: &Choice, has_pip: bool, packages: &[String]) -> String {
    match choice.tool {
        Tool::Uv | Tool::Poetry | Tool::Pdm => {
            format!("{} && {}", install_line(choice, has_pip, packages), own_line(choice, has_pip))
        }
        _ => {
            let all = packages.iter().cloned().chain(["-e", "."].map(str::to_owned)).collect::<Vec<_>>();
            install_line(choice, has_pip, &all)
        }
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
    fn environment_gets_packages_by_the_tool_that_keeps_it() {
        let line = |folder: &str, files: &[&str], programs: &[&str], has_pip| {
            let mut facts = facts(files, programs);
            facts.environments = vec![(format!("{folder}/bin/python"), "it is there".into())];
            install_line(&choose(&facts).unwrap(), has_pip, &["pytest".into()])
        };
        assert_eq!(line(".venv", &["uv.lock"], &["uv"], false), "uv add --dev pytest");
        assert_eq!(line(".venv", &["pdm.lock"], &["uv", "pdm"], false), "pdm add --dev pytest");
        assert_eq!(line(".venv", &["poetry.lock"], &["uv"], true), ".venv/bin/python -m pip install pytest");
        assert_eq!(
            line("venv", &["uv.lock"], &["uv"], false),
            "uv pip install --python venv/bin/python pytest"
        );
        let alone = "venv/bin/python -m ensurepip && venv/bin/python -m pip install pytest";
        assert_eq!(line("venv", &[], &[], false), alone);
    }

    #[test]
    fn own_package_is_installed_as_the_project_tool_does_it() {
        let line = |tool: Tool| {
            let command = vec!["p".to_owned()];
            install_line_with_own(
                &Choice { command, tool, reason: String::new(), has_uv: false },
                true,
                &["a".into()],
            )
        };
        assert_eq!(line(Tool::Uv), "uv add --dev a && uv sync");
        assert_eq!(line(Tool::Poetry), "poetry add --group dev a && poetry install");
        assert_eq!(line(Tool::Pdm), "pdm add --dev a && pdm install");
        assert_eq!(line(Tool::Pipenv), "pipenv install --dev a -e .");
        assert_eq!(line(Tool::Pip), "p -m pip install a -e .");
    }

    #[test]
    fn nothing_is_installed_into_the_machine() {
        let choice = choose(&facts(&[], &["python3"])).unwrap();
        let line = install_line(&choice, true, &["pytest".into(), "a b".into()]);
        assert_eq!(line, "python3 -m venv .venv && .venv/bin/python -m pip install pytest 'a b'");
    }
}
