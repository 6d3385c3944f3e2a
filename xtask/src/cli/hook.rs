//! `hook` and the hooks of git that call it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The hooks that an installed block calls.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Judge what is staged
    PreCommit(PreCommit),
    /// Judge a commit's message
    CommitMsg {
        /// The file with the message
        file: PathBuf,
    },
    /// Judge what a push brings; reads from standard input what git says of it
    PrePush {
        /// The remote's name, or its address
        remote: String,
        /// Its address
        url: Option<String>,
    },
}

/// Options of `hook pre-commit`.
#[derive(Debug, Default, Args)]
#[command(after_help = AFTER)]
pub struct PreCommit {
    /// Only these checks
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Print a patch that mends blanks and line ends of what is staged
    #[arg(long, conflicts_with = "list")]
    pub fix: bool,
    /// With --fix: make it, in the index and in the work tree; unstaged edits are kept
    #[arg(long, requires = "fix")]
    pub apply: bool,
    /// List the checks
    #[arg(long)]
    pub list: bool,
}

const AFTER: &str = "\
It reads the index that git names (GIT_INDEX_FILE), and judges what differs from HEAD and from every merge parent; \
`git commit --amend` compares with HEAD too. Blanks at line ends count in Markdown as well, as pre-commit judges by \
default (`[hook] markdown_breaks` permits line breaks). XTASK_SKIP=check,… leaves checks out once; a comment \
`xtask: allow(check) reason` excuses its line or the next.";
