//! Classes whose constructor is made from their fields: dataclasses, attrs, named tuples.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::facts::{Field, Fields, Maker};

/// Reads the fields of a class, if something makes a constructor from them.
///
/// `full_name` gives the dotted name of what comes from outside. `None` too where the options are not understood.
pub(super) fn of_class(
    class: &ast::StmtClassDef,
    full_name: impl Fn(&Expr) -> Option<String>,
) -> Option<Fields> {
    let reader = Reader { class, full_name: &full_name };
    let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
    if bases
        .into_iter()
        .any(|base| is_one(full_name(base), &["typing.NamedTuple", "typing_extensions.NamedTuple"]))
    {
        return reader.read(Maker::NamedTuple, &[], Some(true));
    }
    for decorator in &class.decorator_list {
        let (name, keywords) = match &decorator.expression {
            Expr::Call(call) if call.arguments.args.is_empty() => {
                (full_name(&call.func), &call.arguments.keywords[..])
            }
            Expr::Call(_) => continue,
            other => (full_name(other), &[][..]),
        };
        let (maker, annotated) = match name.as_deref() {
            Some(name) if DATACLASS.contains(&name) => (Maker::Dataclass, Some(true)),
            Some("attr.dataclass") => (Maker::Attrs, Some(true)),
            Some(name) if ATTRS_PLAIN.contains(&name) => (Maker::Attrs, Some(false)),
            Some(name) if ATTRS_NEW.contains(&name) => (Maker::Attrs, None),
            _ => continue,
        };
        return reader.read(maker, keywords, annotated);
    }
    None
}

/// True for a decorator that makes a constructor.
pub(super) fn is_maker(name: &str) -> bool {
    DATACLASS.contains(&name) || ATTRS_PLAIN.contains(&name) || ATTRS_NEW.contains(&name)
}

const DATACLASS: &[&str] = &["dataclasses.dataclass"];
const ATTRS_PLAIN: &[&str] = &["attr.s", "attr.attrs", "attr.attributes", "attr.dataclass"];
const ATTRS_NEW: &[&str] =
    &["attr.define", "attr.frozen", "attr.mutable", "attrs.define", "attrs.frozen", "attrs.mutable"];
const ATTRS_FIELD: &[&str] = &["attr.ib", "attr.attrib", "attr.attr", "attr.field", "attrs.field"];

/// Options that do not change which parameters there are.
const HARMLESS: &[&str] = &[
    "repr",
    "eq",
    "order",
    "unsafe_hash",
    "frozen",
    "match_args",
    "slots",
    "weakref_slot",
    "hash",
    "cmp",
    "str",
    "cache_hash",
    "auto_exc",
    "getstate_setstate",
    "on_setattr",
    "auto_detect",
];

/// What the options of the decorator ask for.
struct Asked {
    makes_init: bool,
    by_keyword: bool,
    annotated: Option<bool>,
}

impl Asked {
    /// `None` where an option is computed, or means something that is not known here.
    fn read(maker: Maker, options: &[ast::Keyword], annotated: Option<bool>) -> Option<Self> {
        let mut asked = Self { makes_init: true, by_keyword: false, annotated };
        for option in options {
            let value = truth(&option.value);
            match option.arg.as_deref()? {
                "auto_attribs" if maker == Maker::Attrs && option.value.is_none_literal_expr() => {
                    asked.annotated = None;
                }
                "init" => asked.makes_init = value?,
                "kw_only" => asked.by_keyword = value?,
                "auto_attribs" if maker == Maker::Attrs => asked.annotated = Some(value?),
                name if HARMLESS.contains(&name) => {}
                _ => return None,
            }
        }
        Some(asked)
    }
}

struct Reader<'a, F> {
    class: &'a ast::StmtClassDef,
    full_name: &'a F,
}

impl<F: Fn(&Expr) -> Option<String>> Reader<'_, F> {
    /// `annotated` says whether every annotated name is a field; `None` leaves that to the body, as attrs does
    /// (<https://www.attrs.org/en/stable/api.html#attrs.define>).
    fn read(&self, maker: Maker, options: &[ast::Keyword], annotated: Option<bool>) -> Option<Fields> {
        let Asked { makes_init, mut by_keyword, annotated } = Asked::read(maker, options, annotated)?;
        let annotated = annotated.unwrap_or_else(|| !self.has_bare_field());
        let mut fields: Vec<Field> = Vec::new();
        for statement in &self.class.body {
            match statement {
                Stmt::AnnAssign(assign) => {
                    let Expr::Name(name) = &*assign.target else { continue };
                    if self.is_one_of(&assign.annotation, "KW_ONLY") && maker == Maker::Dataclass {
                        by_keyword = true;
                        continue;
                    }
                    let is_field = assign
                        .value
                        .as_deref()
                        .is_some_and(|value| self.is_call_of(value, ATTRS_FIELD).is_some());
                    if self.is_one_of(&assign.annotation, "ClassVar") || !annotated && !is_field {
                        continue;
                    }
                    let field = self.field(maker, &name.id, assign.value.as_deref(), by_keyword)?;
                    place(&mut fields, field);
                }
                Stmt::Assign(assign) => {
                    let [Expr::Name(name)] = &assign.targets[..] else { continue };
                    let is_field =
                        maker == Maker::Attrs && self.is_call_of(&assign.value, ATTRS_FIELD).is_some();
                    if is_field && !annotated {
                        let field = self.field(maker, &name.id, Some(&assign.value), by_keyword)?;
                        place(&mut fields, field);
                    } else if let Some(field) = fields.iter_mut().find(|field| field.name == name.id.as_str())
                    {
                        field.required = false;
                    }
                }
                Stmt::FunctionDef(function) => defaults(function, &mut fields),
                // Fields that depend on something.
                Stmt::If(_)
                | Stmt::Try(_)
                | Stmt::With(_)
                | Stmt::For(_)
                | Stmt::While(_)
                | Stmt::Match(_) => return None,
                _ => {}
            }
        }
        Some(Fields { maker, makes_init, fields })
    }

    /// True where a field of attrs stands without an annotation.
    fn has_bare_field(&self) -> bool {
        self.class.body.iter().any(|statement| match statement {
            Stmt::Assign(assign) => self.is_call_of(&assign.value, ATTRS_FIELD).is_some(),
            _ => false,
        })
    }

    /// `None` where an option of the field is computed.
    fn field(&self, maker: Maker, name: &str, value: Option<&Expr>, by_keyword: bool) -> Option<Field> {
        let parameter = if maker == Maker::Attrs { name.trim_start_matches('_') } else { name };
        let mut field = Field {
            name: name.to_owned(),
            parameter: Some(parameter.to_owned()),
            required: value.is_none(),
            by_keyword,
        };
        let makers: &[&str] = match maker {
            Maker::Dataclass => &["dataclasses.field"],
            Maker::Attrs => ATTRS_FIELD,
            Maker::NamedTuple => &[],
        };
        let Some(call) = value.and_then(|value| self.is_call_of(value, makers)) else { return Some(field) };
        // attrs takes the default by position too.
        field.required = call.arguments.args.is_empty();
        for option in &call.arguments.keywords {
            match option.arg.as_deref()? {
                "default" | "default_factory" | "factory" => field.required = false,
                "init" if !truth(&option.value)? => field.parameter = None,
                "kw_only" => field.by_keyword = truth(&option.value)?,
                "alias" => match &option.value {
                    Expr::StringLiteral(alias) => field.parameter = Some(alias.value.to_str().to_owned()),
                    _ => return None,
                },
                _ => {}
            }
        }
        Some(field)
    }

    fn is_call_of<'e>(&self, value: &'e Expr, names: &[&str]) -> Option<&'e ast::ExprCall> {
        let Expr::Call(call) = value else { return None };
        is_one((self.full_name)(&call.func), names).then_some(call)
    }

    /// True for `ClassVar`, `typing.ClassVar[int]` and their quoted forms.
    fn is_one_of(&self, annotation: &Expr, wanted: &str) -> bool {
        match annotation {
            Expr::StringLiteral(text) => text.value.to_str().contains(wanted),
            Expr::Subscript(subscript) => self.is_one_of(&subscript.value, wanted),
            Expr::Name(_) | Expr::Attribute(_) => (self.full_name)(annotation)
                .or_else(|| super::super::syntax::dotted(annotation))
                .is_some_and(|name| name.rsplit('.').next() == Some(wanted)),
            _ => false,
        }
    }
}

/// A field that stands twice keeps its first place.
fn place(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|known| known.name == field.name) {
        Some(known) => *known = field,
        None => fields.push(field),
    }
}

/// `@name.default` gives a field of attrs its default.
fn defaults(function: &ast::StmtFunctionDef, fields: &mut [Field]) {
    for decorator in &function.decorator_list {
        if let Expr::Attribute(attribute) = &decorator.expression
            && attribute.attr.as_str() == "default"
            && let Expr::Name(name) = &*attribute.value
            && let Some(field) = fields.iter_mut().find(|field| field.name == name.id.as_str())
        {
            field.required = false;
        }
    }
}

fn truth(expression: &Expr) -> Option<bool> {
    match expression {
        Expr::BooleanLiteral(literal) => Some(literal.value),
        _ => None,
    }
}

fn is_one(name: Option<String>, names: &[&str]) -> bool {
    name.is_some_and(|name| names.contains(&name.as_str()))
}
