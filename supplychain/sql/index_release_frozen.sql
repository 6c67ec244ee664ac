-- A release stays as it was computed; only its status moves, and kernel_guard_status says where to.
CREATE FUNCTION supplychain_release_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'a release is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF to_jsonb(OLD) - 'status' IS DISTINCT FROM to_jsonb(NEW) - 'status' THEN
        RAISE EXCEPTION 'a release is frozen once computed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER supplychain_release_frozen BEFORE UPDATE OR DELETE ON supplychain_indexrelease
    FOR EACH ROW EXECUTE FUNCTION supplychain_release_frozen();
CREATE TRIGGER supplychain_release_kept BEFORE TRUNCATE ON supplychain_indexrelease
    FOR EACH STATEMENT EXECUTE FUNCTION supplychain_release_frozen();
