-- What Django cannot say about the tables of the ledger.

ALTER TABLE ledger_transfer ALTER COLUMN id DROP DEFAULT;
ALTER TABLE ledger_transfer ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
-- Ordinary accounts; ids below 1000 are platform accounts with striped balances.
CREATE SEQUENCE ledger_account_id_seq START WITH 1000 MINVALUE 1000;
-- A balance row is updated in place for ever: room on the page keeps those updates off the indexes.
ALTER TABLE ledger_balance SET (fillfactor = 50);

CREATE VIEW ledger_journal AS
SELECT t.id, t.subject, t.kind, t.leg, t.unit, t.effective_on, d.code AS debit_code, c.code AS credit_code, t.amount,
       t.posted_at
FROM ledger_transfer t
JOIN ledger_account d ON d.id = t.debit_account_id
JOIN ledger_account c ON c.id = t.credit_account_id;
