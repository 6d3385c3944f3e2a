//! The workflow of each pull request: what the change broke, and whether the tests still pass.

use super::Facts;
use super::pins;
use super::steps::{Job, checkout, head, install, prepare, run, uses};

const ON: &str = "pull_request:\n";
/// A number, so it can name nothing else.
const GROUP: &str = "xtask-checks-${{ github.event.pull_request.number }}";
const READ: &[&str] = &["contents: read # to check the code out"];

pub(super) fn text(facts: &Facts) -> String {
    let mut text = head("xtask checks", ON, GROUP, true);
    text.push_str(&checks(facts));
    if facts.shards > 1 {
        text.push_str(&shards(facts));
        text.push_str(&merged(facts));
    } else {
        text.push_str(&tests(facts));
    }
    text.trim_end().to_owned() + "\n"
}

/// The commit that the pull request goes to.
fn base() -> Vec<(&'static str, String)> {
    vec![("BASE", "${{ github.event.pull_request.base.sha }}".to_owned())]
}

fn checks(facts: &Facts) -> String {
    let call = facts.install.call();
    let mut steps = vec![checkout()];
    steps.extend(install(facts));
    steps.push(run("Check what the change broke", &base(), &format!("{call} check --base \"$BASE\"\n")));
    let job = Job {
        id: "checks",
        name: "Links, imports, references",
        needs: None,
        minutes: 20,
        permissions: READ,
        strategy: None,
        steps,
    };
    job.text(facts)
}

fn tests(facts: &Facts) -> String {
    let call = facts.install.call();
    let mut steps = vec![checkout()];
    steps.extend(install(facts));
    steps.extend(prepare(facts));
    steps.push(run("Run the tests", &base(), &format!("{call} validate --base \"$BASE\"\n")));
    let job = Job {
        id: "tests",
        name: "Tests against the target branch",
        needs: None,
        minutes: 60,
        permissions: READ,
        strategy: None,
        steps,
    };
    job.text(facts)
}

fn shards(facts: &Facts) -> String {
    let call = facts.install.call();
    let all = facts.shards;
    let numbers: Vec<String> = (1..=all).map(|number| number.to_string()).collect();
    let mut steps = vec![checkout()];
    steps.extend(install(facts));
    steps.extend(prepare(facts));
    let mut env = base();
    env.push(("SHARD", format!("${{{{ matrix.shard }}}}/{all}")));
    steps.push(run(
        "Run the tests of this part",
        &env,
        &format!("{call} validate --base \"$BASE\" --shard \"$SHARD\" --format json --quiet > \"shard-${{SHARD%/*}}.json\"\n"),
    ));
    steps.push(upload("shard-${{ matrix.shard }}", "shard-${{ matrix.shard }}.json"));
    let job = Job {
        id: "shard",
        name: "Tests",
        needs: None,
        minutes: 60,
        permissions: READ,
        strategy: Some(format!("fail-fast: false\nmatrix:\n  shard: [{}]\n", numbers.join(", "))),
        steps,
    };
    job.text(facts)
}

fn upload(name: &str, path: &str) -> String {
    let with = format!("name: {name}\npath: {path}\nif-no-files-found: error\nretention-days: 7\n");
    // A part whose tests fail has still something to tell.
    uses("Hand the part's results on", pins::UPLOAD, &with).replacen(
        "  uses:",
        "  if: ${{ !cancelled() }}\n  uses:",
        1,
    )
}

fn merged(facts: &Facts) -> String {
    let call = facts.install.call();
    let mut steps = vec![checkout()];
    steps.extend(install(facts));
    steps.push(uses(
        "Fetch the parts' results",
        pins::DOWNLOAD,
        "pattern: shard-*\npath: shards\nmerge-multiple: true\n",
    ));
    steps.push(run("Put the parts together", &[], &format!("{call} validate merge shards/*.json\n")));
    let job = Job {
        id: "tests",
        name: "Tests against the target branch",
        needs: Some("shard"),
        minutes: 15,
        permissions: READ,
        strategy: None,
        steps,
    };
    // The parts decide nothing: it is their sum that passes or fails.
    job.text(facts).replacen("    if: github", "    if: ${{ !cancelled() && github", 1).replacen(
        &format!("'{}'\n", facts.slug),
        &format!("'{}' }}}}\n", facts.slug),
        1,
    )
}
