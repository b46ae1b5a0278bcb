//! The committed code is what the interface says.

use std::{env, error::Error, fs, path::Path};

/// With `UPDATE_GENERATED=1` it writes the code.
#[test]
fn the_code_is_what_the_interface_says() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::tempdir()?;
    let interface = protox::compile([here.join("quotes.proto")], [here])?;
    tonic_prost_build::configure()
        .out_dir(out.path())
        .compile_fds(interface)?;
    let fresh = fs::read_to_string(out.path().join("quotes.rs"))?;
    let committed = here.join("src/generated.rs");
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&committed, &fresh)?;
    }
    let is_fresh = fs::read_to_string(&committed)? == fresh;
    assert!(is_fresh, "repair: UPDATE_GENERATED=1 cargo test -p quotes");
    Ok(())
}
