"""The way into every page: who asks, what they may, in which brand; and an error as a page, never as a trace.

Each view is declared by one of the decorators here, with the right that it needs (`accounts.rules.RIGHTS`). A view
without one is never answered: `EveryPageIsDeclared` sees to it at run time, a test of all addresses before that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.doors import wording
from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.scoping import brand_scope
from tallystick.kit.errors import Exit, Foreseen
from tallystick.partners.accounts.models import User
from tallystick.partners.accounts.queries import actor_of, roles_in
from tallystick.partners.accounts.rules import RIGHTS, Role, rights_of
from tallystick.partners.partnerships.models import Partner
from tallystick.partners.programs.models import Brand

View = Callable[..., HttpResponseBase]

READING: Final = ("GET", "HEAD")
WRITING: Final = ("POST",)
BOTH: Final = ("GET", "HEAD", "POST")

ANSWERS: Final = {
    Exit.USAGE: (400, gettext_lazy("That cannot be asked")),
    Exit.NOT_FOUND: (404, gettext_lazy("Not found")),
    Exit.REFUSED: (409, gettext_lazy("That cannot be done")),
    Exit.FAILED: (503, gettext_lazy("The facts cannot be read")),
}
"""Status and title of the page for each kind of foreseen error."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks and what they may, for the length of one request. Templates find it as `request.access`.

    brand: the brand of the page, where it is of one. partner: the partner, where it is a page of the portal.
    """

    person: User
    actor: Actor
    rights: frozenset[str] = frozenset()
    brand: Brand | None = None
    partner: Partner | None = None

    def may(self, right: str) -> bool:
        """Whether the person has a right here. Raises KeyError for a right that the table does not know."""
        return RIGHTS[right].name in self.rights

    @property
    def subjects(self) -> tuple[Brand | Partner, ...]:
        """What the view is given after the request."""
        return tuple(each for each in (self.brand, self.partner) if each is not None)


@dataclass(frozen=True, slots=True)
class Arriving:
    """Whoever is signed in and asks for a page, before it is known what they may there."""

    person: User
    actor: Actor


@dataclass(frozen=True, slots=True)
class Declared:
    """What a view asks of whoever comes. right: of the table; None where being signed in is enough. way_in: what finds
    their access from the address of the page; None for a page that anybody may see.
    """

    right: str | None
    methods: tuple[str, ...]
    way_in: Callable[[Arriving, Mapping[str, Any]], Access] | None = None


def access_of(request: HttpRequest) -> Access:
    """Who asks; only in a view that is declared for people who are signed in."""
    return cast("Access", request.access)  # type: ignore[attr-defined]


def brand_page(right: str, *, methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A page of a brand: the view gets the request and the Brand, with its scope open.

    Whoever has no seat in the brand is told what everybody is told where nothing is: 404.
    """
    return _declare(Declared(RIGHTS[right].name, methods, _into_brand))


def partner_page(right: str, *, methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A page of the portal: the view gets the request, the Brand and the Partner, with the brand's scope open."""
    return _declare(Declared(RIGHTS[right].name, methods, _into_portal))


def installation_page(right: str, *, methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A page of the installation, for its administrators; no brand is in scope."""
    return _declare(Declared(RIGHTS[right].name, methods, _into_installation))


def person_page(*, methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A page for everybody who is signed in, about themselves; no brand is in scope."""
    return _declare(Declared(None, methods, lambda who, _address: Access(who.person, who.actor)))


def public_page(*, methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A page for anybody."""
    return _declare(Declared(None, methods))


def _declare(declared: Declared) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in declared.methods:
                return _not_allowed(request, declared.methods)
            if declared.way_in is None:
                return _answered(view, request, *args, **kwargs)
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            who = Arriving(request.user, actor_of(request.user, request.META.get("REMOTE_ADDR", "")))
            access = declared.way_in(who, kwargs)
            return _entered(view, request, declared, access, *args, **_rest(kwargs, access))

        page.declared = declared  # type: ignore[attr-defined]
        return page

    return decorate


def _entered(
    view: View, request: HttpRequest, declared: Declared, access: Access, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    request.access = access  # type: ignore[attr-defined]
    with brand_scope(access.brand.id) if access.brand else nullcontext():
        if declared.right and not access.may(declared.right):
            return _refused(request, declared.right)
        if declared.right and RIGHTS[declared.right].step_up:
            view = reauthentication_required(view)
        return _answered(view, request, *access.subjects, *args, **kwargs)


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except Foreseen as foreseen:
        status, title = ANSWERS[foreseen.exit]
        return said(request, status=status, title=str(title), message=wording.sentence(foreseen))


def said(request: HttpRequest, *, status: int, title: str, message: str) -> HttpResponse:
    """A page that says one thing, in the frame of where one is."""
    context = {"title": title, "message": message, "status": status}
    return render(request, "design/said.html", context, status=status)


def _not_allowed(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    message = _("The address is right, but it does not take %(method)s. Go back and try again from the page.")
    answer = said(
        request, status=405, title=_("Not in this way"), message=message % {"method": request.method}
    )
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def _refused(request: HttpRequest, right: str) -> HttpResponse:
    """The page for a person who has a seat, but not the right: who has it is said, so that one knows whom to ask."""
    row = RIGHTS[right]
    who = ", ".join(sorted(row.roles))
    message = _("“%(what)s” is for: %(who)s. Ask an owner of the brand for the role.") % {
        "what": _(row.says),
        "who": who,
    }
    return said(request, status=403, title=_("Your role does not allow this"), message=message)


def _into_brand(who: Arriving, kwargs: Mapping[str, Any]) -> Access:
    brand = _brand(kwargs["brand"])
    roles = roles_in(who.person, brand.id)
    if not roles:
        raise Http404
    return Access(who.person, who.actor, rights_of(roles), brand)


def _into_portal(who: Arriving, kwargs: Mapping[str, Any]) -> Access:
    brand = _brand(kwargs["brand"])
    with brand_scope(brand.id):
        partner = Partner.objects.filter(key=kwargs["partner"]).first()
    roles = roles_in(who.person, brand.id, partner_id=partner.id) if partner else frozenset[Role]()
    if not roles:
        raise Http404
    return Access(who.person, who.actor, rights_of(roles), brand, partner)


def _into_installation(who: Arriving, _kwargs: Mapping[str, Any]) -> Access:
    if not who.person.is_administrator:
        raise Http404
    return Access(who.person, who.actor, rights_of([Role.ADMINISTRATOR]))


def _brand(key: str) -> Brand:
    found = Brand.objects.filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _rest(kwargs: Mapping[str, Any], access: Access) -> dict[str, Any]:
    """What of the address is left once brand and partner are found."""
    taken = {name for name in ("brand", "partner") if getattr(access, name) is not None}
    return {name: value for name, value in kwargs.items() if name not in taken}


class EveryPageIsDeclared:
    """Middleware: what no decorator of this module has declared is not answered, except where others guard the way.

    allauth guards its own pages; the API looks at the key of every call (`doors.api`).
    """

    GUARDED = ("allauth.", "ninja.", "django.views.i18n", "whitenoise.")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, _request: HttpRequest, view: View, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> None:
        """Raise Http404 for a view that nobody declared."""
        if not hasattr(view, "declared") and not view.__module__.startswith(self.GUARDED):
            raise Http404(f"{view.__module__}.{view.__name__} is not declared in doors.entrance")


class PersonalPagesAreNotKept:
    """Middleware: what was made by looking who asks is kept nowhere: not by a proxy, not for the next person here.

    A page says otherwise by a header of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.session.accessed:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
