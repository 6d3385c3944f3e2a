//! Python, read by ruff's parser: nothing is imported, nothing is run.

pub mod calls;
pub mod imports;
pub mod inventory;
mod offered;
mod source;
mod syntax;
mod verdict;

use offered::holds_word;
pub use offered::{binds, may_offer_less};
pub use source::{Source, decode_source};
pub use syntax::Unparsed;
pub(super) use syntax::code_alone;
pub use verdict::judge;

pub(super) use syntax::{Lines, blocks, with_module};
