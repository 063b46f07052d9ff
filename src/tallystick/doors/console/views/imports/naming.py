"""`/<brand>/names/choose` and `…/all`: whose a name is, said once; and for many names at once."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.doors.choosing import Name
from tallystick.doors.console.state import BadAddress
from tallystick.doors.console.views.imports.upload import import_at
from tallystick.doors.console.views.quarantine.acts import MOST_REPLAYED
from tallystick.doors.entrance import BOTH, access_of, brand_page
from tallystick.doors.nouns.partners import KINDS, PARTNERSHIPS
from tallystick.doors.nouns.places import PLACEMENTS
from tallystick.doors.nouns.programs import CHANNELS
from tallystick.doors.nouns.references import RowField
from tallystick.foundation.audit.acts import Actor
from tallystick.journey import inbox
from tallystick.kit.errors import Foreseen
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.queries import find_program
from tallystick.tracking.events.choices import choose, open_and_choose
from tallystick.tracking.events.models import Choice
from tallystick.tracking.events.services import Replayed, replay
from tallystick.tracking.inbox.models import Quarantined

MOST_AT_ONCE: Final = 200
OPEN, KNOWN, HOUSE, IGNORE = "open", "known", "house", "ignore"
ROLES: Final = tuple(Choice.Role.values)


class NameForm(forms.Form):
    """Whose a name is: somebody new, somebody who is here, a house channel, or nobody who counts."""

    how = forms.ChoiceField(
        label=gettext_lazy("Whose it is"),
        widget=forms.RadioSelect,
        choices=[
            (OPEN, gettext_lazy("somebody new: open a partner, placement or channel")),
            (KNOWN, gettext_lazy("somebody who is here already")),
            (HOUSE, gettext_lazy("a house channel")),
            (IGNORE, gettext_lazy("nobody: the name earns nothing; an order that bears it still counts")),
        ],
        initial=OPEN,
    )
    name = forms.CharField(max_length=200, required=False, label=gettext_lazy("Name of who is opened"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of partner"), required=False, choices=list(KINDS.items())
    )
    type = forms.CharField(label=gettext_lazy("Type of placement"), required=False, max_length=60)
    partnership = RowField(
        PARTNERSHIPS,
        noun=gettext_lazy("partnership"),
        required=False,
        label=gettext_lazy("Partner who is here"),
    )
    placement = RowField(
        PLACEMENTS,
        noun=gettext_lazy("placement"),
        required=False,
        label=gettext_lazy("Placement that is here"),
    )
    channel = RowField(
        CHANNELS, noun=gettext_lazy("house channel"), required=False, label=gettext_lazy("House channel")
    )

    def __init__(self, *args: Any, role: str, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["kind" if role in (Choice.Role.PLACEMENT, Choice.Role.CHANNEL) else "type"]
        if role == Choice.Role.CHANNEL:
            del self.fields["type"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the answer needs."""
        said: dict[str, Any] = super().clean() or {}
        how = said.get("how")
        if how == OPEN and not said.get("name"):
            self.add_error("name", _("Write what it shall be called."))
        if how == KNOWN and not (said.get("partnership") or said.get("placement")):
            self.add_error("partnership", _("Choose the partner, or the placement."))
        if how == HOUSE and not said.get("channel"):
            self.add_error(
                "channel", _("Choose the house channel. A new one is opened under “House channels”.")
            )
        return said


@brand_page("imports.change", methods=BOTH)
def name(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask whose a name is, remember it, and read again what waits for it."""
    given = request.POST if request.method == "POST" else request.GET
    named = _named(given)
    back = _back(brand, given)
    initial = {"name": named.value, "type": "other", "kind": "affiliate"}
    form = NameForm(request.POST if request.method == "POST" else None, initial=initial, role=named.role)
    if request.method == "POST" and form.is_valid():
        by = access_of(request).actor
        try:
            _choose(named, form.cleaned_data, by=by)
        except Foreseen as refused:
            form.add_error(None, wording.sentence(refused))
        else:
            _tell(request, named.value, _replay_waiting(brand, named, by=by))
            return redirect(back)
    context = {
        "here": "names",
        "named": named,
        "role": word(named.role),
        "form": form,
        "import_id": given.get("import", ""),
        "back_url": back,
    }
    return render(request, "console/name.html", context, status=400 if request.method == "POST" else 200)


@brand_page("imports.change", methods=BOTH)
def name_all(request: HttpRequest, brand: Brand) -> HttpResponse:
    """Ask once more, and open a partner for each of many names, or have all of them ignored."""
    given = request.POST if request.method == "POST" else request.GET
    named = [_named(_unpacked(packed)) for packed in dict.fromkeys(given.getlist("row"))]
    back = _back(brand, given)
    if len(named) > MOST_AT_ONCE:
        raise BadAddress(_("An act is done to at most %(most)s rows at a time.") % {"most": MOST_AT_ONCE})
    if not named:
        messages.warning(request, _("Nothing is chosen. Tick the rows first."))
        return redirect(back)
    act = IGNORE if given.get("act") == IGNORE else OPEN
    if request.method == "POST":
        by = access_of(request).actor
        kind = given.get("kind", "")
        with transaction.atomic():
            for each in named:
                _choose(each, {"how": act, "name": each.value, "kind": kind, "type": "other"}, by=by)
        done = [_replay_waiting(brand, each, by=by) for each in named]
        total = Replayed(sum(each.released for each in done), sum(each.waiting for each in done))
        said = ngettext("%(number)s name", "%(number)s names", len(named)) % {"number": len(named)}
        _tell(request, said, total)
        return redirect(back)
    context = {
        "here": "names",
        "named": named,
        "packed": given.getlist("row"),
        "act": act,
        "import_id": given.get("import", ""),
        "kinds": list(KINDS.items()),
        "asks_kind": act == OPEN and any(each.role in ("partner", "link", "code") for each in named),
        "back_url": back,
    }
    return render(request, "console/names_all.html", context)


def _named(given: QueryDict | dict[str, str]) -> Name:
    role, value = given.get("role", ""), given.get("value", "")
    if role not in ROLES or not value:
        raise BadAddress(_("Say which name is meant: its program, what it stands for, and the name itself."))
    return Name(find_program(given.get("program") or None), role, value)


def _unpacked(packed: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(packed).items()}


def _back(brand: Brand, given: QueryDict) -> str:
    """Where one came from: the trial of a file, or the list of names."""
    if import_id := given.get("import"):
        import_at(import_id)
        return reverse("console:import_try", args=[brand.key, import_id])
    return reverse("console:names", args=[brand.key])


def _choose(named: Name, said: dict[str, Any], *, by: Actor) -> Choice:
    program, role, value = named.program, named.role, named.value
    if said["how"] == OPEN:
        kind = said.get("kind") or said.get("type") or ""
        return open_and_choose(program=program, role=role, value=value, name=said["name"], kind=kind, by=by)
    to = None
    if said["how"] == KNOWN:
        to = said["placement"] or said["partnership"]
    elif said["how"] == HOUSE:
        to = said["channel"]
    return choose(program=program, role=role, value=value, to=to, by=by)


def _replay_waiting(brand: Brand, named: Name, *, by: Actor) -> Replayed:
    """Read again what waits for a name."""
    waiting = Quarantined.objects.filter(
        state=Quarantined.State.WAITING, unknown=named.role, value=named.value, program=named.program.key
    )
    receipts = list(waiting.order_by("receipt_id").values_list("receipt_id", flat=True)[:MOST_REPLAYED])
    return replay(brand.id, store=inbox(), receipts=receipts, by=by) if receipts else Replayed(0, 0)


def _tell(request: HttpRequest, what: str, done: Replayed) -> None:
    said = _("Remembered: %(what)s.") % {"what": what}
    if done.released or done.waiting:
        said += " " + _("%(released)s receipts count now, %(waiting)s wait for something else.") % {
            "released": figures.count(done.released),
            "waiting": figures.count(done.waiting),
        }
    messages.success(request, said)
