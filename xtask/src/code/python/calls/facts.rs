//! What one file says about calls: its functions and classes, what its names stand for, and what it calls.

use std::collections::{BTreeMap, BTreeSet};

use super::signature::{Arguments, Signature};
use crate::pack::{pack_fields, pack_variants};

/// What one file says about calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallFacts {
    pub(crate) functions: Vec<Function>,
    pub(crate) classes: Vec<Class>,
    /// What the names of the module stand for.
    pub(crate) names: BTreeMap<String, Binding>,
    pub(crate) calls: Vec<Call>,
    /// Names that are set as attributes of something that is not `self`, or by a test's patching; constructors as
    /// `Class.__init__`.
    pub(crate) patched: BTreeSet<String>,
    /// Classes that are arguments of a call.
    pub(crate) handed: BTreeSet<String>,
    /// Chains of names that begin with an import, `module.name`, where a name that is not there is no failure that the
    /// text expects; each once, as written.
    pub(crate) uses: BTreeMap<String, Use>,
}

/// Where a chain of names is used first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// What a name of the module stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// What an expression stands for, as far as one file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Value {
    #[default]
    /// Several things, or what only running would tell.
    Unclear,
    /// A name of the module, or a builtin.
    Name(String),
    /// What an import statement binds, by its place in the file's imports.
    Import(usize),
    Function(usize),
    Class(usize),
    Attribute(Box<Value>, String),
    /// The result of a call.
    Made(Box<Value>),
    /// The first parameter of a method of the class.
    SelfOf(usize),
    /// The first parameter of a class method of the class.
    ClassOf(usize),
    /// `super()` in a method of the class; true in an instance's.
    SuperOf(usize, bool),
    /// An object of the class, or of one derived from it: what an annotation says.
    ObjectOf(Box<Value>),
    /// What every object of a class holds under a name: each of them, not the class.
    Held(Box<Value>),
}

/// One function or method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) signature: Signature,
    pub(crate) kind: Kind,
    /// Decorators that are not known to leave the signature as it is.
    pub(crate) decorators: Vec<Value>,
    /// It gives back its first argument and nothing else: as a decorator it changes nothing.
    pub(crate) gives_back: bool,
    /// What a call of it gives, by its annotation.
    pub(crate) returns: Value,
    /// It only says what derived classes must have.
    pub(crate) is_abstract: bool,
    /// The class that it stands in.
    pub(crate) class: Option<usize>,
}

/// How a method binds its first argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Plain,
    Class,
    Static,
}

/// One class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) bases: Vec<Base>,
    /// Its construction or its attributes are made by something else than its text: a metaclass, a decorator.
    pub(crate) is_opaque: bool,
    /// Decorators that are not known to leave the class as it is.
    pub(crate) decorators: Vec<Value>,
    /// What its body and its methods bind; what is bound twice is unclear.
    pub(crate) members: BTreeMap<String, Value>,
    pub(crate) fields: Option<Fields>,
}

/// One base of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) value: Value,
    /// The dotted name, from the top of the module that it was imported from; empty where it is computed.
    pub(crate) name: String,
}

/// What makes a constructor out of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    Dataclass,
    Attrs,
    NamedTuple,
}

/// The fields of a class whose constructor is made from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) maker: Maker,
    /// False when the class asks for no constructor.
    pub(crate) makes_init: bool,
    pub(crate) fields: Vec<Field>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The name of the constructor's parameter; `None` when it has none.
    pub(crate) parameter: Option<String>,
    pub(crate) required: bool,
    pub(crate) by_keyword: bool,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) line: usize,
    pub(crate) callee: Value,
    pub(crate) arguments: Arguments,
    /// A name of the callee that is not there would be a failure which nothing takes and nobody asked about.
    pub(crate) needs_names: bool,
}

pack_fields!(CallFacts { functions, classes, names, calls, patched, handed, uses });
pack_fields!(Use { line, value });
pack_fields!(Binding { line, value });
pack_variants!(Value {
    0 => Unclear,
    1 => Name(name),
    2 => Import(id),
    3 => Function(id),
    4 => Class(id),
    5 => Attribute(owner, name),
    6 => Made(callee),
    7 => SelfOf(class),
    8 => ClassOf(class),
    9 => SuperOf(class, in_instance),
    10 => ObjectOf(class),
    11 => Held(value),
});
pack_fields!(Function { name, line, signature, kind, decorators, gives_back, returns, is_abstract, class });
pack_variants!(Kind { 0 => Plain, 1 => Class, 2 => Static });
pack_fields!(Class { name, line, bases, is_opaque, decorators, members, fields });
pack_fields!(Base { value, name });
pack_variants!(Maker { 0 => Dataclass, 1 => Attrs, 2 => NamedTuple });
pack_fields!(Fields { maker, makes_init, fields });
pack_fields!(Field { name, parameter, required, by_keyword });
pack_fields!(Call { line, callee, arguments, needs_names });
