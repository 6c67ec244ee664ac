"""Staff of a merchant, operators, institutions, stalls: who is in, who is out."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import InstitutionKind, Membership, Operator
from accounts.selectors.institutions import limit_of, may_be_offered, provinces_served
from accounts.selectors.operators import roles_of
from accounts.services.institutions import (
    LimitOverlaps,
    add_branch,
    end_paper,
    record_paper,
    register_institution,
    set_limit,
)
from accounts.services.markets import UnknownProvince, open_market
from accounts.services.memberships import AlreadyMember, LastOwner, add_member, end_membership
from accounts.services.operators import UsernameTaken, add_operator
from accounts.services.stalls import StallTaken, close_stall, open_stall
from silk_road_ebao.kernel.actors import SYSTEM
from tests.accounts.factories import MarketFactory, MembershipFactory, MerchantFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_user_has_one_role_in_a_shop_and_the_last_owner_stays(at):
    owner = MembershipFactory()
    user = UserFactory()
    cashier = add_member(merchant=owner.merchant, user=user, role="CASHIER", actor=SYSTEM, at=at)

    with pytest.raises(AlreadyMember):
        add_member(merchant=owner.merchant, user=user, role="OWNER", actor=SYSTEM, at=at)
    with pytest.raises(LastOwner):
        end_membership(membership=owner, actor=SYSTEM, at=at)
    end_membership(membership=cashier, actor=SYSTEM, at=at)

    assert Membership.objects.filter(ended_at__isnull=True).get() == owner
    with pytest.raises(ValueError, match="BOSS"):
        add_member(merchant=owner.merchant, user=user, role="BOSS", actor=SYSTEM, at=at)


def test_an_operator_has_the_roles_given_and_a_name_of_his_own(at):
    operator = add_operator(
        username="gulnar", password="沙漠里的骆驼", name="古丽娜", roles=["MAKER", "RISK"], actor=SYSTEM, at=at
    )

    assert roles_of(operator.user) == {"MAKER", "RISK"}
    assert operator.user.is_staff
    with pytest.raises(UsernameTaken):
        add_operator(username="gulnar", password="x" * 9, name="另一位", roles=[], actor=SYSTEM, at=at)
    assert Operator.objects.count() == 1


def test_the_command_makes_an_operator_from_a_piped_password(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("沙漠里的骆驼二号\n"))
    out = StringIO()
    call_command("add_operator", "古丽娜", "--username", "gulnar", "--roles", "MAKER", stdout=out)
    assert "古丽娜 MAKER" in out.getvalue()

    monkeypatch.setattr("sys.stdin", StringIO("短\n"))
    with pytest.raises(CommandError, match="8 characters"):
        call_command("add_operator", "乙", "--username", "yi", "--roles", "MAKER")

    assert Operator.objects.count() == 1


def test_a_bank_is_offered_with_a_live_contract_and_list_entry_only(ccb, at):
    def paper(kind, valid_until=None):
        return record_paper(
            institution=ccb,
            kind=kind,
            reference=f"{kind}-1",
            valid_from=date(2026, 1, 1),
            valid_until=valid_until,
            actor=SYSTEM,
            at=at,
        )

    contract = paper("CONTRACT", date(2026, 11, 24))
    assert not may_be_offered(ccb, at)
    paper("PARTNER_LISTING")
    assert may_be_offered(ccb, at)

    end_paper(paper=contract, actor=SYSTEM, at=at)

    assert not may_be_offered(ccb, at)


def test_r8_an_institution_serves_the_provinces_of_its_branches(at):
    bank = register_institution(
        code="NEW", kind=InstitutionKind.BANK, name="某某银行股份有限公司", short_name="某某银行", actor=SYSTEM, at=at
    )
    assert provinces_served(bank, at) == set()

    add_branch(institution=bank, code="0996", name="巴州分行", province="65", actor=SYSTEM, at=at)

    assert provinces_served(bank, at) == {"65"}
    with pytest.raises(UnknownProvince):
        add_branch(institution=bank, code="x", name="x", province="00", actor=SYSTEM, at=at)


def test_an_institution_has_one_limit_per_day(ccb, at):
    limit = {"institution": ccb, "name": "transfer.daily", "unit": "fen", "source": "协议", "actor": SYSTEM, "at": at}
    set_limit(value=5, valid_from=date(2026, 1, 1), valid_until=date(2027, 1, 1), **limit)

    with pytest.raises(LimitOverlaps):
        set_limit(value=6, valid_from=date(2026, 12, 31), **limit)
    set_limit(value=6, valid_from=date(2027, 1, 1), **limit)

    assert limit_of(ccb, "transfer.daily", at) == 5
    assert limit_of(ccb, "other", at) is None


def test_a_stall_is_free_again_once_closed(at):
    market = MarketFactory()
    one, other = MerchantFactory(), MerchantFactory()

    def take(merchant):
        return open_stall(merchant=merchant, market=market, label="A1", signboard="", actor=SYSTEM, at=at)

    stall = take(one)
    with pytest.raises(StallTaken):
        take(other)
    close_stall(stall=stall, actor=SYSTEM, at=at)

    assert take(other).signboard == other.name


def test_a_market_opened_twice_is_one(at):
    given = {"code": "KQ", "name": "孔雀", "actor": SYSTEM, "at": at}

    assert open_market(province="65", **given) == open_market(province="65", **given)
    with pytest.raises(UnknownProvince):
        open_market(province="6", **given)
