//! The `workshop` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    workshop::cli::main()
}
