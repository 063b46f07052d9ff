"""The form of a version of a definition: every field of `Meaning`, begun from the version that is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallystick.design.words import WORDS, word
from tallystick.doors import wording
from tallystick.doors.nouns.forms import DayField, KeyField, LongText, NounForm
from tallystick.doors.nouns.programs import PROGRAMS
from tallystick.doors.nouns.references import RowField
from tallystick.kit import kinds
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.programs.rules import (
    BadDefinition,
    Basis,
    CreditBy,
    DedupeKey,
    Denominator,
    Meaning,
    Scale,
    plain,
    read_meaning,
)

WINDOW: Final = "window_"
"""What the names of the fields for windows begin with; the kind of touchpoint follows."""

MOST_DAYS: Final = 36_500


def _words(names: Any) -> list[tuple[str, Any]]:
    return [(str(name), WORDS.get(str(name)) or str(name)) for name in names]


def _many(label: Any, names: Any, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=_words(names), widget=forms.CheckboxSelectMultiple, **options
    )


def _days(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=MOST_DAYS, required=False, **options)


class MeaningForm(NounForm):
    """A version: of which definition, from which day on, and what it means. `meaning` is there once it is valid."""

    program = RowField(PROGRAMS, noun=gettext_lazy("program"), label=gettext_lazy("Program"))
    key = KeyField()
    name = forms.CharField(max_length=200, label=gettext_lazy("Name"))
    effective_on = DayField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy(
            "The day in the program's zone. It must lie after that of the version before."
        ),
    )
    primary = forms.BooleanField(
        required=False,
        label=gettext_lazy("The program's primary definition"),
        help_text=gettext_lazy("The one that pages show where nothing else is asked for."),
    )
    events = _many(gettext_lazy("What counts"), kinds.OUTCOMES)
    where = LongText(
        required=False,
        max_length=2000,
        label=gettext_lazy("Only events with"),
        help_text=gettext_lazy("One attribute a line, such as: plan = pro"),
    )
    scale = forms.ChoiceField(
        choices=_words(Scale),
        label=gettext_lazy("Scale"),
        help_text=gettext_lazy("Macro: an outcome the brand lives from. Micro: a step on the way."),
    )
    dedupe = forms.ChoiceField(choices=_words(DedupeKey), label=gettext_lazy("One conversion per"))
    denominator = forms.ChoiceField(choices=_words(Denominator), label=gettext_lazy("Divided by"))
    alternates = _many(gettext_lazy("Can also be divided by"), Denominator, required=False)
    leads_from = KeyField(
        required=False,
        label=gettext_lazy("Leads are those of"),
        help_text=gettext_lazy("For leads: the key of the definition of a lead."),
    )
    basis = forms.ChoiceField(
        choices=_words(Basis),
        label=gettext_lazy("Basis"),
        help_text=gettext_lazy(
            "Cohort: units that converted. Period: conversions over the units of the period."
        ),
    )
    model = forms.ChoiceField(
        choices=lambda: [(name, wording.model(name)) for name in MODELS],
        label=gettext_lazy("Attribution model"),
    )
    half_life_days = _days(gettext_lazy("Half-life of time decay, in days"))
    house_channels_compete = forms.BooleanField(
        required=False, label=gettext_lazy("House channels compete for credit")
    )
    sources = LongText(
        required=False,
        max_length=2000,
        label=gettext_lazy("Sources of evidence"),
        help_text=gettext_lazy("One a line, from the most to the least trusted."),
    )
    credit_by = forms.ChoiceField(
        choices=_words(CreditBy),
        label=gettext_lazy("Credit comes from"),
        help_text=gettext_lazy(
            "Path: the touchpoints of this conversion. Binding: the partners of the customer."
        ),
    )
    binds = forms.BooleanField(required=False, label=gettext_lazy("Ties the customer to its partners"))
    binding_days = _days(
        gettext_lazy("Tied for, in days"),
        help_text=gettext_lazy("Leave it empty for as long as there is a customer."),
    )
    break_after_days = _days(gettext_lazy("Untied after days without a conversion"))
    owner = forms.CharField(max_length=200, required=False, label=gettext_lazy("Who answers for it"))
    source_of_record = forms.CharField(max_length=200, label=gettext_lazy("Source of record"))
    cadence = forms.CharField(max_length=60, label=gettext_lazy("Cadence"))

    def __init__(self, given: Any = None, *, initial: Mapping[str, Any], fixed: Any = ()) -> None:
        super().__init__(given, initial=initial, fixed=fixed)
        for kind in kinds.TOUCHPOINTS:
            label = _("Window of %(kind)s, in days") % {"kind": word(kind)}
            self.fields[f"{WINDOW}{kind}"] = _days(label)
        self.meaning: Meaning | None = None
        for name in self.fixed:
            self.fields.pop(name, None)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the headings of the page."""
        windows = [name for name in self.fields if name.startswith(WINDOW)]
        named = (
            (_("Which, and when"), ["program", "key", "name", "effective_on", "primary"]),
            (_("What counts"), ["events", "where", "scale", "dedupe"]),
            (_("What it is divided by"), ["denominator", "alternates", "leads_from", "basis"]),
            (_("Who takes credit"), ["model", "half_life_days", "house_channels_compete", "sources"]),
            (_("How long a touchpoint may lie back"), windows),
            (_("Renewals"), ["credit_by", "binds", "binding_days", "break_after_days"]),
            (_("Who answers for it"), ["owner", "source_of_record", "cadence"]),
        )
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in named]

    def clean(self) -> dict[str, Any]:
        """Read the meaning, once every field of it can be read."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        try:
            self.meaning = read_meaning(self._said(cleaned), models=tuple(MODELS))
        except BadDefinition as bad:
            self.add_error(None, wording.sentence(bad))
        return cleaned

    def _said(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        plainly = {
            name: cleaned[name]
            for name in Meaning.__struct_fields__
            if name not in ("windows", "where", "sources")
        }
        windows = {
            name.removeprefix(WINDOW): days
            for name, days in cleaned.items()
            if name.startswith(WINDOW) and days is not None
        }
        return {
            **plainly,
            "half_life_days": cleaned["half_life_days"] or Meaning().half_life_days,
            "leads_from": cleaned["leads_from"] or None,
            "windows": windows,
            "where": dict(self._pair(line) for line in cleaned["where"].splitlines() if line.strip()),
            "sources": [line.strip() for line in cleaned["sources"].splitlines() if line.strip()],
        }

    @staticmethod
    def _pair(line: str) -> tuple[str, str]:
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals and value):
            raise BadDefinition("`where` has the line %(line)r; write it as attribute = value", line=line)
        return name, value


def begun_from(meaning: Meaning) -> dict[str, Any]:
    """What the form shows for a meaning."""
    said = plain(meaning)
    windows = {f"{WINDOW}{kind}": days for kind, days in said.pop("windows").items()}
    where = "\n".join(f"{name} = {value}" for name, value in said.pop("where").items())
    return {**said, **windows, "where": where, "sources": "\n".join(said.pop("sources"))}
