//! TwiML as it was received, read by a parser that is not ours.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// An element with its attributes, text and children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Self>,
}

impl Node {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.attribute(name) == Some("true")
    }

    fn open(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut node = Self { name: start.name().0.to_owned(), ..Self::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            node.attributes.push((attribute.key.0.to_owned(), value.into_owned()));
        }
        Ok(node)
    }
}

/// The document's root, or why it is none.
pub(super) fn parse(xml: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<Node> = vec![Node::default()];
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match event {
            Event::Start(start) => open.push(Node::open(&start)?),
            Event::Empty(start) => {
                let node = Node::open(&start)?;
                open.last_mut().ok_or("nothing is open")?.children.push(node);
            }
            Event::End(_) => {
                let node = open.pop().ok_or("nothing is open")?;
                open.last_mut().ok_or("too many ends")?.children.push(node);
            }
            Event::Text(text) => open.last_mut().ok_or("nothing is open")?.text.push_str(&text),
            Event::CData(text) => open.last_mut().ok_or("nothing is open")?.text.push_str(&text),
            Event::GeneralRef(name) => {
                let resolved = match name.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&name).ok_or("an unknown entity")?.to_owned(),
                };
                open.last_mut().ok_or("nothing is open")?.text.push_str(&resolved);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(mut top), true) if top.children.len() == 1 => Ok(top.children.remove(0)),
        _ => Err("the document has not exactly one root".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_text_attributes_and_children() {
        let root = parse("<?xml version=\"1.0\"?><R a=\"1 &amp; 2\"><S>x &lt; y&#33;</S><T/></R>").unwrap();
        assert_eq!((root.name.as_str(), root.attribute("a")), ("R", Some("1 & 2")));
        assert_eq!(root.children[0].text, "x < y!");
        assert_eq!(root.children[1].name, "T");
    }

    #[test]
    fn refuses_what_is_no_document() {
        for xml in ["", "<a>", "<a/><b/>", "text", "<a></b>", "<a b=c/>", "<a>&nope;</a>"] {
            assert!(parse(xml).is_err(), "{xml}");
        }
    }
}
