"""What an object looks like in one word, so that nobody overwrites what they have not seen."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, Final

from tallystick.doors.api.problems import Problem

CHARACTERS: Final = 32


def etag(body: Any) -> str:
    """The `ETag` of an object as it is answered: equal objects have equal ones."""
    said = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f'"{sha256(said.encode()).hexdigest()[:CHARACTERS]}"'


def refuse_changed(if_match: str, body: Any) -> None:
    """Raise Problem where an `If-Match` names neither the object as it stands nor `*`."""
    known = {each.strip() for each in if_match.split(",") if each.strip()}
    if known and "*" not in known and etag(body) not in known:
        raise Problem("changed_meanwhile")
