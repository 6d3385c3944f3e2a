//! Prints the upstream analysis of a repository as JSON, for comparison with git's own answers.
//!
//! `cargo run --example upstream_json -- REPO FORK UPSTREAM [quick|medium|thorough] [--markdown] [--no-messages] [--sync-point]`

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "an example prints, and reads a clock"
)]

use std::path::Path;

use xtask::config::Depth;
use xtask::process::{Cancel, Event, Progress};
use xtask::repo::Repo;
use xtask::report::Outcome;
use xtask::upstream::{self, Options};

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, fork, upstream, rest @ ..] = args.as_slice() else {
        anyhow::bail!(
            "usage: upstream_json REPO FORK UPSTREAM [quick|medium|thorough] [--markdown] [--no-messages] [--sync-point]"
        );
    };
    let depth = match rest.first().map(String::as_str) {
        Some("quick") => Depth::Quick,
        Some("medium") => Depth::Medium,
        _ => Depth::Thorough,
    };
    let upstream = (upstream != "-").then(|| upstream.clone());
    let messages = !rest.iter().any(|arg| arg == "--no-messages");
    let options = Options { fork: fork.clone(), upstream, depth, messages, ..Options::default() };
    let progress = Progress::to(|event| {
        if let Event::Step(text) | Event::Note(text) = event {
            eprintln!("[cpu {:.2} s] {text}", cpu_seconds().unwrap_or_default());
        }
    });
    let repo = Repo::open(Path::new(folder))?;
    if rest.iter().any(|arg| arg == "--sync-point") {
        let found = upstream::sync_point(&repo, &options, &progress, &Cancel::default())?;
        println!("{}", serde_json::to_string(&found)?);
        return Ok(());
    }
    let outcome = upstream::run(&repo, &options, &progress, &Cancel::default())?;
    match (&outcome, rest.iter().any(|arg| arg == "--markdown")) {
        (Outcome::Done(analysis), true) => println!("{}", upstream::report(analysis).to_markdown(None)),
        _ => println!("{}", serde_json::to_string(&outcome)?),
    }
    Ok(())
}

/// CPU seconds of this process and of its children that have ended, as Linux counts them (100 ticks a second).
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks: f64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<f64>().ok()).sum();
    Some(ticks / 100.0)
}
