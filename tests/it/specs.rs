use std::io::Write;
use std::path::PathBuf;

/// Says something even when the test passes: what was covered, and what was skipped.
pub(crate) fn say(text: impl std::fmt::Display) {
    // The test harness captures what is printed, not what is written.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A file of the vendors' specifications and vectors, which are not part of the package.
///
/// `FRONTDESK_SPECS` names the folder of specifications; vectors lie in `vectors` beside it.
pub(crate) fn spec(name: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("FRONTDESK_SPECS").map(PathBuf::from) else {
        say(format_args!("skipped: FRONTDESK_SPECS is not set, so {name} is not there to test against"));
        return None;
    };
    let path = match name.strip_prefix("vectors/") {
        Some(vector) => folder.parent().unwrap().join("vectors").join(vector),
        None => folder.join(name),
    };
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
