//! Any text is a configuration or an error that names a place.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use xtask::config::Config;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Err(error) = Config::parse(&text, "xtask.toml", Path::new("/nowhere")) {
        assert!(!error.to_string().is_empty());
    }
});
