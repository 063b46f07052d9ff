"""The web application as a WSGI callable: the ``web`` role of ``tallystick serve``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from tallystick.project.processes import die_with_parent

# The server forks the processes that import this file; they must not outlive it.
die_with_parent()

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.project.settings")
application = get_wsgi_application()
