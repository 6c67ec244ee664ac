"""What the clock calls every day in this room."""

import pytest
from celery.schedules import crontab
from django.conf import settings

from accounts import tasks
from silk_road_ebao.celery import app

DAILY = {
    "R21, lists": tasks.screen_lists,
    "R11, silence": tasks.keep_house,
    "R24, retention": tasks.purge_retained,
}


@pytest.mark.parametrize("rule", DAILY)
def test_a_rule_that_wants_a_daily_run_is_on_the_clock(rule):
    """R11, R21, R24: a sweep nobody calls is no rule."""
    due = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == DAILY[rule].name]

    assert len(due) == 1
    schedule = due[0]["schedule"]
    assert isinstance(schedule, crontab)
    assert len(schedule.hour) == len(schedule.minute) == 1
    assert len(schedule.day_of_week) == 7
    assert len(schedule.day_of_month) == 31


def test_the_clock_calls_only_what_exists():
    known = set(app.tasks)
    ours = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"].startswith("accounts.")}

    assert ours
    assert ours - known == set()
