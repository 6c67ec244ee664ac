-- The guards: what keeps the ledger right whoever writes, by ORM, SQL, COPY or psql.
-- The drift check (payments/ledger/selectors/guards.py) compares the database with this file, so every trigger is
-- written in the form in which PostgreSQL prints it back.
--
-- SQLSTATE LG001 period closed, LG002 account unknown, frozen or of another unit, LG003 key used with another body,
-- LG004 unmirrored reversal, LG005 wrong isolation level, LG006 append-only. Advisory locks 4711 period, 4712 ids.
-- The functions run as the owner of the schema: the application's role may insert transfers and nothing else.

-- ------------------------------------------------------------------------------------------------------ append-only
CREATE FUNCTION ledger_deny() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is forbidden: the ledger is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LG006';
END
$$;

CREATE TRIGGER ledger_transfer_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_transfer FOR EACH STATEMENT EXECUTE FUNCTION ledger_deny();
CREATE TRIGGER ledger_account_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_deny();
CREATE TRIGGER ledger_book_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_book FOR EACH STATEMENT EXECUTE FUNCTION ledger_deny();
CREATE TRIGGER ledger_book_line_immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_book_line FOR EACH STATEMENT EXECUTE FUNCTION ledger_deny();
CREATE TRIGGER ledger_book_line_guard BEFORE INSERT ON public.ledger_book_line FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION ledger_deny();
-- A cached balance moves inside the ledger's own triggers only; freezing stays possible for the owner.
CREATE TRIGGER ledger_balance_guard BEFORE INSERT OR DELETE OR UPDATE OF account_id, stripe, unit, debits, credits, floor, ceil ON public.ledger_balance FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION ledger_deny();
CREATE TRIGGER ledger_balance_truncate BEFORE TRUNCATE ON public.ledger_balance FOR EACH STATEMENT EXECUTE FUNCTION ledger_deny();

-- --------------------------------------------------------------------------------------------------------- accounts
CREATE FUNCTION ledger_account_opened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_balance (account_id, stripe, unit, floor, ceil)
  SELECT n.id, s, n.unit, n.floor, n.ceil
  FROM fresh n, generate_series(0, CASE WHEN n.id < 1000 THEN 15 ELSE 0 END) s;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_account_opened AFTER INSERT ON public.ledger_account REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_opened();

-- Opens one account unless it is open. Ids below 1000 are striped; they are given out under a lock and never burnt.
CREATE FUNCTION ledger_open(p_code text, p_klass text, p_unit smallint, p_striped boolean, p_floor bigint, p_ceil bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE v_id bigint;
BEGIN
  IF EXISTS (SELECT FROM ledger_account WHERE code = p_code) THEN RETURN false; END IF;
  IF p_striped THEN
    PERFORM pg_advisory_xact_lock(4712);
    SELECT coalesce(max(id), 0) + 1 INTO v_id FROM ledger_account WHERE id < 1000;
    IF v_id > 999 THEN RAISE EXCEPTION 'no striped account is left'; END IF;
  ELSE
    v_id := nextval('ledger_account_id_seq');
  END IF;
  INSERT INTO ledger_account (id, code, klass, unit, floor, ceil)
  VALUES (v_id, p_code, p_klass, p_unit, p_floor, p_ceil) ON CONFLICT (code) DO NOTHING;
  RETURN FOUND;
END
$$;

-- -------------------------------------------------------------------------------------------------- the two appliers
-- Complementary on the immutable column bulk, so that every row is applied exactly once, in its own transaction:
--   NOT bulk  one transfer alone   -> row trigger, two single-row updates (fastest)
--   bulk      several legs, batch  -> statement trigger, one net update of all accounts
-- Balance rows are locked in the order of account ids. "Found" means: exists, same unit, not frozen.
-- The period fence is taken first (shared; closing takes it exclusively), THEN the closings are read: a later statement
-- sees a later snapshot under READ COMMITTED only, hence the check of the isolation level.
CREATE FUNCTION ledger_fence() RETURNS date LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_closed date;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the ledger posts under READ COMMITTED only' USING ERRCODE = 'LG005';
  END IF;
  IF NOT pg_try_advisory_xact_lock_shared(4711) THEN PERFORM pg_advisory_xact_lock_shared(4711); END IF;
  SELECT max(closed_through) INTO v_closed FROM ledger_book;
  RETURN v_closed;
END
$$;

CREATE FUNCTION ledger_apply_one() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s smallint := pg_backend_pid() & 15;
  dr bigint := NEW.debit_account_id;
  cr bigint := NEW.credit_account_id;
BEGIN
  -- ledger_fence() in line: every microsecond here is one of every payment
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the ledger posts under READ COMMITTED only' USING ERRCODE = 'LG005';
  END IF;
  IF NOT pg_try_advisory_xact_lock_shared(4711) THEN PERFORM pg_advisory_xact_lock_shared(4711); END IF;
  IF dr < cr THEN
    UPDATE ledger_balance SET debits = debits + NEW.amount
    WHERE account_id = dr AND stripe = CASE WHEN dr < 1000 THEN s ELSE 0 END AND unit = NEW.unit AND NOT frozen
      AND NOT EXISTS (SELECT FROM ledger_book WHERE closed_through >= NEW.effective_on);
    IF FOUND THEN
      UPDATE ledger_balance SET credits = credits + NEW.amount
      WHERE account_id = cr AND stripe = CASE WHEN cr < 1000 THEN s ELSE 0 END AND unit = NEW.unit AND NOT frozen;
    END IF;
  ELSE
    UPDATE ledger_balance SET credits = credits + NEW.amount
    WHERE account_id = cr AND stripe = CASE WHEN cr < 1000 THEN s ELSE 0 END AND unit = NEW.unit AND NOT frozen
      AND NOT EXISTS (SELECT FROM ledger_book WHERE closed_through >= NEW.effective_on);
    IF FOUND THEN
      UPDATE ledger_balance SET debits = debits + NEW.amount
      WHERE account_id = dr AND stripe = CASE WHEN dr < 1000 THEN s ELSE 0 END AND unit = NEW.unit AND NOT frozen;
    END IF;
  END IF;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM ledger_book WHERE closed_through >= NEW.effective_on) THEN
      RAISE EXCEPTION 'the period of % is closed', NEW.effective_on USING ERRCODE = 'LG001';
    END IF;
    RAISE EXCEPTION 'account % or % is unknown, frozen or of another unit', dr, cr USING ERRCODE = 'LG002';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_apply_one AFTER INSERT ON public.ledger_transfer FOR EACH ROW WHEN ((NOT new.bulk)) EXECUTE FUNCTION ledger_apply_one();

CREATE FUNCTION ledger_apply_many() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  s smallint := pg_backend_pid() & 15;
  v_closed date;
  v_first date;
  v_rows bigint;
  v_last_leg smallint;
  v_want bigint;
  v_got bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM fresh WHERE bulk) THEN RETURN NULL; END IF;
  v_closed := ledger_fence();
  SELECT count(*), max(leg), min(effective_on) FILTER (WHERE bulk) INTO v_rows, v_last_leg, v_first FROM fresh;
  -- A posting is written whole by one statement, its legs numbered from 0; else a key could post twice.
  IF v_last_leg > 0 THEN
    PERFORM FROM fresh GROUP BY subject, kind HAVING max(leg) + 1 <> count(*);
    IF FOUND THEN RAISE EXCEPTION 'a posting has lost its first leg' USING ERRCODE = 'LG003'; END IF;
  END IF;
  IF v_first <= v_closed THEN
    RAISE EXCEPTION 'the period of % is closed', v_first USING ERRCODE = 'LG001';
  END IF;
  IF v_rows <= 16 THEN
    -- the legs of one payment, or a few payments together: a plan that is made once and kept
    WITH moved AS MATERIALIZED (
      SELECT a, u, sum(d)::bigint AS d, sum(c)::bigint AS c FROM (
        SELECT debit_account_id AS a, unit AS u, amount AS d, 0::bigint AS c FROM fresh WHERE bulk
        UNION ALL SELECT credit_account_id, unit, 0, amount FROM fresh WHERE bulk) x
      GROUP BY 1, 2),
    locked AS MATERIALIZED (
      SELECT b.account_id, b.stripe, moved.d, moved.c
      FROM moved JOIN ledger_balance b ON b.account_id = moved.a AND b.unit = moved.u AND NOT b.frozen
        AND b.stripe = CASE WHEN moved.a < 1000 THEN s ELSE 0 END
      ORDER BY b.account_id FOR NO KEY UPDATE OF b),
    written AS (
      UPDATE ledger_balance b SET debits = b.debits + locked.d, credits = b.credits + locked.c
      FROM locked WHERE b.account_id = locked.account_id AND b.stripe = locked.stripe RETURNING 1)
    SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM written) INTO v_want, v_got;
  ELSE
    -- A batch: summed by pair of accounts first, because a million rows have far fewer pairs. By EXECUTE, because a
    -- plan made for a small batch and kept would join a million rows by nested loops.
    EXECUTE $batch$
      WITH pairs AS MATERIALIZED (
        SELECT debit_account_id AS dr, credit_account_id AS cr, unit AS u, sum(amount)::bigint AS m
        FROM fresh WHERE bulk GROUP BY 1, 2, 3),
      moved AS (
        SELECT a, u, sum(d)::bigint AS d, sum(c)::bigint AS c FROM (
          SELECT dr AS a, u, m AS d, 0::bigint AS c FROM pairs UNION ALL SELECT cr, u, 0, m FROM pairs) x
        GROUP BY 1, 2),
      locked AS (
        SELECT b.account_id, b.stripe, moved.d, moved.c
        FROM moved JOIN ledger_balance b ON b.account_id = moved.a AND b.unit = moved.u AND NOT b.frozen
          AND b.stripe = CASE WHEN moved.a < 1000 THEN $1 ELSE 0 END
        ORDER BY b.account_id FOR NO KEY UPDATE OF b),
      written AS (
        UPDATE ledger_balance b SET debits = b.debits + locked.d, credits = b.credits + locked.c
        FROM locked WHERE b.account_id = locked.account_id AND b.stripe = locked.stripe RETURNING 1)
      SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM written)
    $batch$ INTO v_want, v_got USING s;
  END IF;
  IF v_want <> v_got THEN
    RAISE EXCEPTION 'an account is unknown, frozen or of another unit (% of % are as they should)', v_got, v_want
      USING ERRCODE = 'LG002';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_apply_many AFTER INSERT ON public.ledger_transfer REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_many();

-- -------------------------------------------------------------------------------------------------------- reversals
-- A reversal (-kind) mirrors its original; that all legs come is seen to by the count, once per posting at leg 0.
CREATE FUNCTION ledger_check_reversal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM ledger_transfer o
    WHERE o.subject = NEW.subject AND o.kind = -NEW.kind AND o.leg = NEW.leg AND o.unit = NEW.unit
      AND o.debit_account_id = NEW.credit_account_id AND o.credit_account_id = NEW.debit_account_id
      AND o.amount = NEW.amount)
  OR (NEW.leg = 0 AND
    (SELECT count(*) FROM ledger_transfer o WHERE o.subject = NEW.subject AND o.kind = -NEW.kind)
    <> (SELECT count(*) FROM ledger_transfer o WHERE o.subject = NEW.subject AND o.kind = NEW.kind))
  THEN
    RAISE EXCEPTION 'a reversal must mirror its original' USING ERRCODE = 'LG004';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_check_reversal AFTER INSERT ON public.ledger_transfer FOR EACH ROW WHEN ((new.kind < 0)) EXECUTE FUNCTION ledger_check_reversal();

-- ---------------------------------------------------------------------------------------------------------- closings
-- Inserting into ledger_book closes the period: the exclusive fence waits for every posting under way, and no posting
-- that comes later can land in it. The lines hold each moved account's cumulated sums, so that statements and proofs
-- need not read the journal from its beginning.
CREATE FUNCTION ledger_close() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_last date;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the ledger closes under READ COMMITTED only' USING ERRCODE = 'LG005';
  END IF;
  PERFORM pg_advisory_xact_lock(4711);
  SELECT max(closed_through) INTO v_last FROM ledger_book;
  IF NEW.closed_through <= v_last THEN
    RAISE EXCEPTION 'periods close forward only: closed through % already', v_last USING ERRCODE = 'LG001';
  END IF;
  SELECT count(*) INTO NEW.transfers FROM ledger_transfer
  WHERE effective_on > coalesce(v_last, '-infinity') AND effective_on <= NEW.closed_through;
  RETURN NEW;
END
$$;

CREATE TRIGGER ledger_close BEFORE INSERT ON public.ledger_book FOR EACH ROW EXECUTE FUNCTION ledger_close();

CREATE FUNCTION ledger_close_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_last date;
BEGIN
  SELECT max(closed_through) INTO v_last FROM ledger_book WHERE closed_through < NEW.closed_through;
  INSERT INTO ledger_book_line (account_id, closed_through, debits, credits)
  SELECT m.a, NEW.closed_through, coalesce(l.debits, 0) + m.d, coalesce(l.credits, 0) + m.c
  FROM (
    SELECT x.a, sum(x.d)::bigint AS d, sum(x.c)::bigint AS c FROM (
      SELECT debit_account_id AS a, sum(amount) AS d, 0 AS c FROM ledger_transfer
      WHERE effective_on > coalesce(v_last, '-infinity') AND effective_on <= NEW.closed_through GROUP BY 1
      UNION ALL
      SELECT credit_account_id, 0, sum(amount) FROM ledger_transfer
      WHERE effective_on > coalesce(v_last, '-infinity') AND effective_on <= NEW.closed_through GROUP BY 1) x
    GROUP BY 1) m
  LEFT JOIN LATERAL (
    SELECT b.debits, b.credits FROM ledger_book_line b
    WHERE b.account_id = m.a AND b.closed_through <= v_last ORDER BY b.closed_through DESC LIMIT 1) l ON true;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_close_lines AFTER INSERT ON public.ledger_book FOR EACH ROW EXECUTE FUNCTION ledger_close_lines();
