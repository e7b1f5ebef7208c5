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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a `{T}` nor an `Option` of one",
    label = "this does not convert into `{T}`",
    note = "the setter of an optional field takes a value that converts into `{T}`, and an `Option` of one"
)]
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

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> IntoOption<T, Present> for V {
    fn into_option(self) -> Option<T> {
        Some(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> IntoOption<T, Optional> for Option<V> {
    fn into_option(self) -> Option<T> {
        self.map(Into::into)
    }
}
