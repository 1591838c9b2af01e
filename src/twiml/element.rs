//! An element is its own XML so far: one string, its attributes before a split point, its content after it.

use std::fmt::{self, Write};

use super::{TwimlError, escape};

/// An element under construction.
#[derive(Clone, PartialEq, Eq)]
#[doc(hidden)]
pub struct Raw {
    xml: String,
    split: usize,
    set: u64,
    by_name: bool,
    error: Option<TwimlError>,
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.xml.len())
    }
}

impl Raw {
    pub(super) fn new(name: &str) -> Self {
        let mut xml = String::with_capacity(96);
        xml.push('<');
        xml.push_str(name);
        let split = xml.len();
        Self { xml, split, set: 0, by_name: false, error: None }
    }

    /// Sets an attribute that `write` appends escaped; a second value replaces the first.
    pub(super) fn set(&mut self, bit: u32, name: &str, write: impl FnOnce(&mut String)) {
        let mask = 1_u64.checked_shl(bit).unwrap_or(0);
        if self.set & mask != 0 || self.by_name {
            self.remove(name);
        }
        self.set |= mask;
        self.insert(name, write);
    }

    /// Sets an attribute that the crate does not know.
    pub(super) fn set_any(&mut self, name: &str, value: &str) {
        if !escape::is_name(name) {
            self.error = Some(TwimlError::Name);
            return;
        }
        self.by_name = true;
        self.remove(name);
        self.insert(name, |out| escape::attribute(value, out));
    }

    fn insert(&mut self, name: &str, write: impl FnOnce(&mut String)) {
        let content = if self.split == self.xml.len() { None } else { Some(self.xml.split_off(self.split)) };
        self.xml.push(' ');
        self.xml.push_str(name);
        self.xml.push_str("=\"");
        write(&mut self.xml);
        self.xml.push('"');
        self.split = self.xml.len();
        if let Some(content) = content {
            self.xml.push_str(&content);
        }
    }

    /// Takes an attribute out. Values are escaped, so that ` name="` can only be the attribute itself.
    fn remove(&mut self, name: &str) {
        let Some(head) = self.xml.get(..self.split) else { return };
        let Some(start) = head.find(&format!(" {name}=\"")) else { return };
        let value = start + name.len() + 3;
        let Some(length) = head.get(value..).and_then(|rest| rest.find('"')) else { return };
        let end = value + length + 1;
        self.xml.replace_range(start..end, "");
        self.split -= end - start;
    }

    pub(super) fn text(&mut self, text: &str) {
        escape::text(text, &mut self.xml);
    }

    /// A comment cannot hold `--` nor end in `-`; spaces are put between.
    pub(super) fn comment(&mut self, text: &str) {
        self.xml.push_str("<!-- ");
        let mut clean = String::with_capacity(text.len());
        escape::text(text, &mut clean);
        let mut previous = ' ';
        for c in clean.chars() {
            if c == '-' && previous == '-' {
                self.xml.push(' ');
            }
            self.xml.push(c);
            previous = c;
        }
        self.xml.push_str(" -->");
    }

    pub(super) fn raw(&mut self, xml: &str) {
        self.xml.push_str(xml);
    }

    pub(super) fn push(&mut self, child: &Self, name: &str) {
        self.error = self.error.or(child.error);
        child.write_to(name, &mut self.xml);
    }

    pub(super) fn write_to(&self, name: &str, out: &mut String) {
        let (head, content) = self.xml.split_at_checked(self.split).unwrap_or((&self.xml, ""));
        out.push_str(head);
        if content.is_empty() {
            out.push_str("/>");
        } else {
            out.push('>');
            out.push_str(content);
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
    }

    pub(super) fn len(&self, name: &str) -> usize {
        // Either "/>" or ">", "</" and ">" with the name again.
        self.xml.len() + if self.xml.len() == self.split { 2 } else { name.len() + 4 }
    }

    pub(super) fn error(&self) -> Option<TwimlError> {
        self.error
    }
}

/// Any TwiML element.
pub trait Element: Sized + fmt::Display {
    /// The element's name on the wire.
    fn name(&self) -> &str;

    #[doc(hidden)]
    fn as_raw(&self) -> &Raw;
}

/// An element that may stand inside `Parent`.
///
/// ```
/// use frontdesk::twiml::{Gather, Say, VoiceResponse};
/// VoiceResponse::new().push(Gather::new().push(Say::new("Press 1.")));
/// ```
///
/// What Twilio does not allow does not compile:
///
/// ```compile_fail
/// use frontdesk::twiml::{Dial, Gather, VoiceResponse};
/// VoiceResponse::new().push(Gather::new().push(Dial::new()));
/// ```
pub trait ChildOf<Parent>: Element {}

pub(super) fn display(raw: &Raw, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut xml = String::with_capacity(raw.len(name));
    raw.write_to(name, &mut xml);
    f.write_str(&xml)
}

pub(super) fn write_list<T: fmt::Display>(items: impl IntoIterator<Item = T>, out: &mut String) {
    let mut joined = String::new();
    for item in items {
        if !joined.is_empty() {
            joined.push(' ');
        }
        // Writing to a string does not fail.
        let _ = write!(joined, "{item}");
    }
    escape::attribute(&joined, out);
}

pub(super) fn write_number(value: u32, out: &mut String) {
    let _ = write!(out, "{value}");
}

/// Declares elements: name, whether they take text, attributes, children.
macro_rules! elements {
    ($(
        $(#[$meta:meta])*
        $name:ident = $wire:literal ($text:ident) {
            attributes { $($(#[$ameta:meta])* $attr:ident: $type:tt = $aname:literal,)* }
            children { $($method:ident: $child:ident $(($plain:ident))?,)* }
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name($crate::twiml::element::Raw);

        const _: () = {
            #[allow(non_camel_case_types, dead_code, clippy::enum_variant_names)]
            enum Bit { $($attr,)* }

            elements!(@new $name $wire $text);

            impl $name {
                $(elements!(@set $(#[$ameta])* $attr: $type = $aname);)*
                $(elements!(@child $name $method: $child $(($plain))?);)*

                /// Appends a child; only those that Twilio allows here compile.
                #[must_use]
                pub fn push(mut self, child: impl $crate::twiml::ChildOf<Self>) -> Self {
                    self.0.push(child.as_raw(), child.name());
                    self
                }

                /// Appends text, escaped.
                #[must_use]
                pub fn text(mut self, text: impl AsRef<str>) -> Self {
                    self.0.text(text.as_ref());
                    self
                }

                /// Appends a comment.
                #[must_use]
                pub fn comment(mut self, text: impl AsRef<str>) -> Self {
                    self.0.comment(text.as_ref());
                    self
                }

                /// Appends XML as it is: for what is newer than this crate. The caller answers for its form.
                #[must_use]
                pub fn raw(mut self, xml: impl AsRef<str>) -> Self {
                    self.0.raw(xml.as_ref());
                    self
                }

                /// Sets an attribute that this crate does not know. A name that XML does not allow makes the
                /// document's `to_xml` fail.
                #[must_use]
                pub fn attribute(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
                    self.0.set_any(name.as_ref(), value.as_ref());
                    self
                }

                /// The attributes this crate knows, by their names on the wire.
                pub const ATTRIBUTES: &'static [&'static str] = &[$($aname,)*];

                /// The children this crate knows, by their names on the wire.
                pub const CHILDREN: &'static [&'static str] = &[$($child::WIRE_NAME,)*];

                /// The element's name on the wire.
                pub const WIRE_NAME: &'static str = $wire;
            }

            $(impl $crate::twiml::ChildOf<$name> for $child {})*
            impl $crate::twiml::ChildOf<$name> for $crate::twiml::Custom {}

            impl $crate::twiml::Element for $name {
                fn name(&self) -> &str {
                    $wire
                }

                fn as_raw(&self) -> &$crate::twiml::element::Raw {
                    &self.0
                }
            }

            impl ::std::fmt::Display for $name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    $crate::twiml::element::display(&self.0, $wire, f)
                }
            }

            impl ::std::fmt::Debug for $name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    write!(f, concat!("<", $wire, "> of {} bytes"), self.0.len($wire))
                }
            }
        };
    )*};
    (@new $name:ident $wire:literal required) => {
        impl $name {
            /// Starts with the element's text.
            #[must_use]
            pub fn new(text: impl AsRef<str>) -> Self {
                Self($crate::twiml::element::Raw::new($wire)).text(text)
            }
        }
        elements!(@from $name);
    };
    (@new $name:ident $wire:literal maybe) => {
        elements!(@new $name $wire required);
        impl $name {
            /// Starts without text.
            #[must_use]
            pub fn empty() -> Self {
                Self($crate::twiml::element::Raw::new($wire))
            }
        }
    };
    (@new $name:ident $wire:literal optional) => {
        elements!(@new $name $wire none);
        impl<T: AsRef<str>> From<T> for $name {
            fn from(text: T) -> Self {
                Self::new().text(text)
            }
        }
    };
    (@new $name:ident $wire:literal none) => {
        impl $name {
            /// Starts empty.
            #[must_use]
            pub fn new() -> Self {
                Self($crate::twiml::element::Raw::new($wire))
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (@from $name:ident) => {
        impl<T: AsRef<str>> From<T> for $name {
            fn from(text: T) -> Self {
                Self::new(text)
            }
        }
    };
    (@set $(#[$meta:meta])* $attr:ident: str = $aname:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $attr(mut self, value: impl AsRef<str>) -> Self {
            let value = value.as_ref();
            self.0.set(Bit::$attr as u32, $aname, |out| $crate::twiml::escape::attribute(value, out));
            self
        }
    };
    (@set $(#[$meta:meta])* $attr:ident: u32 = $aname:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $attr(mut self, value: u32) -> Self {
            self.0.set(Bit::$attr as u32, $aname, |out| $crate::twiml::element::write_number(value, out));
            self
        }
    };
    (@set $(#[$meta:meta])* $attr:ident: bool = $aname:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $attr(mut self, value: bool) -> Self {
            self.0.set(Bit::$attr as u32, $aname, |out| out.push_str(if value { "true" } else { "false" }));
            self
        }
    };
    (@set $(#[$meta:meta])* $attr:ident: [$type:ty] = $aname:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $attr(mut self, values: impl IntoIterator<Item = impl Into<$type>>) -> Self {
            let values = values.into_iter().map(|value| -> $type { value.into() });
            self.0.set(Bit::$attr as u32, $aname, |out| $crate::twiml::element::write_list(values, out));
            self
        }
    };
    (@set $(#[$meta:meta])* $attr:ident: $type:ident = $aname:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $attr(mut self, value: impl Into<$type>) -> Self {
            let value: $type = value.into();
            self.0.set(Bit::$attr as u32, $aname, |out| $crate::twiml::escape::attribute(value.as_str(), out));
            self
        }
    };
    (@child $name:ident $method:ident: $child:ident) => {
        #[doc = concat!("Appends a [`", stringify!($child), "`].")]
        #[must_use]
        pub fn $method(self, child: impl Into<$child>) -> Self {
            self.push(child.into())
        }
    };
    (@child $name:ident $method:ident: $child:ident (plain)) => {
        #[doc = concat!("Appends a plain [`", stringify!($child), "`].")]
        #[must_use]
        pub fn $method(self) -> Self {
            self.push($child::new())
        }
    };
}
pub(super) use elements;

/// An element that this crate does not know, allowed everywhere.
///
/// ```
/// use frontdesk::twiml::{Custom, VoiceResponse};
/// let xml = VoiceResponse::new().push(Custom::new("Ninja").attribute("sword", "always").text("John")).to_xml()?;
/// assert!(xml.ends_with("<Response><Ninja sword=\"always\">John</Ninja></Response>"));
/// # Ok::<(), frontdesk::twiml::TwimlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Custom {
    name: String,
    raw: Raw,
}

impl Custom {
    /// Starts an element of this name. A name that XML does not allow makes the document's `to_xml` fail.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        if escape::is_name(&name) {
            let raw = Raw::new(&name);
            return Self { name, raw };
        }
        let mut raw = Raw::new("_");
        raw.error = Some(TwimlError::Name);
        Self { name: "_".into(), raw }
    }

    /// Sets an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.raw.set_any(name.as_ref(), value.as_ref());
        self
    }

    /// Appends text, escaped.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        self.raw.text(text.as_ref());
        self
    }

    /// Appends any element.
    #[must_use]
    pub fn push(mut self, child: impl Element) -> Self {
        self.raw.push(child.as_raw(), child.name());
        self
    }
}

impl Element for Custom {
    fn name(&self) -> &str {
        &self.name
    }

    fn as_raw(&self) -> &Raw {
        &self.raw
    }
}

impl fmt::Display for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display(&self.raw, &self.name, f)
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}> of {} bytes", self.name, self.raw.len(&self.name))
    }
}
