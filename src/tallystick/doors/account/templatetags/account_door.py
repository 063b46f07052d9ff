"""What only the pages of the account door say: `{% load account_door %}`."""

from __future__ import annotations

from django import template

from tallystick.doors.account.browsers import browser_of

register = template.Library()
register.filter("browser", browser_of)
