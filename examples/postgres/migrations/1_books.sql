-- Test and live data share the tables. Every key begins with the mode, and every reference includes
-- it, so that a row of one mode cannot point to a row of the other.
--
-- Sums are minor units. Data whose structure varies, such as the tiers of a price, is JSON in the
-- form that Churnkey reads. Ids are ordered by their bytes, so that lists do not depend on the
-- locale.

-- The current time of the company. All instances use it, because their own clocks differ.
CREATE FUNCTION company_time() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS $$ SELECT date_trunc('milliseconds', clock_timestamp()) $$;

CREATE TABLE families (
    mode        text             NOT NULL CHECK (mode IN ('test', 'live')),
    id          text COLLATE "C" NOT NULL,
    name        text             NOT NULL,
    description text,
    PRIMARY KEY (mode, id)
);

CREATE TABLE products (
    mode        text             NOT NULL,
    id          text COLLATE "C" NOT NULL,
    family_id   text COLLATE "C" NOT NULL,
    name        text             NOT NULL,
    description text,
    unit_label  text,
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, family_id) REFERENCES families (mode, id)
);

CREATE TABLE prices (
    mode        text             NOT NULL,
    id          text COLLATE "C" NOT NULL,
    product_id  text COLLATE "C" NOT NULL,
    name        text             NOT NULL,
    description text,
    cycle       jsonb            NOT NULL CHECK ((cycle ->> 'amount')::integer >= 1),
    amount      jsonb            NOT NULL,
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, product_id) REFERENCES products (mode, id)
);

CREATE TABLE coupons (
    mode            text             NOT NULL CHECK (mode IN ('test', 'live')),
    id              text COLLATE "C" NOT NULL,
    code            text             NOT NULL,
    name            text             NOT NULL,
    duration        jsonb            NOT NULL,
    value           jsonb            NOT NULL,
    max_redemptions bigint,
    redemptions     bigint           NOT NULL DEFAULT 0 CHECK (redemptions >= 0),
    expires_at      timestamptz,
    PRIMARY KEY (mode, id),
    UNIQUE (mode, code),
    CHECK (redemptions <= max_redemptions)
);

CREATE TABLE customers (
    mode       text             NOT NULL CHECK (mode IN ('test', 'live')),
    id         text COLLATE "C" NOT NULL,
    created_at timestamptz      NOT NULL,
    first_name text             NOT NULL,
    last_name  text             NOT NULL,
    email      text,
    -- The address without letter case, made by the application: what lower() does to letters beyond
    -- ASCII depends on the locale of the database.
    email_key  text COLLATE "C",
    phone      text CHECK (phone ~ '^\+[0-9]+$'),
    currency   text             NOT NULL,
    metadata   jsonb            NOT NULL DEFAULT '{}',
    PRIMARY KEY (mode, id),
    UNIQUE (mode, phone),
    CHECK (email IS NOT NULL OR phone IS NOT NULL),
    CHECK ((email IS NULL) = (email_key IS NULL))
);

CREATE UNIQUE INDEX customers_by_email ON customers (mode, email_key);
CREATE UNIQUE INDEX customers_by_age ON customers (mode, created_at, id);

CREATE TABLE addresses (
    mode        text             NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    position    integer          NOT NULL,
    address     jsonb            NOT NULL,
    PRIMARY KEY (mode, customer_id, position),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id)
);

-- The status describes the present. ends_with_period, next_price_id and a pause without pause_start
-- wait for the end of the period. They have no date of their own, because the end can move.
-- The version counts the actions that have changed the subscription.
CREATE TABLE subscriptions (
    mode                text             NOT NULL,
    id                  text COLLATE "C" NOT NULL,
    version             bigint           NOT NULL DEFAULT 0,
    customer_id         text COLLATE "C" NOT NULL,
    price_id            text COLLATE "C" NOT NULL,
    quantity            bigint           NOT NULL CHECK (quantity >= 0),
    started_at          timestamptz      NOT NULL,
    status              text             NOT NULL
        CHECK (status IN ('trial', 'running', 'paused', 'canceled')),
    unpaid              boolean          NOT NULL DEFAULT false,
    canceled_at         timestamptz,
    billing_day         bigint           NOT NULL CHECK (billing_day BETWEEN 1 AND 31),
    period_start        timestamptz      NOT NULL,
    period_end          timestamptz      NOT NULL,
    period_millis       bigint           NOT NULL CHECK (period_millis >= 0),
    paid                bigint           NOT NULL,
    paid_millis         bigint           NOT NULL CHECK (paid_millis >= 0),
    trial_start         timestamptz,
    trial_end           timestamptz,
    ends_with_period    boolean          NOT NULL DEFAULT false,
    pause_start_at      text CHECK (pause_start_at IN ('immediate', 'end-of-period')),
    pause_length        jsonb,
    pause_allows_annual boolean,
    pause_start         timestamptz,
    pause_end           timestamptz,
    pause_extends       boolean,
    next_price_id       text COLLATE "C",
    metadata            jsonb            NOT NULL DEFAULT '{}',
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id),
    FOREIGN KEY (mode, price_id) REFERENCES prices (mode, id),
    FOREIGN KEY (mode, next_price_id) REFERENCES prices (mode, id),
    CHECK (period_start <= period_end),
    CHECK ((status = 'canceled') = (canceled_at IS NOT NULL)),
    CHECK (status <> 'trial' OR trial_end IS NOT NULL),
    CHECK ((status = 'paused') = (pause_start IS NOT NULL)),
    CHECK (status <> 'canceled' OR (NOT ends_with_period AND next_price_id IS NULL)),
    CHECK ((trial_start IS NULL) = (trial_end IS NULL)),
    CHECK ((pause_start_at IS NULL) = (pause_allows_annual IS NULL)),
    CHECK ((pause_start_at IS NULL) = (pause_extends IS NULL)),
    CHECK (pause_start_at IS NOT NULL OR (pause_start IS NULL AND pause_length IS NULL))
);

CREATE UNIQUE INDEX subscriptions_of_customer ON subscriptions (mode, customer_id, started_at, id);

CREATE TABLE customer_discounts (
    mode        text             NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    coupon_id   text COLLATE "C" NOT NULL,
    started_at  timestamptz      NOT NULL,
    ends_at     timestamptz,
    PRIMARY KEY (mode, customer_id, coupon_id),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id),
    FOREIGN KEY (mode, coupon_id) REFERENCES coupons (mode, id)
);

-- Because of the primary key, a subscription can redeem a coupon only once. A discount for a number
-- of charges counts them down in charges_left, and has an end only once it is over.
CREATE TABLE subscription_discounts (
    mode            text             NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    coupon_id       text COLLATE "C" NOT NULL,
    started_at      timestamptz      NOT NULL,
    charges_left    bigint CHECK (charges_left >= 0),
    ends_at         timestamptz,
    last_charge_at  timestamptz,
    PRIMARY KEY (mode, subscription_id, coupon_id),
    FOREIGN KEY (mode, subscription_id) REFERENCES subscriptions (mode, id),
    FOREIGN KEY (mode, coupon_id) REFERENCES coupons (mode, id)
);

-- The credit and the charge of each change of price within a period, for the next invoice.
CREATE TABLE prorations (
    number          bigint           NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mode            text             NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    at              timestamptz      NOT NULL,
    from_price_id   text COLLATE "C" NOT NULL,
    to_price_id     text COLLATE "C" NOT NULL,
    currency        text             NOT NULL,
    credit          bigint           NOT NULL,
    charge          bigint           NOT NULL,
    amount          bigint           NOT NULL GENERATED ALWAYS AS (charge - credit) STORED,
    FOREIGN KEY (mode, subscription_id) REFERENCES subscriptions (mode, id),
    FOREIGN KEY (mode, from_price_id) REFERENCES prices (mode, id),
    FOREIGN KEY (mode, to_price_id) REFERENCES prices (mode, id)
);

-- Each change that an action made to a subscription, with the request and the version that it
-- changed. Because of the primary key, two actions cannot change the same version. The request is
-- used to recognize a repetition.
CREATE TABLE actions (
    mode            text             NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    version         bigint           NOT NULL,
    action          text             NOT NULL,
    details         jsonb            NOT NULL,
    at              timestamptz      NOT NULL,
    CONSTRAINT actions_once PRIMARY KEY (mode, subscription_id, version),
    FOREIGN KEY (mode, subscription_id) REFERENCES subscriptions (mode, id)
);

-- One entry for each request that was answered with success. The numbers have gaps: numbering
-- without gaps would make instances wait for each other.
CREATE TABLE audit (
    number       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mode         text        NOT NULL CHECK (mode IN ('test', 'live')),
    at           timestamptz NOT NULL,
    request_id   text        NOT NULL,
    action       text        NOT NULL,
    customer     text        NOT NULL,
    subscription text,
    outcome      text        NOT NULL CHECK (outcome IN ('applied', 'repeated')),
    details      jsonb       NOT NULL
);
