fn main() {
    // A new migration is a part of the program, so it is built again.
    println!("cargo:rerun-if-changed=migrations");
}
