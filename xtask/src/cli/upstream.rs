//! `upstream` and what it can do.

use clap::{Args, Subcommand};

use super::DepthArg;

/// What `upstream` can do besides the analysis.
#[derive(Debug, Subcommand)]
pub enum UpstreamCommand {
    /// Look at merges already made for what they lost; exit 1 when there is any
    Audit {
        /// One merge, or a range OLD..NEW
        range: String,
    },
}

/// Options of `upstream`.
#[derive(Debug, Args)]
pub struct Upstream {
    /// What to do instead of the analysis
    #[command(subcommand)]
    pub command: Option<UpstreamCommand>,
    /// The upstream: a remote, revision, address or path, with #BRANCH where needed
    #[arg(long, value_name = "UPSTREAM")]
    pub upstream: Option<String>,
    /// The revision that is the fork
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub fork: String,
    /// Fetch the upstream first, with the user's own git and credentials
    #[arg(long)]
    pub fetch: bool,
    /// Run `cargo check` on the merged tree, in a temporary folder; this runs the repository's build scripts
    #[arg(long)]
    pub build: bool,
    /// Exit 1 when following upstream conflicts, or breaks what merges as text
    #[arg(long)]
    pub strict: bool,
    /// How far it looks
    #[arg(long, value_name = "DEPTH", default_value = "thorough")]
    pub depth: DepthArg,
}
