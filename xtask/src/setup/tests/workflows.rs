use crate::config::WorkflowKind;
use crate::setup::workflow::{self, Facts, Install, pins, samples};

fn plain() -> Facts {
    Facts {
        slug: "owner/name".to_owned(),
        install: Install::Alias,
        prepare: Vec::new(),
        shards: 1,
        runner: "ubuntu-24.04".to_owned(),
        upstream: None,
        reports: vec!["notes/report.md".to_owned()],
        pictures: Vec::new(),
    }
}

fn all() -> impl Iterator<Item = (String, String)> {
    samples().into_iter().flat_map(|(name, facts)| {
        workflow::texts(&facts, &WorkflowKind::ALL)
            .into_iter()
            .map(move |(kind, text)| (format!("{name} {kind:?}"), text))
    })
}

/// The lines of every `run`, without their place in the file.
fn scripts(text: &str) -> Vec<String> {
    let mut scripts: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if inside && (line.starts_with("          ") || line.is_empty()) {
            scripts.last_mut().unwrap().push_str(&format!("{}\n", line.trim()));
            continue;
        }
        inside = line == "        run: |";
        if inside {
            scripts.push(String::new());
        }
    }
    scripts
}

#[test]
fn checks_of_a_repository_that_carries_the_tool() {
    let text = &workflow::texts(&plain(), &[WorkflowKind::Checks])[&WorkflowKind::Checks];
    insta::assert_snapshot!(text);
}

#[test]
fn weekly_of_a_fork() {
    let facts = &samples()["cargo-prepared-fork-1"];
    insta::assert_snapshot!(workflow::texts(facts, &[WorkflowKind::Weekly])[&WorkflowKind::Weekly]);
}

#[test]
fn no_script_holds_an_expression_or_hides_a_failure() {
    for (name, text) in all() {
        let scripts = scripts(&text);
        assert!(scripts.len() >= 2, "{name}");
        for script in scripts {
            assert!(!script.contains("${{"), "{name}: {script}");
            assert!(!script.contains("||"), "{name}: {script}");
            assert!(!script.contains("re`lease") && !script.contains("$(id)"), "{name}: {script}");
        }
    }
}

#[test]
fn every_call_of_gh_is_held_to_the_repository_itself() {
    for (name, text) in all() {
        for step in text.split("\n      - name: ") {
            if step.contains(" gh ") || step.contains("(gh ") {
                assert!(step.contains("GH_REPO: ${{ github.repository }}\n"), "{name}: {step}");
            }
        }
    }
}

#[test]
fn every_job_has_a_guard_a_limit_and_the_least_permissions() {
    for (name, text) in all() {
        assert!(text.contains("\npermissions: {}\n\nconcurrency:\n  group: xtask-"), "{name}");
        let jobs = text.matches("    runs-on: ").count();
        assert!(jobs >= 2, "{name}");
        let guard = text.matches("github.repository == 'o-wner/na.me_'").count();
        let limits = text.matches("    timeout-minutes: ").count();
        assert_eq!((guard, limits, text.matches("    permissions:\n").count()), (jobs, jobs, jobs), "{name}");
        assert!(!text.contains(".fork"), "{name}: the fork flag says nothing about whose fork it is");
        let checkouts = text.matches(pins::CHECKOUT.action).count();
        assert_eq!(text.matches("fetch-depth: 0\n").count(), checkouts, "{name}");
        assert_eq!(text.matches("persist-credentials: false\n").count(), checkouts, "{name}");
        for written in ["write-all", "contents: write", "pull_request_target", "secrets."] {
            assert!(!text.contains(written), "{name}: {written}");
        }
    }
}

#[test]
fn a_schedule_is_off_the_full_hour_and_the_same_for_the_same_repository() {
    let minute = |slug: &str| -> u32 {
        let facts = Facts { slug: slug.to_owned(), ..plain() };
        let text = &workflow::texts(&facts, &[WorkflowKind::Weekly])[&WorkflowKind::Weekly];
        let cron = text.split("cron: \"").nth(1).unwrap();
        cron.split(' ').next().unwrap().parse().unwrap()
    };
    let minutes: Vec<u32> = (0..200).map(|number| minute(&format!("owner/name{number}"))).collect();
    assert!(minutes.iter().all(|minute| (7..53).contains(minute)));
    assert!(minutes.iter().any(|&other| other != minutes[0]));
    assert_eq!(minute("owner/name7"), minutes[7]);
}

#[test]
fn every_action_is_pinned_as_the_table_of_facts_says() {
    // A copy of what was looked up in the actions' own repositories: action, release, commit of the release.
    let facts: Vec<[&str; 3]> = include_str!("../workflow/pins.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(' ').collect::<Vec<_>>().try_into().unwrap())
        .collect();
    let pins: Vec<[&str; 3]> = pins::PINS.iter().map(|pin| [pin.action, pin.version, pin.commit]).collect();
    assert_eq!(pins, facts);
    let known: Vec<String> = pins::PINS.iter().map(|pin| pin.uses()).collect();
    for (name, text) in all() {
        for used in text.lines().filter_map(|line| line.trim().strip_prefix("uses: ")) {
            assert!(known.iter().any(|known| known == used), "{name}: {used}");
        }
    }
    assert!(pins::PINS.iter().all(|pin| pin.commit.len() == 40));
}

#[test]
fn values_stand_quoted_in_the_environment() {
    let facts = &samples()["alias-bare-branch-1"];
    let text = &workflow::texts(facts, &[WorkflowKind::Weekly])[&WorkflowKind::Weekly];
    assert!(text.contains(r#"UPSTREAM: "upstream#re`lease\"$(id)' \\""#), "{text}");
    assert!(text.contains(r#"REPORT_2: "no tes/$(id) `id` \"it's\" #1: a\\.md""#), "{text}");
}
