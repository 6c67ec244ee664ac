"""Django with nothing but django-hordak, in a database of its own on the benchmark's server."""

import os

from environ import Env

SECRET_KEY = "benchmark"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"]
DATABASES = {
    "default": {
        **Env.db_url_config(os.environ["DATABASE_URL"]),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"prepare_threshold": 3},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
HORDAK_INTERNAL_CURRENCY = DEFAULT_CURRENCY = "CNY"
HORDAK_CURRENCIES = CURRENCIES = ["CNY"]
