"""From a kind and its context to what is read: a subject, a text, and HTML with its styles inside the tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from css_inline import CSSInliner
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template

from tallystick.foundation.mail.kinds import MailKind
from tallystick.foundation.mail.rules import one_line


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as it is read."""

    subject: str
    text: str
    html: str


def render(kind: MailKind, context: Mapping[str, Any]) -> Rendered:
    """Fill the three templates of a kind. What stands in the context is escaped in HTML and in nothing else.

    context: the names of `MailKind.sample`, and for a kind that is optional `stop` and `preferences`, two addresses.
    """
    subject = one_line(_filled(f"mail/{kind.name}.subject.txt", context, is_html=False))
    within = {**context, "subject": subject, "kind": kind}
    text = _filled(f"mail/{kind.name}.txt", within, is_html=False)
    html = _filled(f"mail/{kind.name}.html", within, is_html=True)
    return Rendered(subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", _inliner().inline(html))


def _filled(name: str, context: Mapping[str, Any], *, is_html: bool) -> str:
    template = get_template(name)
    assert isinstance(template, Template)
    # By Django's own engine, whose `render` would escape a plain text too.
    filled = template.template.render(Context(dict(context), autoescape=is_html))
    return filled.replace("\0", "")  # PostgreSQL keeps no text with one


@cache
def _inliner() -> CSSInliner:
    # The dark colours are rules for a medium: they cannot stand in a tag and stay in the head.
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
