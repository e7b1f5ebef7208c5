-- Example customers for test mode.

INSERT INTO customers (id, name, email, email_folded) VALUES
    ('cus_ada', 'Ada', 'ada@example.test', 'ada@example.test'),
    ('cus_blaise', 'Blaise', 'blaise@example.test', 'blaise@example.test'),
    ('cus_charles', 'Charles', 'charles@example.test', 'charles@example.test'),
    ('cus_dorothy', 'Dorothy', 'dorothy@example.test', 'dorothy@example.test'),
    ('cus_edsger', 'Edsger', 'edsger@example.test', 'edsger@example.test'),
    ('cus_frances', 'Frances', 'frances@example.test', 'frances@example.test'),
    ('cus_grace', 'Grace', 'grace@example.test', 'grace@example.test'),
    ('cus_hedy', 'Hedy', 'hedy@example.test', 'hedy@example.test'),
    ('cus_ida', 'Ida', 'ida@example.test', 'ida@example.test'),
    ('cus_john', 'John', 'john@example.test', 'john@example.test'),
    ('cus_katherine', 'Katherine', 'katherine@example.test', 'katherine@example.test'),
    ('cus_linus', 'Linus', 'linus@example.test', 'linus@example.test');

INSERT INTO prices (id, name, currency, amount, cycle) VALUES
    ('basic_monthly', 'Basic', 'USD', 900, 'month'),
    ('pro_monthly', 'Pro', 'USD', 1900, 'month'),
    ('pro_yearly', 'Pro, yearly', 'USD', 19000, 'year');

-- Each subscription begins now.
WITH example (id, customer_id, price_id, quantity) AS (VALUES
    ('sub_ada', 'cus_ada', 'pro_monthly', 1),
    ('sub_blaise', 'cus_blaise', 'pro_monthly', 3),
    ('sub_charles', 'cus_charles', 'basic_monthly', 1),
    ('sub_dorothy', 'cus_dorothy', 'basic_monthly', 1),
    ('sub_edsger_1', 'cus_edsger', 'basic_monthly', 1),
    ('sub_edsger_2', 'cus_edsger', 'pro_monthly', 1),
    ('sub_frances', 'cus_frances', 'pro_yearly', 1),
    ('sub_grace', 'cus_grace', 'pro_monthly', 1),
    ('sub_hedy', 'cus_hedy', 'basic_monthly', 1),
    ('sub_ida', 'cus_ida', 'pro_monthly', 2),
    ('sub_john', 'cus_john', 'basic_monthly', 1),
    ('sub_katherine', 'cus_katherine', 'pro_monthly', 1)
)
INSERT INTO subscriptions
    (id, customer_id, price_id, quantity, started_at, period_start, period_end, billing_day)
SELECT example.*, unixepoch() * 1000, unixepoch() * 1000,
    unixepoch('now', '+1 ' || cycle, 'floor') * 1000, CAST(strftime('%d') AS INTEGER)
FROM example JOIN prices ON prices.id = price_id;

UPDATE subscriptions SET pause_start = started_at, pause_end = period_end WHERE id = 'sub_grace';
UPDATE subscriptions SET canceled_at = started_at WHERE id = 'sub_hedy';
