"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """账户与商户."""

    name = "accounts"
    verbose_name = _("账户与商户")
