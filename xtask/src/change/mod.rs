//! Change sets: planned, checked, applied atomically, undone. The only writer of files.
