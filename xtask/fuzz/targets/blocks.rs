//! A block that is put in and taken out again leaves the host as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xtask::blocks::{Standing, Syntax, Wanted, Where, blank, find, findings, put, remove, standing};

const WANTED: Wanted<'_> = Wanted { id: "fuzzed", version: 1, body: "one\n\ntwo\n" };

fuzz_target!(|host: &[u8]| {
    for syntax in [Syntax::Markdown, Syntax::Hash] {
        let _ = (blank(host, syntax), findings("host.md", host, syntax));
        let Ok(blocks) = find(host, syntax) else { continue };
        let Ok(with) = put(Some(host), syntax, &WANTED, Where::End) else { continue };
        assert_eq!(standing(&with, syntax, &WANTED), Ok(Standing::Current));
        assert_eq!(put(Some(&with), syntax, &WANTED, Where::End).as_ref(), Ok(&with), "put twice");
        if blocks.iter().all(|block| block.id != WANTED.id) {
            assert_eq!(remove(&with, syntax, WANTED.id), Ok(Some(host.to_vec())), "put, then removed");
        }
    }
});
