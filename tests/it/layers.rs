//! Arrows point downward: a file imports from its own layer or a lower one, and adapters never from one another.

use std::path::{Path, PathBuf};

/// Longest prefix wins.
const LAYERS: &[(&str, u8)] = &[
    ("address", 0),
    ("clock", 0),
    ("error", 0),
    ("id", 0),
    ("open", 0),
    ("phone", 0),
    ("secret", 0),
    ("telemetry", 0),
    ("wake", 0),
    ("form", 1),
    ("object", 1),
    ("parameters", 1),
    ("schedule", 1),
    ("template", 1),
    ("transport", 1),
    ("twiml", 1),
    ("analytics", 2),
    ("auth", 2),
    ("auth/jwt", 3),
    ("blob", 2),
    ("booking", 2),
    ("calendar", 2),
    ("calendar/conformance", 3),
    ("calendar/diary", 3),
    ("call", 2),
    ("message", 2),
    ("notification", 2),
    ("number", 2),
    ("relay", 2),
    ("store", 2),
    ("tenant", 2),
    ("token", 2),
    ("backoffice", 3),
    ("email", 3),
    ("google", 3),
    ("kestra", 3),
    ("blob/directory", 3),
    ("blob/memory", 3),
    ("store/conformance", 3),
    ("store/memory", 3),
    ("store/sql", 3),
    ("twilio", 3),
    ("availability", 4),
    ("calls", 4),
    ("connect", 4),
    ("feed", 4),
    ("messaging", 4),
    ("notify", 4),
    ("provisioning", 4),
    ("reserve", 4),
    ("vault", 4),
    ("worker", 4),
    ("axum", 5),
    ("assistant", 4),
    ("passport", 0),
    ("spoken", 1),
    ("vapi", 3),
    ("desk", 5),
    ("sim", 5),
];

/// The layer of a path below `src`, and what names its module there.
fn layer(path: &str) -> (&'static str, u8) {
    let module = path.strip_suffix(".rs").unwrap_or(path);
    let fits = |name: &str| module == name || module.starts_with(&format!("{name}/"));
    *LAYERS
        .iter()
        .filter(|(name, _)| fits(name))
        .max_by_key(|(name, _)| name.len())
        .unwrap_or_else(|| panic!("{path} stands in no layer: give it one in tests/it/layers.rs"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What a file names of the crate outside its tests: `crate::a::…`.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1).map(ToOwned::to_owned).collect::<Vec<_>>())
        .map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
            rest[..end].replace("::", "/").trim_end_matches('/').to_owned()
        })
        // What stands at the root is re-exported from the foundations.
        .filter(|path| path.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

#[test]
fn every_import_points_downward() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    let mut wrong = Vec::new();
    for path in &all {
        let name = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        if name == "lib.rs" {
            continue;
        }
        let (module, own) = layer(&name);
        for import in imports(&std::fs::read_to_string(path).unwrap()) {
            let (other, theirs) = layer(&import);
            let sideways = own == 3 && theirs == 3 && module != other;
            if theirs > own || sideways {
                wrong.push(format!("{name} (layer {own}) imports {import} (layer {theirs})"));
            }
        }
    }
    assert!(all.len() > 50, "the files were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_check_would_find_a_wrong_arrow() {
    let found = imports("use crate::twilio::Client;\n//! crate::desk\nlet x = crate::store::MemoryStore::new();");
    assert_eq!(found, ["twilio/Client", "store/MemoryStore/new"]);
    assert_eq!(layer("store/memory.rs"), ("store/memory", 3));
    assert!(layer("twilio/Client").1 > layer("call/record.rs").1);
}
