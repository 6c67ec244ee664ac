-- The ordinary case of confirm_attempt for several notices in one statement: waiting attempts of waiting payments,
-- everything as asked. Answers the numbers it confirmed; of all others nothing is written, and the service decides.
-- Payments are locked in the order of their ids, balances in the order of their accounts: no two callers wait in a ring.

-- A notice as it came, with what it found: the attempt, its payment, its merchant, and the accounts of the capture.
CREATE TYPE payments_confirmable AS (
  attempt bigint, uid uuid, was text, payment bigint, payment_no text, payment_was text, payment_fen bigint,
  order_no text, merchant_no text, unit smallint, due bigint, earned bigint,
  attempt_no text, acquirer text, trade_no text, amount bigint, paid_at timestamptz, day date, payer bytea, funding text,
  source text, at timestamptz, paid_text text, kind text, reason text, shown jsonb, sha256 bytea
);

-- Plans of the first shape whatever the statistics say: from the few notices by unique indexes to their rows.
CREATE FUNCTION payments_confirm(p_notices jsonb, p_handlers text[]) RETURNS text[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET join_collapse_limit = 1 SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_found payments_confirmable[];
  v_numbers text[];
  v_count integer;
BEGIN
  SELECT array_agg(c.found), array_agg(c.attempt_no) INTO v_found, v_numbers
    FROM (
      SELECT x.attempt_no, ROW(
               t.id, t.uid, t.status, t.payment_id, p.payment_no, p.status, p.amount_fen, p.order_no, m.merchant_no,
               due.unit, due.id, earned.id, x.attempt_no, x.acquirer, x.trade_no, x.amount, x.paid_at, x.day, decode(x.payer, 'hex'), x.funding,
               x.source, x.at, x.paid_text, x.kind, x.reason, x.shown, decode(x.sha256, 'hex')
             )::payments_confirmable AS found
        FROM jsonb_to_recordset(p_notices) AS x (
               attempt_no text, acquirer text, trade_no text, sub_mchid text, amount bigint, paid_at timestamptz,
               day date, payer text, funding text, source text, at timestamptz, paid_text text, kind text, reason text,
               shown jsonb, sha256 text)
        JOIN payments_paymentattempt t ON t.attempt_no = x.attempt_no
        JOIN payments_payment p ON p.id = t.payment_id
        JOIN payments_submerchant s ON s.id = t.sub_merchant_id
        JOIN accounts_merchant m ON m.id = p.merchant_id
        JOIN ledger_account due ON due.code = 'memo:due:' || x.acquirer || ':' || m.merchant_no
        JOIN ledger_account earned ON earned.code = 'memo:earned:' || x.acquirer || ':' || m.merchant_no
       WHERE t.acquirer_code = x.acquirer AND t.amount_fen = x.amount AND s.sub_mchid = x.sub_mchid
         AND t.status IN ('CREATED', 'PENDING', 'UNKNOWN')
         AND p.status IN ('CREATED', 'PENDING', 'UNKNOWN')
         AND x.paid_at BETWEEN t.created_at - interval '2 days' AND x.at + interval '2 days'
         AND (m.kind <> 'MICRO' OR x.funding <> 'CREDIT')
         AND NOT EXISTS (SELECT FROM payments_paymentattempt o WHERE o.payment_id = t.payment_id AND o.id <> t.id
                            AND o.status IN ('CREATED', 'PENDING', 'UNKNOWN'))
       ORDER BY p.id
         FOR UPDATE OF p) c;
  IF v_found IS NULL THEN
    RETURN '{}';
  END IF;

  UPDATE payments_paymentattempt t
     SET status = 'PAID', acquirer_trade_no = x.trade_no, paid_at = x.paid_at, business_date = x.day,
         payer_token = x.payer, funding = x.funding, next_query_at = NULL
    FROM unnest(v_found) x
   WHERE t.id = x.attempt AND t.status = x.was;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count = cardinality(v_found) THEN
    UPDATE payments_payment p
       SET status = 'PAID', paid_at = x.paid_at, business_date = x.day, paid_attempt_id = x.attempt
      FROM unnest(v_found) x
     WHERE p.id = x.payment AND p.status = x.payment_was;
    GET DIAGNOSTICS v_count = ROW_COUNT;
  END IF;
  IF v_count = cardinality(v_found) THEN
    -- What ledger_post writes for a CAPTURE, its accounts being known: the ledger's guards hold whoever inserts.
    INSERT INTO ledger_transfer (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)
    SELECT x.uid, 1, 0, x.unit, cardinality(v_found) > 1, x.day, x.due, x.earned, x.amount FROM unnest(v_found) x
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_count = ROW_COUNT;
  END IF;
  IF v_count <> cardinality(v_found) THEN
    RAISE EXCEPTION 'not the ordinary case' USING ERRCODE = 'EB001';
  END IF;

  INSERT INTO kernel_statuschange
    (model, row_pk, public_no, from_status, to_status, actor_kind, actor_ref, actor_label, at, reason)
  SELECT y.model, y.row_pk, y.public_no, y.was, 'PAID', 'ACQUIRER', x.acquirer, '', x.at, y.reason
    FROM unnest(v_found) x,
    LATERAL (VALUES ('payments.PaymentAttempt', x.attempt::text, x.attempt_no, x.was, x.source),
                    ('payments.Payment', x.payment::text, x.payment_no, x.payment_was, ''))
      AS y (model, row_pk, public_no, was, reason);
  WITH facts AS (
    INSERT INTO kernel_outboxfact (topic, key, payload, at)
    SELECT 'payments.payment.paid', x.payment_no, jsonb_build_object(
             'payment_no', x.payment_no, 'attempt_no', x.attempt_no, 'merchant_no', x.merchant_no,
             'order_no', x.order_no, 'amount_fen', x.payment_fen, 'paid_at', x.paid_text,
             'business_date', x.day::text), x.at
      FROM unnest(v_found) x
    RETURNING id)
  INSERT INTO kernel_outboxdelivery (fact_id, handler, attempts, due_at, last_error)
  SELECT facts.id, name, 0, statement_timestamp(), '' FROM facts, unnest(p_handlers) AS name;
  INSERT INTO payments_acquirermessage
    (acquirer_code, direction, kind, subject, verdict, reason, shown, body_sha256, at)
  SELECT x.acquirer, 'IN', x.kind, x.attempt_no, 'ACCEPTED', x.reason, x.shown, x.sha256, x.at FROM unnest(v_found) x;
  RETURN v_numbers;
EXCEPTION
  -- A closed period, a frozen account, a key used before: the long way says so, to the archive and to the alarm.
  WHEN SQLSTATE 'EB001' OR SQLSTATE 'LG001' OR SQLSTATE 'LG002' OR SQLSTATE 'LG003' THEN
    RETURN '{}';
END
$$;
