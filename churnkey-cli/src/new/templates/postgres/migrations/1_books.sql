-- Amounts are whole numbers of minor units. Ids are ordered by their bytes, so that lists do not
-- depend on the locale.

CREATE TABLE customers (
    id    text COLLATE "C" PRIMARY KEY,
    name  text NOT NULL,
    email text NOT NULL
);

CREATE UNIQUE INDEX customers_by_email ON customers (lower(email));

CREATE TABLE prices (
    id       text COLLATE "C" PRIMARY KEY,
    name     text   NOT NULL,
    currency text   NOT NULL,
    amount   bigint NOT NULL,
    cycle    text   NOT NULL CHECK (cycle IN ('month', 'year'))
);

-- Past and scheduled events; the status is computed from these and the current time. The pause is
-- the last one, and may have ended.
CREATE TABLE subscriptions (
    id           text COLLATE "C" PRIMARY KEY,
    customer_id  text COLLATE "C" NOT NULL REFERENCES customers (id),
    price_id     text COLLATE "C" NOT NULL REFERENCES prices (id),
    quantity     bigint           NOT NULL CHECK (quantity >= 0),
    started_at   timestamptz      NOT NULL,
    period_start timestamptz      NOT NULL,
    period_end   timestamptz      NOT NULL CHECK (period_end >= period_start),
    pause_start  timestamptz,
    pause_end    timestamptz CHECK ((pause_start IS NULL) = (pause_end IS NULL)),
    canceled_at  timestamptz
);

CREATE INDEX subscriptions_of_customer ON subscriptions (customer_id, id);
