"""Addresses of accounts."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from accounts.views import combination, consents, identity, links, me, onboarding, own_data, sign_in, staff
from accounts.views import settlement_accounts as accounts

app_name = "accounts"


class SideConverter(StringConverter):
    """Whose page it is: the shop's, or one's own."""

    regex = "shop|self"


register_converter(SideConverter, "side")

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-in/password/", sign_in.sign_in_password, name="sign_in_password"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("onboarding/", onboarding.onboarding, name="onboarding"),
    path("onboarding/cancel/", onboarding.cancel, name="onboarding_cancel"),
    path("me/", me.me, name="me"),
    path("me/merchant/", me.choose, name="choose_merchant"),
    path("me/own/", me.own, name="own"),
    path("me/identity/", identity.identity, name="identity"),
    path("me/password/", own_data.password, name="password"),
    path("me/export/", own_data.export, name="export"),
    path("me/delete/", own_data.delete, name="delete"),
    path("me/staff/", staff.staff, name="staff"),
    path("me/staff/<int:membership_id>/end/", staff.end, name="staff_end"),
    path("me/<side:side>/", combination.combination, name="combination"),
    path("me/<side:side>/credit/", combination.credit, name="credit"),
    path("me/<side:side>/accounts/", accounts.accounts, name="accounts"),
    path("me/<side:side>/accounts/add/", accounts.add, name="account_add"),
    path("me/<side:side>/accounts/<slug:account_no>/", accounts.account, name="account"),
    path("me/<side:side>/accounts/<slug:account_no>/stop/", accounts.stop, name="account_stop"),
    path("me/<side:side>/links/", links.links, name="links"),
    path("me/<side:side>/links/new/", links.new, name="link_new"),
    path("me/<side:side>/links/<slug:link_no>/", links.link, name="link"),
    path("me/<side:side>/links/<slug:link_no>/<slug:verb>/", links.answer, name="link_answer"),
    path("me/<side:side>/consents/", consents.consents, name="consents"),
    path("me/<side:side>/consents/new/", consents.new, name="consent_new"),
    path("me/<side:side>/consents/<slug:consent_no>/", consents.consent, name="consent"),
    path("me/<side:side>/consents/<slug:consent_no>/give/", consents.give, name="consent_give"),
    path("me/<side:side>/consents/<slug:consent_no>/withdraw/", consents.withdraw, name="consent_withdraw"),
    path("me/<side:side>/disclosures/", consents.disclosures, name="disclosures"),
]
