"""WeChat Pay's profit sharing: the acquirer splits, returns and unfreezes; numbers never change on retry."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from wechatpayv3 import WeChatPay

from payments.gateways.protocol import (
    FAILED,
    FINISHED,
    NOT_FOUND,
    PENDING,
    UNKNOWN,
    Answer,
    Payee,
    SplitLine,
    SplitOrder,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.gateways.wechat import Reply


class WechatSharing:
    """Bind receivers, split, unfreeze, take back."""

    sdk: WeChatPay
    ask: Callable[..., Reply]

    def bind_receiver(self, payee: Payee, line: SplitLine) -> Answer:
        """Register a receiver; a repeat changes nothing."""
        sent = {
            "account_type": line.account_type,
            "account": line.account,
            "relation_type": "SERVICE_PROVIDER",
            "name": line.name,
            "sub_mchid": payee.sub_mchid,
        }
        reply = self.ask("bind_receiver", line.account, sent, lambda sent: self.sdk.profitsharing_add_receiver(**sent))
        return reply.answer(FINISHED if reply.is_good else UNKNOWN if reply.is_uncertain else FAILED)

    def sharing_ratio_bps(self, payee: Payee) -> int:
        """Ask the greatest part of an order this sub-merchant may split; 0 when it is not said."""
        sent = {"sub_mchid": payee.sub_mchid}
        reply = self.ask(
            "sharing_ratio", payee.sub_mchid, sent, lambda sent: self.sdk.profitsharing_config_query(**sent)
        )
        ratio = reply.body.get("max_ratio") if reply.is_good else 0
        return ratio if isinstance(ratio, int) and 0 <= ratio <= 10_000 else 0

    def split(self, order: SplitOrder) -> Answer:
        """Instruct a split. The SDK encrypts names in the caller's own dicts, so it gets a copy."""
        sent = {
            "transaction_id": order.order.acquirer_trade_no,
            "out_order_no": order.sharing_no,
            "receivers": [
                {"type": row.account_type, "account": row.account, "amount": row.amount_fen, "description": row.text}
                for row in order.lines
            ],
            "unfreeze_unsplit": False,  # unfreezing has its own number
            "sub_mchid": order.order.payee.sub_mchid,
        }
        return _read(
            self.ask("split", order.sharing_no, sent, lambda sent: self.sdk.profitsharing_order(**deepcopy(sent)))
        )

    def unfreeze(self, order: SplitOrder) -> Answer:
        """Release what is left to the merchant."""
        sent = {
            "transaction_id": order.order.acquirer_trade_no,
            "out_order_no": order.sharing_no,
            "description": order.text,
            "sub_mchid": order.order.payee.sub_mchid,
        }
        return _read(self.ask("unfreeze", order.sharing_no, sent, lambda sent: self.sdk.profitsharing_unfreeze(**sent)))

    def query_split(self, order: SplitOrder) -> Answer:
        """Ask what became of a split or unfreezing."""
        sent = {
            "transaction_id": order.order.acquirer_trade_no,
            "out_order_no": order.sharing_no,
            "sub_mchid": order.order.payee.sub_mchid,
        }
        return _read(
            self.ask("query_split", order.sharing_no, sent, lambda sent: self.sdk.profitsharing_order_query(**sent))
        )

    def take_back(self, order: SplitOrder) -> Answer:
        """Take part of a split back from its receiver."""
        row = order.lines[0]
        sent = {
            "out_order_no": order.of_no,
            "out_return_no": order.sharing_no,
            "return_mchid": row.account,
            "amount": row.amount_fen,
            "description": order.text,
            "sub_mchid": order.order.payee.sub_mchid,
        }
        return _read_return(
            self.ask("take_back", order.sharing_no, sent, lambda sent: self.sdk.profitsharing_return(**sent))
        )

    def query_take_back(self, order: SplitOrder) -> Answer:
        """Ask what became of a return."""
        sent = {
            "out_order_no": order.of_no,
            "out_return_no": order.sharing_no,
            "sub_mchid": order.order.payee.sub_mchid,
        }
        return _read_return(
            self.ask(
                "query_take_back", order.sharing_no, sent, lambda sent: self.sdk.profitsharing_return_query(**sent)
            )
        )


def _read(reply: Reply) -> Answer:
    if not reply.is_good:
        return _not_good(reply)
    rows: Any = reply.body.get("receivers")
    results = [str(row.get("result", "")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    is_done = reply.body.get("state") == "FINISHED"
    state = PENDING if not is_done else FAILED if "CLOSED" in results else FINISHED
    return reply.answer(state, acquirer_no=str(reply.body.get("order_id", ""))[:64], detail={"results": results})


def _read_return(reply: Reply) -> Answer:
    if not reply.is_good:
        return _not_good(reply)
    state = {"SUCCESS": FINISHED, "PROCESSING": PENDING, "FAILED": FAILED}.get(str(reply.body.get("result")), UNKNOWN)
    return reply.answer(state, acquirer_no=str(reply.body.get("return_id", ""))[:64])


def _not_good(reply: Reply) -> Answer:
    if reply.http_status == 404 and not reply.fault:
        return reply.answer(NOT_FOUND)
    # A rule that only asks to wait (a minute after payment, frequency) is not a refusal.
    if reply.is_uncertain or reply.code in ("RULE_LIMIT", "FREQUENCY_LIMITED"):
        return reply.answer(UNKNOWN)
    return reply.answer(FAILED)
