"""How a command fails: one sentence on standard error, and an exit code that a script can rely on."""

from __future__ import annotations

from tallystick.kit.errors import Exit, Foreseen

FAILED = 1
USAGE = 2
NOT_FOUND = 3
CHECK_FAILED = 4
INTERRUPTED = 130

EXIT_CODES = {Exit.FAILED: FAILED, Exit.REFUSED: FAILED, Exit.USAGE: USAGE, Exit.NOT_FOUND: NOT_FOUND}


class CommandError(Exception):
    """A failure that is explained to the person who ran the command; never a fault of the program.

    message: what happened, what was kept, what to do. exit_code: one of the constants above.
    """

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


def explained(error: BaseException) -> CommandError | None:
    """The sentence for a failure that other parts of the house foresee, or None for one that nobody does."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, Foreseen):
        # Imported late: it stands on Django, without which a command starts faster.
        from tallystick.doors.wording import sentence

        return CommandError(sentence(error), EXIT_CODES[error.exit])
    return _explained_database(error)


def _explained_database(error: BaseException) -> CommandError | None:
    from django.db.utils import OperationalError, ProgrammingError

    text = str(error).strip()
    if isinstance(error, (OperationalError, ProgrammingError)) and _names_missing_table(text):
        return CommandError("The database is empty or older than this version. Run `tallystick init` first.")
    if isinstance(error, OperationalError):
        return CommandError(f"The database cannot be used: {text}. See `tallystick doctor`.")
    return None


def _names_missing_table(text: str) -> bool:
    return "no such table" in text or "no such column" in text or ("relation" in text and "not exist" in text)
