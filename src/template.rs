//! Texts with places to fill.
//!
//! ```
//! let text = frontdesk::template::fill("Sorry we missed you. {business}", &[("business", "Dr Ito")]);
//! assert_eq!(text, "Sorry we missed you. Dr Ito");
//! ```

/// Puts values in the place of `{name}`. A name without a value stays as it is, and values are not searched again.
#[must_use]
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let known = from.find('}').and_then(|close| {
            let name = from.get(1..close)?;
            let value = values.iter().find(|(key, _)| *key == name)?.1;
            Some((value, from.get(close + 1..)?))
        });
        match known {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_known_names_once() {
        let values = [("a", "{b}"), ("b", "x")];
        assert_eq!(fill("{a}{b}{c}{", &values), "{b}x{c}{");
        assert_eq!(fill("{{a}}", &values), "{{b}}");
        assert_eq!(fill("ä{a", &values), "ä{a");
    }
}
