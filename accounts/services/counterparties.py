"""The other side of a link, found by a phone or a merchant number somebody was told."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from accounts.selectors.parties import Party, party_key
from accounts.selectors.persons import person_by_phone
from accounts.services.numbers import read_phone
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.recall import is_worn_out
from silk_road_ebao.kernel.refusals import Refusal

MAX_SEARCHES = 20
SEARCHES_WINDOW_S = 3600


class CounterpartyUnknown(Refusal):
    """Nobody in service bears the phone or number."""

    message = _("没有找到对方。请核对号码；对方要先登录并登记身份，或者店已通过审核")
    field = "target"


class TooManySearches(Refusal):
    """Twenty look-ups within an hour: somebody tries numbers out."""

    message = _("找的次数太多，请一小时后再试")
    field = "target"


@audited(action="accounts.counterparty.find")
def find_counterparty(*, text: str, seeker: Party, actor: Actor, at: datetime) -> Party:
    """Find a person by phone or a merchant by number (MER…); look-ups are counted per seeker.

    Raises:
        NumberRefused, CounterpartyUnknown, TooManySearches
    """
    if is_worn_out(f"accounts:counterparty:{party_key(seeker)}", tries=MAX_SEARCHES, for_s=SEARCHES_WINDOW_S):
        raise TooManySearches
    wanted = text.strip().upper()
    if wanted.startswith("MER"):
        merchant = Merchant.objects.filter(merchant_no=wanted, status__in=["APPROVED", "SUSPENDED"]).first()
        if merchant is None:
            raise CounterpartyUnknown
        return merchant
    person = person_by_phone(read_phone(text=text, field="target"))
    if person is None or person.status not in ("ACTIVE", "SILENT"):
        raise CounterpartyUnknown
    return person
