-- Amounts are whole numbers of minor units, times are milliseconds since 1970 in UTC.

CREATE TABLE customers (
    id    TEXT NOT NULL PRIMARY KEY,
    name  TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE prices (
    id       TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    currency TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    cycle    TEXT    NOT NULL CHECK (cycle IN ('month', 'year'))
) STRICT;

-- Past and scheduled events; the status is computed from these and the current time. The pause is
-- the last one, and may have ended.
CREATE TABLE subscriptions (
    id           TEXT    NOT NULL PRIMARY KEY,
    customer_id  TEXT    NOT NULL REFERENCES customers (id),
    price_id     TEXT    NOT NULL REFERENCES prices (id),
    quantity     INTEGER NOT NULL CHECK (quantity >= 0),
    started_at   INTEGER NOT NULL,
    period_start INTEGER NOT NULL,
    period_end   INTEGER NOT NULL CHECK (period_end >= period_start),
    pause_start  INTEGER,
    pause_end    INTEGER CHECK ((pause_start IS NULL) = (pause_end IS NULL)),
    canceled_at  INTEGER
) STRICT;

CREATE INDEX subscriptions_of_customer ON subscriptions (customer_id, id);
