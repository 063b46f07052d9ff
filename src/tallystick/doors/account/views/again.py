"""`/account/again`: on to the provider, to sign in anew, for what is asked only shortly after signing in."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from tallystick.doors.entrance import person_page


@person_page()
def again(request: HttpRequest) -> HttpResponse:
    """Lead to the provider, which is asked not to take an earlier sign-in for an answer."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    if not apps:
        raise Http404
    url = reverse("openid_connect_login", args=[apps[0]["provider_id"]])
    # allauth looks at `next` itself and leads nowhere but to our own pages.
    asked = {"process": "login", "auth_params": "prompt=login", "next": request.GET.get("next", "/")}
    return redirect(f"{url}?{urlencode(asked)}")
