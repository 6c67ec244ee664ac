-- The ordinary case of confirm_attempt in one round trip: a waiting attempt of a waiting payment, everything as asked.
-- Whatever is not ordinary answers 'other' with nothing written, and the service decides.
CREATE OR REPLACE FUNCTION payments_confirm(
  p_attempt_no text, p_acquirer text, p_trade_no text, p_sub_mchid text, p_amount bigint, p_paid_at timestamptz,
  p_day date, p_payer bytea, p_funding text, p_source text, p_at timestamptz, p_paid_text text, p_handlers text[],
  p_kind text, p_reason text, p_shown jsonb, p_sha256 bytea
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  a record;
  v_fact bigint;
BEGIN
  SELECT t.id, t.uid, t.status, t.amount_fen, t.created_at, t.acquirer_code, t.acquirer_trade_no, t.payment_id,
         s.sub_mchid, p.status AS payment_status, p.payment_no, p.amount_fen AS payment_fen, p.order_no,
         m.merchant_no, m.kind
    INTO a
    FROM payments_paymentattempt t
    JOIN payments_payment p ON p.id = t.payment_id
    JOIN payments_submerchant s ON s.id = t.sub_merchant_id
    JOIN accounts_merchant m ON m.id = p.merchant_id
   WHERE t.attempt_no = p_attempt_no
     FOR UPDATE OF p;
  IF NOT FOUND
     OR a.acquirer_code <> p_acquirer OR a.amount_fen <> p_amount OR a.sub_mchid <> p_sub_mchid
     OR a.status NOT IN ('CREATED', 'PENDING', 'UNKNOWN')
     OR a.payment_status NOT IN ('CREATED', 'PENDING', 'UNKNOWN')
     OR p_paid_at < a.created_at - interval '2 days' OR p_paid_at > p_at + interval '2 days'
     OR (a.kind = 'MICRO' AND p_funding = 'CREDIT')
     OR EXISTS (SELECT 1 FROM payments_paymentattempt o WHERE o.payment_id = a.payment_id AND o.id <> a.id
                   AND o.status IN ('CREATED', 'PENDING', 'UNKNOWN'))
  THEN
    RETURN 'other';
  END IF;

  UPDATE payments_paymentattempt
     SET status = 'PAID', acquirer_trade_no = p_trade_no, paid_at = p_paid_at, business_date = p_day,
         payer_token = p_payer, funding = p_funding, next_query_at = NULL
   WHERE id = a.id AND status = a.status;
  IF NOT FOUND THEN
    RETURN 'other';
  END IF;
  UPDATE payments_payment
     SET status = 'PAID', paid_at = p_paid_at, business_date = p_day, paid_attempt_id = a.id
   WHERE id = a.payment_id AND status = a.payment_status;
  IF NOT FOUND OR ledger_post(
       a.uid, 1::smallint, p_day,
       ARRAY['memo:due:' || p_acquirer || ':' || a.merchant_no],
       ARRAY['memo:earned:' || p_acquirer || ':' || a.merchant_no], ARRAY[p_amount]) <> 'posted'
  THEN
    RAISE EXCEPTION 'not the ordinary case' USING ERRCODE = 'EB001';
  END IF;
  INSERT INTO kernel_statuschange
    (model, row_pk, public_no, from_status, to_status, actor_kind, actor_ref, actor_label, at, reason)
  VALUES
    ('payments.PaymentAttempt', a.id::text, p_attempt_no, a.status, 'PAID', 'ACQUIRER', p_acquirer, '', p_at, p_source),
    ('payments.Payment', a.payment_id::text, a.payment_no, a.payment_status, 'PAID', 'ACQUIRER', p_acquirer, '', p_at, '');
  INSERT INTO kernel_outboxfact (topic, key, payload, at)
  VALUES ('payments.payment.paid', a.payment_no, jsonb_build_object(
      'payment_no', a.payment_no, 'attempt_no', p_attempt_no, 'merchant_no', a.merchant_no, 'order_no', a.order_no,
      'amount_fen', a.payment_fen, 'paid_at', p_paid_text, 'business_date', p_day::text), p_at)
  RETURNING id INTO v_fact;
  INSERT INTO kernel_outboxdelivery (fact_id, handler, attempts, due_at, last_error)
  SELECT v_fact, name, 0, statement_timestamp(), '' FROM unnest(p_handlers) AS name;
  INSERT INTO payments_acquirermessage
    (acquirer_code, direction, kind, subject, verdict, reason, shown, body_sha256, at)
  VALUES (p_acquirer, 'IN', p_kind, p_attempt_no, 'ACCEPTED', p_reason, p_shown, p_sha256, p_at);
  RETURN 'done';
EXCEPTION
  -- A closed period, a frozen account, a key used before: the long way says so, to the archive and to the alarm.
  WHEN SQLSTATE 'EB001' OR SQLSTATE 'LG001' OR SQLSTATE 'LG002' OR SQLSTATE 'LG003' THEN
    RETURN 'other';
END
$$;
