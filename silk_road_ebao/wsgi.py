"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

from silk_road_ebao.environment import refuse_incomplete

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "silk_road_ebao.settings")
application = get_wsgi_application()
refuse_incomplete()
