//! Joins the findings of one cause.
//!
//! A server has one error page and one function that reads a body, so a fault in it shows in
//! several modules. Each cause is one finding with the number of its places.

use super::{Finding, FindingPlace};

/// Joins findings of one cause. The first finding, which has the highest severity, stays.
pub(crate) fn joined(findings: Vec<Finding>) -> Vec<Finding> {
    let mut joined: Vec<(Cause, Finding)> = Vec::new();
    for finding in findings {
        let cause = cause(&finding);
        match joined.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, root)) => add(root, finding),
            None => joined.push((cause, finding)),
        }
    }
    joined.into_iter().map(|(_, finding)| finding).collect()
}

fn add(root: &mut Finding, finding: Finding) {
    // Several missing fields of one object are one place.
    root.count = match is_missing(root) && root.module == finding.module {
        true => root.count.max(finding.count),
        false => root.count + finding.count,
    };
    if root.module == finding.module && root.fix != finding.fix {
        root.fix = format!("{} {}", root.fix, finding.fix);
    }
    root.also.push(FindingPlace {
        id: finding.id,
        path: finding.path,
    });
}

/// The features of a finding that findings of one cause share.
#[derive(Debug, PartialEq, Eq)]
struct Cause {
    check: String,
    place: String,
    expected: String,
    found: String,
}

fn cause(finding: &Finding) -> Cause {
    let check = check(finding);
    let path = finding.path.as_deref().unwrap_or_default();
    let of = |check: &str, place: &str, expected: String, found: String| Cause {
        check: check.to_owned(),
        place: place.to_owned(),
        expected,
        found,
    };
    // Fields of every module are in another case.
    if finding.fix.ends_with(CAMEL_CASE) {
        return of(CAMEL_CASE, "", String::new(), String::new());
    }
    if is_missing(finding) {
        let object = path.rsplit_once('.').map_or("", |(object, _)| object);
        let place = format!("{}.{object}", finding.module);
        return of(check, &place, String::new(), "nothing".to_owned());
    }
    // The same wrong value in several fields.
    if check == "model" && finding.fix != crate::check::MODEL.fix {
        let (expected, found) = (shape(&finding.expected), shape(&finding.found));
        return of(&shape(&finding.fix), "", expected, found);
    }
    // The other text depends on the number of items, and on the data of each module.
    if check.starts_with("list.") {
        let found = status(&finding.found).unwrap_or_default();
        return of(check, path, String::new(), found.to_owned());
    }
    // The searches share their code.
    if check.starts_with("find.") {
        return of(check, "", String::new(), String::new());
    }
    let found = match status(&finding.found) {
        Some(status) => status.to_owned(),
        None => shape(&finding.found),
    };
    of(check, path, shape(&finding.expected), found)
}

/// The end of the fix for a name in another case.
pub(crate) const CAMEL_CASE: &str = "Names are in camelCase.";

/// Returns true if a required field is missing.
fn is_missing(finding: &Finding) -> bool {
    check(finding) == "model" && finding.found.starts_with("nothing")
}

/// The name of the check, without its module.
fn check(finding: &Finding) -> &str {
    let module = finding.module.as_str();
    let name = finding.id.strip_prefix(module);
    name.map_or(&finding.id, |name| name.trim_start_matches('.'))
}

/// The status at the beginning of a text.
fn status(text: &str) -> Option<&str> {
    let status = text.get(..3)?;
    let is_status = status.bytes().all(|byte| byte.is_ascii_digit());
    (is_status && text[3..].starts_with(' ')).then_some(status)
}

/// A text without its ids, numbers, dates and quoted words.
fn shape(text: &str) -> String {
    let is_value = |word: &str| {
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        has_digit || word.contains(['`', '_'])
    };
    let words = text.split_whitespace();
    let words: Vec<_> = words.filter(|word| !is_value(word)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{shape, status};

    #[test]
    fn a_shape_has_no_ids_and_no_numbers() {
        let items = shape("the items 2 × price_9");
        assert_eq!(items, shape("the items 12 × price_10"));
        assert_ne!(shape("no item"), shape("no discount"));
    }

    #[test]
    fn a_status_is_a_number_of_three_digits() {
        assert_eq!(status("200 OK, and a change"), Some("200"));
        assert_eq!(status("2000 items"), None);
        assert_eq!(status("no"), None);
    }
}
