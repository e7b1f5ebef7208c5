-- Amounts are whole numbers of minor units. Ids are ordered by their bytes, so that lists do not
-- depend on the locale.

CREATE TABLE customers (
    mode         text NOT NULL CHECK (mode IN ('test', 'live')),
    id           text COLLATE "C" NOT NULL,
    name         text NOT NULL,
    email        text NOT NULL,
    -- The form in which addresses are compared.
    email_folded text NOT NULL,
    PRIMARY KEY (mode, id),
    UNIQUE (mode, email_folded)
);

-- Prices are the same in both modes.
CREATE TABLE prices (
    id       text COLLATE "C" NOT NULL PRIMARY KEY,
    name     text NOT NULL,
    currency text NOT NULL,
    amount   bigint NOT NULL,
    cycle    text NOT NULL CHECK (cycle IN ('month', 'year'))
);

INSERT INTO prices (id, name, currency, amount, cycle) VALUES
    ('basic_monthly', 'Basic', 'USD', 900, 'month'),
    ('pro_monthly', 'Pro', 'USD', 1900, 'month'),
    ('pro_yearly', 'Pro, yearly', 'USD', 19000, 'year');

-- The state after the last change. What has become due since then follows from it and the current
-- time.
CREATE TABLE subscriptions (
    mode             text NOT NULL,
    id               text COLLATE "C" NOT NULL,
    customer_id      text COLLATE "C" NOT NULL,
    price_id         text COLLATE "C" NOT NULL REFERENCES prices (id),
    quantity         bigint NOT NULL CHECK (quantity >= 0),
    started_at       timestamptz NOT NULL,
    period_start     timestamptz NOT NULL,
    period_end       timestamptz NOT NULL,
    billing_day      smallint NOT NULL CHECK (billing_day BETWEEN 1 AND 31),
    trial_end        timestamptz,
    unpaid           boolean NOT NULL DEFAULT FALSE,
    pause_start      timestamptz,
    pause_end        timestamptz CHECK ((pause_start IS NULL) = (pause_end IS NULL)),
    ends_with_period boolean NOT NULL DEFAULT FALSE,
    canceled_at      timestamptz,
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id)
);

CREATE INDEX subscriptions_of_customer ON subscriptions (mode, customer_id, id);
