//! Analysis C: whether the tests still hold.
