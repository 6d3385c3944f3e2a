//! Analysis A: notes -> topics, overlaps -> plan.
