-- The stock of a lot is the sum of its movements: inserting a movement is the only way to change it.
CREATE FUNCTION supplychain_move_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE supplychain_lot SET on_hand_kg = on_hand_kg + moved.kg
    FROM (SELECT lot_id, sum(kg) AS kg FROM written GROUP BY lot_id) AS moved
    WHERE supplychain_lot.id = moved.lot_id;
    RETURN NULL;
END $$;
CREATE TRIGGER supplychain_stockmovement_moves AFTER INSERT ON supplychain_stockmovement
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION supplychain_move_stock();

CREATE FUNCTION supplychain_guard_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lot %: stock is moved by stock movements only', NEW.lot_no
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER supplychain_lot_stock BEFORE UPDATE OF on_hand_kg ON supplychain_lot FOR EACH ROW
    WHEN (OLD.on_hand_kg IS DISTINCT FROM NEW.on_hand_kg AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION supplychain_guard_stock();
CREATE TRIGGER supplychain_lot_begins_empty BEFORE INSERT ON supplychain_lot FOR EACH ROW
    WHEN (NEW.on_hand_kg <> 0) EXECUTE FUNCTION supplychain_guard_stock();

-- What was agreed stays as it was agreed: an order is mended by counter-entries.
CREATE FUNCTION supplychain_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: what was agreed stays; mend it by a counter-entry', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER supplychain_order_stays BEFORE UPDATE ON supplychain_order FOR EACH ROW
    WHEN ((OLD.order_no, OLD.merchant_id, OLD.stall_id, OLD.channel, OLD.amount_fen, OLD.placed_at, OLD.business_date)
          IS DISTINCT FROM
          (NEW.order_no, NEW.merchant_id, NEW.stall_id, NEW.channel, NEW.amount_fen, NEW.placed_at, NEW.business_date))
    EXECUTE FUNCTION supplychain_guard_order();
CREATE TRIGGER supplychain_order_kept BEFORE DELETE ON supplychain_order FOR EACH ROW
    EXECUTE FUNCTION supplychain_guard_order();

-- A commodity once entered keeps its meaning; a change is a new version.
CREATE TRIGGER supplychain_commodity_stays BEFORE UPDATE ON supplychain_commodity FOR EACH ROW
    WHEN ((OLD.code, OLD.version, OLD.variety, OLD.category, OLD.grade, OLD.sale_unit, OLD.unit_kg, OLD.origin_class,
           OLD.valid_from)
          IS DISTINCT FROM
          (NEW.code, NEW.version, NEW.variety, NEW.category, NEW.grade, NEW.sale_unit, NEW.unit_kg, NEW.origin_class,
           NEW.valid_from))
    EXECUTE FUNCTION supplychain_guard_order();
