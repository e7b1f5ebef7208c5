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
    phone      text CHECK (phone ~ '^\+[0-9]+$'),
    currency   text             NOT NULL,
    metadata   jsonb            NOT NULL DEFAULT '{}',
    PRIMARY KEY (mode, id),
    UNIQUE (mode, phone),
    CHECK (email IS NOT NULL OR phone IS NOT NULL)
);

CREATE UNIQUE INDEX customers_by_email ON customers (mode, lower(email));
CREATE UNIQUE INDEX customers_by_age ON customers (mode, created_at, id);

CREATE TABLE addresses (
    mode        text             NOT NULL,
    customer_id text COLLATE "C" NOT NULL,
    position    integer          NOT NULL,
    address     jsonb            NOT NULL,
    PRIMARY KEY (mode, customer_id, position),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id)
);

-- The status describes the present. cancel_at, pause_start and next_price_at may lie in the future.
-- The version counts the actions that have changed the subscription.
CREATE TABLE subscriptions (
    mode          text             NOT NULL,
    id            text COLLATE "C" NOT NULL,
    version       bigint           NOT NULL DEFAULT 0,
    customer_id   text COLLATE "C" NOT NULL,
    price_id      text COLLATE "C" NOT NULL,
    quantity      bigint           NOT NULL CHECK (quantity >= 0),
    started_at    timestamptz      NOT NULL,
    status        text             NOT NULL
        CHECK (status IN ('trial', 'running', 'paused', 'canceled')),
    unpaid        boolean          NOT NULL DEFAULT false,
    canceled_at   timestamptz,
    cycle_anchor  timestamptz      NOT NULL,
    cycle_number  bigint           NOT NULL CHECK (cycle_number >= 0),
    period_start  timestamptz      NOT NULL,
    period_end    timestamptz      NOT NULL,
    trial_start   timestamptz,
    trial_end     timestamptz,
    cancel_at     timestamptz,
    pause_start   timestamptz,
    pause_end     timestamptz,
    pause_request text,
    next_price_id text COLLATE "C",
    next_price_at timestamptz,
    metadata      jsonb            NOT NULL DEFAULT '{}',
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id),
    FOREIGN KEY (mode, price_id) REFERENCES prices (mode, id),
    FOREIGN KEY (mode, next_price_id) REFERENCES prices (mode, id),
    CHECK (period_start <= period_end),
    CHECK ((status = 'canceled') = (canceled_at IS NOT NULL)),
    CHECK (status <> 'trial' OR trial_end IS NOT NULL),
    CHECK (status <> 'paused' OR pause_start IS NOT NULL),
    CHECK ((trial_start IS NULL) = (trial_end IS NULL)),
    CHECK ((pause_start IS NULL) = (pause_request IS NULL)),
    CHECK ((next_price_id IS NULL) = (next_price_at IS NULL))
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

-- Because of the primary key, a subscription can redeem a coupon only once.
CREATE TABLE subscription_discounts (
    mode            text             NOT NULL,
    subscription_id text COLLATE "C" NOT NULL,
    coupon_id       text COLLATE "C" NOT NULL,
    started_at      timestamptz      NOT NULL,
    ends_at         timestamptz,
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
