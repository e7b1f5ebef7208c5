//! The first provider that a user reads: in the README, on the landing page, and as an example.

use crate::workspace::read;

#[test]
fn readme_landing_page_and_example_show_the_same_provider() {
    let example = read("examples/minimal/src/main.rs");
    let (_header, shown) = example.split_once("\n\n").unwrap();
    let shown = shown.split("\n\n#[cfg(test)]").next().unwrap().trim_end();
    for page in ["README.md", "src/docs/guide.md"] {
        let text = read(page);
        let block = text
            .split("```rust,no_run\n")
            .nth(1)
            .unwrap()
            .split("\n```")
            .next()
            .unwrap();
        assert!(
            block == shown,
            "the first provider of {page} differs from examples/minimal/src/main.rs below its \
             header: copy it"
        );
    }
}
