DROP FUNCTION payments_confirm(jsonb, text[]);
DROP TYPE payments_confirmable;
