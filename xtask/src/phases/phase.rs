use serde::{Deserialize, Serialize};

/// One of the phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Notes, fork and tests are analysed.
    Phase2,
    /// The consolidation plan is carried out.
    Phase3,
    /// Hooks, workflows and CONTRIBUTING are set up.
    Phase4,
    /// Whether all changes work together.
    Phase5,
}

impl Phase {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Phase2, Self::Phase3, Self::Phase4, Self::Phase5];

    /// Its name for people, and among the times that are kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phase2 => "phase 2",
            Self::Phase3 => "phase 3",
            Self::Phase4 => "phase 4",
            Self::Phase5 => "phase 5",
        }
    }
}
