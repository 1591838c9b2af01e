//! Enumerations that the other side may extend.

use std::fmt;

/// A value that this version of the crate has no name for.
///
/// It can only come from outside, so that no known value exists in two spellings.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unrecognized(Box<str>);

impl Unrecognized {
    pub(crate) fn new(value: &str) -> Self {
        Self(value.into())
    }

    /// The value as it was received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// What every enumeration of [`open_enum!`] can do.
pub(crate) trait Open: Sized + 'static {
    #[cfg(test)]
    const ALL: &'static [Self];

    fn from_text(text: &str) -> Self;

    fn text(&self) -> &str;
}

/// Declares an enumeration whose unknown values survive a round trip.
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* $variant,)*
            /// A value that this version of the crate has no name for.
            Other($crate::Unrecognized),
        }

        impl $name {
            /// The known values, in the order of their declaration.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The value as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(value) => value.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Other($crate::Unrecognized::new(other)),
                }
            }
        }

        impl $crate::open::Open for $name {
            #[cfg(test)]
            const ALL: &'static [Self] = Self::KNOWN;

            fn from_text(text: &str) -> Self {
                Self::from(text)
            }

            fn text(&self) -> &str {
                self.as_str()
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self::from(text.as_ref()))
            }
        }
    };
}
pub(crate) use open_enum;

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro declares what is public elsewhere")]
mod tests {
    open_enum! {
        /// A sample.
        pub enum Fruit {
            /// Red or green.
            Apple = "apple",
            /// Orange.
            Orange = "navel-orange",
        }
    }

    #[test]
    fn known_and_unknown_values_survive_a_round_trip() {
        for text in ["apple", "navel-orange", "kiwi", "", "Apple"] {
            let fruit = Fruit::from(text);
            assert_eq!(fruit.as_str(), text);
            let json = serde_json::to_string(&fruit).unwrap();
            assert_eq!(serde_json::from_str::<Fruit>(&json).unwrap(), fruit);
        }
        assert_eq!(Fruit::from("navel-orange"), Fruit::Orange);
        assert!(matches!(Fruit::from("kiwi"), Fruit::Other(_)));
        assert_eq!(Fruit::KNOWN.len(), 2);
    }
}
