"""Notices that wait to be sent by SMS."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.rules import states
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class Notice(Machine):
    """短信通知: written with the change it tells of, sent by a sweep; once per key."""

    STATES = states.NOTICE

    notice_no = models.CharField(_("编号"), max_length=32, unique=True)
    key = models.CharField(max_length=96, unique=True, editable=False)
    phone_sealed = SealedField(null=True, blank=True)
    phone_masked = models.CharField(_("手机"), max_length=24)
    text = models.CharField(_("内容"), max_length=300)
    due_at = models.DateTimeField(_("应发时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("已试次数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("短信通知")
        indexes = [
            models.Index(fields=["due_at"], name="notice_waiting", condition=models.Q(status__in=["DUE", "FAILED"]))
        ]

    def __str__(self) -> str:
        return self.notice_no
