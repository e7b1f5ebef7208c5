-- Amounts are whole numbers of minor units, times are milliseconds since 1970 in UTC.

CREATE TABLE customers (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    -- The form in which addresses are compared.
    email_folded TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE prices (
    id       TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    currency TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    cycle    TEXT    NOT NULL CHECK (cycle IN ('month', 'year'))
) STRICT;

-- The state after the last change. What has become due since then follows from it and the current
-- time.
CREATE TABLE subscriptions (
    id               TEXT    NOT NULL PRIMARY KEY,
    customer_id      TEXT    NOT NULL REFERENCES customers (id),
    price_id         TEXT    NOT NULL REFERENCES prices (id),
    quantity         INTEGER NOT NULL CHECK (quantity >= 0),
    started_at       INTEGER NOT NULL,
    period_start     INTEGER NOT NULL,
    period_end       INTEGER NOT NULL CHECK (period_end >= period_start),
    billing_day      INTEGER NOT NULL CHECK (billing_day BETWEEN 1 AND 31),
    trial_end        INTEGER,
    unpaid           INTEGER NOT NULL DEFAULT FALSE,
    pause_start      INTEGER,
    pause_end        INTEGER CHECK ((pause_start IS NULL) = (pause_end IS NULL)),
    ends_with_period INTEGER NOT NULL DEFAULT FALSE,
    canceled_at      INTEGER
) STRICT;

CREATE INDEX subscriptions_of_customer ON subscriptions (customer_id, id);
