//! Who reads steps 1, 2 and 4 looks for the third one.

use super::super::plan::{Destiny, SectionPlan};
use super::tests::{composed, composed_alone, planned};
use crate::repo::RepoPath;

const OIL: &str = "Put the oil into the red pump of the bath.";
const HEAT: &str = "Warm the water until the lamp at the door is green.";
const SALT: &str = "Stir the salt with the long spoon until it is gone.";

fn pump(heading: &str) -> String {
    format!("# Bath\n\n## {heading}\n\n{OIL}\n\n## Lamp\n\nThe lamp is at the door.\n")
}

fn run(steps: &[(&str, &str)]) -> String {
    let steps = steps.iter().map(|(heading, text)| format!("### {heading}\n\n{text}\n\n"));
    format!("# Night run\n\n## Filling at night\n\n{}", steps.collect::<String>())
}

#[test]
fn a_step_that_stands_elsewhere_says_where() {
    let one = pump("Oil");
    let two = run(&[("Step 1: oil", OIL), ("Step 2: heat", HEAT), ("Step 3: salt", SALT)]);
    let notes = [("notes/bath.md", one.as_str()), ("notes/run.md", two.as_str())];
    let expected = format!(
        "#### Step 1: oil\n\nSee [Oil](#oil).\n\n#### Step 2: heat\n\n{HEAT}\n\n#### Step 3: salt\n\n{SALT}\n"
    );
    for guide in [composed("docs/guides/bath.md", &notes), composed_alone("docs/guides/bath.md", &notes, &[])]
    {
        assert!(guide.text.contains(&expected), "{}", guide.text);
        assert_eq!(guide.text.matches(OIL).count(), 1, "{}", guide.text);
    }
}

#[test]
fn steps_go_to_those_that_they_are_equal_to_all_or_none() {
    let steps = [("Step 1: oil", OIL), ("Step 2: heat", HEAT), ("Step 3: salt", SALT)];
    let one = run(&steps).replace("Night run", "Bath");
    let headings = |other: &[(&str, &str)]| {
        let two = run(other);
        let notes = [("notes/bath.md", one.as_str()), ("notes/run.md", two.as_str())];
        let text = composed("docs/guides/bath.md", &notes).text;
        text.lines()
            .filter(|line| line.starts_with("#") && line.contains("Step "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(headings(&steps), ["### Step 1: oil", "### Step 2: heat", "### Step 3: salt"]);
    let more = [steps[0], ("Step 2: soap", "Cut the soap into small cubes and throw them in."), steps[2]];
    assert_eq!(
        headings(&more)[3..],
        ["#### Step 1: oil", "#### Step 2: soap", "#### Step 3: salt"],
        "one of them is another"
    );
}

#[test]
fn a_step_whose_heading_says_all_stays_among_the_others() {
    let note = "# Bath\n\n## Filling\n\n### 1. Open the valve\n\nIt is red.\n\n### 2. Wait\n\n### 3. Close it\n\nSlowly.\n";
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", note)]).text;
    assert!(text.contains("### 2. Wait\n\n### 3. Close it\n"), "{text}");
}

#[test]
fn chapters_lose_their_numbers_where_one_between_them_went_elsewhere() {
    let note = "# Bath\n\n## 1. Oil\n\nIt is red.\n\n## 2. Timeline\n\nOn Monday.\n\n## **3. Heat**\n\nIt is warm.\n\n### 3.1 Lamp\n\nGreen.\n\n## 4. Done\n\nAll of it.\n";
    let path = RepoPath::from("notes/bath.md");
    let past = |lines: (usize, usize)| SectionPlan {
        source: path.clone(),
        lines,
        heading: String::new(),
        destiny: Destiny::History,
        proposed: Destiny::History,
        order: 1,
    };
    let headings = |sections: &[SectionPlan]| {
        let text = planned("docs/guides/bath.md", &[("notes/bath.md", note)], sections).text;
        let headings = text.lines().filter(|line| line.starts_with("##") && !line.contains("Sources"));
        headings.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(headings(&[past((7, 10))]), ["## Oil", "## **Heat**", "### Lamp", "## Done"]);
    let numbered = ["## 1. Oil", "## 2. Timeline", "## **3. Heat**", "### 3.1 Lamp"];
    assert_eq!(headings(&[past((19, 21))]), numbered, "nothing is missing between them");
}

#[test]
fn a_heading_of_which_all_stands_elsewhere_leaves_the_guide() {
    let one = format!("# Bath\n\n## Oil\n\n{OIL}\n\n## Heat\n\n{HEAT}\n");
    let two = format!(
        "# Run\n\n## Log\n\n### Pump\n\n{OIL}\n\n### Monday 3\n\n{HEAT}\n\n### Salt\n\n{SALT}\n\n### Idle\n"
    );
    let past = SectionPlan {
        source: RepoPath::from("notes/run.md"),
        lines: (3, 17),
        heading: "Log".to_owned(),
        destiny: Destiny::History,
        proposed: Destiny::History,
        order: 1,
    };
    let notes = [("notes/bath.md", one.as_str()), ("notes/run.md", two.as_str())];
    let guide = composed_alone("docs/guides/bath.md", &notes, &[past]);
    let text = &guide.text;
    assert!(!text.contains("Pump"), "its text stands: {text}");
    assert!(text.contains("# Monday 3\n\nSee [Heat](#heat).\n"), "the day stands nowhere else: {text}");
    assert!(text.contains(&format!("# Salt\n\n{SALT}\n\n")), "{text}");
    assert!(text.contains("# Idle\n"), "the heading is all that it says: {text}");
    let dropped = guide.dropped_headings(
        &RepoPath::from("notes/run.md"),
        &crate::markdown::parse(&two, crate::markdown::Format::Markdown),
    );
    assert_eq!(dropped, [(5, 5)], "and it need not be found again");
}

#[test]
fn a_note_of_whose_past_all_stands_elsewhere_says_where() {
    let one = format!("# Bath\n\n## Oil\n\n{OIL}\n");
    let two = format!("# Run\n\n## Pump\n\n{OIL}\n");
    let past = SectionPlan {
        source: RepoPath::from("notes/run.md"),
        lines: (1, 5),
        heading: "Run".to_owned(),
        destiny: Destiny::History,
        proposed: Destiny::History,
        order: 2,
    };
    let first =
        SectionPlan { source: RepoPath::from("notes/bath.md"), destiny: Destiny::Guide, ..past.clone() };
    let notes = [("notes/bath.md", one.as_str()), ("notes/run.md", two.as_str())];
    let text = composed_alone("docs/guides/bath.md", &notes, &[first, past]).text;
    assert!(text.contains("## History\n\n### Run\n\nSee [Oil](#oil).\n"), "{text}");
}
