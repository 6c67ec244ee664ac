-- The posting functions: one round trip a call, account codes resolved here, idempotent by (subject, kind).
-- They add nothing to the guards: whoever inserts past them is held by the same triggers.
-- Accounts and transfers are asked by scalar subqueries, a probe of an index a row: a join's plan, kept from a time when
-- the table was small or its statistics lagged behind, could be nested loops over millions.
-- 'unopened' is answered, before anything is written, when a code has no account yet.

CREATE FUNCTION ledger_post(p_subject uuid, p_kind smallint, p_on date, p_debits text[], p_credits text[], p_amounts bigint[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_legs integer := cardinality(p_amounts);
  v_count integer;
  v_units smallint[];
  v_debits bigint[];
  v_credits bigint[];
BEGIN
  IF v_legs = 1 THEN
    INSERT INTO ledger_transfer (subject, kind, leg, unit, effective_on, debit_account_id, credit_account_id, amount)
    SELECT p_subject, p_kind, 0, d.unit, p_on, d.id, c.id, p_amounts[1]
    FROM ledger_account d, ledger_account c WHERE d.code = p_debits[1] AND c.code = p_credits[1]
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count = 1 THEN RETURN 'posted'; END IF;
  END IF;
  SELECT array_agg((SELECT unit FROM ledger_account WHERE code = x.debit) ORDER BY x.leg),
         array_agg((SELECT id FROM ledger_account WHERE code = x.debit) ORDER BY x.leg),
         array_agg((SELECT id FROM ledger_account WHERE code = x.credit) ORDER BY x.leg)
  INTO v_units, v_debits, v_credits
  FROM unnest(p_debits, p_credits) WITH ORDINALITY x (debit, credit, leg);
  IF array_position(v_debits, NULL) > 0 OR array_position(v_credits, NULL) > 0 THEN RETURN 'unopened'; END IF;
  IF v_legs = 1 THEN
    -- Another session may have opened the accounts between the two statements above: try once more, with them.
    INSERT INTO ledger_transfer (subject, kind, leg, unit, effective_on, debit_account_id, credit_account_id, amount)
    VALUES (p_subject, p_kind, 0, v_units[1], p_on, v_debits[1], v_credits[1], p_amounts[1])
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count = 1 THEN RETURN 'posted'; END IF;
  END IF;
  IF v_legs > 1 THEN
    INSERT INTO ledger_transfer (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)
    SELECT p_subject, p_kind, x.leg - 1, x.unit, true, p_on, x.debit, x.credit, x.amount
    FROM unnest(v_units, v_debits, v_credits, p_amounts) WITH ORDINALITY x (unit, debit, credit, amount, leg)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count = v_legs THEN RETURN 'posted'; END IF;
  END IF;
  IF v_count = 0 AND
     (SELECT array_agg((t.effective_on, t.debit_account_id, t.credit_account_id, t.amount) ORDER BY t.leg)
      FROM ledger_transfer t WHERE t.subject = p_subject AND t.kind = p_kind)
   = (SELECT array_agg((p_on, x.debit, x.credit, x.amount) ORDER BY x.leg)
      FROM unnest(v_debits, v_credits, p_amounts) WITH ORDINALITY x (debit, credit, amount, leg))
  THEN RETURN 'replayed'; END IF;
  RAISE EXCEPTION 'the key (%, %) was used with another body', p_subject, p_kind USING ERRCODE = 'LG003';
END
$$;

-- Many postings in one statement, rows in any order; the rows of one posting must all be there.
CREATE FUNCTION ledger_post_many(p_subjects uuid[], p_kinds smallint[], p_legs smallint[], p_days date[], p_debits text[], p_credits text[], p_amounts bigint[], OUT unopened text[], OUT posted bigint, OUT replayed bigint) LANGUAGE plpgsql AS $$
BEGIN
  SELECT array_agg(DISTINCT x.code ORDER BY x.code) INTO unopened
  FROM (SELECT DISTINCT unnest(p_debits || p_credits) AS code) x
  WHERE (SELECT a.id FROM ledger_account a WHERE a.code = x.code) IS NULL;
  IF unopened IS NOT NULL THEN RETURN; END IF;
  INSERT INTO ledger_transfer (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)
  SELECT x.subject, x.kind, x.leg, (SELECT unit FROM ledger_account WHERE code = x.debit), true, x.on_,
         (SELECT id FROM ledger_account WHERE code = x.debit), (SELECT id FROM ledger_account WHERE code = x.credit),
         x.amount
  FROM unnest(p_subjects, p_kinds, p_legs, p_days, p_debits, p_credits, p_amounts)
    AS x (subject, kind, leg, on_, debit, credit, amount)
  ORDER BY 1, 2, 3
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS posted = ROW_COUNT;
  replayed := cardinality(p_amounts) - posted;
  IF replayed > 0 AND (
    EXISTS (
      SELECT FROM unnest(p_subjects, p_kinds, p_legs, p_days, p_debits, p_credits, p_amounts)
        AS x (subject, kind, leg, on_, debit, credit, amount)
      WHERE (
        SELECT (t.effective_on, t.debit_account_id, t.credit_account_id, t.amount)
             = (x.on_, (SELECT id FROM ledger_account WHERE code = x.debit),
                (SELECT id FROM ledger_account WHERE code = x.credit), x.amount)
        FROM ledger_transfer t WHERE t.subject = x.subject AND t.kind = x.kind AND t.leg = x.leg) IS NOT TRUE)
    OR EXISTS (
      SELECT FROM unnest(p_subjects, p_kinds) AS x (subject, kind) GROUP BY x.subject, x.kind
      HAVING count(*) <> (SELECT count(*) FROM ledger_transfer t WHERE t.subject = x.subject AND t.kind = x.kind)))
  THEN
    RAISE EXCEPTION 'a key of the batch was used with another body' USING ERRCODE = 'LG003';
  END IF;
END
$$;

-- 'posted', 'replayed' (the posting is reversed already) or 'missing' (there is nothing to reverse).
CREATE FUNCTION ledger_reverse(p_subject uuid, p_kind smallint, p_on date) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_transfer (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)
  SELECT subject, -kind, leg, unit, true, p_on, credit_account_id, debit_account_id, amount
  FROM ledger_transfer WHERE subject = p_subject AND kind = p_kind ORDER BY leg
  ON CONFLICT DO NOTHING;
  IF FOUND THEN RETURN 'posted'; END IF;
  RETURN CASE WHEN EXISTS (SELECT FROM ledger_transfer WHERE subject = p_subject AND kind = p_kind)
    THEN 'replayed' ELSE 'missing' END;
END
$$;
