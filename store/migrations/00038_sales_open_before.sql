-- Sales that were open when those of the till were given numbers have none, and left
-- its strip. Those of the book's last day are sales of that day, after those that are
-- numbered. Of the links for one payment nobody kept which the till made: they stay in
-- the list of links too.

-- +goose Up
INSERT INTO sales (book, day, number, way, link_id, transaction_id)
WITH last_days AS (
    SELECT book, ((MAX(created_at) + 3600000) / 86400000) * 86400000 - 3600000 AS day -- its midnight in Douala, at UTC+1
    FROM (SELECT 'sandbox' AS book, (SELECT MAX(created_at) FROM transactions WHERE book = 'sandbox') AS created_at
        UNION ALL SELECT 'demo', (SELECT MAX(created_at) FROM transactions WHERE book = 'demo')
        UNION ALL SELECT 'production', (SELECT MAX(created_at) FROM transactions WHERE book = 'production')) AS newest
    WHERE created_at > 0
    GROUP BY book),
unnumbered AS (
    SELECT last_days.book, last_days.day, MIN(transactions.id) AS id, links.id AS link_id, links.kind,
        MAX(CASE WHEN transactions.status IN ('unsent', 'waiting', 'pending', 'in_doubt') THEN 1 ELSE 0 END) AS is_open,
        MAX(CASE WHEN transactions.status = 'successful' THEN 1 ELSE 0 END) AS is_paid
    FROM last_days
    JOIN transactions ON transactions.book = last_days.book AND transactions.created_at >= last_days.day
    LEFT JOIN payment_links AS links ON links.id = transactions.link_id
    WHERE transactions.kind = 'collect' AND transactions.sibling_of IS NULL
        AND (links.id IS NULL AND transactions.origin = 'push' AND transactions.created_by IS NOT NULL
            OR links.kind = 'counter' AND transactions.origin = 'push'
            OR links.kind = 'once' AND links.batch = '' AND NOT EXISTS (SELECT 1 FROM sales WHERE sales.book = last_days.book))
        AND NOT EXISTS (SELECT 1 FROM sales WHERE sales.book = transactions.book AND sales.transaction_id = transactions.id)
        AND NOT EXISTS (SELECT 1 FROM sales WHERE sales.book = transactions.book AND sales.link_id = transactions.link_id)
    GROUP BY last_days.book, last_days.day, links.id, links.kind, CASE WHEN links.kind = 'once' THEN 0 ELSE transactions.id END)
SELECT book, day,
    (SELECT COALESCE(MAX(sales.number), 0) FROM sales WHERE sales.book = unnumbered.book AND sales.day = unnumbered.day)
        + ROW_NUMBER() OVER (PARTITION BY book ORDER BY id),
    1, CASE WHEN kind = 'once' THEN link_id END, CASE WHEN kind = 'once' THEN NULL ELSE id END
FROM unnumbered
WHERE is_open = 1 AND is_paid = 0;
