//! Options of `schema`.

use clap::Args;

/// Options of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// The command whose JSON is described (`check`, `consolidate plan`); all of them without it
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}
