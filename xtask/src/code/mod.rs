//! Imports, bindings and tests of source files, found without running anything.
