//! The workflow of each week: the three analyses, their reports, and one issue that says how things stand.

use super::Facts;
use super::pins;
use super::steps::{Job, checkout, gh, head, install, prepare, report_variables, run, uses};
use super::yaml::{indented, quoted};
use crate::fnv;

/// The file with the issue's text, in the artifact.
const ISSUE: &str = "issue.md";

pub(super) fn text(facts: &Facts) -> String {
    // The full hour is when everybody's schedules run: they are delayed then, or dropped.
    let minute = 7 + fnv::hash(facts.slug.bytes()) % 46;
    let on = format!("schedule:\n  - cron: \"{minute} 4 * * 1\"\nworkflow_dispatch:\n");
    let mut text = head("xtask weekly", &on, "xtask-weekly", false);
    text.push_str(&reports(facts));
    text.push_str(&issue(facts));
    text.trim_end().to_owned() + "\n"
}

/// Asks for the one issue that this workflow opened and edits; `wanted` is what of it.
fn find_issue(wanted: &str) -> String {
    format!(
        "gh issue list --app github-actions --state open --limit 100 --json number,body \\\n  --jq '[.[] | \
         select(.body | startswith(\"<!-- xtask:tracking \"))] | sort_by(.number) | .[0].{wanted} // empty'"
    )
}

/// Forks have issues switched off until somebody switches them on.
const ENABLED: &str = "enabled=$(gh repo view \"$GH_REPO\" --json hasIssuesEnabled --jq .hasIssuesEnabled)\n";

fn reports(facts: &Facts) -> String {
    let call = facts.install.call();
    let mut steps = vec![checkout()];
    steps.extend(install(facts));
    steps.extend(prepare(facts));
    steps.extend(fetch(facts));
    steps.push(run("Read last week's figures", &gh(), &previous()));
    let asked = facts.upstream.as_ref().and_then(|upstream| upstream.asked.as_deref());
    let env: Vec<(&str, String)> = asked.map(|asked| ("UPSTREAM", quoted(asked))).into_iter().collect();
    let option = if asked.is_some() { " --upstream \"$UPSTREAM\"" } else { "" };
    steps.push(run("Analyse notes, fork and tests", &env, &format!("{call} phase2{option}\n")));
    let env = [(
        "RUN",
        "${{ github.server_url }}/${{ github.repository }}/actions/runs/${{ github.run_id }}".to_owned(),
    )];
    let script = format!(
        "{call} setup issue --previous \"$RUNNER_TEMP/previous.md\" --run \"$RUN\" > \"$RUNNER_TEMP/{ISSUE}\"\n"
    );
    steps.push(run("Write the issue", &env, &script));
    steps.push(summary(facts));
    let kept: Vec<&str> = facts.reports.iter().chain(&facts.pictures).map(String::as_str).collect();
    steps.push(upload("reports", &kept.join("\n")));
    steps.push(upload("issue", &format!("${{{{ runner.temp }}}}/{ISSUE}")));
    let job = Job {
        id: "reports",
        name: "Reports",
        needs: None,
        minutes: 90,
        permissions: &["contents: read # to check the code out", "issues: read # for last week's figures"],
        strategy: None,
        steps,
    };
    job.text(facts)
}

fn previous() -> String {
    let file = "\"$RUNNER_TEMP/previous.md\"";
    format!(
        "{ENABLED}: > {file}\nif [ \"$enabled\" = true ]; then\n{}fi\n",
        indented(&format!("{} > {file}\n", find_issue("body")), 2)
    )
}

fn fetch(facts: &Facts) -> Option<String> {
    let upstream = facts.upstream.as_ref()?;
    let env = [("REMOTE", quoted(&upstream.remote)), ("ADDRESS", quoted(&upstream.address))];
    let script = "git remote add -- \"$REMOTE\" \"$ADDRESS\"\ngit fetch --quiet -- \"$REMOTE\"\ngit remote set-head \"$REMOTE\" --auto\n";
    Some(run("Fetch upstream", &env, script))
}

/// A summary may hold a mebibyte; what is longer is in the artifact.
fn summary(facts: &Facts) -> String {
    let variables = report_variables(facts);
    let env: Vec<(&str, String)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let names: Vec<String> = env.iter().map(|(name, _)| format!("\"${name}\"")).collect();
    let script = format!(
        "for report in {}; do\n  if [ -f \"$report\" ]; then head --bytes=300000 -- \"$report\" >> \"$GITHUB_STEP_SUMMARY\"; fi\ndone\n",
        names.join(" ")
    );
    always(&run("Show the reports", &env, &script))
}

fn upload(name: &str, paths: &str) -> String {
    let paths = indented(&format!("{paths}\n"), 2);
    let with = format!("name: {name}\npath: |\n{paths}if-no-files-found: warn\nretention-days: 30\n");
    always(&uses(&format!("Keep the {name}"), pins::UPLOAD, &with))
}

/// The step also runs when one before it failed: then it matters most.
fn always(step: &str) -> String {
    step.replacen('\n', "\n  if: ${{ !cancelled() }}\n", 1)
}

/// The only job that may write, and all that it runs is here.
fn issue(facts: &Facts) -> String {
    let find = find_issue("number");
    let script = format!(
        "{ENABLED}if [ \"$enabled\" != true ]; then\n  echo '::notice::issues are switched off here: the figures are in the summary'\n  exit 0\nfi\n\
         number=$({find})\nif [ -n \"$number\" ]; then\n  gh issue edit \"$number\" --body-file {ISSUE}\nelse\n  \
         gh issue create --title 'Weekly maintenance' --body-file {ISSUE}\nfi\n"
    );
    let steps = vec![
        uses("Fetch the text", pins::DOWNLOAD, "name: issue\n"),
        run("Edit the issue, or open it", &gh(), &script),
    ];
    let job = Job {
        id: "issue",
        name: "Tracking issue",
        needs: Some("reports"),
        minutes: 10,
        permissions: &["issues: write # to edit the one issue"],
        strategy: None,
        steps,
    };
    job.text(facts)
}
