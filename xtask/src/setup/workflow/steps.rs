//! Jobs and steps that several workflows have.

use super::pins::{self, Pin};
use super::yaml::{indented, quoted};
use super::{Facts, Install};
use crate::fnv;

/// A job: its head and its steps.
pub(super) struct Job<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    /// Jobs that must have ended before.
    pub(super) needs: Option<&'a str>,
    pub(super) minutes: u32,
    /// Lines `scope: level # why`.
    pub(super) permissions: &'a [&'a str],
    /// Lines of `strategy`.
    pub(super) strategy: Option<String>,
    pub(super) steps: Vec<String>,
}

impl Job<'_> {
    /// The job's text. It runs nowhere but in the repository itself: not in a copy of it that somebody makes.
    pub(super) fn text(&self, facts: &Facts) -> String {
        let mut text = format!("  {}:\n    name: {}\n", self.id, self.name);
        if let Some(needs) = self.needs {
            text.push_str(&format!("    needs: {needs}\n"));
        }
        text.push_str(&format!("    if: github.repository == '{}'\n", facts.slug));
        text.push_str(&format!("    runs-on: {}\n    timeout-minutes: {}\n", facts.runner, self.minutes));
        text.push_str("    permissions:\n");
        for permission in self.permissions {
            text.push_str(&format!("      {permission}\n"));
        }
        if let Some(strategy) = &self.strategy {
            text.push_str(&format!("    strategy:\n{}", indented(strategy, 6)));
        }
        text.push_str("    steps:\n");
        for step in &self.steps {
            text.push_str(&indented(step, 6));
        }
        text
    }
}

/// The first lines of a workflow.
pub(super) fn head(name: &str, on: &str, group: &str, cancels: bool) -> String {
    format!(
        "# Written by `xtask setup workflows`. Settings: [setup] in xtask.toml. Jobs of your own: below the last line.\n\
         name: {name}\n\non:\n{}\npermissions: {{}}\n\nconcurrency:\n  group: {group}\n  cancel-in-progress: {cancels}\n\njobs:\n",
        indented(on, 2)
    )
}

/// A step that runs a script; `env` gives it its values.
pub(super) fn run(name: &str, env: &[(&str, String)], script: &str) -> String {
    let mut text = format!("- name: {name}\n");
    if !env.is_empty() {
        text.push_str("  env:\n");
        for (key, value) in env {
            text.push_str(&format!("    {key}: {value}\n"));
        }
    }
    text.push_str(&format!("  run: |\n{}\n", indented(script, 4)));
    text
}

/// A step that uses an action; `with` are its lines.
pub(super) fn uses(name: &str, pin: Pin, with: &str) -> String {
    format!("- name: {name}\n  uses: {}\n  with:\n{}\n", pin.uses(), indented(with, 4))
}

/// The whole history, and no credentials left behind for what runs later.
pub(super) fn checkout() -> String {
    uses("Check out", pins::CHECKOUT, "fetch-depth: 0\npersist-credentials: false\n")
}

/// Brings the tool there.
pub(super) fn install(facts: &Facts) -> Vec<String> {
    match &facts.install {
        Install::Alias => {
            vec![uses("Restore what cargo built", pins::RUST_CACHE, "cache-on-failure: true\n")]
        }
        Install::Command(command) if command.starts_with("cargo install ") => {
            let key = format!("xtask-${{{{ runner.os }}}}-${{{{ runner.arch }}}}-{}", fnv::digits(command));
            let restore =
                uses("Restore xtask", pins::CACHE, &format!("path: ~/.cargo/bin/xtask\nkey: {key}\n"))
                    .replacen("  uses:", "  id: program\n  uses:", 1);
            let install = run("Install xtask", &[], &format!("{command}\n")).replacen(
                "  run:",
                "  if: steps.program.outputs.cache-hit != 'true'\n  run:",
                1,
            );
            vec![restore, install]
        }
        Install::Command(command) => vec![run("Install xtask", &[], &format!("{command}\n"))],
    }
}

/// What the repository needs before its tests can run.
pub(super) fn prepare(facts: &Facts) -> Option<String> {
    if facts.prepare.is_empty() {
        return None;
    }
    Some(run("Prepare the tests", &[], &(facts.prepare.join("\n") + "\n")))
}

/// The variables that keep `gh` in the repository itself: a fork's must never write to its upstream.
pub(super) fn gh() -> Vec<(&'static str, String)> {
    vec![("GH_REPO", "${{ github.repository }}".to_owned()), ("GH_TOKEN", "${{ github.token }}".to_owned())]
}

/// Variables `REPORT_1` and so on.
pub(super) fn report_variables(facts: &Facts) -> Vec<(String, String)> {
    let name = |number: usize| format!("REPORT_{}", number + 1);
    facts.reports.iter().enumerate().map(|(number, path)| (name(number), quoted(path))).collect()
}
