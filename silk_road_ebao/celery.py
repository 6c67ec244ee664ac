"""The Celery application: an alarm clock for what the tables say is due."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "silk_road_ebao.settings")

app = Celery("silk_road_ebao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
