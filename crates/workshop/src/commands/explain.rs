//! `cargo workshop explain`.

use trace_shape::Code;

use crate::{
    Problem,
    cli::{End, print},
    names,
};

/// What a code means.
pub(crate) fn explain(typed: &str) -> Result<End, Problem> {
    let wanted = typed.trim().to_lowercase().replace('_', "-");
    let code: Code = wanted.parse().map_err(|_| unknown(typed, &wanted))?;
    print(&format!("{code}\n\n{}\n", code.explain().trim()));
    Ok(End::Passed)
}

fn unknown(typed: &str, wanted: &str) -> Problem {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let meant = names::nearest(names.iter().copied(), wanted);
    let meant = meant.map_or(String::new(), |name| format!("did you mean `{name}`? "));
    let remedy = format!("{meant}The codes are: {}", names.join(", "));
    Problem::new(format!("there is no diagnosis code `{typed}`"), remedy)
}
