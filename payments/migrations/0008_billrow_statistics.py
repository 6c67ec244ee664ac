"""Statistics of the bill rows just loaded, so that the day's joins do not depend on when autovacuum came by."""

from django.db import migrations

ANALYZE = """
-- Runs as the owner, for the application may not analyse what it does not own.
CREATE FUNCTION payments_billrow_analyze(p_day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_name text := 'payments_billrow_' || to_char(p_day, 'YYYY_MM');
BEGIN
  IF to_regclass(v_name) IS NOT NULL THEN
    EXECUTE format('ANALYZE %I (day, bill_id, kind, our_no)', v_name);
  END IF;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_risk_rules_act")]

    operations = [migrations.RunSQL(ANALYZE, "DROP FUNCTION payments_billrow_analyze(date);")]
