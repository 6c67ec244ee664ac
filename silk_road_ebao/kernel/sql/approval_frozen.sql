-- What was asked for stays as it was asked; only the decision may be filled in, once.
CREATE FUNCTION kernel_approval_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an approval is never deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.status <> 'PENDING'
        OR (OLD.id, OLD.approval_no, OLD.verb, OLD.subject, OLD.diff, OLD.snapshot_hash, OLD.maker_kind,
            OLD.maker_ref, OLD.maker_label, OLD.requested_at)
        IS DISTINCT FROM
           (NEW.id, NEW.approval_no, NEW.verb, NEW.subject, NEW.diff, NEW.snapshot_hash, NEW.maker_kind,
            NEW.maker_ref, NEW.maker_label, NEW.requested_at) THEN
        RAISE EXCEPTION 'an approval is frozen once asked for' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER kernel_approval_frozen BEFORE UPDATE OR DELETE ON kernel_approval
    FOR EACH ROW EXECUTE FUNCTION kernel_approval_frozen();
