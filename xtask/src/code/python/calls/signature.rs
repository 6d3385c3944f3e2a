//! What a function takes, what a call gives, and how the two differ.

use crate::pack::{pack_fields, pack_variants};

/// How a parameter can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Given {
    ByPosition,
    Either,
    ByKeyword,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) given: Given,
    pub(crate) required: bool,
}

/// What a function takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Signature {
    /// In the order of the source: by position, either, by keyword.
    pub(crate) parameters: Vec<Parameter>,
    /// `*args`.
    pub(crate) rest: bool,
    /// `**kwargs`.
    pub(crate) keywords: bool,
}

/// What a call gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// How many stand there by position, those behind a star not counted.
    pub(crate) positional: usize,
    /// `*more`.
    pub(crate) rest: bool,
    pub(crate) keywords: Vec<String>,
    /// `**more`.
    pub(crate) more_keywords: bool,
}

pack_variants!(Given { 0 => ByPosition, 1 => Either, 2 => ByKeyword });
pack_fields!(Parameter { name, given, required });
pack_fields!(Signature { parameters, rest, keywords });
pack_fields!(Arguments { positional, rest, keywords, more_keywords });

/// One way in which a call does not fit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Misfit {
    /// No parameter has this name.
    NoParameter(String),
    /// The parameter can be given by position only.
    OnlyByPosition(String),
    /// Given by position, and again by name.
    Twice(String),
    TooMany {
        least: usize,
        most: usize,
        given: usize,
    },
    Lacks(String),
}

impl Signature {
    /// The signature as a caller sees it who gives the first `bound` arguments without writing them.
    ///
    /// `None` when there is no place for them.
    pub(crate) fn without_first(&self, bound: usize) -> Option<Self> {
        let takes = |parameter: &&Parameter| parameter.given != Given::ByKeyword;
        if self.parameters.iter().take(bound).filter(takes).count() == bound {
            return Some(Self { parameters: self.parameters[bound..].to_vec(), ..*self });
        }
        self.rest.then(|| self.clone())
    }

    /// Every way in which the call does not fit, worst first; empty when it may fit.
    pub(crate) fn misfits(&self, call: &Arguments) -> Vec<Misfit> {
        let positional: Vec<&Parameter> =
            self.parameters.iter().filter(|parameter| parameter.given != Given::ByKeyword).collect();
        let mut found = Vec::new();
        for keyword in &call.keywords {
            let place = self.parameters.iter().position(|parameter| parameter.name == *keyword);
            match place {
                Some(place) if self.parameters[place].given == Given::ByPosition => {
                    if !self.keywords {
                        found.push(Misfit::OnlyByPosition(keyword.clone()));
                    }
                }
                Some(place) => {
                    if self.parameters[place].given == Given::Either && place < call.positional {
                        found.push(Misfit::Twice(keyword.clone()));
                    }
                }
                None if self.keywords => {}
                None => found.push(Misfit::NoParameter(keyword.clone())),
            }
        }
        if call.positional > positional.len() && !self.rest {
            let by_keyword = |parameter: &&&Parameter| call.keywords.contains(&parameter.name);
            let least = positional.iter().filter(|parameter| parameter.required);
            let least = least.filter(|parameter| !by_keyword(parameter)).count();
            found.push(Misfit::TooMany { least, most: positional.len(), given: call.positional });
        }
        found.extend(self.lacking(call));
        found
    }

    fn lacking<'a>(&'a self, call: &'a Arguments) -> impl Iterator<Item = Misfit> + 'a {
        let lacks = move |(place, parameter): &(usize, &Parameter)| {
            let by_position = parameter.given != Given::ByKeyword && (*place < call.positional || call.rest);
            let by_keyword = parameter.given != Given::ByPosition
                && (call.more_keywords || call.keywords.contains(&parameter.name));
            // `**more` may hold anything, and what is given by position only cannot be in it; but who writes
            // both knows why.
            parameter.required && !by_position && !by_keyword && !call.more_keywords
        };
        let each = self.parameters.iter().enumerate().filter(lacks);
        each.map(|(_, parameter)| Misfit::Lacks(parameter.name.clone()))
    }
}

/// The misfits as the end of a sentence that begins with the callee.
pub(crate) fn wording(misfits: &[Misfit]) -> String {
    let named = |pick: fn(&Misfit) -> Option<&String>| -> Vec<String> {
        misfits.iter().filter_map(pick).map(|name| format!("`{name}`")).collect()
    };
    let mut parts = Vec::new();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let none = named(|misfit| if let Misfit::NoParameter(name) = misfit { Some(name) } else { None });
    if !none.is_empty() {
        parts.push(format!("has no parameter{} {}", plural(none.len()), listed(&none)));
    }
    let only = named(|misfit| if let Misfit::OnlyByPosition(name) = misfit { Some(name) } else { None });
    if !only.is_empty() {
        parts.push(format!("takes {} by position only", listed(&only)));
    }
    let twice = named(|misfit| if let Misfit::Twice(name) = misfit { Some(name) } else { None });
    if !twice.is_empty() {
        parts.push(format!("gets {} twice", listed(&twice)));
    }
    for misfit in misfits {
        if let Misfit::TooMany { least, most, given } = misfit {
            let range = match (least, most) {
                (_, 0) => "no".to_owned(),
                (least, most) if least == most => most.to_string(),
                (least, most) => format!("{least} to {most}"),
            };
            parts.push(format!("takes {range} positional argument{}, {given} given", plural(*most)));
        }
    }
    let lacks = named(|misfit| if let Misfit::Lacks(name) = misfit { Some(name) } else { None });
    if !lacks.is_empty() {
        parts.push(format!("lacks the required {}", listed(&lacks)));
    }
    parts.join(", ")
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
