//! Links the Lambda binaries at a fixed address, for all functions (`build = "../build.rs"`).
//!
//! A position-independent binary is relocated at each start: thousands of pointers, on pages that then count as memory
//! of the process (`docs/adr/0045-a-fixed-address.md`).

fn main() {
    println!("cargo::rerun-if-changed=../build.rs");
    // Lambda's binaries are Linux's; a test on another system need not start fast.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
