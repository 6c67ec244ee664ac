-- Two roles: the owner migrates, the application posts. Run by hand once in production, as a superuser, after the first
-- `migrate`; run again after a migration that adds tables to the ledger. The names are psql variables:
--
--   psql -v owner=ebao_owner -v app=ebao_app -v database=ebao -f payments/ledger/sql/roles.sql
--
-- Afterwards DATABASE_URL of web, worker and beat names the application's role, that of `migrate` the owner's.
-- The application may insert transfers, open accounts and close periods; balances and closing lines are written by
-- triggers that run as the owner. It owns no table, so it cannot disable a trigger, and it is no superuser, so it
-- cannot set session_replication_role.

\set ON_ERROR_STOP on
BEGIN;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"app";
GRANT USAGE ON SCHEMA public TO :"app";
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"app";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"app";

REVOKE ALL ON ledger_transfer, ledger_account, ledger_balance, ledger_book, ledger_book_line, ledger_journal
  FROM :"app", PUBLIC;
GRANT SELECT ON ledger_transfer, ledger_account, ledger_balance, ledger_book, ledger_book_line, ledger_journal TO :"app";
GRANT INSERT ON ledger_transfer, ledger_account, ledger_book TO :"app";
GRANT UPDATE (frozen) ON ledger_balance TO :"app";

REVOKE ALL ON FUNCTION ledger_fence() FROM PUBLIC;
COMMIT;
