//! Bytes of an index file are read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = xtask::repo::count_entries(data.to_vec());
});
