//! Names that mean a name of the protocol.

/// Names of other systems in plain letters, each with the names of the protocol.
const OTHERS: &[(&str, &[&str])] = &[
    ("firstname", &["name"]),
    ("fullname", &["name"]),
    ("displayname", &["name"]),
    ("title", &["name"]),
    ("label", &["name"]),
    ("surname", &["lastName"]),
    ("familyname", &["lastName"]),
    ("mail", &["email"]),
    ("emailaddress", &["email"]),
    ("phonenumber", &["phone"]),
    ("zip", &["postalCode"]),
    ("zipcode", &["postalCode"]),
    ("postcode", &["postalCode"]),
    ("interval", &["unit"]),
    ("intervalcount", &["amount"]),
    ("count", &["amount"]),
    ("months", &["amount", "unit"]),
    ("years", &["amount", "unit"]),
    ("qty", &["quantity"]),
    ("percentoff", &["percent"]),
    ("createdat", &["start"]),
    ("startedat", &["start"]),
    ("startdate", &["start"]),
    ("enddate", &["end"]),
    ("trialperiod", &["trial"]),
    ("trialend", &["trial"]),
    ("trialendsat", &["trial"]),
    ("period", &["currentPeriod"]),
    ("endedat", &["canceledAt"]),
    ("cancelledat", &["canceledAt"]),
    ("redeemby", &["expiresAt"]),
    ("expiry", &["expiresAt"]),
    ("maxredemptions", &["max"]),
    ("timesredeemed", &["current"]),
];

/// Returns true for two spellings of one name, such as `product_id` and `productId`, for a name
/// with a letter or two that are wrong, and for the name of another system.
pub(crate) fn is_alike(name: &str, other: &str) -> bool {
    let mut others = OTHERS.iter();
    let plain_other = plain(other);
    let is_other = others.any(|(known, names)| *known == plain_other && names.contains(&name));
    let (name, other) = (plain(name), plain_other);
    let most = name.len().min(other.len()) / 4;
    is_other
        || name == other
        || format!("{other}id") == name
        || distance(&name, &other) <= most.min(2)
}

/// Returns true for a name that differs only in its case and its separators.
pub(super) fn is_other_case(name: &str, other: &str) -> bool {
    name != other && plain(name) == plain(other)
}

fn plain(text: &str) -> String {
    text.replace(['_', '-'], "").to_ascii_lowercase()
}

/// Number of letters to insert, remove or replace, and of neighbors to swap.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let width = other.len() + 1;
    let mut rows: Vec<usize> = vec![0; (one.len() + 1) * width];
    for row in 0..=one.len() {
        for column in 0..width {
            let at = |row: usize, column: usize| row * width + column;
            let here = at(row, column);
            if row == 0 || column == 0 {
                rows[here] = row + column;
                continue;
            }
            let is_same = one[row - 1] == other[column - 1];
            let replaced = rows[at(row - 1, column - 1)] + usize::from(!is_same);
            let moved = rows[at(row - 1, column)].min(rows[at(row, column - 1)]) + 1;
            rows[here] = replaced.min(moved);
            let is_swap = row > 1
                && column > 1
                && one[row - 1] == other[column - 2]
                && one[row - 2] == other[column - 1];
            if is_swap {
                rows[here] = rows[here].min(rows[at(row - 2, column - 2)] + 1);
            }
        }
    }
    rows[one.len() * width + other.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, is_alike};

    #[test]
    fn swapped_letters_are_one_mistake() {
        assert_eq!(distance("name", "nmae"), 1);
        assert_eq!(distance("status", "stats"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert!(is_alike("name", "nmae"));
    }

    #[test]
    fn names_of_other_systems_are_known() {
        assert!(is_alike("unit", "interval"));
        assert!(is_alike("postalCode", "zip"));
        assert!(!is_alike("name", "nickname"));
    }
}
