"""The log of what was handed to whom (R16)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.consent import Consent
from accounts.models.institution import Institution
from accounts.models.merchant import Merchant
from accounts.models.person import Person


class Disclosure(models.Model):
    """对外提供记录: one read by an institution, under which consent. Append-only in SQL."""

    disclosure_no = models.CharField(_("编号"), max_length=32, unique=True)
    consent = models.ForeignKey(Consent, models.PROTECT, related_name="disclosures", verbose_name=_("依据的授权"))
    subject_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="disclosures", verbose_name=_("谁的资料（人）")
    )
    subject_merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="disclosures", verbose_name=_("谁的资料（店）")
    )
    recipient = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("接收方"))
    purpose = models.CharField(_("用途"), max_length=32)
    kinds = ArrayField(models.CharField(max_length=32), verbose_name=_("数据种类"))
    what = models.CharField(_("内容"), max_length=200)
    actor_label = models.CharField(_("经手"), max_length=64)
    disclosed_at = models.DateTimeField(_("时间"), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("对外提供记录")

    def __str__(self) -> str:
        return self.disclosure_no
