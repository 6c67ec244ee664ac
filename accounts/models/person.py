"""People: the trunk that accounts, shops and credit hang on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import states
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class Person(Machine):
    """自然人: one resident ID, one phone (R10). ID and phone are sealed; only masks are in clear."""

    STATES = states.PERSON

    person_no = models.CharField(_("编号"), max_length=32, unique=True)
    full_name = models.CharField(_("姓名"), max_length=64)
    id_sealed = SealedField(null=True, blank=True)
    id_index = models.BinaryField(null=True, unique=True, editable=False)
    id_masked = models.CharField(_("身份证"), max_length=24)
    phone_sealed = SealedField(null=True, blank=True)
    phone_index = models.BinaryField(null=True, editable=False)
    phone_masked = models.CharField(_("手机"), max_length=24)
    phone_exception = models.ForeignKey(
        "accounts.PhoneException",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("一机多证例外"),
    )
    registered_at = models.DateTimeField(_("登记时间"))
    verified_at = models.DateTimeField(_("核实时间"))
    last_active_at = models.DateTimeField(_("最近交易"))
    held_until = models.DateField(_("保留到"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("自然人")
        constraints = [
            models.UniqueConstraint(
                name="person_one_phone_one_id",
                fields=["phone_index"],
                condition=models.Q(phone_exception__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="person_phone"),
            models.Index(fields=["last_active_at"], name="person_last_active"),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} {self.person_no}"


class PhoneException(Machine):
    """一机多证例外: a reasoned exception to one phone, one ID (R10); counts once a second operator agrees."""

    STATES = states.PHONE_EXCEPTION

    exception_no = models.CharField(_("编号"), max_length=32, unique=True)
    phone_index = models.BinaryField(editable=False)
    phone_masked = models.CharField(_("手机"), max_length=24)
    id_index = models.BinaryField(editable=False)
    id_masked = models.CharField(_("身份证"), max_length=24)
    reason = models.CharField(_("理由"), max_length=200)
    requested_at = models.DateTimeField(_("申请时间"))
    requested_by = models.CharField(_("申请人"), max_length=64)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("一机多证例外")
        constraints = [
            models.UniqueConstraint(
                name="phone_exception_once",
                fields=["phone_index", "id_index"],
                condition=models.Q(status__in=["REQUESTED", "APPROVED"]),
            ),
            models.CheckConstraint(name="phone_exception_reasoned", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.exception_no
