//! Shared passages of texts: seeds, regions, scores.
