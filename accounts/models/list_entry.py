"""Lists of names that may not be served, and hits upon them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.merchant import Merchant
from accounts.models.person import Person
from accounts.rules import states
from silk_road_ebao.kernel.machine import Machine


class ListEntry(models.Model):
    """名单: one entry of one list, known by ID (keyed index only), by credit code, or by exact name."""

    list_code = models.CharField(_("名单"), max_length=32)
    entry_key = models.CharField(_("条目号"), max_length=64)
    name = models.CharField(_("名称"), max_length=120)
    id_index = models.BinaryField(null=True, editable=False, db_index=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, default="", blank=True, db_index=True)
    reason = models.CharField(_("原因"), max_length=200, default="", blank=True)
    source = models.CharField(_("出处"), max_length=200)
    listed_date = models.DateField(_("列入日"))
    delisted_date = models.DateField(_("移出日"), null=True, blank=True)
    imported_at = models.DateTimeField(_("导入时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("名单")
        constraints = [
            models.UniqueConstraint(name="list_entry_once", fields=["list_code", "entry_key"]),
            models.CheckConstraint(
                name="list_entry_points_somewhere",
                condition=models.Q(id_index__isnull=False) | ~models.Q(uscc="") | ~models.Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_code} {self.entry_key}"


class ListHit(Machine):
    """名单命中: a customer found on a list; it leaves by the due date or is dismissed by two operators (R9)."""

    STATES = states.LIST_HIT

    hit_no = models.CharField(_("编号"), max_length=32, unique=True)
    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="hits", verbose_name=_("名单条目"))
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="list_hits", verbose_name=_("商户")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="list_hits", verbose_name=_("自然人")
    )
    found_at = models.DateTimeField(_("发现时间"))
    exit_due_date = models.DateField(_("最迟退出日"))

    class Meta:
        verbose_name = verbose_name_plural = _("名单命中")
        constraints = [
            models.UniqueConstraint(
                name="list_hit_once_merchant",
                fields=["entry", "merchant"],
                condition=models.Q(merchant__isnull=False),
            ),
            models.UniqueConstraint(
                name="list_hit_once_person",
                fields=["entry", "person"],
                condition=models.Q(merchant__isnull=True),
            ),
            models.CheckConstraint(
                name="list_hit_somebody", condition=models.Q(merchant__isnull=False) | models.Q(person__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.hit_no
