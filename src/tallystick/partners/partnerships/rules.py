"""Who is behind a key: the look-up that turns what a receipt says into a partner, a placement or a channel. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

Key = TypeVar("Key", str, tuple[str, str])


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a touchpoint came from: a partnership (with placement, link, code where known) or a house channel."""

    partnership_id: UUID | None = None
    placement_id: UUID | None = None
    link_id: UUID | None = None
    code_id: UUID | None = None
    channel_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Every key of one program that a receipt may name. Codes are looked up in upper case.

    partners: partner key → origin. placements: (partner key, placement key) → origin. links, codes: key → origin.
    channels: channel key → origin.
    """

    program_id: UUID
    partners: Mapping[str, Origin] = field(default_factory=dict)
    placements: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    links: Mapping[str, Origin] = field(default_factory=dict)
    codes: Mapping[str, Origin] = field(default_factory=dict)
    channels: Mapping[str, Origin] = field(default_factory=dict)


class UnknownOrigin(LookupError):
    """A key that nobody has; the message says which."""


def find_origin(
    directory: Directory,
    *,
    partner: str | None = None,
    placement: str | None = None,
    link: str | None = None,
    code: str | None = None,
    channel: str | None = None,
) -> Origin:
    """The origin that the keys name; the most particular one wins: code, link, placement, partner, channel.

    Raises UnknownOrigin when a key is given that does not exist; gives an empty Origin when no key is given.
    """
    if code:
        return _found(directory.codes, code.strip().upper(), f"code {code!r}")
    if link:
        return _found(directory.links, link, f"link {link!r}")
    if partner and placement:
        return _found(
            directory.placements, (partner, placement), f"placement {placement!r} of partner {partner!r}"
        )
    if partner:
        return _found(directory.partners, partner, f"partner {partner!r}")
    if channel:
        return _found(directory.channels, channel, f"house channel {channel!r}")
    return Origin()


def _found(known: Mapping[Key, Origin], key: Key, what: str) -> Origin:
    try:
        return known[key]
    except KeyError:
        raise UnknownOrigin(f"there is no {what} in this program") from None
