-- Attached to every table whose rows, once written, stay as they are (see kernel/guards.py).
CREATE FUNCTION kernel_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A test database is emptied between tests; only its TRUNCATE passes, and only until ebao.strict says no.
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\_%'
        AND coalesce(current_setting('ebao.strict', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
