//! Analysis B: where a fork stands against its upstream.
