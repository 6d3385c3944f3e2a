//! What another runner left is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = xtask::validate::count_cases(&String::from_utf8_lossy(data));
});
