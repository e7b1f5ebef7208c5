INSERT INTO accounts (id, name, email) VALUES
    (x'00000000000040008000000000000001', 'Ada', 'ada@example.com'),
    (x'00000000000040008000000000000002', 'Grace', 'grace@example.com'),
    (x'00000000000040008000000000000003', 'Joan', 'joan@example.com');

INSERT INTO plans (id, name, price, currency, is_yearly) VALUES
    (x'00000000000040008000000000000011', 'Team', '19.99', 'USD', FALSE),
    (x'00000000000040008000000000000012', 'Team', '199', 'USD', TRUE);

INSERT INTO sessions (token, account_id) VALUES
    ('session-of-ada', x'00000000000040008000000000000001');
