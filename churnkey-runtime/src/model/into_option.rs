/// A value for an optional field: a `T`, what converts into one, or an `Option` of either.
///
/// The setters of optional fields take it, so that a nullable column needs no `if let`. `None`
/// leaves the field out.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::Customer;
///
/// let phone: Option<String> = None;
/// let customer = Customer::new("cus_1").name("Ada").email(Some("ada@example.test")).phone(phone);
/// assert!(customer.name.is_some() && customer.email.is_some() && customer.phone.is_none());
/// ```
///
/// `Kind` keeps the two implementations apart; the compiler infers it.
pub trait IntoOption<T, Kind> {
    /// The value of the field.
    fn into_option(self) -> Option<T>;
}

/// The kind of a value that is always there.
#[doc(hidden)]
#[derive(Debug)]
pub enum Present {}

/// The kind of an `Option`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Optional {}

impl<T, V: Into<T>> IntoOption<T, Present> for V {
    fn into_option(self) -> Option<T> {
        Some(self.into())
    }
}

impl<T, V: Into<T>> IntoOption<T, Optional> for Option<V> {
    fn into_option(self) -> Option<T> {
        self.map(Into::into)
    }
}
