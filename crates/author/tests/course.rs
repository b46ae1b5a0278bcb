//! The course obeys its rules: one test each.

use std::{path::Path, process::ExitCode, sync::Arc};

use author::{Finding, Input, rules, runs};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout");
    let input = Arc::new(Input::load(&root).unwrap_or_else(|error| panic!("{error}")));
    let trials = rules::ALL.iter().map(|rule| {
        let (rule, input) = (*rule, Arc::clone(&input));
        Trial::test(rule.name, move || nothing_in(&(rule.check)(&input)))
    });
    let cases = runs::cases(&input).into_iter().map(|case| {
        let input = Arc::clone(&input);
        Trial::test(case.name(), move || match case.check(&input) {
            Ok(findings) => nothing_in(&findings),
            Err(error) => Err(error.to_string().into()),
        })
    });
    libtest_mimic::run(&arguments, trials.chain(cases).collect()).exit_code()
}

fn nothing_in(findings: &[Finding]) -> Result<(), Failed> {
    let list: Vec<_> = findings.iter().map(ToString::to_string).collect();
    match list.is_empty() {
        true => Ok(()),
        false => Err(list.join("\n").into()),
    }
}
