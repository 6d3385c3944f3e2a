//! Releases of upstream as steps on the way to its tip.

use super::report;
use super::strategy_tests::{all_say, built, follow, names, recommended};
use super::testing::{History, Place, analysis};

#[test]
fn a_release_beside_upstreams_branch_is_no_step_to_it() {
    let place = Place::new();
    let names = names();
    let all = |text: &'static str| all_say(&names, text);
    let mut history = History::default();
    history.commit("main", "root", &all("base\n")).fork("fork", "main").fork("maint", "main");
    history.commit("fork", "mine", &all("fork\n")).commit("main", "stir", &all("upstream\n"));
    history.commit("maint", "fix", &[("f00", Some("fixed\n"))]).tag("v9.0", "maint");
    let source = place.repository("up", &["--bare"], &history);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", &format!("{}#main", source.display()));
    let steps = &found.clean_prefix.as_ref().unwrap().steps;
    assert_eq!(steps.iter().map(|step| (step.contained, step.conflicts)).collect::<Vec<_>>(), [(false, 1)]);
    assert_ne!(recommended(&found), "merge-in-steps");
    let told = report(&found).to_markdown(None);
    assert!(told.contains("`v9.0` (beside upstream's branch)"), "{told}");
}

#[test]
fn steps_begin_with_the_release_that_conflicts_least_where_the_branch_conflicts_at_once() {
    let place = Place::new();
    let mut history = History::default();
    let names = names();
    let all = |text: &'static str| all_say(&names, text);
    history.commit("main", "root", &all("base\n")).fork("fork", "main").fork("maint", "main");
    history.commit("fork", "mine", &all("fork\n")).commit("main", "stir", &all("upstream\n"));
    history.tag("v2.0", "main").commit("maint", "fix", &[("calm", Some("1\n"))]).tag("v1.1", "maint");
    history.merge("main", "maint", &[("calm", Some("1\n"))]);
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    assert_eq!(found.clean_prefix.as_ref().unwrap().commits, 0);
    assert_eq!(recommended(&found), "merge-in-steps");
    let told = report(&found).to_markdown(None);
    assert!(told.contains("the release tag v1.1 conflicts in 0 paths"), "{told}");
    let tag = place.git(&folder, &["rev-parse", "v1.1^{commit}"]);
    assert!(found.strategy.commands.contains(&format!("git merge --no-edit {}", tag.trim())));
    follow(&place, &folder, &found);
    assert!(folder.join("calm").exists(), "the release was merged");
}

#[test]
fn release_tags_are_steps_with_their_conflicts() {
    let place = Place::new();
    let mut history = History::default();
    history.commit("main", "root", &[("a", Some("1\n"))]).tag("v0.9", "main").fork("fork", "main");
    history.commit("fork", "mine", &[("a", Some("fork\n"))]);
    history.commit("main", "calm", &[("b", Some("2\n"))]).tag("v1.0", "main").tag("v1.0-rc1", "main");
    history.commit("main", "stir", &[("a", Some("2\n"))]).tag("v1.1", "main");
    let folder = built(&place, &history);
    let found = analysis(&folder, "fork", "main");
    let steps = found.clean_prefix.unwrap().steps;
    let told: Vec<_> = steps.iter().map(|step| (step.name.as_str(), step.clean, step.conflicts)).collect();
    assert_eq!(told, [("refs/tags/v1.0", true, 0), ("refs/tags/v1.1", false, 1)]);
}
