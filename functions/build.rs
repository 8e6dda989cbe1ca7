//! Links the Lambda binaries at a fixed address (`docs/adr/0046-a-fixed-address.md`): the build script of each function,
//! and a part of the dashboard's.

pub(crate) fn main() {
    println!("cargo::rerun-if-changed=../build.rs");
    // Lambda's binaries are Linux's; a test on another system need not start fast.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
