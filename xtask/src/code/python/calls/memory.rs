//! What a resolver found out, kept for the next question.
//!
//! A name that is asked for while it is being followed stands in a circle, and chains that are too long are cut off.
//! What was found below such a place depends on where the asking began: it is not kept, so that an answer is the
//! same whatever was asked before.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::classes::Node;
use super::resolve::{Id, Thing};
use crate::code::python::imports::{FileId, Root};

/// Nothing was asked for that is still being followed.
const NOTHING: usize = usize::MAX;

/// Answers by what they answer.
#[derive(Debug)]
pub(super) struct Memory {
    names: RefCell<HashMap<FileId, HashMap<String, Known>>>,
    imports: RefCell<HashMap<(FileId, usize), Thing>>,
    orders: RefCell<HashMap<Id, Rc<Vec<Node>>>>,
    members: RefCell<HashMap<(Id, bool), HashMap<String, Thing>>>,
    roots: RefCell<BTreeMap<FileId, Rc<Vec<Root>>>>,
    /// Classes whose order is being worked out.
    ordering: RefCell<Vec<Id>>,
    /// How many names are being followed.
    asking: Cell<usize>,
    /// The first of them that was asked for again, counted from 1; 0 where a chain was cut off.
    reached: Cell<usize>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            names: RefCell::default(),
            imports: RefCell::default(),
            orders: RefCell::default(),
            members: RefCell::default(),
            roots: RefCell::default(),
            ordering: RefCell::default(),
            asking: Cell::default(),
            reached: Cell::new(NOTHING),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Known {
    Is(Thing),
    /// It is being followed, as the so manieth from 1.
    Asked(usize),
}

impl Memory {
    /// A chain is cut off here: what is found on the way back is not kept.
    pub(super) fn cut(&self) {
        self.reached.set(0);
    }

    /// Answers, and says whether the answer hangs on nothing that is being followed before the `position`th name.
    fn settled<T>(&self, position: usize, find: impl FnOnce() -> T) -> (T, bool) {
        let outer = self.reached.replace(NOTHING);
        let found = find();
        let reached = self.reached.get();
        let is_settled = reached >= position;
        self.reached.set(if is_settled { outer } else { outer.min(reached) });
        (found, is_settled)
    }

    /// What a name of a module stands for; unknown where it stands for itself.
    pub(super) fn name(&self, file: FileId, name: &str, find: impl FnOnce() -> Thing) -> Thing {
        match self.names.borrow().get(&file).and_then(|names| names.get(name)) {
            Some(Known::Is(thing)) => return *thing,
            Some(Known::Asked(position)) => {
                self.reached.set(self.reached.get().min(*position));
                return Thing::Unknown;
            }
            None => {}
        }
        let position = self.asking.get() + 1;
        self.asking.set(position);
        let keep = |known: Known| {
            self.names.borrow_mut().entry(file).or_default().insert(name.to_owned(), known);
        };
        keep(Known::Asked(position));
        let (found, is_settled) = self.settled(position, find);
        self.asking.set(position - 1);
        if is_settled {
            keep(Known::Is(found));
        } else {
            self.names.borrow_mut().entry(file).or_default().remove(name);
        }
        found
    }

    /// What an import of a file binds.
    pub(super) fn import(&self, file: FileId, id: usize, find: impl FnOnce() -> Thing) -> Thing {
        if let Some(known) = self.imports.borrow().get(&(file, id)) {
            return *known;
        }
        let (found, is_settled) = self.settled(NOTHING, find);
        if is_settled {
            self.imports.borrow_mut().insert((file, id), found);
        }
        found
    }

    /// What an attribute of a class, or of its objects, stands for.
    pub(super) fn member(
        &self,
        (class, in_instance): (Id, bool),
        name: &str,
        find: impl FnOnce() -> Thing,
    ) -> Thing {
        let key = (class, in_instance);
        if let Some(known) = self.members.borrow().get(&key).and_then(|members| members.get(name)) {
            return *known;
        }
        let (found, is_settled) = self.settled(NOTHING, find);
        if is_settled {
            self.members.borrow_mut().entry(key).or_default().insert(name.to_owned(), found);
        }
        found
    }

    /// The lookup order of a class; `None` where it is derived from itself.
    pub(super) fn order(&self, class: Id, find: impl FnOnce() -> Vec<Node>) -> Option<Rc<Vec<Node>>> {
        if let Some(known) = self.orders.borrow().get(&class) {
            return Some(Rc::clone(known));
        }
        if self.ordering.borrow().contains(&class) {
            self.cut();
            return None;
        }
        self.ordering.borrow_mut().push(class);
        let (found, is_settled) = self.settled(NOTHING, find);
        self.ordering.borrow_mut().pop();
        let order = Rc::new(found);
        if is_settled {
            self.orders.borrow_mut().insert(class, Rc::clone(&order));
        }
        Some(order)
    }

    /// The folders that a file's absolute imports start from.
    pub(super) fn roots(&self, file: FileId, find: impl FnOnce() -> Vec<Root>) -> Rc<Vec<Root>> {
        let known = self.roots.borrow().get(&file).cloned();
        known.unwrap_or_else(|| {
            let roots = Rc::new(find());
            self.roots.borrow_mut().insert(file, Rc::clone(&roots));
            roots
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUND: Thing = Thing::Class((7, 7));

    #[test]
    fn an_answer_that_hangs_on_nothing_is_asked_for_once() {
        let memory = Memory::default();
        assert_eq!(memory.name(1, "a", || memory.import(1, 0, || FOUND)), FOUND);
        let again = || -> Thing { panic!("it is known") };
        assert_eq!(memory.name(1, "a", again), FOUND);
        assert_eq!(memory.import(1, 0, again), FOUND);
    }

    #[test]
    fn what_was_found_inside_of_a_circle_is_found_anew_from_elsewhere() {
        let memory = Memory::default();
        // a -> b -> a: of b nothing is kept, of a, where the asking began, what came out.
        let inner = || memory.name(1, "b", || memory.name(1, "a", || panic!("it is being followed")));
        assert_eq!(memory.name(1, "a", inner), Thing::Unknown);
        assert_eq!(memory.name(1, "a", || FOUND), Thing::Unknown);
        assert_eq!(memory.name(1, "b", || FOUND), FOUND);
    }

    #[test]
    fn what_was_cut_off_is_not_kept() {
        let memory = Memory::default();
        let cut = || {
            memory.cut();
            Thing::Unknown
        };
        assert_eq!(memory.name(1, "a", || memory.member(((1, 1), true), "b", cut)), Thing::Unknown);
        assert_eq!(memory.member(((1, 1), true), "b", || FOUND), FOUND);
        assert_eq!(memory.name(1, "a", || FOUND), FOUND);
    }

    #[test]
    fn a_class_that_is_derived_from_itself_has_no_order() {
        let memory = Memory::default();
        let class = (1, 1);
        let order = memory.order(class, || {
            assert_eq!(memory.order(class, || panic!("it is being worked out")), None);
            Vec::new()
        });
        assert_eq!(order, Some(Rc::new(Vec::new())));
    }
}
