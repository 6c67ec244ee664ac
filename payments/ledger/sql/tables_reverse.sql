DROP VIEW ledger_journal;
DROP SEQUENCE ledger_account_id_seq;
ALTER TABLE ledger_balance RESET (fillfactor);
ALTER TABLE ledger_transfer ALTER COLUMN id DROP IDENTITY;
ALTER TABLE ledger_transfer ALTER COLUMN id SET DEFAULT 0;
