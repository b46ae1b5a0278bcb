//! The course obeys its rules: one test each.

use std::{env, path::Path, process::ExitCode, sync::Arc};

use author::{
    Finding, Input, Tried,
    regen::{self, Mode},
    rules, runs,
};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout");
    let input = Input::load(&root).unwrap_or_else(|error| panic!("{error}"));
    // Where nobody is learning, the exercises are the starters; `starters_are_fresh` says so.
    let strict = env::var_os("CI").is_some();
    let input = Arc::new(if strict { input } else { input.with_starters() });
    let trials = rules::ALL.iter().map(|rule| {
        let (rule, input) = (*rule, Arc::clone(&input));
        Trial::test(rule.name, move || nothing_in(&(rule.check)(&input)))
    });
    let cases = runs::cases(&input).into_iter().map(|case| {
        let input = Arc::clone(&input);
        Trial::ignorable_test(case.name(), move || match case.check(&input)? {
            Tried::Found(findings) => nothing_in(&findings).map(|()| Completion::Completed),
            Tried::Skipped(missing) => Ok(Completion::ignored_with(missing)),
        })
    });
    let documents = Arc::clone(&input);
    let mut generated = vec![Trial::test("documents_show_what_is_true", move || {
        nothing_in(&regen::documents(&documents, Mode::Check)?)
    })];
    if strict {
        let input = Arc::clone(&input);
        generated.push(Trial::test("starters_are_fresh", move || {
            nothing_in(&regen::starters(&input, Mode::Check)?)
        }));
    }
    libtest_mimic::run(&arguments, trials.chain(cases).chain(generated).collect()).exit_code()
}

fn nothing_in(findings: &[Finding]) -> Result<(), Failed> {
    let list: Vec<_> = findings.iter().map(ToString::to_string).collect();
    match list.is_empty() {
        true => Ok(()),
        false => Err(list.join("\n").into()),
    }
}
