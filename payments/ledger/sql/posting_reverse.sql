DROP FUNCTION ledger_reverse(uuid, smallint, date);
DROP FUNCTION ledger_post_many(uuid[], smallint[], smallint[], date[], text[], text[], bigint[]);
DROP FUNCTION ledger_post(uuid, smallint, date, text[], text[], bigint[]);
