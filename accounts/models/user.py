"""Whoever signs in: people by their phone, operators by a user name."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.crypto import SealedField


class UserManager(BaseUserManager["User"]):
    """Find users by name; services create them."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find an operator by user name."""
        return self.get(username=username)


class User(AbstractBaseUser, PermissionsMixin):
    """用户: signs in with a phone (people) or a user name (operators). Sessions older than the stamp are void."""

    username = models.CharField(_("用户名"), max_length=64, unique=True, null=True, blank=True)
    phone_sealed = SealedField(null=True, blank=True)
    phone_index = models.BinaryField(null=True, unique=True, editable=False)
    phone_masked = models.CharField(_("手机"), max_length=24, default="", blank=True)
    display_name = models.CharField(_("称呼"), max_length=64, default="", blank=True)
    person = models.OneToOneField(
        "accounts.Person", models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("自然人")
    )
    is_staff = models.BooleanField(_("运营人员"), default=False)
    is_active = models.BooleanField(_("可登录"), default=True)
    joined_at = models.DateTimeField(_("注册时间"))
    disabled_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    sessions_valid_after = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = verbose_name_plural = _("用户")
        constraints = [
            models.CheckConstraint(
                name="user_has_a_way_in",
                condition=models.Q(username__isnull=False) | models.Q(phone_index__isnull=False),
            ),
            models.CheckConstraint(
                name="user_staff_has_username", condition=models.Q(is_staff=False) | models.Q(username__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username or self.phone_masked

    def get_short_name(self) -> str:
        """Return the name a page greets the user by."""
        return str(self)

    def get_full_name(self) -> str:
        """Return the name shown beside what the user did."""
        return str(self)
