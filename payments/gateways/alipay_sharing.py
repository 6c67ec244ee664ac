"""Alipay's royalties (分账): relation.bind, order.settle; the last settle also ends the freeze."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from payments.gateways.alipay_client import AlipayClient, AlipayReply
from payments.gateways.protocol import FAILED, FINISHED, NOT_FOUND, UNKNOWN, Answer, Payee, SplitLine, SplitOrder
from silk_road_ebao.kernel.money import yuan_text

USUAL_RATIO_BPS = 3_000
"""Alipay has no query for it; a contract may say more."""


class AlipaySharing:
    """Bind receivers and settle; a return rides on the refund that needs it."""

    client: AlipayClient

    def bind_receiver(self, payee: Payee, line: SplitLine) -> Answer:
        """Register a receiver; a repeat changes nothing."""
        content = {
            "receiver_list": [{"type": line.account_type, "account": line.account, "name": line.name, "memo": "分账"}],
            "out_request_no": f"BIND{payee.sub_mchid}{line.account}"[:32],
        }
        reply = self.client.call(
            "alipay.trade.royalty.relation.bind",
            content,
            kind="bind_receiver",
            subject=line.account,
            token=payee.auth_token,
        )
        return reply.answer(FINISHED if reply.is_good else UNKNOWN if reply.is_uncertain else FAILED)

    def sharing_ratio_bps(self, payee: Payee) -> int:
        """Return the usual ratio."""
        return USUAL_RATIO_BPS

    def split(self, order: SplitOrder) -> Answer:
        """Instruct a split under out_request_no; the last one also ends the freeze. A repeat changes nothing."""
        return self._settle(order, "split")

    def _settle(self, order: SplitOrder, kind: str) -> Answer:
        content = {
            "out_request_no": order.sharing_no,
            "trade_no": order.order.acquirer_trade_no,
            "royalty_parameters": [
                {
                    "trans_in_type": row.account_type,
                    "trans_in": row.account,
                    "amount": yuan_text(row.amount_fen),
                    "desc": row.text,
                }
                for row in order.lines
            ],
            "extend_params": {"royalty_finish": "true" if order.is_last else "false"},
        }
        reply = self.client.call(
            "alipay.trade.order.settle",
            content,
            kind=kind,
            subject=order.sharing_no,
            token=order.order.payee.auth_token,
        )
        return _read(reply)

    def query_split(self, order: SplitOrder) -> Answer:
        """Ask what became of a split."""
        content = {"out_request_no": order.sharing_no, "trade_no": order.order.acquirer_trade_no}
        reply = self.client.call(
            "alipay.trade.order.settle.query",
            content,
            kind="query_split",
            subject=order.sharing_no,
            token=order.order.payee.auth_token,
        )
        return _read(reply)

    def unfreeze(self, order: SplitOrder) -> Answer:
        """End the freeze: the last settle has done so already, or one without receivers does it now."""
        if order.is_last:
            return Answer(FINISHED, code="RODE_WITH_SPLIT")
        return self._settle(replace(order, is_last=True), "unfreeze")

    def take_back(self, order: SplitOrder) -> Answer:
        """Answer failed: a return rides on trade.refund (split_return_rides), so nobody asks for one by itself."""
        return Answer(FAILED, code="RETURNS_WITH_REFUND", text="支付宝分账回退随退款一起办理")

    def query_take_back(self, order: SplitOrder) -> Answer:
        """Answer failed, as take_back does."""
        return self.take_back(order)


def royalties_back(lines: Sequence[SplitLine]) -> dict[str, Any]:
    """Word what receivers give back within a refund; nothing when nothing was split."""
    rows = [
        {
            "royalty_type": "transfer",
            "trans_out_type": row.account_type,
            "trans_out": row.account,
            "amount": yuan_text(row.amount_fen),
            "desc": row.text,
        }
        for row in lines
    ]
    return {"refund_royalty_parameters": rows} if rows else {}


def _read(reply: AlipayReply) -> Answer:
    if reply.is_good:
        rows = reply.body.get("royalty_detail_list")
        states = [str(row.get("state", "")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return reply.answer(FAILED if "FAIL" in states else FINISHED, acquirer_no=str(reply.body.get("settle_no", "")))
    if reply.is_absent:
        return reply.answer(NOT_FOUND)
    return reply.answer(UNKNOWN if reply.is_uncertain else FAILED)
