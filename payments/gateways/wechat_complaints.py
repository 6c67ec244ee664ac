"""WeChat Pay's merchant service: what payers complain of."""

import json
from dataclasses import dataclass
from datetime import date, datetime

import requests
from wechatpayv3 import WeChatPay

PAGE = 50
MOST_PAGES = 40


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint as the acquirer lists it."""

    feed_no: str
    sub_mchid: str
    attempt_no: str
    text: str
    reported_at: datetime
    is_answered: bool


class WechatComplaints:
    """Read the feed of complaints."""

    sdk: WeChatPay

    def fetch_complaints(self, first: date, last: date) -> list[Complaint]:
        """List the complaints of some days over all sub-merchants, page by page.

        Raises requests.RequestException, ForgedAnswerError; ValueError for an answer that cannot be read.
        """
        found: list[Complaint] = []
        for page in range(MOST_PAGES):
            query = f"begin_date={first}&end_date={last}&limit={PAGE}&offset={page * PAGE}"
            status, content = self.sdk._core.request(f"/v3/merchant-service/complaints-v2?{query}")
            if status != 200:
                raise requests.exceptions.HTTPError(f"complaints: {status}")
            body = json.loads(content)
            rows = body["data"]
            found += [_complaint(row) for row in rows]
            if not rows or len(found) >= int(body["total_count"]):
                break
        return found


def _complaint(row: dict[str, object]) -> Complaint:
    orders = row.get("complaint_order_info")
    order = orders[0] if isinstance(orders, list) and orders and isinstance(orders[0], dict) else {}
    return Complaint(
        feed_no=str(row["complaint_id"])[:64],
        sub_mchid=str(row.get("complainted_mchid", "")),
        attempt_no=str(order.get("out_trade_no", ""))[:32],
        text=str(row.get("complaint_detail", ""))[:500],
        reported_at=datetime.fromisoformat(str(row["complaint_time"])),
        is_answered=row.get("complaint_state") == "PROCESSED",
    )
