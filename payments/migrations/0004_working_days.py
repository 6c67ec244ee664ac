"""Enter the working days of every year the calendar knows since 2024."""

from datetime import date, timedelta

from django.db import migrations


def enter(apps, schema_editor):
    import chinese_calendar

    known = sorted({day.year for day in chinese_calendar.holidays})
    rows = []
    for year in (year for year in known if year >= 2024):
        day = date(year, 1, 1)
        while day.year == year:
            on_holiday, name = chinese_calendar.get_holiday_detail(day)
            rows.append((day, not on_holiday, name or ""))
            day += timedelta(days=1)
    model = apps.get_model("payments", "WorkingDay")
    model.objects.bulk_create(
        [model(date=day, is_working=works, name=name) for day, works, name in rows], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_close_guards")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
