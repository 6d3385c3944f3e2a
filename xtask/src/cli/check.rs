//! `check`.

use clap::Args;

/// Options of `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exits 1 when something is broken: a link or an anchor of a Markdown file, an import of the repository's own Python \
that nothing guards, a script that a move cut off from what it imports, a call that its function or class does not \
take. With --staged or --base only what the change \
broke fails; what was broken before is told and lets it pass, so that a repository with old breakage can begin today.")]
pub struct Check {
    /// Check what is staged, against HEAD
    #[arg(long, conflicts_with = "base")]
    pub staged: bool,
    /// Check the work tree against the merge base of HEAD and REF: tell what the change broke from what was broken before
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
}
