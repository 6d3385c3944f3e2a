//! Which way to go, decided by measured facts alone.

use super::model::{Analysis, Relation, Strategy};

/// Stands until the facts are together.
pub(super) fn undecided() -> Strategy {
    Strategy { recommend: "nothing-to-do", why: Vec::new(), rejected: Vec::new(), commands: Vec::new() }
}

/// Chooses by the relation and the trial merge.
pub(super) fn choose(analysis: &Analysis, _has_work_tree: bool) -> Strategy {
    let mut strategy = undecided();
    strategy.recommend = match analysis.relation {
        Some(Relation::Same) | None => "nothing-to-do",
        Some(Relation::Ahead) => "contribute",
        Some(Relation::Behind) => "fast-forward",
        Some(Relation::Diverged) => "merge",
        Some(Relation::Unrelated) => "pick",
    };
    strategy
}
