"""The base of every error that is no fault of the program: its message is written for the person who meets it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Exit(StrEnum):
    """How what was asked ends: it could not be done, it is refused as things stand, it was asked wrongly, or it names
    something that is not there.
    """

    FAILED = "failed"
    REFUSED = "refused"
    USAGE = "usage"
    NOT_FOUND = "not_found"


class Foreseen(Exception):
    """What a person can get wrong or a machine can lack; the message says what happened and what to do.

    message: the sentence, in English, with `%(name)s` where a value stands: doors translate it before the values are
    put in. exit: what the doors make of it, an exit code or the status of a page.
    """

    exit: ClassVar[Exit] = Exit.FAILED

    def __init__(self, message: str = "", /, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values
