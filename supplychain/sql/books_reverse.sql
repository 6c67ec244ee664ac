DROP TRIGGER supplychain_commodity_stays ON supplychain_commodity;
DROP TRIGGER supplychain_order_kept ON supplychain_order;
DROP TRIGGER supplychain_order_stays ON supplychain_order;
DROP FUNCTION supplychain_guard_order();
DROP TRIGGER supplychain_lot_begins_empty ON supplychain_lot;
DROP TRIGGER supplychain_lot_stock ON supplychain_lot;
DROP FUNCTION supplychain_guard_stock();
DROP TRIGGER supplychain_stockmovement_moves ON supplychain_stockmovement;
DROP FUNCTION supplychain_move_stock();
