CREATE TABLE accounts (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE
);

CREATE TABLE sessions (
    token TEXT NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id)
);

-- A price is a decimal number in whole units, such as 19.99.
CREATE TABLE plans (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    price TEXT NOT NULL,
    currency TEXT NOT NULL,
    is_yearly BOOLEAN NOT NULL
);

CREATE TABLE subscriptions (
    id BLOB NOT NULL PRIMARY KEY,
    account_id BLOB NOT NULL REFERENCES accounts (id),
    plan_id BLOB NOT NULL REFERENCES plans (id),
    seats INTEGER NOT NULL CHECK (seats > 0),
    started_at TEXT NOT NULL,
    period_start TEXT NOT NULL,
    period_end TEXT NOT NULL,
    canceled_at TEXT
);

CREATE INDEX subscriptions_of_an_account ON subscriptions (account_id, id);
