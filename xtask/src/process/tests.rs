use std::time::Duration;

use super::*;

fn shell(script: &str) -> Call {
    Call::new("/bin/sh", "/").args(["-c", script])
}

fn quick(script: &str) -> Call {
    let mut call = shell(script).limit(Duration::from_millis(300));
    call.grace = Duration::from_millis(200);
    call
}

fn is_alive(id: &str) -> bool {
    let stat = Call::new("/bin/sh", "/").args(["-c", "kill -0 \"$1\" 2>/dev/null", "sh", id.trim()]);
    run(&stat, &Cancel::default()).unwrap().success()
}

#[test]
fn output_exit_code_and_streams_are_kept_apart() {
    let finished = run(&shell("echo out; echo err >&2; exit 7"), &Cancel::default()).unwrap();
    assert_eq!((finished.stdout.text().as_str(), finished.stderr.text().as_str()), ("out\n", "err\n"));
    assert_eq!((finished.ending, finished.stop, finished.code()), (Ending::Code(7), None, 7));
}

#[test]
fn merged_streams_keep_the_order_of_their_lines() {
    let mut call = shell("echo 1; echo 2 >&2; echo 3; echo 4 >&2");
    call.merged = true;
    let finished = run(&call, &Cancel::default()).unwrap();
    assert_eq!((finished.stdout.text().as_str(), finished.stderr.text().as_str()), ("1\n2\n3\n4\n", ""));
}

#[test]
fn limit_on_the_size_of_files_ends_children_as_ever_and_not_us() {
    heed_size_limits();
    let finished = run(&shell("ulimit -f 0; f=$(mktemp); echo x > $f"), &Cancel::default()).unwrap();
    assert_eq!(finished.ending, Ending::Signal(libc::SIGXFSZ));
}

#[test]
fn signal_is_told_from_an_exit_code() {
    let finished = run(&shell("kill -SEGV $$"), &Cancel::default()).unwrap();
    assert_eq!((finished.ending, finished.stop), (Ending::Signal(libc::SIGSEGV), None));
    assert!(!finished.success());
}

#[test]
fn child_has_no_input_and_no_terminal() {
    let finished =
        run(&shell("cat; if (: </dev/tty) 2>/dev/null; then echo tty; fi"), &Cancel::default()).unwrap();
    assert_eq!(finished.stdout.text(), "");
}

#[test]
fn missing_program_is_an_error_that_names_it() {
    let error = run(&Call::new("no-such-program-here", "/"), &Cancel::default()).unwrap_err();
    assert_eq!(error.to_string(), "start `no-such-program-here` in `/`");
}

#[test]
fn environment_can_be_given_alone() {
    let mut call = Call::new("/usr/bin/env", "/").env("ONLY", "this");
    call.cleared = true;
    let text = run(&call, &Cancel::default()).unwrap().stdout.text();
    assert_eq!(
        text.lines().filter(|line| !line.starts_with("XTASK_CHILD=")).collect::<Vec<_>>(),
        ["ONLY=this"]
    );
}

#[test]
fn limit_ends_a_child_that_would_go_on() {
    let finished = run(&quick("echo started; sleep 600"), &Cancel::default()).unwrap();
    assert_eq!((finished.stop, finished.ending), (Some(Stop::Limit), Ending::Signal(libc::SIGTERM)));
    assert_eq!(finished.stdout.text(), "started\n");
}

#[test]
fn child_that_ignores_term_is_killed() {
    let finished = run(&quick("trap '' TERM; while :; do sleep 600; done"), &Cancel::default()).unwrap();
    assert_eq!((finished.stop, finished.ending), (Some(Stop::Limit), Ending::Signal(libc::SIGKILL)));
}

#[test]
fn grandchild_that_ignores_term_and_holds_the_pipe_is_ended_with_its_group() {
    let finished = run(&quick("(trap '' TERM; echo $$; exec sleep 600) & echo $!; wait"), &Cancel::default());
    let finished = finished.unwrap();
    assert_eq!(finished.stop, Some(Stop::Limit));
    for id in finished.stdout.text().lines() {
        assert!(!is_alive(id), "process {id} is still there");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn processes_that_left_the_session_are_ended_too() {
    // With the mark in its environment, without it while its parent lives, and without both.
    let scripts = [
        "(setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 600; done' &) | { read id; echo $id; }",
        "env -i PATH=\"$PATH\" setsid sh -c 'echo $$; while :; do sleep 600; done' & sleep 600",
    ];
    for script in scripts {
        let finished = run(&quick(script), &Cancel::default()).unwrap();
        let id = finished.stdout.text();
        assert!(!id.trim().is_empty(), "{script}");
        assert!(!is_alive(&id), "process {id} of `{script}` is still there");
        assert!(!finished.left_behind.is_empty() || finished.stop.is_some(), "{script}");
    }
}

#[test]
fn what_stays_behind_after_a_good_end_is_ended_and_named() {
    let mut call = shell("sleep 600 & echo $!");
    call.grace = Duration::from_millis(200);
    let finished = run(&call, &Cancel::default()).unwrap();
    assert_eq!((finished.stop, finished.ending), (None, Ending::Code(0)));
    assert!(!is_alive(&finished.stdout.text()));
    if cfg!(target_os = "linux") {
        // Its name is that of the shell until it has become another program.
        assert_eq!(finished.left_behind.len(), 1, "{:?}", finished.left_behind);
    }
}

#[test]
fn user_stops_a_child() {
    let cancel = Cancel::default();
    let stopper = cancel.clone();
    let mut watcher = |line: Line<'_>| {
        if line.bytes == b"ready" {
            stopper.cancel();
        }
        None
    };
    let finished = watch(&shell("echo ready; sleep 600"), None, &cancel, &mut watcher).unwrap();
    assert_eq!(finished.stop, Some(Stop::Cancelled));
}

#[test]
fn watcher_sets_and_lifts_the_deadline() {
    let mut watcher = |line: Line<'_>| match line.bytes {
        b"slow" => Some(line.at + Duration::from_secs(60)),
        b"stuck" => Some(line.at + Duration::from_millis(50)),
        _ => None,
    };
    let script = "echo slow; echo fine; echo stuck; sleep 600";
    let finished = watch(&shell(script), None, &Cancel::default(), &mut watcher).unwrap();
    assert_eq!(finished.stop, Some(Stop::Watcher));
    assert_eq!(finished.stdout.text(), "slow\nfine\nstuck\n");
}

#[test]
fn events_come_through_their_own_pipe_in_order() {
    let scratch = Scratch::new().unwrap();
    let events = scratch.pipe("events").unwrap();
    let call = shell("echo one >\"$EVENTS\"; echo noise; printf 'two\\nthree' >\"$EVENTS\"")
        .env("EVENTS", events.path());
    let mut seen = Vec::new();
    let mut watcher = |line: Line<'_>| {
        if line.source == Source::Events {
            seen.push(String::from_utf8_lossy(line.bytes).into_owned());
        }
        None
    };
    watch(&call, Some(&events), &Cancel::default(), &mut watcher).unwrap();
    assert_eq!(seen, ["one", "two", "three"]);
}

#[test]
fn megabytes_of_output_are_counted_and_cut() {
    let mut call = shell("head -c 5000000 /dev/zero; echo end >&2");
    call.keep = 1000;
    let finished = run(&call, &Cancel::default()).unwrap();
    assert_eq!((finished.stdout.total(), finished.stdout.left_out()), (5_000_000, 4_998_000));
    assert_eq!(finished.stderr.text(), "end\n");
}
