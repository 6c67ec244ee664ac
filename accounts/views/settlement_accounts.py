"""结算账户: where the bank pays, what the bank says about it, and how it is changed."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.door import PartyRequest, party_page
from accounts.forms import AccountForm, OwnAccountForm
from accounts.models import Merchant, Person, SettlementAccount
from accounts.selectors.consents import latest_text
from accounts.selectors.dated_rules import value_or_none
from accounts.selectors.settlement_accounts import account_of, accounts_of, had_payee, limits_on, remaining_allowance
from accounts.selectors.verification_requests import PURPOSE, may_be_told, untold_accounts_of
from accounts.services.settlement_account_changes import propose_account_change, stop_account_change
from accounts.services.settlement_accounts import add_settlement_account, close_settlement_account
from accounts.services.verification_consents import agree_to_verification
from accounts.views.answers import found, go, page, signature_of, told
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def accounts(request: PartyRequest) -> HttpResponse:
    """List the accounts of the shop or of oneself."""
    untold = untold_accounts_of(request.party, clock.now())
    context = {"rows": accounts_of(request.party), "untold": untold, **_what_next(request)}
    return page(request, "accounts/accounts.html", context)


def _what_next(request: PartyRequest) -> dict[str, Any]:
    party = request.party
    changing = isinstance(party, Merchant) and had_payee(party)
    waiting = isinstance(party, Merchant) and accounts_of(party).filter(status__in=["PROPOSED", "HELD"]).exists()
    return {"is_change": changing, "is_waiting": waiting}


@sensitive_post_parameters("account_no")
@require_http_methods(["GET", "POST"])
@party_page("OWNER")
def add(request: PartyRequest) -> HttpResponse:
    """Add an account; for a shop that has a payee account this proposes its change."""
    party, next_ = request.party, _what_next(request)
    kind = OwnAccountForm if isinstance(party, Person) else AccountForm
    name = party.full_name if isinstance(party, Person) else party.legal_name
    form = kind(request.POST if request.method == "POST" else None, initial={"holder_name": name})
    if request.method == "POST" and form.is_valid():
        try:
            account = _add(request, form, is_change=next_["is_change"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _told_after(account, clock.now()))
            return go("account", request.side, account.account_no)
    hours = value_or_none("settlement_change.cool_off_hours", clock.now())
    context = {"form": form, "hours": hours, "text": latest_text(PURPOSE), **next_}
    return page(request, "accounts/account_add.html", context, status=422 if form.errors else 200)


def _told_after(account: SettlementAccount, at: datetime) -> str:
    if may_be_told(account=account, at=at):
        return _("已登记，银行核实后就能用")
    return _("已登记。你还没同意交给银行核实，所以银行还不知道这个账户")


def _add(request: PartyRequest, form: AccountForm, *, is_change: bool) -> Any:
    typed = form.cleaned_data
    given: dict[str, Any] = {
        "account_no": typed["account_no"],
        "holder_name": typed["holder_name"],
        "bank_code": typed["bank"],
        "agreed": typed["agreed"],
        "signature": signature_of(request),
        "actor": request.actor,
        "at": clock.now(),
    }
    if is_change and isinstance(request.party, Merchant):
        return propose_account_change(merchant=request.party, **given)
    own = {name: typed[name] for name in ("account_class", "opening_mode") if name in typed}
    return add_settlement_account(owner=request.party, **own, **given)


@require_GET
@party_page("OWNER", "BOOKKEEPER")
def account(request: PartyRequest, account_no: str) -> HttpResponse:
    """Show one account: the bank's word, the hold, and what Class II and III may still take and give."""
    row, at = found(account_of, request.party, account_no), clock.now()
    limits, left = limits_on(row.account_class, row.opening_mode, at), remaining_allowance(row, at)
    day = (limits.in_daily_fen, limits.out_daily_fen)
    sums = zip((_("还能转入"), _("还能付出")), (left.in_fen, left.out_fen), day, strict=True)
    allowance = [line for line in sums if line[1] is not None]
    is_change = row.owner_merchant_id is not None and row.status in ("PROPOSED", "HELD")
    context = {
        "row": row,
        "allowance": allowance,
        "is_change": is_change and _what_next(request)["is_change"],
        "is_untold": row.status != "CLOSED" and not may_be_told(account=row, at=at),
        "text": latest_text(PURPOSE),
    }
    return page(request, "accounts/account.html", context)


@require_POST
@party_page("OWNER")
def agree(request: PartyRequest, account_no: str) -> HttpResponse:
    """Let the account's bank verify it, with one's own tick."""
    row = found(account_of, request.party, account_no)
    told(
        request,
        lambda: agree_to_verification(
            account=row,
            subject=request.party,
            agreed=request.POST.get("agreed") == "on",
            signature=signature_of(request),
            actor=request.actor,
            at=clock.now(),
        ),
        _("已授权，银行核实后就能用。随时可以撤回"),
    )
    return go("account", request.side, account_no)


@require_POST
@party_page("OWNER")
def stop(request: PartyRequest, account_no: str) -> HttpResponse:
    """Stop a change that has not taken effect, or stop using an own account."""
    row, at = found(account_of, request.party, account_no), clock.now()
    if row.owner_merchant_id is None:
        told(
            request,
            lambda: close_settlement_account(account=row, actor=request.actor, at=at, reason="owner"),
            _("已停用这个账户"),
        )
    elif row.status in ("PROPOSED", "HELD"):
        told(
            request,
            lambda: stop_account_change(account=row, actor=request.actor, at=at, reason="owner"),
            _("已停止更换，收款账户不变"),
        )
    else:
        messages.error(request, _("正在收款的账户不能直接停用，请先更换"))
    return go("accounts", request.side)
