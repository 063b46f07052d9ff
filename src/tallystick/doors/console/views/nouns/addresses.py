"""The addresses of the nouns' pages: for each noun its own, so that each says which right it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, re_path

from tallystick.doors.console.views import definitions, new_version
from tallystick.doors.console.views.nouns import acts, forms, imports, row, rows
from tallystick.doors.entrance import BOTH, READING, View, brand_page
from tallystick.doors.nouns.all import NOUNS
from tallystick.doors.nouns.noun import Noun

_BRAND: Final = r"^(?P<brand>[-a-zA-Z0-9_]+)"


def noun_addresses() -> list[URLPattern]:
    """All of them; definitions, whose pages are their own, are addressed alike."""
    at, one = f"{_BRAND}/(?P<plural>definitions)", "(?P<definition>cdf_[0-9a-z]{26})"
    return [
        *(pattern for noun in NOUNS.values() for pattern in _of(noun)),
        re_path(f"{at}$", definitions.definitions, name="nouns"),
        re_path(f"{at}/new$", new_version.new_definition, name="definition_new"),
        re_path(f"{at}/{one}$", definitions.definition, name="noun"),
        re_path(f"{at}/{one}/new$", new_version.new_version, name="version_new"),
    ]


def _of(noun: Noun[Any]) -> Iterator[URLPattern]:
    at, one = f"{_BRAND}/(?P<plural>{noun.plural})", f"(?P<row>{noun.prefix}_[0-9a-z]{{26}})"
    yield _path(f"{at}$", rows.rows, "nouns", noun, noun.read)
    yield _path(f"{at}/export$", rows.export, "noun_export", noun, noun.read)
    yield _path(f"{at}/new$", forms.new, "noun_new", noun, noun.change, BOTH)
    yield _path(f"{at}/import$", imports.import_file, "noun_import", noun, noun.change, BOTH)
    for act in noun.acts:
        found = f"{at}/acts/(?P<name>{act.name})$"
        yield _path(found, _act(act), "noun_act", noun, act.right, BOTH)
    yield _path(f"{at}/{one}$", row.row, "noun", noun, noun.read)
    yield _path(f"{at}/{one}/edit$", forms.edit, "noun_edit", noun, noun.change, BOTH)


def _path(
    regex: str, view: Callable[..., HttpResponseBase], name: str, noun: Noun[Any], right: str,
    methods: tuple[str, ...] = READING,
) -> URLPattern:  # fmt: skip
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, noun=noun, **kwargs)

    declared: View = brand_page(right, methods=methods)(update_wrapper(page, view))
    return re_path(regex, declared, name=name)


def _act(act: Any) -> Callable[..., HttpResponseBase]:
    def page(request: HttpRequest, *args: Any, name: str, **kwargs: Any) -> HttpResponseBase:
        return acts.act(request, *args, act=act, **kwargs)

    return page
