    use churnkey::*;

    #[derive(churnkey::Integration)]
    #[churnkey(name = "Measured", modes(shared), expect(cancel, cancel_all, pause, apply_coupon, change_price, extend_trial, coupons, products, families))]
    pub struct Billing;

    #[churnkey::controller(customers, retrieve)]
    async fn c1(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
        let _touched = 0;
        let _ = (ctx, id);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(customers, list)]
    async fn c2(ctx: &Billing, page: PageRequest) -> Result<Page<Customer>> {
        let _touched = 0;
        let _ = (ctx, page);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(customers, find_by_email)]
    async fn c3(ctx: &Billing, email: Email) -> Result<Option<Customer>> {
        let _touched = 0;
        let _ = (ctx, email);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(customers, find_by_phone)]
    async fn c4(ctx: &Billing, phone: Phone) -> Result<Option<Customer>> {
        let _touched = 0;
        let _ = (ctx, phone);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(prices, retrieve)]
    async fn p1(ctx: &Billing, id: PriceId) -> Result<Option<Price>> {
        let _touched = 0;
        let _ = (ctx, id);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(prices, list)]
    async fn p2(ctx: &Billing, page: PageRequest) -> Result<Page<Price>> {
        let _touched = 0;
        let _ = (ctx, page);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(subscriptions, retrieve)]
    async fn s1(
        ctx: &Billing,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        let _touched = 0;
        let _ = (ctx, customer, id);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(subscriptions, list)]
    async fn s2(
        ctx: &Billing,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<Page<Subscription>> {
        let _touched = 0;
        let _ = (ctx, customer, page);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(coupons, retrieve)]
    async fn k1(ctx: &Billing, id: CouponId) -> Result<Option<Coupon>> {
        let _touched = 0;
        let _ = (ctx, id);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(coupons, list)]
    async fn k2(ctx: &Billing, page: PageRequest) -> Result<Page<Coupon>> {
        let _touched = 0;
        let _ = (ctx, page);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(products, retrieve)]
    async fn d1(ctx: &Billing, id: ProductId) -> Result<Option<Product>> {
        let _touched = 0;
        let _ = (ctx, id);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(products, list)]
    async fn d2(ctx: &Billing, page: PageRequest) -> Result<Page<Product>> {
        let _touched = 0;
        let _ = (ctx, page);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(families, retrieve)]
    async fn f1(ctx: &Billing, id: FamilyId) -> Result<Option<ProductFamily>> {
        let _touched = 0;
        let _ = (ctx, id);
        Err(Error::not_found("measured"))
    }

    #[churnkey::controller(families, list)]
    async fn f2(ctx: &Billing, page: PageRequest) -> Result<Page<ProductFamily>> {
        let _touched = 0;
        let _ = (ctx, page);
        Err(Error::not_found("measured"))
    }

    #[churnkey::action(cancel)]
    async fn a1(ctx: &Billing, request: Cancel) -> Result<()> {
        let _touched = 0;
        let _ = (ctx, request);
        Err(Error::not_found("measured"))
    }

    #[churnkey::action(cancel_all)]
    async fn a2(ctx: &Billing, request: CancelAll) -> Result<()> {
        let _touched = 0;
        let _ = (ctx, request);
        Err(Error::not_found("measured"))
    }

    #[churnkey::action(pause)]
    async fn a3(ctx: &Billing, request: Pause) -> Result<()> {
        let _touched = 0;
        let _ = (ctx, request);
        Err(Error::not_found("measured"))
    }

    #[churnkey::action(apply_coupon)]
    async fn a4(ctx: &Billing, request: ApplyCoupon) -> Result<()> {
        let _touched = 0;
        let _ = (ctx, request);
        Err(Error::not_found("measured"))
    }

    #[churnkey::action(change_price)]
    async fn a5(ctx: &Billing, request: ChangePrice) -> Result<()> {
        let _touched = 0;
        let _ = (ctx, request);
        Err(Error::not_found("measured"))
    }

    #[churnkey::action(extend_trial)]
    async fn a6(ctx: &Billing, request: ExtendTrial) -> Result<()> {
        let _touched = 0;
        let _ = (ctx, request);
        Err(Error::not_found("measured"))
    }
