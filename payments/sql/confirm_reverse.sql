DROP FUNCTION payments_confirm(text, text, text, text, bigint, timestamptz, date, bytea, text, text, timestamptz, text, text[], text, text, jsonb, bytea);
