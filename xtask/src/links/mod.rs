//! Resolution of links and path mentions over a tree.
