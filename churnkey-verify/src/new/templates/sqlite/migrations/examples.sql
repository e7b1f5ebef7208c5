-- Made-up customers for test mode, so that there is something to look at on the first day.

INSERT INTO customers (id, name, email) VALUES
    ('cus_1', 'Ada', 'ada@example.test'),
    ('cus_2', 'Blaise', 'blaise@example.test'),
    ('cus_3', 'Charles', 'charles@example.test'),
    ('cus_4', 'Dorothy', 'dorothy@example.test'),
    ('cus_5', 'Edsger', 'edsger@example.test'),
    ('cus_6', 'Frances', 'frances@example.test'),
    ('cus_7', 'Grace', 'grace@example.test'),
    ('cus_8', 'Hedy', 'hedy@example.test');

INSERT INTO prices (id, name, currency, amount, cycle) VALUES
    ('basic_monthly', 'Basic', 'USD', 900, 'month'),
    ('pro_monthly', 'Pro', 'USD', 1900, 'month'),
    ('pro_yearly', 'Pro, by the year', 'USD', 19000, 'year');

-- Each began now.
WITH example (id, customer_id, price_id, quantity) AS (VALUES
    ('sub_1', 'cus_1', 'pro_monthly', 1),
    ('sub_2', 'cus_2', 'pro_monthly', 3),
    ('sub_3', 'cus_3', 'basic_monthly', 1),
    ('sub_4', 'cus_4', 'basic_monthly', 1),
    ('sub_5a', 'cus_5', 'basic_monthly', 1),
    ('sub_5b', 'cus_5', 'pro_monthly', 1),
    ('sub_6', 'cus_6', 'pro_yearly', 1),
    ('sub_7', 'cus_7', 'pro_monthly', 1),
    ('sub_8', 'cus_8', 'basic_monthly', 1)
)
INSERT INTO subscriptions (id, customer_id, price_id, quantity, started_at, period_start, period_end)
SELECT example.*, unixepoch() * 1000, unixepoch() * 1000, unixepoch('now', '+1 ' || cycle) * 1000
FROM example JOIN prices ON prices.id = price_id;

UPDATE subscriptions SET pause_start = started_at, pause_end = period_end WHERE id = 'sub_7';
UPDATE subscriptions SET canceled_at = started_at WHERE id = 'sub_8';
