"""Bill rows partitioned by month, statuses kept on their edges, and what was written kept as written."""

from django.db import migrations

from silk_road_ebao.kernel.guards import append_only, guard_status

PARTITION = """
DROP TABLE payments_billrow;
CREATE TABLE payments_billrow (
  day date NOT NULL,
  bill_id bigint NOT NULL,
  line_no integer NOT NULL,
  kind varchar(8) NOT NULL,
  our_no varchar(64) NOT NULL,
  origin_no varchar(64) NOT NULL,
  acquirer_no varchar(64) NOT NULL,
  party varchar(64) NOT NULL,
  occurred_at timestamptz NOT NULL,
  amount_fen bigint NOT NULL,
  fee_fen bigint NOT NULL,
  outcome varchar(24) NOT NULL,
  PRIMARY KEY (day, bill_id, line_no)
) PARTITION BY RANGE (day);
CREATE INDEX bill_row_our_no ON payments_billrow (our_no);
CREATE TABLE payments_billrow_rest PARTITION OF payments_billrow DEFAULT;
-- Opens the month of a day before its rows come; runs as the owner, for the application may not create tables.
CREATE FUNCTION payments_billrow_open(p_day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_first date := date_trunc('month', p_day)::date;
  v_name text := 'payments_billrow_' || to_char(p_day, 'YYYY_MM');
BEGIN
  IF to_regclass(v_name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(4721);
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF payments_billrow FOR VALUES FROM (%L) TO (%L)',
                 v_name, v_first, (v_first + interval '1 month')::date);
END
$$;
"""
PLAIN = """
DROP FUNCTION payments_billrow_open(date);
DROP TABLE payments_billrow;
CREATE TABLE payments_billrow (
  day date NOT NULL, bill_id bigint NOT NULL, line_no integer NOT NULL, kind varchar(8) NOT NULL,
  our_no varchar(64) NOT NULL, origin_no varchar(64) NOT NULL, acquirer_no varchar(64) NOT NULL,
  party varchar(64) NOT NULL, occurred_at timestamptz NOT NULL, amount_fen bigint NOT NULL, fee_fen bigint NOT NULL,
  outcome varchar(24) NOT NULL, PRIMARY KEY (day, bill_id, line_no)
);
CREATE INDEX bill_row_our_no ON payments_billrow (our_no);
"""
TRACK = "OPEN CUT BILLS_FETCHED BILLS_VERIFIED ROWS_LOADED RECONCILED FEES_CHARGED STATEMENTS_MADE POSTED PROVED PUBLISHED".split()
EDGES = {
    "payments_businessday": [
        *zip(TRACK, TRACK[1:]),
        *((before, "HELD") for before in TRACK[:-1]),
        *(("HELD", step) for step in TRACK[1:]),
    ],
    "payments_bill": [
        ("FETCHED", "VERIFIED"), ("FETCHED", "REFUSED"), ("FETCHED", "SUPERSEDED"), ("VERIFIED", "LOADED"),
        ("VERIFIED", "REFUSED"), ("VERIFIED", "SUPERSEDED"), ("LOADED", "SUPERSEDED"), ("REFUSED", "SUPERSEDED"),
    ],
    "payments_discrepancy": [
        ("SUSPENSE", "OPEN"), ("SUSPENSE", "RESOLVED"), ("OPEN", "PROPOSED"), ("OPEN", "RESOLVED"),
        ("OPEN", "CARRIED"), ("PROPOSED", "OPEN"), ("PROPOSED", "RESOLVED"), ("PROPOSED", "CARRIED"),
        ("CARRIED", "PROPOSED"), ("CARRIED", "RESOLVED"),
    ],
    "payments_tariffversion": [("DRAFT", "ACTIVE"), ("DRAFT", "REFUSED"), ("ACTIVE", "ENDED")],
    "payments_servicecontract": [("DRAFT", "SIGNED"), ("DRAFT", "REFUSED"), ("SIGNED", "ENDED")],
    "payments_servicefee": [
        ("CHARGED", "POSTED"), ("POSTED", "INVOICED"), ("POSTED", "COLLECTED"), ("INVOICED", "COLLECTED"),
        ("INVOICED", "WAIVED"),
    ],
    "payments_feeinvoice": [
        ("ISSUED", "PAID"), ("ISSUED", "OVERDUE"), ("ISSUED", "WAIVED"), ("OVERDUE", "PAID"), ("OVERDUE", "WAIVED"),
    ],
}


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_guards"), ("kernel", "0004_guards")]

    operations = [
        migrations.RunSQL(PARTITION, PLAIN),
        append_only("payments_billrow"),
        append_only("payments_settlementadjustment"),
        *(guard_status(table, edges) for table, edges in EDGES.items()),
    ]
