//! Times of `on: schedule`: five fields of POSIX cron
//! (<https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule>).

/// A field: its name, the least and the greatest number, and the words that stand for numbers.
struct Field {
    name: &'static str,
    from: u32,
    to: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", from: 0, to: 59, words: &[] },
    Field { name: "hour", from: 0, to: 23, words: &[] },
    Field { name: "day of the month", from: 1, to: 31, words: &[] },
    Field {
        name: "month",
        from: 1,
        to: 12,
        words: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    },
    // Other readers take 7 for Sunday, too.
    Field {
        name: "day of the week",
        from: 0,
        to: 7,
        words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    },
];

/// What is wrong with a time.
pub(super) fn mistake(cron: &str) -> Option<String> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!(
            "a schedule has five fields (minute, hour, day, month, weekday), not {}",
            fields.len()
        ));
    }
    FIELDS.iter().zip(fields).find_map(|(field, text)| {
        let is_wrong = text.split(',').any(|part| !field.takes(part));
        is_wrong.then(|| {
            format!(
                "the {} of a schedule is from {} to {}, and not `{text}`",
                field.name, field.from, field.to
            )
        })
    })
}

impl Field {
    /// `*`, a number, a range, with a step or without; what other programs have beyond that is not judged.
    fn takes(&self, part: &str) -> bool {
        if part.contains(['?', 'L', 'W', '#'])
            && !self.words.iter().any(|word| part.to_uppercase().contains(word))
        {
            return true;
        }
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let is_step = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
        is_step
            && (range == "*" || range.split('-').count() <= 2 && range.split('-').all(|end| self.holds(end)))
    }

    fn holds(&self, text: &str) -> bool {
        self.words.iter().any(|word| word.eq_ignore_ascii_case(text))
            || text.parse::<u32>().is_ok_and(|number| (self.from..=self.to).contains(&number))
    }
}
