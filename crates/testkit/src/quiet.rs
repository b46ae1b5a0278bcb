//! Panics that are a finding, not a failure of the harness, are caught without noise.

use std::{
    any::Any,
    cell::Cell,
    panic::{self, UnwindSafe},
    sync::Once,
};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `code`; a panic becomes its message, and nothing is printed.
///
/// # Errors
/// The message of a panic.
pub(crate) fn catch<T>(code: impl FnOnce() -> T + UnwindSafe) -> Result<T, String> {
    catch_payload(code).map_err(|payload| message(payload.as_ref()))
}

/// Runs `code`; a panic becomes its payload, and nothing is printed.
///
/// # Errors
/// The payload of a panic.
pub(crate) fn catch_payload<T>(
    code: impl FnOnce() -> T + UnwindSafe,
) -> Result<T, Box<dyn Any + Send>> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    let outcome = panic::catch_unwind(code);
    QUIET.set(before);
    outcome
}

/// What a panic said.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
