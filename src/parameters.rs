//! How the types of requests are declared: each is its own query or form so far.

use std::fmt;

/// A value of a request.
pub(crate) trait Param {
    /// The text of a form field or query parameter.
    fn wire(&self) -> String;

    /// Any valid value.
    #[cfg(test)]
    fn sample() -> Self;

    /// The values of an enumeration.
    #[cfg(test)]
    fn known() -> Vec<String> {
        Vec::new()
    }
}

/// Names and values as they stand on the wire, in the order in which they were set. `Debug` shows no values.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    pub(crate) fn set(&mut self, name: &'static str, value: &impl Param) {
        let text = value.wire();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = text,
            None => self.0.push((name, text)),
        }
    }

    pub(crate) fn add(&mut self, name: &'static str, value: &impl Param) {
        self.0.push((name, value.wire()));
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Declares what a request takes. A parameter is `set` to a value, `into` a value from what converts, or `many`:
/// each call adds one, and the list goes out as a repeated field.
macro_rules! parameters {
    ($(#[$meta:meta])* pub struct $name:ident ($($req:ident: $rty:ty = $rwire:literal),*) {
        $($(#[$fmeta:meta])* $field:ident: $mode:ident $type:ty = $wire:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[must_use]
        pub struct $name {
            pub(crate) fields: $crate::parameters::Parameters,
        }

        impl $name {
            $crate::parameters::parameters!(@new $($req: $rty = $rwire),*);

            $($crate::parameters::parameters!(@setter $mode $(#[$fmeta])* $field $type = $wire);)*

            /// Every parameter set to some value.
            #[cfg(test)]
            #[allow(dead_code, reason = "for the conformance test")]
            pub(crate) fn everything() -> Self {
                Self::new($(<$rty as $crate::parameters::Param>::sample()),*)
                    $(.$field(<$type as $crate::parameters::Param>::sample()))*
            }

            /// The known values of each enumeration.
            #[cfg(test)]
            #[allow(dead_code, reason = "for the conformance test")]
            pub(crate) fn known() -> Vec<(&'static str, Vec<String>)> {
                vec![
                    $(($rwire, <$rty as $crate::parameters::Param>::known()),)*
                    $(($wire, <$type as $crate::parameters::Param>::known()),)*
                ]
            }
        }

        $crate::parameters::parameters!(@default $name $($req)*);
    };
    (@new) => {
        /// Starts with nothing set.
        pub fn new() -> Self {
            Self { fields: Default::default() }
        }
    };
    (@new $($req:ident: $rty:ty = $rwire:literal),+) => {
        /// Starts with what is required.
        pub fn new($($req: impl Into<$rty>),+) -> Self {
            let mut fields = $crate::parameters::Parameters::default();
            $(fields.set($rwire, &<_ as Into<$rty>>::into($req));)+
            Self { fields }
        }
    };
    (@default $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@default $name:ident $($req:ident)+) => {};
    (@setter set $(#[$fmeta:meta])* $field:ident $type:ty = $wire:literal) => {
        $(#[$fmeta])*
        pub fn $field(mut self, $field: $type) -> Self {
            self.fields.set($wire, &$field);
            self
        }
    };
    (@setter into $(#[$fmeta:meta])* $field:ident $type:ty = $wire:literal) => {
        $(#[$fmeta])*
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.fields.set($wire, &<_ as Into<$type>>::into($field));
            self
        }
    };
    (@setter many $(#[$fmeta:meta])* $field:ident $type:ty = $wire:literal) => {
        $(#[$fmeta])*
        pub fn $field(mut self, $field: impl Into<$type>) -> Self {
            self.fields.add($wire, &<_ as Into<$type>>::into($field));
            self
        }
    };
}
pub(crate) use parameters;
