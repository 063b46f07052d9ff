"""How a command fails: one sentence on standard error, and an exit code that a script can rely on."""

from __future__ import annotations

FAILED = 1
USAGE = 2
NOT_FOUND = 3
CHECK_FAILED = 4
INTERRUPTED = 130


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
    from tallystick.foundation.sqlite.gate import UnsafeSqlite
    from tallystick.project.config_sources import ConfigError
    from tallystick.project.supervisor import CannotServe

    if isinstance(error, CommandError):
        return error
    if isinstance(error, ConfigError):
        return CommandError(str(error), USAGE)
    if isinstance(error, (UnsafeSqlite, CannotServe)):
        return CommandError(str(error))
    return _explained_domain(error) or _explained_database(error)


def _explained_domain(error: BaseException) -> CommandError | None:
    """What users get wrong. Only where Django is loaded can such an error have come up, so nothing is loaded for it."""
    codes = {
        "tallystick.partners.programs.queries": {"NotThere": NOT_FOUND},
        "tallystick.partners.partnerships.setup": {"BadSetup": FAILED},
        "tallystick.tracking.events.importers.mapping": {"BadMapping": FAILED},
        "tallystick.tracking.events.importers.files": {"BadFile": FAILED},
        "tallystick.kit.ids": {"BadId": USAGE},
        "tallystick.measurement.kpis.questions": {"BadQuestion": USAGE},
        "tallystick.measurement.warehouse.engine": {
            "WarehouseDamaged": FAILED,
            "EngineFailed": FAILED,
            "UnusablePlace": FAILED,
        },
        "tallystick.measurement.attribution.trace": {"NothingThere": NOT_FOUND},
    }
    code = codes.get(type(error).__module__, {}).get(type(error).__name__)
    return (
        None
        if code is None
        else CommandError(f"{str(error)[:1].upper()}{str(error)[1:]}.".replace("..", "."), code)
    )


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
