//! Analysis A: what says the same thing, what went stale, what is finished business, and which guides should stand.

mod decisions;
mod plan;
mod plan_format;
mod plan_words;

#[cfg(test)]
mod plan_tests;

pub use decisions::{Lapsed, carry_over};
pub use plan::{Action, Destiny, Item, Proposed, SectionPlan, Source, guide_marker};
pub use plan_format::{PlanError, read, write};
