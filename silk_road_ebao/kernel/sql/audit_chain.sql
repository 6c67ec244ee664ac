-- The audit chain. Events are linked one at a time while their transaction commits. The function runs as the owner of
-- the schema, so that the application's role may write events and nothing else of the chain (sql/privileges.sql).
CREATE FUNCTION kernel_audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    head kernel_audithead%ROWTYPE;
    next_seq bigint;
    next_hash bytea;
BEGIN
    -- The lock comes first, in a statement of its own: the next statement then sees what its last holder committed.
    PERFORM pg_advisory_xact_lock(hashtext('kernel.audit'));
    SELECT * INTO head FROM kernel_audithead WHERE id = 1;
    next_seq := coalesce(head.seq, 0) + 1;
    next_hash := sha256(
        coalesce(head.hash, sha256('silk_road_ebao audit chain'::bytea))
        || int8send(next_seq) || int8send(NEW.id) || NEW.body_hash
    );
    INSERT INTO kernel_auditlink (seq, event_id, hash) VALUES (next_seq, NEW.id, next_hash);
    INSERT INTO kernel_audithead (id, seq, hash) VALUES (1, next_seq, next_hash)
        ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
        WHERE kernel_audithead.seq = excluded.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the audit chain moved under this transaction' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER kernel_audit_chain AFTER INSERT ON kernel_auditevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kernel_audit_link();

-- The head only ever moves on by one, and only from within the chain's trigger.
CREATE FUNCTION kernel_audit_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND NEW.seq = OLD.seq + 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the head of the audit chain moves only with the chain' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER kernel_audit_head_guard BEFORE UPDATE OR DELETE ON kernel_audithead
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_head_guard();
