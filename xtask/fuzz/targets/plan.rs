//! A plan that can be read is written as a plan that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xtask::consolidate::{read, write};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(Some(items)) = read(&text) {
        let written = write(&items);
        let again = read(&written).expect("what was written can be read");
        assert_eq!(again.as_deref(), Some(items.as_slice()), "{written}");
    }
});
