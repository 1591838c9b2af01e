//! How the types of answers are declared.

/// A property of an answer and, for an enumeration, its known values.
#[cfg(test)]
pub(super) type Property = (String, Vec<String>);

/// Declares what an answer holds: every property optional, since Twilio leaves out or nulls what its own
/// specification promises.
macro_rules! resource {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[$fmeta:meta])* $field:ident $(= $wire:literal)?: $type:ty,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, ::serde::Deserialize)]
        #[non_exhaustive]
        pub struct $name {$(
            $(#[$fmeta])*
            $(#[serde(rename = $wire)])?
            #[serde(default, deserialize_with = "crate::twilio::wire::read")]
            pub $field: Option<$type>,
        )*}

        impl $crate::twilio::wire::Wire for $name {
            fn read<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                ::serde::Deserialize::deserialize(deserializer)
            }

            #[cfg(test)]
            fn properties() -> Vec<$crate::twilio::resource::Property> {
                let mut properties = Vec::new();
                $({
                    let name = $crate::twilio::resource::name(stringify!($field), &[$($wire)?]);
                    properties.push((name.clone(), <$type as $crate::twilio::wire::Wire>::known()));
                    for (inner, known) in <$type as $crate::twilio::wire::Wire>::properties() {
                        properties.push((format!("{name}.{inner}"), known));
                    }
                })*
                properties
            }

            #[cfg(test)]
            fn missing(&self, prefix: &str, into: &mut Vec<String>) {
                $({
                    let name = $crate::twilio::resource::name(stringify!($field), &[$($wire)?]);
                    let path = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
                    match &self.$field {
                        Some(value) => $crate::twilio::wire::Wire::missing(value, &path, into),
                        None => into.push(path),
                    }
                })*
            }
        }
    };
}
pub(super) use resource;

/// The name on the wire.
#[cfg(test)]
pub(super) fn name(field: &str, wire: &[&str]) -> String {
    wire.first().map_or_else(|| field.trim_start_matches("r#").to_owned(), |wire| (*wire).to_owned())
}
