"""Services of supplychain. Signatures others build on (all keyword-only, `actor` and `at` passed in):

receivings.receive_goods(*, merchant, stall, lines=[(commodity, kg, price_fen_kg, origin)], supplier_name="",
    supplier_merchant=None, supplier_person=None, draft_key=None, actor, at) -> Receiving    (7 statements)
orders.place_order(*, stall, lines=[(commodity, kg, price_fen_kg)], channel="COUNTER", handover="AT_STALL",
    buyer_person=None, buyer_merchant=None, buyer_name="", …, draft_key=None, actor, at) -> Order    (5 statements)
orders.pay_order(*, order, channel="DYNAMIC_CODE", actor, at, context=None) -> payments.Payment
    writes order.payment_no; then payments.services.attempts.start_attempt(payment_no=…)
outbounds.issue_outbound(*, order, actor, at, lines=None | [(line_no, kg)], on_credit=False) -> Outbound
    the order must be PAID (the fact payments.payment.paid does that) unless `on_credit`; repeats are harmless
returns.take_return(*, order, reason, actor, at, lines=None, amount_fen=None, refund_no=None, with_refund=True)
    -> Outbound (BACK)    amount alone: goods worth it come back; asks payments for the refund itself
returns.let_off(*, order, amount_fen, reason, actor, at, refund_no=None) -> Order    money back without goods
cancellations.cancel_order(*, order, reason, actor, at) -> Order    closes the open bill; refunds what was paid
lots.record_loss(*, lot, kg, reason, actor, at, draft_key=None), lots.count_stock(*, lot, counted_kg, actor, at, …)
goods.offer_goods(*, stall, commodity, price_fen_kg, actor, at), goods.set_price(*, goods, price_fen_kg, actor, at)
funds_books.enter_receipt / enter_refund    from handlers.py only
agreements.compute_agreements(*, day, actor, at, merchant=None) -> Compared(merchants, cases, partings)
agreements.compute_open_days(*, day, actor, at)    the day and those whose lag still runs
commodities.register_commodity(*, variety, category, …, actor, at) -> Commodity    after four eyes, or by SYSTEM
selectors.commodities.commodity_named(name, day, origin_class=None) -> Commodity | None
"""
