//! The compact form of what the cache keeps: fields one after another, numbers of variable length.
//!
//! Whoever unpacks knows the type; a change of a type needs another version of what is kept. The room knows no type of
//! others: each gives its own types their form.

use std::collections::{BTreeMap, BTreeSet};

/// A value with a compact form.
pub(crate) trait Pack: Sized {
    /// Adds the form to the end of `out`.
    fn pack(&self, out: &mut Vec<u8>);

    /// Takes a value from the start of `from`; `None` where the bytes are none.
    fn unpack(from: &mut &[u8]) -> Option<Self>;

    /// The form alone.
    fn packed(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.pack(&mut out);
        out
    }

    /// The value whose form these bytes are, all of them.
    fn of_packed(mut bytes: &[u8]) -> Option<Self> {
        let value = Self::unpack(&mut bytes)?;
        bytes.is_empty().then_some(value)
    }
}

impl Pack for usize {
    fn pack(&self, out: &mut Vec<u8>) {
        let mut left = *self;
        while left >= 0x80 {
            out.push(left as u8 | 0x80);
            left >>= 7;
        }
        out.push(left as u8);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let mut value = 0_usize;
        for shift in (0..usize::BITS).step_by(7) {
            let (&byte, rest) = from.split_first()?;
            *from = rest;
            value |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

impl Pack for u32 {
    fn pack(&self, out: &mut Vec<u8>) {
        (*self as usize).pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        usize::unpack(from)?.try_into().ok()
    }
}

impl Pack for bool {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        (byte < 2).then_some(byte == 1)
    }
}

impl Pack for String {
    fn pack(&self, out: &mut Vec<u8>) {
        self.len().pack(out);
        out.extend(self.as_bytes());
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let length = usize::unpack(from)?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        Some(std::str::from_utf8(text).ok()?.to_owned())
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.is_some().pack(out);
        if let Some(value) = self {
            value.pack(out);
        }
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some(if bool::unpack(from)? { Some(T::unpack(from)?) } else { None })
    }
}

impl<T: Pack> Pack for Box<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        (**self).pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        T::unpack(from).map(Box::new)
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.len().pack(out);
        self.iter().for_each(|each| each.pack(out));
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let length = usize::unpack(from)?;
        // Each element takes a byte at least, so damaged lengths ask for no memory.
        let mut values = Vec::with_capacity(length.min(from.len()));
        for _ in 0..length {
            values.push(T::unpack(from)?);
        }
        Some(values)
    }
}

impl<T: Pack + Ord> Pack for BTreeSet<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.len().pack(out);
        self.iter().for_each(|each| each.pack(out));
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Vec::unpack(from).map(|values| values.into_iter().collect())
    }
}

impl<K: Pack + Ord, V: Pack> Pack for BTreeMap<K, V> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.len().pack(out);
        self.iter().for_each(|(key, value)| {
            key.pack(out);
            value.pack(out);
        });
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Vec::<(K, V)>::unpack(from).map(|values| values.into_iter().collect())
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, out: &mut Vec<u8>) {
        self.0.pack(out);
        self.1.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some((A::unpack(from)?, B::unpack(from)?))
    }
}

/// Gives a struct its form: all its fields, in this order.
macro_rules! pack_fields {
    ($type:ty { $($field:ident),* $(,)? }) => {
        impl $crate::pack::Pack for $type {
            fn pack(&self, out: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($field.pack(out);)*
            }

            fn unpack(from: &mut &[u8]) -> Option<Self> {
                $(let $field = $crate::pack::Pack::unpack(from)?;)*
                Some(Self { $($field),* })
            }
        }
    };
}

/// Gives an enum its form: the number of the variant, then its values.
macro_rules! pack_variants {
    ($type:ty { $($number:literal => $variant:ident $(( $($value:ident),* ))?),* $(,)? }) => {
        impl $crate::pack::Pack for $type {
            fn pack(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $(( $($value),* ))? => {
                        out.push($number);
                        $($($value.pack(out);)*)?
                    })*
                }
            }

            fn unpack(from: &mut &[u8]) -> Option<Self> {
                let (&number, rest) = from.split_first()?;
                *from = rest;
                match number {
                    $($number => {
                        $($(let $value = $crate::pack::Pack::unpack(from)?;)*)?
                        Some(Self::$variant $(( $($value),* ))?)
                    })*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {pack_fields, pack_variants};

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Pair {
        name: String,
        places: Vec<usize>,
    }
    pack_fields!(Pair { name, places });

    #[derive(Debug, PartialEq)]
    enum Kind {
        None,
        Both(Box<Kind>, bool),
    }
    pack_variants!(Kind { 0 => None, 1 => Both(kind, flag) });

    #[test]
    fn values_come_back_and_take_all_of_their_bytes() {
        let numbers = [0, 1, 127, 128, 300, usize::MAX];
        let pair = Pair { name: "ä".repeat(100), places: numbers.to_vec() };
        let kind = Kind::Both(Box::new(Kind::Both(Box::new(Kind::None), true)), false);
        let table = BTreeMap::from([(1_u32, Some("x".to_owned())), (2, None)]);
        let bytes = [pair.packed(), kind.packed(), table.packed()].concat();
        let mut from = &bytes[..];
        assert_eq!(Pair::unpack(&mut from), Some(pair));
        assert_eq!(Kind::unpack(&mut from), Some(kind));
        assert_eq!(BTreeMap::unpack(&mut from), Some(table));
        assert!(from.is_empty());
    }

    #[test]
    fn damaged_bytes_are_no_value_and_ask_for_no_memory() {
        let whole = Pair { name: "name".to_owned(), places: vec![1, 2] }.packed();
        for end in 0..whole.len() {
            assert_eq!(Pair::unpack(&mut &whole[..end]), None, "cut at {end}");
        }
        let huge = usize::MAX.packed();
        assert_eq!(Vec::<bool>::unpack(&mut &huge[..]), None);
        assert_eq!(Kind::unpack(&mut &[9_u8][..]), None);
        assert_eq!(usize::unpack(&mut &[0xff; 20][..]), None);
    }
}
