use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

/// Ten sentences of words that no other sentence has.
const PROSE: &str = "\
The loader reads every recording twice because the scanner writes headers late.
Missing volumes are interpolated from neighbours unless the gap exceeds three repetitions.
Spectrograms keep the phase channel, which doubles memory yet removes audible clicks.
Never shuffle subjects inside a batch: attention masks assume contiguous rows.
Checkpoints older than the tokenizer migration cannot be restored without conversion.
Gradient accumulation hides the imbalance between left and right hemispheres.
Voxel masks come from the shared atlas and must match its orientation exactly.
Evaluation averages correlations after the Fisher transform, never before.
Cluster jobs write to scratch first and copy results home on success only.
A failed copy leaves a marker file that the nightly sweep collects.
";

const FILLER: [&str; 3] = [
    "# Orchard\n\nPruning starts when frost has passed and sap begins moving upward again.\n",
    "# Harbour\n\nFerries leave at dawn carrying mail, cheese and seasonal workers inland.\n",
    "# Glacier\n\nMoraines mark where ice stopped during the coldest medieval winters.\n",
];

fn shared(texts: &[&str]) -> Shared {
    find(texts, &Options { threads: 1, ..Options::default() })
}

fn only_pair(texts: &[&str]) -> Pair {
    let mut pairs = shared(texts).pairs;
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    pairs.remove(0)
}

#[test]
fn copied_section_is_found_with_its_lines_on_both_sides() {
    let first = format!("{}\n## Data\n\n{PROSE}", FILLER[0]);
    let second = format!("{}\n## Recordings\n\n{PROSE}\n## End\n\nNothing else.\n", FILLER[1]);
    let pair = only_pair(&[&first, &second]);
    assert_eq!((pair.a, pair.b), (0, 1));
    let [passage] = &pair.passages[..] else { panic!("{pair:?}") };
    assert_eq!((passage.a, passage.b), ((5, 16), (5, 16)));
    assert!(passage.similarity > 0.95, "{passage:?}");
}

#[test]
fn rewrapped_and_renumbered_text_is_still_the_same_passage() {
    let text = "The run of 2024 used 48 epochs and stored 512 vectors per subject. \
                Losses fell below 0.31 after the second warm restart on node 17. \
                Afterwards the queue drained within 90 minutes and nobody noticed.";
    let wrapped = "The run of 2025 used 64 epochs\nand stored 1024 vectors per subject. Losses fell\n\
                   below 0.29 after the second warm restart on\nnode 3. Afterwards the queue drained\n\
                   within 75 minutes and nobody noticed.";
    let first = format!("{}\n## A\n\n{text}\n", FILLER[0]);
    let second = format!("{}\n## B\n\n{wrapped}\n", FILLER[1]);
    let pair = only_pair(&[&first, &second]);
    assert_eq!(pair.passages[0].b, (5, 11));
    // Six figures of 35 words are other ones.
    assert!(pair.passages[0].similarity > 0.8);
}

#[test]
fn shuffled_list_is_one_passage() {
    let items: Vec<String> = PROSE.lines().map(|line| format!("- {line}")).collect();
    let mut shuffled: Vec<String> = items.iter().map(|item| item.replacen("- ", "* ", 1)).collect();
    shuffled.reverse();
    shuffled.swap(2, 7);
    let first = format!("{}\n## Rules\n\n{}\n", FILLER[0], items.join("\n"));
    let second = format!("{}\n## Rules\n\n{}\n", FILLER[1], shuffled.join("\n"));
    let pair = only_pair(&[&first, &second]);
    assert_eq!(pair.passages.len(), 1, "{pair:?}");
    assert_eq!(pair.passages[0].b, (5, 16));
}

#[test]
fn code_block_under_other_prose_is_found_with_its_fences() {
    let code = "let config = Loader::open(path)?;\nlet frames = config.frames().skip(warmup);\n\
                for frame in frames {\n    encoder.push(frame.normalised());\n}\nencoder.flush(&mut sink)?;\n\
                report(sink.written(), config.name());";
    let first = format!("{}\n## Use\n\n{}\n\n```rust\n{code}\n```\n\nDone.\n", FILLER[0], words(1, 20));
    let second = format!("{}\n## Other\n\n{}\n\n```text\n{code}\n```\n", FILLER[1], words(2, 20));
    let pair = only_pair(&[&first, &second]);
    assert_eq!(pair.passages[0].b, (9, 17));
    assert_eq!(pair.passages[0].a, (9, 17));
}

#[test]
fn small_note_inside_a_large_one_scores_high() {
    let small = format!("# Loader\n\n{PROSE}");
    let large: String = (0..40).map(|n| format!("## Part {n}\n\n{} part{n}\n\n", words(n, 60))).collect();
    let large = format!("# All\n\n{PROSE}\n{large}");
    let pair = only_pair(&[&small, &large]);
    assert!(pair.score > 0.8, "{}", pair.score);
    assert!(pair.share_a > 0.9 && pair.share_b < 0.2, "{pair:?}");
}

#[test]
fn notice_in_many_texts_links_none_of_them_and_is_reported_with_its_spread() {
    let texts: Vec<String> = (0..9).map(|n| format!("# T{n}\n\n{}\n\n{PROSE}", words(n, 50))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found = shared(&texts);
    assert_eq!(found.pairs, []);
    assert_eq!(found.boilerplate[0].spread(), 9);
    assert_eq!(found.boilerplate[0].places[0], (0, (5, 14)));
}

#[test]
fn two_versions_answer_each_other_down_to_their_headings() {
    let first = format!("# Loader\n\n{PROSE}\n## Notes\n\nNone.\n\n## Next\n\nMore soon.\n");
    let second = format!("# Loader\n\n{PROSE}\n## Next\n\nMore soon.\n\n## Notes\n\nNone.\n");
    let pair = only_pair(&[&first, &second]);
    let lines: Vec<(LineRange, LineRange)> =
        pair.passages.iter().map(|passage| (passage.a, passage.b)).collect();
    assert!(lines.contains(&((14, 17), (18, 21))) || lines.contains(&((14, 17), (18, 20))), "{lines:?}");
}

#[test]
fn equal_texts_are_a_group_and_no_pair() {
    let found = shared(&[PROSE, FILLER[0], PROSE, FILLER[1], PROSE]);
    assert_eq!(found.identical, [vec![0, 2, 4]]);
    assert_eq!(found.pairs, []);
}

#[test]
fn texts_without_spaces_between_words_are_compared_by_character() {
    let passage = "加载器会把每个录音读取两次，因为扫描仪较晚写入标头。缺失的体积由相邻体积插值，除非间隔超过三次重复。\
                   频谱图保留相位通道，这会使内存加倍，但可以消除可听见的咔嗒声。";
    let first = format!("{}\n## 甲\n\n{passage}\n", FILLER[0]);
    let second = format!("{}\n## 乙\n\n{passage}\n", FILLER[1]);
    assert_eq!(only_pair(&[&first, &second]).passages[0].a.1, 7);
}

#[test]
fn odd_input_is_read_without_complaint() {
    let deep = format!("{}quote\n", "> ".repeat(5000));
    let headings: String = (0..50_000).map(|n| format!("# {n}\n")).collect();
    let long = "word ".repeat(200_000);
    let texts =
        ["", "\n\n\n", "```", "\u{feff}# x\r\ny\r\n", "\0\0a\0b", &deep, &headings, &long, "---\n---\n==="];
    let found = shared(&texts);
    assert_eq!(found.pairs, []);
}

/// Words that depend on a number, the same for the same number.
fn words(seed: usize, count: usize) -> String {
    let mut state = seed as u64 * 2 + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 40
    };
    let letters = |mut number: u64| {
        std::iter::repeat_with(|| {
            let letter = char::from(b'a' + (number % 26) as u8);
            number /= 26;
            letter
        })
        .take(6)
        .collect::<String>()
    };
    (0..count).map(|_| letters(next())).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// Pieces put together at random: whatever they are, ranges hold and threads change nothing.
    #[test]
    fn ranges_lie_inside_the_texts_and_threads_change_nothing(
        recipe in prop::collection::vec(prop::collection::vec(0..14_usize, 0..9), 1..9)
    ) {
        let pieces: Vec<String> = (0..10).map(|n| format!("## P{n}\n\n{}\n\n", words(n, 40)))
            .chain(["```\n".to_owned(), PROSE.to_owned(), "one\n===\n".to_owned(), "é ü 漢字 12\r\n".to_owned()])
            .collect();
        let texts: Vec<String> = recipe.iter().map(|parts| parts.iter().map(|&part| &*pieces[part]).collect()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = shared(&texts);
        for pair in &found.pairs {
            prop_assert!(pair.a < pair.b && (0.0..=1.0).contains(&pair.score));
            prop_assert!((0.0..=1.0).contains(&pair.share_a) && (0.0..=1.0).contains(&pair.share_b));
            for passage in &pair.passages {
                prop_assert!(1 <= passage.a.0 && passage.a.0 <= passage.a.1);
                prop_assert!(passage.a.1 <= texts[pair.a].split('\n').count());
                prop_assert!(1 <= passage.b.0 && passage.b.0 <= passage.b.1);
                prop_assert!(passage.b.1 <= texts[pair.b].split('\n').count());
                prop_assert!((0.0..=1.0).contains(&passage.similarity));
            }
        }
        for threads in [2, 3, 7] {
            prop_assert_eq!(&find(&texts, &Options { threads, ..Options::default() }), &found);
        }
    }
}
