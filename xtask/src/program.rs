//! The program: parses the command line, runs the command, answers with its exit code.

#![allow(clippy::disallowed_methods, reason = "the program reads the arguments and alone ends itself")]

use std::process::ExitCode;

use crate::cli::{self, Cli};
use crate::commands::{self, Exit};
use crate::process::{self, Cancel};
use crate::term::Term;

/// Runs the command that this process was called with. A workspace's own member calls it from its `main`.
pub fn main() -> ExitCode {
    let cli = Cli::of_arguments(cli::without_cargo_argument(std::env::args_os().collect()));
    let term = Term::new(cli.global.color, cli.global.quiet, cli.global.verbose);
    let term = if commands::is_on_runner() { term.on_runner() } else { term };
    process::heed_size_limits();
    let cancel = Cancel::default();
    if cli.command.heeds_interrupts()
        && let Err(error) = listen_for_interrupts(&cancel)
    {
        term.error(&error);
        return Exit::Failed.into();
    }
    match commands::run(&cli, term, &cancel) {
        Ok(_) if cancel.is_cancelled() => Exit::Interrupted.into(),
        Ok(exit) => exit.into(),
        Err(error) => {
            term.error(&error);
            if cancel.is_cancelled() { Exit::Interrupted.into() } else { Exit::Failed.into() }
        }
    }
}

/// The first Ctrl-C asks long work to end with what it has; the second ends the program.
fn listen_for_interrupts(cancel: &Cancel) -> anyhow::Result<()> {
    let cancel = cancel.clone();
    ctrlc::set_handler(move || {
        if cancel.is_cancelled() {
            process::end_all();
            std::process::exit(130);
        }
        cancel.cancel();
    })?;
    Ok(())
}
