use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::Text;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Text);

        impl $name {
            /// Wraps a string without trimming or normalizing it.
            pub fn new(text: impl Into<Text>) -> Self {
                Self(text.into())
            }

            /// The string.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The string as a `String`.
            pub fn into_string(self) -> String {
                self.0.into_string()
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        text! {
            $(#[$doc])*
            #[cfg_attr(feature = "openapi", schemars(extend("minLength" = 1)))]
            $name
        }

        impl $name {
            /// Reads the id as the billing system's own kind of key, such as an integer or a UUID.
            ///
            /// `None` means that no record can have this id. In a retrieve, return it as not found.
            pub fn parse<T: FromStr>(&self) -> Option<T> {
                self.0.parse().ok()
            }
        }

        ids! { @integers $name i32 u32 i64 u64 }
        ids! { @uuid $name }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
    (@uuid $name:ident) => {
        /// The hyphenated form in lower case.
        #[cfg(feature = "uuid")]
        impl From<uuid::Uuid> for $name {
            fn from(uuid: uuid::Uuid) -> Self {
                Self(Text::from(uuid.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer())))
            }
        }

        /// Reads the hyphenated form in lower case, which is the only one that this crate makes.
        #[cfg(feature = "uuid")]
        impl TryFrom<&$name> for uuid::Uuid {
            type Error = InvalidId;

            fn try_from(id: &$name) -> Result<Self, Self::Error> {
                let uuid = Self::try_parse(&id.0).ok();
                uuid.filter(|uuid| $name::from(*uuid) == *id)
                    .ok_or(InvalidId(()))
            }
        }

        /// Reads the hyphenated form in lower case, which is the only one that this crate makes.
        #[cfg(feature = "uuid")]
        impl TryFrom<$name> for uuid::Uuid {
            type Error = InvalidId;

            fn try_from(id: $name) -> Result<Self, Self::Error> {
                Self::try_from(&id)
            }
        }
    };
    (@integers $name:ident $($integer:ident)*) => {$(
        impl From<$integer> for $name {
            fn from(number: $integer) -> Self {
                Self(number.to_string().into())
            }
        }
    )*};
}

/// An id is no key of the billing system, so no record has it. Through `?` it becomes a 404.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId(());

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is no key of the billing system")
    }
}

impl Error for InvalidId {}

macro_rules! debug {
    (shown: $($shown:ident)* ; redacted: $($redacted:ident)*) => {
        $(
            impl fmt::Debug for $shown {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_tuple(stringify!($shown)).field(&self.0).finish()
                }
            }
        )*
        $(
            impl fmt::Debug for $redacted {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!(stringify!($redacted), "([redacted])"))
                }
            }
        )*
    };
}

ids! {
    /// Identifies a [`Customer`](crate::model::Customer).
    CustomerId
    /// Identifies a [`Subscription`](crate::model::Subscription).
    SubscriptionId
    /// Identifies a [`SubscriptionItem`](crate::model::SubscriptionItem).
    SubscriptionItemId
    /// Identifies a [`Price`](crate::model::Price).
    PriceId
    /// Identifies a [`Coupon`](crate::model::Coupon).
    CouponId
    /// Identifies a [`Product`](crate::model::Product).
    ProductId
    /// Identifies a [`ProductFamily`](crate::model::ProductFamily).
    FamilyId
}

text! {
    /// An e-mail address. It is personal data: `Debug` hides it, and reading it takes an explicit
    /// [`as_str`](Self::as_str).
    #[cfg_attr(
        feature = "openapi",
        schemars(description = "An e-mail address.", extend("minLength" = 1))
    )]
    Email
}

text! {
    /// A phone number, in whatever notation the billing system keeps. It is personal data: `Debug`
    /// hides it, and reading it takes an explicit [`as_str`](Self::as_str).
    #[cfg_attr(
        feature = "openapi",
        schemars(description = "A phone number, in whatever notation the billing system keeps.")
    )]
    Phone
}

debug! {
    shown: SubscriptionId SubscriptionItemId PriceId CouponId ProductId FamilyId;
    redacted: CustomerId Email Phone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_from_text_and_from_integers() {
        assert_eq!(CustomerId::from("c_1"), "c_1");
        assert_eq!(CustomerId::from(String::from("c_1")).into_string(), "c_1");
        assert_eq!(CustomerId::from(i64::MIN), "-9223372036854775808");
        assert_eq!(CustomerId::from(u64::MAX), "18446744073709551615");
        assert_eq!(CustomerId::from(7).to_string(), "7");
    }

    #[test]
    fn id_that_is_not_a_key_parses_to_none() {
        assert_eq!(PriceId::new("42").parse::<i64>(), Some(42));
        assert_eq!(PriceId::new("42x").parse::<i64>(), None);
        assert_eq!(PriceId::new("-1").parse::<u64>(), None);
    }

    #[cfg(feature = "uuid")]
    #[test]
    fn uuid_is_read_in_its_written_form_only() {
        use uuid::Uuid;

        let uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        let id = PriceId::from(uuid);
        assert_eq!(id, "67e55044-10b1-426f-9247-bb680e5fe0c8");
        assert_eq!(Uuid::try_from(&id), Ok(uuid));
        assert_eq!(Uuid::try_from(id), Ok(uuid));
        for other in [
            "67E55044-10B1-426F-9247-BB680E5FE0C8",
            "67e5504410b1426f9247bb680e5fe0c8",
            "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
            "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
            "p_1",
            "",
        ] {
            let read = Uuid::try_from(PriceId::new(other));
            assert_eq!(read, Err(InvalidId(())), "{other}");
        }
        let error = crate::Error::from(InvalidId(()));
        assert_eq!(
            (error.status().as_u16(), error.message()),
            (404, "Not Found")
        );
    }

    #[test]
    fn debug_hides_only_ids_of_persons() {
        assert_eq!(
            format!("{:?}", SubscriptionId::new("s_1")),
            r#"SubscriptionId("s_1")"#
        );
        assert_eq!(format!("{:?}", FamilyId::new("f_1")), r#"FamilyId("f_1")"#);
        assert_eq!(
            format!("{:?}", CustomerId::new("ada@example.com")),
            "CustomerId([redacted])"
        );
        assert_eq!(
            format!("{:?}", Email::new("ada@example.com")),
            "Email([redacted])"
        );
        assert_eq!(
            format!("{:#?}", Phone::new("+46701234567")),
            "Phone([redacted])"
        );
    }
}
