"""Addresses of accounts, and those of allauth that people need: their keys and codes."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from accounts.adapters import own_factor_page
from accounts.door import signed_in_page
from accounts.views import (
    combination,
    consents,
    identity,
    links,
    me,
    merchant_change,
    onboarding,
    own_data,
    sign_in,
    staff,
)
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
    path("sign-in/again/", sign_in.sign_in_again, name="sign_in_again"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("onboarding/", onboarding.onboarding, name="onboarding"),
    path("onboarding/cancel/", onboarding.cancel, name="onboarding_cancel"),
    path("me/merchant/change/", merchant_change.change, name="merchant_change"),
    path("me/merchant/change/cancel/", merchant_change.withdraw, name="merchant_change_withdraw"),
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
    path("me/<side:side>/accounts/<slug:account_no>/agree/", accounts.agree, name="account_agree"),
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

_again = RedirectView.as_view(pattern_name="accounts:sign_in_again", query_string=True)

auth_urlpatterns = [
    path("login/", RedirectView.as_view(pattern_name="accounts:sign_in", query_string=True), name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", _again, name="account_reauthenticate"),
    path("2fa/", signed_in_page(factors.index), name="mfa_index"),
    path("2fa/authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", _again, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", own_factor_page(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", own_factor_page(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", own_factor_page(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        own_factor_page(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        own_factor_page(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", own_factor_page(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", own_factor_page(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", _again, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", own_factor_page(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", own_factor_page(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
]
"""Of allauth only this: its own doors (password, e-mail, sign-up) stay walled up."""
