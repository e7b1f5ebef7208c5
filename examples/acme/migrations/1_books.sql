-- Test and live data share the tables. Every key begins with the mode, and every reference includes
-- it, so that a row of one mode cannot point to a row of the other.
--
-- Times are milliseconds since 1970 in UTC; sums are minor units. Data whose structure varies, such
-- as the tiers of a price, is JSON in the form that Churnkey reads.

CREATE TABLE families (
    mode        TEXT NOT NULL CHECK (mode IN ('test', 'live')),
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT,
    PRIMARY KEY (mode, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE products (
    mode        TEXT NOT NULL,
    id          TEXT NOT NULL,
    family_id   TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT,
    unit_label  TEXT,
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, family_id) REFERENCES families (mode, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE prices (
    mode        TEXT NOT NULL,
    id          TEXT NOT NULL,
    product_id  TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT,
    cycle       TEXT NOT NULL CHECK (cycle ->> '$.amount' >= 1),
    amount      TEXT NOT NULL CHECK (json_valid(amount)),
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, product_id) REFERENCES products (mode, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE coupons (
    mode            TEXT    NOT NULL CHECK (mode IN ('test', 'live')),
    id              TEXT    NOT NULL,
    code            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    duration        TEXT    NOT NULL CHECK (json_valid(duration)),
    value           TEXT    NOT NULL CHECK (json_valid(value)),
    max_redemptions INTEGER,
    redemptions     INTEGER NOT NULL DEFAULT 0 CHECK (redemptions >= 0),
    expires_at      INTEGER,
    PRIMARY KEY (mode, id),
    UNIQUE (mode, code),
    CHECK (max_redemptions IS NULL OR redemptions <= max_redemptions)
) STRICT, WITHOUT ROWID;

CREATE TABLE customers (
    mode       TEXT    NOT NULL CHECK (mode IN ('test', 'live')),
    id         TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    first_name TEXT    NOT NULL,
    last_name  TEXT    NOT NULL,
    email      TEXT COLLATE NOCASE,
    phone      TEXT CHECK (phone GLOB '+[0-9]*'),
    currency   TEXT    NOT NULL,
    metadata   TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    PRIMARY KEY (mode, id),
    UNIQUE (mode, email),
    UNIQUE (mode, phone),
    CHECK (email IS NOT NULL OR phone IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX customers_by_age ON customers (mode, created_at, id);

-- SQLite ignores the case of ASCII letters only. The application compares these few addresses.
CREATE INDEX customers_beyond_ascii ON customers (mode) WHERE email GLOB '*[^ -~]*';

CREATE TABLE addresses (
    mode        TEXT    NOT NULL,
    customer_id TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    address     TEXT    NOT NULL CHECK (json_valid(address)),
    PRIMARY KEY (mode, customer_id, position),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id)
) STRICT, WITHOUT ROWID;

-- The status describes the present. ends_with_period, next_price_id and a pause without pause_start
-- wait for the end of the period. They have no date of their own, because the end can move.
CREATE TABLE subscriptions (
    mode                TEXT    NOT NULL,
    id                  TEXT    NOT NULL,
    customer_id         TEXT    NOT NULL,
    price_id            TEXT    NOT NULL,
    quantity            INTEGER NOT NULL CHECK (quantity >= 0),
    started_at          INTEGER NOT NULL,
    status              TEXT    NOT NULL
                        CHECK (status IN ('trial', 'running', 'paused', 'canceled')),
    unpaid              INTEGER NOT NULL DEFAULT 0 CHECK (unpaid IN (0, 1)),
    canceled_at         INTEGER,
    billing_day         INTEGER NOT NULL CHECK (billing_day BETWEEN 1 AND 31),
    period_start        INTEGER NOT NULL,
    period_end          INTEGER NOT NULL,
    period_millis       INTEGER NOT NULL CHECK (period_millis >= 0),
    paid                INTEGER NOT NULL,
    paid_millis         INTEGER NOT NULL CHECK (paid_millis >= 0),
    trial_start         INTEGER,
    trial_end           INTEGER,
    ends_with_period    INTEGER NOT NULL CHECK (ends_with_period IN (0, 1)),
    pause_start_at      TEXT CHECK (pause_start_at IN ('immediate', 'end-of-period')),
    pause_length        TEXT CHECK (json_valid(pause_length)),
    pause_allows_annual INTEGER CHECK (pause_allows_annual IN (0, 1)),
    pause_start         INTEGER,
    pause_end           INTEGER,
    pause_extends       INTEGER CHECK (pause_extends IN (0, 1)),
    next_price_id       TEXT,
    metadata            TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(metadata)),
    PRIMARY KEY (mode, id),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id),
    FOREIGN KEY (mode, price_id) REFERENCES prices (mode, id),
    FOREIGN KEY (mode, next_price_id) REFERENCES prices (mode, id),
    CHECK (period_start <= period_end),
    CHECK ((status = 'canceled') = (canceled_at IS NOT NULL)),
    CHECK (status <> 'trial' OR trial_end IS NOT NULL),
    CHECK ((status = 'paused') = (pause_start IS NOT NULL)),
    CHECK (status <> 'canceled' OR (ends_with_period = 0 AND next_price_id IS NULL)),
    CHECK ((trial_start IS NULL) = (trial_end IS NULL)),
    CHECK ((pause_start_at IS NULL) = (pause_allows_annual IS NULL)),
    CHECK ((pause_start_at IS NULL) = (pause_extends IS NULL)),
    CHECK (pause_start_at IS NOT NULL OR (pause_start IS NULL AND pause_length IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX subscriptions_of_customer ON subscriptions (mode, customer_id, started_at, id);

CREATE TABLE customer_discounts (
    mode        TEXT    NOT NULL,
    customer_id TEXT    NOT NULL,
    coupon_id   TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    ends_at     INTEGER,
    PRIMARY KEY (mode, customer_id, coupon_id),
    FOREIGN KEY (mode, customer_id) REFERENCES customers (mode, id),
    FOREIGN KEY (mode, coupon_id) REFERENCES coupons (mode, id)
) STRICT, WITHOUT ROWID;

-- Because of the primary key, a subscription can redeem a coupon only once. A discount for a number
-- of charges counts them down in charges_left, and has an end only once it is over.
CREATE TABLE subscription_discounts (
    mode            TEXT    NOT NULL,
    subscription_id TEXT    NOT NULL,
    coupon_id       TEXT    NOT NULL,
    started_at      INTEGER NOT NULL,
    charges_left    INTEGER CHECK (charges_left >= 0),
    ends_at         INTEGER,
    last_charge_at  INTEGER,
    PRIMARY KEY (mode, subscription_id, coupon_id),
    FOREIGN KEY (mode, subscription_id) REFERENCES subscriptions (mode, id),
    FOREIGN KEY (mode, coupon_id) REFERENCES coupons (mode, id)
) STRICT, WITHOUT ROWID;

-- The credit and the charge of each change of price within a period, for the next invoice.
CREATE TABLE prorations (
    mode            TEXT    NOT NULL,
    number          INTEGER NOT NULL,
    subscription_id TEXT    NOT NULL,
    at              INTEGER NOT NULL,
    from_price_id   TEXT    NOT NULL,
    to_price_id     TEXT    NOT NULL,
    currency        TEXT    NOT NULL,
    credit          INTEGER NOT NULL,
    charge          INTEGER NOT NULL,
    amount          INTEGER NOT NULL GENERATED ALWAYS AS (charge - credit) STORED,
    PRIMARY KEY (mode, number),
    FOREIGN KEY (mode, subscription_id) REFERENCES subscriptions (mode, id),
    FOREIGN KEY (mode, from_price_id) REFERENCES prices (mode, id),
    FOREIGN KEY (mode, to_price_id) REFERENCES prices (mode, id)
) STRICT, WITHOUT ROWID;

-- The last extension of a trial by each length, used to recognize a repeated request.
CREATE TABLE trial_extensions (
    mode            TEXT    NOT NULL,
    subscription_id TEXT    NOT NULL,
    length          TEXT    NOT NULL CHECK (json_valid(length)),
    extended_at     INTEGER NOT NULL,
    PRIMARY KEY (mode, subscription_id, length),
    FOREIGN KEY (mode, subscription_id) REFERENCES subscriptions (mode, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    mode         TEXT    NOT NULL CHECK (mode IN ('test', 'live')),
    number       INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    request_id   TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    customer     TEXT    NOT NULL,
    subscription TEXT,
    outcome      TEXT    NOT NULL CHECK (outcome IN ('applied', 'repeated')),
    details      TEXT    NOT NULL CHECK (json_valid(details)),
    PRIMARY KEY (mode, number)
) STRICT, WITHOUT ROWID;
