-- The way to monthly partitions, should the journal ever need them (docs/adr/, "One journal table"). No migration runs
-- this; tests/payments/ledger/test_partition_path.py rehearses it. Nothing is copied: the table that stands becomes the
-- first partition. The range is over `subject`, whose UUID version 7 begins with the time, so that the key
-- (subject, kind, leg) stays unique over all partitions; by effective_on it would not.

ALTER TABLE ledger_transfer RENAME TO ledger_transfer_first;
CREATE TABLE ledger_transfer (LIKE ledger_transfer_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (subject);
ALTER TABLE ledger_transfer_first ALTER COLUMN id DROP IDENTITY;
ALTER TABLE ledger_transfer ADD CONSTRAINT ledger_transfer_key PRIMARY KEY (subject, kind, leg);
CREATE INDEX ledger_transfer_debit_parted ON ledger_transfer (debit_account_id, effective_on);
CREATE INDEX ledger_transfer_credit_parted ON ledger_transfer (credit_account_id, effective_on);
CREATE INDEX ledger_transfer_day_parted ON ledger_transfer USING brin (effective_on) WITH (pages_per_range = 32);

-- The least UUID version 7 of a moment.
CREATE FUNCTION ledger_subject_from(p_at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM p_at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

DO $$
DECLARE
  v_cut timestamptz := date_trunc('month', now()) + interval '1 month';
  v_last bigint;
  v_name text;
BEGIN
  SELECT coalesce(max(id), 0) + 1 INTO v_last FROM ledger_transfer_first;
  EXECUTE format('ALTER TABLE ledger_transfer ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (START WITH %s)', v_last);
  EXECUTE format('ALTER TABLE ledger_transfer ATTACH PARTITION ledger_transfer_first FOR VALUES FROM (MINVALUE) TO (%L)',
                 ledger_subject_from(v_cut));
  FOR n IN 0..11 LOOP
    v_name := 'ledger_transfer_' || to_char(v_cut + make_interval(months => n), 'YYYYMM');
    EXECUTE format('CREATE TABLE %I PARTITION OF ledger_transfer FOR VALUES FROM (%L) TO (%L)', v_name,
      ledger_subject_from(v_cut + make_interval(months => n)), ledger_subject_from(v_cut + make_interval(months => n + 1)));
  END LOOP;
  CREATE TABLE ledger_transfer_other PARTITION OF ledger_transfer DEFAULT;
END
$$;

-- The row triggers of the parent reach every partition by themselves; its statement triggers do not. The table that
-- stood has them all; here the parent gets its own and every new partition its statement triggers.
DROP TRIGGER ledger_apply_one ON ledger_transfer_first;
DROP TRIGGER ledger_check_reversal ON ledger_transfer_first;
CREATE TRIGGER ledger_apply_one AFTER INSERT ON ledger_transfer FOR EACH ROW WHEN ((NOT new.bulk)) EXECUTE FUNCTION ledger_apply_one();
CREATE TRIGGER ledger_check_reversal AFTER INSERT ON ledger_transfer FOR EACH ROW WHEN ((new.kind < 0)) EXECUTE FUNCTION ledger_check_reversal();
DO $$
DECLARE v_table text;
BEGIN
  FOR v_table IN
    SELECT 'ledger_transfer' UNION ALL
    SELECT inhrelid::regclass::text FROM pg_inherits
    WHERE inhparent = 'ledger_transfer'::regclass AND inhrelid <> 'ledger_transfer_first'::regclass
  LOOP
    EXECUTE format('CREATE TRIGGER ledger_transfer_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON %s'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION ledger_deny()', v_table);
    EXECUTE format('CREATE TRIGGER ledger_apply_many AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_many()', v_table);
  END LOOP;
END
$$;
