-- Amounts are whole numbers of minor units. Ids are ordered by their bytes, so that lists do not
-- depend on the locale.

CREATE TABLE customers (
    id           text COLLATE "C" PRIMARY KEY,
    name         text NOT NULL,
    email        text NOT NULL,
    -- The form in which addresses are compared.
    email_folded text NOT NULL UNIQUE
);

CREATE TABLE prices (
    id       text COLLATE "C" PRIMARY KEY,
    name     text   NOT NULL,
    currency text   NOT NULL,
    amount   bigint NOT NULL,
    cycle    text   NOT NULL CHECK (cycle IN ('month', 'year'))
);

-- The state after the last change. What has become due since then follows from it and the current
-- time.
CREATE TABLE subscriptions (
    id               text COLLATE "C" PRIMARY KEY,
    customer_id      text COLLATE "C" NOT NULL REFERENCES customers (id),
    price_id         text COLLATE "C" NOT NULL REFERENCES prices (id),
    quantity         bigint           NOT NULL CHECK (quantity >= 0),
    started_at       timestamptz      NOT NULL,
    period_start     timestamptz      NOT NULL,
    period_end       timestamptz      NOT NULL CHECK (period_end >= period_start),
    billing_day      smallint         NOT NULL CHECK (billing_day BETWEEN 1 AND 31),
    trial_end        timestamptz,
    unpaid           boolean          NOT NULL DEFAULT FALSE,
    pause_start      timestamptz,
    pause_end        timestamptz CHECK ((pause_start IS NULL) = (pause_end IS NULL)),
    ends_with_period boolean          NOT NULL DEFAULT FALSE,
    canceled_at      timestamptz
);

CREATE INDEX subscriptions_of_customer ON subscriptions (customer_id, id);
