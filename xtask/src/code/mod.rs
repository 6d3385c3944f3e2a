//! Source code as plain values: tests, symbols, imports and calls, found without running anything.
//!
//! Python is read by a parser ([`python`]), other languages by patterns, and results say which it was.
//! The room knows nothing of reports, of git history beyond the values it is given, or of configuration.

pub mod compiler;
mod mask;
pub mod python;
mod rust_functions;
pub mod rust_tests;
mod symbols;

pub use mask::code_alone;
pub use rust_functions::{RustFunction, function_at, rust_functions};
pub use symbols::{ReadBy, Symbol, SymbolKind, symbols};
