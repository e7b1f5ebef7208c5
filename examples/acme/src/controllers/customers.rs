use churnkey::{Customer, CustomerId, Email, Mode, Page, PageRequest, Phone, Result};

use crate::Acme;

#[churnkey::controller(customers)]
async fn retrieve(ctx: &Acme, id: CustomerId, mode: Mode) -> Result<Option<Customer>> {
    ctx.ledger(mode)
        .read(move |books| books.customer(&id))
        .await
}

#[churnkey::controller(customers)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Customer>> {
    ctx.ledger(mode)
        .read(move |books| books.customers(&page))
        .await
}

#[churnkey::controller(customers)]
async fn find_by_email(ctx: &Acme, email: Email, mode: Mode) -> Result<Option<Customer>> {
    ctx.ledger(mode)
        .read(move |books| books.customer_by_email(&email))
        .await
}

#[churnkey::controller(customers)]
async fn find_by_phone(ctx: &Acme, phone: Phone, mode: Mode) -> Result<Option<Customer>> {
    ctx.ledger(mode)
        .read(move |books| books.customer_by_phone(&phone))
        .await
}
