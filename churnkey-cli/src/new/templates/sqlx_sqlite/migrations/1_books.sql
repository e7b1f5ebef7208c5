-- Amounts are whole numbers of minor units. Times are texts such as
-- 2026-05-01T00:00:00Z, in UTC.

CREATE TABLE customers (
    mode         TEXT NOT NULL CHECK (mode IN ('test', 'live')),
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    -- The form in which addresses are compared.
    email_folded TEXT NOT NULL,
    PRIMARY KEY (mode, id),
    UNIQUE (mode, email_folded)
);

-- Prices are the same in both modes.
CREATE TABLE prices (
    id       TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount   INTEGER NOT NULL,
    cycle    TEXT NOT NULL CHECK (cycle IN ('month', 'year'))
);

INSERT INTO prices (id, name, currency, amount, cycle) VALUES
    ('basic_monthly', 'Basic', 'USD', 900, 'month'),
    ('pro_monthly', 'Pro', 'USD', 1900, 'month'),
    ('pro_yearly', 'Pro, yearly', 'USD', 19000, 'year');

-- The state after the last change. What has become due since then follows from it and the current
-- time.
CREATE TABLE subscriptions (
    mode             TEXT NOT NULL,
    id               TEXT NOT NULL,
    customer_id      TEXT NOT NULL,
    price_id         TEXT NOT NULL REFERENCES prices (id),
    quantity         INTEGER NOT NULL CHECK (quantity >= 0),
    started_at       TEXT NOT NULL,
    period_start     TEXT NOT NULL,
    period_end       TEXT NOT NULL,
    billing_day      INTEGER NOT NULL CHECK (billing_day BETWEEN 1 AND 31),
    trial_end        TEXT,
    unpaid           BOOLEAN NOT NULL DEFAULT FALSE,
    pause_start      TEXT,
    pause_end        TEXT CHECK ((pause_start IS NULL) = (pause_end IS NULL)),
    ends_with_period BOOLEAN NOT NULL DEFAULT FALSE,
    canceled_at      TEXT,
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id)
);

CREATE INDEX subscriptions_of_customer ON subscriptions (mode, customer_id, id);
