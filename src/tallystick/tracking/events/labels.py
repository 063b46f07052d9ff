"""Labels: what is known against an event. A label excludes it from counting and credit; the event stays."""

from __future__ import annotations

from functools import lru_cache

from crawleruseragents import is_crawler

VALID = "valid"
KNOWN_BOT = "known_bot"
OTHER_BROWSER = "other"
BROWSERS = (
    ("edge", ("Edg/", "EdgA/", "EdgiOS/", "Edge/")),
    ("opera", ("OPR/", "Opera")),
    ("samsung", ("SamsungBrowser/",)),
    ("firefox", ("Firefox/", "FxiOS/")),
    ("chrome", ("Chrome/", "CriOS/", "Chromium/")),
    ("safari", ("Safari/",)),
)
"""Families of browsers by what only they write, in this order: most claim to be those further down as well."""


@lru_cache(maxsize=65_536)
def label_of(user_agent: str | None) -> str:
    """`known_bot` for the user agent of a robot that names itself (GIVT), else `valid`.

    An absent user agent is no evidence: events from files and servers have none.
    """
    return KNOWN_BOT if user_agent and is_crawler(user_agent) else VALID


@lru_cache(maxsize=65_536)
def device_of(user_agent: str | None) -> str | None:
    """`mobile`, `tablet` or `desktop` from the tokens browsers agree on; None without a user agent.

    iPadOS announces itself as a Mac and cannot be told apart here.
    """
    if not user_agent:
        return None
    if (
        "iPad" in user_agent
        or "Tablet" in user_agent
        or ("Android" in user_agent and "Mobile" not in user_agent)
    ):
        return "tablet"
    return "mobile" if "Mobi" in user_agent else "desktop"


@lru_cache(maxsize=65_536)
def browser_of(user_agent: str | None) -> str | None:
    """The family of the browser, one of BROWSERS or `other`; None without a user agent."""
    if not user_agent:
        return None
    return next(
        (family for family, marks in BROWSERS if any(mark in user_agent for mark in marks)), OTHER_BROWSER
    )


@lru_cache(maxsize=65_536)
def browser_named(name: str | None) -> str | None:
    """The family that somebody else's word for a browser names: `Google Chrome`, `Mobile Safari`, `Samsung Internet`.

    A word that names none of BROWSERS stands for itself, in small letters.
    """
    if not name:
        return None
    name = name.strip().lower()
    return next((family for family, _ in BROWSERS if family in name), name) or None
