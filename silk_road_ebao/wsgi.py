"""The web process."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from silk_road_ebao.environment import refuse_incomplete
from silk_road_ebao.kernel.addresses import BehindProxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "silk_road_ebao.settings")
application = BehindProxies(get_wsgi_application(), settings.TRUSTED_PROXIES)
refuse_incomplete()
