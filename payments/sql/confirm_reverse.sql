DROP FUNCTION payments_confirm(jsonb, text[]);
DROP FUNCTION payments_capture(payments_confirmable[]);
DROP TYPE payments_confirmable;
