//! Attributes in the files of the crate for which rustc calls no macro: misspelt, not imported, or
//! in a file that rustc cannot parse.
//!
//! rustc reports each of them. A derive that did not see them would report their operations as
//! missing, which is the same mistake a second time. Only these errors depend on what is read
//! here: an operation is served only if its attribute was expanded.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;

use churnkey_protocol::{Operation, Side};
use proc_macro2::{Span, TokenStream};

use crate::args;
use crate::check;
use crate::errors::Errors;
use crate::item::{self, Function};
use crate::message::nearest;

/// The most files that are read.
const MAX_FILES: usize = 256;
/// The most lines that an attribute or a signature may have.
const MAX_LINES: usize = 30;

/// The operations of attributes that rustc does not expand, in the files of the crate that derives.
/// There are none in a crate with several derives: the text does not show to which integration an
/// attribute belongs.
pub(crate) fn not_expanded() -> Vec<&'static Operation> {
    let file = match proc_macro::is_available() {
        true => Span::call_site().unwrap().local_file(),
        false => None,
    };
    // The examples of a page of documentation are several crates.
    let file = file.filter(|file| file.extension().is_some_and(|kind| kind == "rs"));
    let mut operations: Vec<&'static Operation> = Vec::new();
    let mut files: Vec<PathBuf> = file.map(root_of).into_iter().collect();
    let mut derives = 0;
    for read in 0..MAX_FILES {
        let Some(file) = files.pop() else {
            break;
        };
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        derives += text.lines().filter(|line| is_derive(line)).count();
        if derives > 1 {
            return Vec::new();
        }
        operations.extend(not_expanded_in(&text));
        files.extend(children(&file, &text, read == 0));
    }
    let mut seen = HashSet::new();
    operations.retain(|operation| seen.insert(operation.ident));
    operations
}

fn is_derive(line: &str) -> bool {
    line.contains("derive(") && line.contains("Integration")
}

/// The root of the crate, by the files that declare a file with `mod`.
fn root_of(mut file: PathBuf) -> PathBuf {
    // A file is deeper than the one that declares it, so this ends.
    while let Some(parent) = parent(&file) {
        file = parent;
    }
    file
}

fn parent(file: &Path) -> Option<PathBuf> {
    let stem = file.file_stem()?.to_str()?;
    let folder = file.parent()?;
    let (module, folder) = match stem {
        "main" | "lib" => return None,
        "mod" => (folder.file_name()?.to_str()?, folder.parent()?),
        stem => (stem, folder),
    };
    let mut candidates: Vec<PathBuf> = ["lib.rs", "main.rs", "mod.rs"]
        .map(|name| folder.join(name))
        .into();
    if folder.file_name().is_some() {
        candidates.push(folder.with_extension("rs"));
    }
    candidates.into_iter().find(|candidate| {
        candidate != file
            && fs::read_to_string(candidate)
                .is_ok_and(|text| declared(&text).any(|name| name == module))
    })
}

/// The files of the modules that a file declares.
fn children(file: &Path, text: &str, is_root: bool) -> Vec<PathBuf> {
    let folder = match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("main" | "lib" | "mod") => file.parent().map(Path::to_owned),
        _ if is_root => file.parent().map(Path::to_owned),
        _ => Some(file.with_extension("")),
    };
    let Some(folder) = folder else {
        return Vec::new();
    };
    declared(text)
        .map(|name| {
            let file = folder.join(name).with_extension("rs");
            match file.exists() {
                true => file,
                false => folder.join(name).join("mod.rs"),
            }
        })
        .collect()
}

/// The names in `mod name;`, without those that a `#[cfg]` may leave out.
fn declared(text: &str) -> impl Iterator<Item = &str> {
    let before = std::iter::once("").chain(text.lines());
    before.zip(text.lines()).filter_map(|(before, line)| {
        if before.trim_start().starts_with("#[cfg") {
            return None;
        }
        let line = line.trim().strip_suffix(';')?;
        let (before, name) = line.rsplit_once("mod ")?;
        (before.is_empty() || before.starts_with("pub")).then_some(name.trim())
    })
}

/// The operations of the attributes of a file that rustc does not expand.
fn not_expanded_in(text: &str) -> Vec<&'static Operation> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let starts = (0..lines.len()).filter(|index| lines[*index].starts_with('#'));
    let written: Vec<Written> = starts
        .filter_map(|index| Written::read(&lines[index..], &lines[..index]))
        .collect();
    if written.is_empty() {
        return Vec::new();
    }
    // rustc drops what follows an item that it cannot parse.
    let is_broken = text
        .lines()
        .enumerate()
        .any(|(index, line)| is_broken_item(line, &lines[index..]));
    written
        .iter()
        .filter(|written| is_broken || !written.resolves(text))
        .flat_map(Written::operations)
        .collect()
}

/// An attribute as it is written, which names a controller or an action.
struct Written {
    path: String,
    side: Side,
    arguments: String,
    /// The item up to its body.
    item: Option<String>,
}

impl Written {
    fn read(lines: &[&str], before: &[&str]) -> Option<Self> {
        let text = up_to_balance(lines, ']')?;
        let inside = text.strip_prefix('#')?.strip_suffix(']')?;
        let (path, arguments) = inside.split_once('(')?;
        let arguments = arguments.trim_end().strip_suffix(')')?;
        // An inner attribute keeps its `!`, with which the path names nothing.
        let path: String = path.split_whitespace().collect();
        let path = path.strip_prefix('[').unwrap_or(&path).to_owned();
        let module = arguments.split([',', ' ']).next()?.trim();
        let module = churnkey_protocol::Module::find(module)?;
        path.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .find_map(|name| nearest(name, ["controller", "action", "churnkey"]))?;
        let is_cfg = |line: &&&str| line.starts_with("#[cfg");
        let attributes = |line: &&&str| line.starts_with('#');
        let after = &lines[text.lines().count()..];
        let left_out = before
            .iter()
            .rev()
            .take_while(attributes)
            .any(|l| is_cfg(&l))
            || after.iter().take_while(attributes).any(|l| is_cfg(&l));
        if left_out {
            return None;
        }
        let after: Vec<&str> = after
            .iter()
            .copied()
            .skip_while(|line| line.starts_with('#'))
            .take(MAX_LINES)
            .collect();
        Some(Self {
            path,
            side: module.side,
            arguments: arguments.to_owned(),
            item: signature(&after),
        })
    }

    /// Returns true if the path names a macro of this crate, as far as the text shows.
    fn resolves(&self, text: &str) -> bool {
        let names: Vec<&str> = self.path.trim_start_matches(':').split("::").collect();
        let is_ours = |name: &str| name == "controller" || name == "action";
        match names.as_slice() {
            [name] => is_ours(name) && is_imported(name, text),
            ["churnkey", name] => is_ours(name),
            ["churnkey", ..] => false,
            [first, .., name] => is_ours(name) && nearest(first, ["churnkey"]).is_none(),
            [] => false,
        }
    }

    /// The operation that the attribute or the function names, else all of its module.
    fn operations(&self) -> &'static [Operation] {
        let errors = Errors::default();
        let Some(arguments) = tokens(&self.arguments) else {
            return &[];
        };
        let arguments = args::parse(arguments, &errors);
        let Some(attribute) = check::attribute(self.side, arguments, &errors) else {
            return &[];
        };
        let item = self.item.as_ref().and_then(|item| tokens(item));
        let name = item.as_ref().and_then(item::name);
        let name = name.as_ref().map(args::unraw).unwrap_or_default();
        let named = attribute.named(&name);
        named.map_or(attribute.module.operations, slice::from_ref)
    }
}

/// Returns true if a name stands where an import has it: before a comma, a brace or a semicolon.
fn is_imported(name: &str, text: &str) -> bool {
    let mut after = text.split(name).skip(1);
    text.contains("churnkey::*") || after.any(|rest| rest.trim_start().starts_with([',', '}', ';']))
}

/// Returns true for a line with which an item begins that rustc cannot parse, as far as functions
/// and imports are concerned. It can be wrong about a line inside of a text, which then has no
/// effect but the kind of the error for a function that is missing.
fn is_broken_item(line: &str, lines: &[&str]) -> bool {
    const ITEMS: [&str; 17] = [
        "async",
        "auto",
        "const",
        "enum",
        "extern",
        "fn",
        "impl",
        "macro_rules",
        "mod",
        "static",
        "struct",
        "trait",
        "type",
        "union",
        "unsafe",
        "use",
        "where",
    ];
    if !line.starts_with(char::is_alphabetic) {
        return false;
    }
    let item = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')').map_or("", |(_, rest)| rest),
        Some(rest) if rest.starts_with(' ') => rest,
        _ => line,
    };
    let mut words = item
        .trim_start()
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let word = words.next().unwrap_or_default();
    if word == "use" {
        let import = up_to_balance(lines, ';').and_then(|import| tokens(&import));
        return import.is_none_or(|import| syn::parse2::<syn::ItemUse>(import).is_err());
    }
    if word != "fn" && !words.any(|word| word == "fn") {
        return word == "async" || !ITEMS.contains(&word) && !item.contains('!');
    }
    let signature = signature(lines);
    let function = signature.and_then(|signature| tokens(&format!("{signature} {{}}")));
    function.is_none_or(|function| {
        let errors = Errors::default();
        match Function::parse(Side::Controller, function, &errors) {
            Some(function) => !item::is_body(&function.body),
            // Another item whose line has the word, such as a constant.
            None => errors.is_empty(),
        }
    })
}

/// The lines up to the one in which the brackets that the first line opens are closed.
fn up_to_balance(lines: &[&str], end: char) -> Option<String> {
    let mut text = String::new();
    for line in lines.iter().take(MAX_LINES) {
        text.push_str(line);
        if is_balanced(&text) && text.ends_with(end) {
            return Some(text);
        }
        text.push('\n');
    }
    None
}

/// The text of an item up to its body, if its brackets are balanced.
fn signature(lines: &[&str]) -> Option<String> {
    let mut text = String::new();
    for line in lines.iter().take(MAX_LINES) {
        if let Some((signature, _)) = line.split_once('{') {
            text.push_str(signature);
            return is_balanced(&text).then_some(text);
        }
        text.push_str(line);
        text.push('\n');
        if line.ends_with(';') {
            return is_balanced(&text).then_some(text);
        }
    }
    None
}

fn is_balanced(text: &str) -> bool {
    let count = |bracket| text.matches(bracket).count();
    [('(', ')'), ('[', ']'), ('{', '}')]
        .into_iter()
        .all(|(open, close)| count(open) == count(close))
        && count('"') % 2 == 0
}

/// Text as tokens, if nothing in it can be an error that rustc would print.
fn tokens(text: &str) -> Option<TokenStream> {
    (is_balanced(text) && text.is_ascii())
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: &str =
        "pub async fn retrieve(ctx: &Billing, id: CustomerId) -> Result<Customer> {";

    #[test]
    fn modules_with_a_cfg_are_not_read() {
        let text = "mod a;\n#[cfg(feature = \"b\")]\nmod b;\npub(crate) mod c;";
        assert_eq!(declared(text).collect::<Vec<_>>(), ["a", "c"]);
    }

    fn idents(text: &str) -> Vec<&'static str> {
        let found = not_expanded_in(text).into_iter();
        found.map(|operation| operation.ident).collect()
    }

    #[test]
    fn a_good_attribute_is_expanded() {
        for attribute in [
            "#[churnkey::controller(customers)]",
            "#[::churnkey::controller(customers, retrieve)]",
            "#[retention::controller(customers, crate = retention)]",
            "#[serde(rename = \"customers\")]",
            "// #[churnkey::controler(customers)]",
            "#[cfg(test)]\n#[churnkey::controler(customers)]",
            "#[churnkey::controler(customers)]\n#[cfg(test)]",
        ] {
            assert!(idents(&format!("{attribute}\n{FUNCTION}\n}}")).is_empty());
        }
        let imported = "use churnkey::{Result, controller};\n#[controller(customers)]\n";
        assert!(idents(&format!("{imported}{FUNCTION}")).is_empty());
    }

    #[test]
    fn an_unresolved_path_is_not_expanded() {
        for attribute in [
            "#![churnkey::controller(customers)]",
            "#[churnkey:controller(customers)]",
            "#[churnkey.controller(customers)]",
            "#[churnkey::controler(customers)]",
            "#[churnkey::get(customers)]",
            "#[controller(customers)]",
            "#[chrunkey::controller(\n    customers,\n)]",
            "#[churnkey::macros::controller(customers)]",
        ] {
            let text = format!("{attribute}\n{FUNCTION}\n}}");
            assert_eq!(idents(&text), ["RetrieveCustomer"], "{text}");
        }
    }

    #[test]
    fn an_operation_that_is_not_named_is_the_module() {
        let text = "#[churnkey::controler(prices)]\nasync fn one(";
        assert_eq!(idents(text), ["RetrievePrice", "ListPrices"]);
    }

    #[test]
    fn a_broken_signature_hides_its_file() {
        for broken in [
            "async fn cancel(ctx: &Billing, request: ) -> Result<()> {",
            "async fn cancel(ctx: &Billing, request: Cancel) -> {",
            "async cancel(ctx: &Billing) {",
            "{}\nasync fn helper(count: ) {",
            "{}\nuse crate::;",
            "{}\nstray",
            "async fn cancel(ctx: &Billing) async\nasync fn other() {",
            "async fn cancel(ctx: &Billing",
        ] {
            let good = format!("#[churnkey::controller(customers)]\n{FUNCTION}\n}}\n");
            let text = format!("{good}#[churnkey::action(cancel)]\n{broken}\n}}\n");
            assert_eq!(idents(&text), ["RetrieveCustomer", "CancelSubscription"]);
        }
    }

    #[test]
    fn modules_are_found_by_their_declarations() {
        let text = "mod a;\npub mod b;\npub(crate) mod c;\nmod d {\n// mod e;\n";
        assert!(declared(text).eq(["a", "b", "c"]));
    }
}
