//! Words that stand for secrets and personal data. Each has only letters and digits, so that no
//! logger escapes them.

use std::collections::BTreeMap;

macro_rules! sentinels {
    ($all:ident: $($name:ident = $word:literal)+) => {
        $(pub(crate) const $name: &str = $word;)+
        const $all: &[&str] = &[$($name),+];
    };
}

// These must not occur in any output.
sentinels! { SECRETS:
    TOKEN = "Zq00Token"
    WRONG_TOKEN = "Zq01WrongToken"
    API_KEY = "Zq02ApiKey"
    PASSWORD = "Zq03Password"
    COOKIE = "Zq04Cookie"
    HEADER = "Zq05Header"
    CUSTOMER_ID = "Zq06CustomerId"
    NAME = "Zq07Name"
    LAST_NAME = "Zq08LastName"
    EMAIL = "Zq09Email"
    PHONE = "Zq10Phone"
    COUNTRY = "Zq11Country"
    STATE = "Zq12State"
    CITY = "Zq13City"
    POSTAL_CODE = "Zq14PostalCode"
    LINE1 = "Zq15Line1"
    LINE2 = "Zq16Line2"
    METADATA_KEY = "Zq17MetadataKey"
    METADATA_VALUE = "Zq18MetadataValue"
    COUPON_CODE = "Zq19CouponCode"
    COUPON_NAME = "Zq20CouponName"
    PRICE_NAME = "Zq21PriceName"
    DESCRIPTION = "Zq22Description"
    PRODUCT_NAME = "Zq23ProductName"
    UNIT_LABEL = "Zq24UnitLabel"
    FAMILY_NAME = "Zq25FamilyName"
    CURSOR = "Zq26Cursor"
    QUERY = "Zq27Query"
    PATH = "Zq28Path"
    VALUE = "Zq30Value"
    METHOD = "ZQ31METHOD"
    PREVIOUS_TOKEN = "Zq32PreviousToken"
}

// Ids of objects, which `Debug` prints for the author of a function. The runtime itself does not
// print them.
sentinels! { THINGS:
    SUBSCRIPTION_ID = "Zq40SubscriptionId"
    ITEM_ID = "Zq41ItemId"
    PRICE_ID = "Zq42PriceId"
    COUPON_ID = "Zq43CouponId"
    PRODUCT_ID = "Zq44ProductId"
    FAMILY_ID = "Zq45FamilyId"
}

/// A key of a body. A refusal lists the keys that it received, so a key may occur in its message
/// and in the log.
pub(crate) const FIELD: &str = "Zq29Field";

/// The cause of an error, which the author of a function chooses. It is logged, but never sent.
pub(crate) const CAUSE: &str = "Zq50Cause";

/// Returns the secrets in a text, in any case, as text or as the bytes of a dump.
pub(crate) fn secrets_in(text: &str) -> Vec<&'static str> {
    found(SECRETS, text)
}

/// Does the same, and includes the ids of objects.
pub(crate) fn anything_in(text: &str) -> Vec<&'static str> {
    [found(SECRETS, text), found(THINGS, text)].concat()
}

fn found(words: &[&'static str], text: &str) -> Vec<&'static str> {
    let text = text.to_ascii_lowercase();
    let is_in = |word: &&&str| forms(word).iter().any(|form| text.contains(form));
    words.iter().filter(is_in).copied().collect()
}

fn forms(word: &str) -> [String; 3] {
    let bytes = |byte: fn(&u8) -> String, between: &str| {
        let bytes: Vec<_> = word.as_bytes().iter().map(byte).collect();
        bytes.join(between)
    };
    [
        word.to_ascii_lowercase(),
        bytes(|byte| format!("{byte:02x}"), ""),
        bytes(u8::to_string, ", "),
    ]
}

/// Returns the text of hex dumps with rows of sixteen bytes, for each source: the last sixteen
/// characters of its lines, joined.
pub(crate) fn dumps<'a>(
    lines: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> BTreeMap<&'a str, String> {
    const ROW: usize = 16;
    let mut dumps: BTreeMap<_, String> = BTreeMap::new();
    for (source, line) in lines {
        let start = line.char_indices().rev().nth(ROW - 1);
        let row = &line[start.map_or(0, |(start, _)| start)..];
        dumps.entry(source).or_default().push_str(row);
    }
    dumps
}

#[test]
fn word_is_found_in_any_case_and_as_bytes() {
    let bytes = format!("{:?}", TOKEN.as_bytes());
    let hex: String = TOKEN.bytes().map(|byte| format!("{byte:02X}")).collect();
    for text in [&TOKEN.to_uppercase(), &bytes, &hex] {
        assert_eq!(secrets_in(&format!("before {text} after")), [TOKEN]);
    }
    assert!(secrets_in("nothing").is_empty());
    assert_eq!(anything_in(PRICE_ID), [PRICE_ID]);
}

#[test]
fn word_is_found_across_rows_of_a_dump() {
    let lines = [
        ("dump", "4175 7468 .. Authorization: Z"),
        ("other", "between"),
        ("dump", "7130 30.. q00Token........"),
    ];
    let dumps = dumps(lines);
    assert_eq!(secrets_in(&dumps["dump"]), [TOKEN], "{dumps:?}");
}
