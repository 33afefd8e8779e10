//! Embeds the browser app anew whenever it was built anew.

fn main() {
    println!("cargo:rerun-if-changed=../../dist");
}
