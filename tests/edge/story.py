"""One story of an installation, told in steps, each in a process of its own that may be killed and is then told again.

`main` reads the failpoint from STORY_FAILPOINT, arms it until it has killed a process, and prints what came of it as
JSON. Django and the stages are imported once; a step is a fork of that, so that a whole story costs little more than
one start of the program.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from importlib import import_module, reload
from pathlib import Path

Step = Callable[[Path], None]
MINUTES_BACK = 11
HORIZON_TRIES = 1200
IMPORTED_ONCE = (
    "django.core.management.commands.migrate",
    "tallystick.doors.cli.import_",
    "tallystick.doors.cli.import_mapping",
    "tallystick.doors.cli.import_shown",
    "tallystick.doors.cli.init",
    "tallystick.doors.cli.replay",
    "tallystick.journey",
    "tallystick.partners.partnerships.setup",
    "tallystick.project.health",
    "tallystick.project.upkeep",
    "tallystick.tracking.imports.services.running",
    "tests.edge.effects",
    "tests.edge.world",
)


def init(folder: Path) -> None:
    _tallystick("init", "--setup", folder / "setup.toml")


def receive_hits(folder: Path) -> None:
    """As the edge does; after a crash, what was kept is not sent again: a hit without a key counts every time."""
    from tallystick.journey import inbox
    from tests.edge.world import hits

    missing = [hit for hit in hits(_brand_id()) if inbox().get(hit.id) is None]
    if missing:
        inbox().append(missing)


def import_events(folder: Path) -> None:
    import_file(folder / "events.ndjson")


def import_orders(folder: Path) -> None:
    _tallystick("import", folder / "orders.csv", "--mapping", folder / "shop.toml")


def receive_events(folder: Path) -> None:
    _tallystick("import", folder / "events.ndjson", "--no-work")


def receive_orders(folder: Path) -> None:
    _tallystick("import", folder / "orders.csv", "--mapping", folder / "shop.toml", "--no-work")


def publish_mapping(folder: Path) -> None:
    """What of an import is not in the receipts."""
    from tallystick.foundation.scoping import brand_scope
    from tallystick.tracking.events.services import publish_mapping
    from tests.people import TESTER

    with brand_scope(_brand_id()):
        publish_mapping(name="shop", text=(folder / "shop.toml").read_text(), by=TESTER)


def work(folder: Path) -> None:
    from tallystick.journey import run_until_done

    run_until_done(_brand_id(), limit=int(os.environ["TALLYSTICK_WORK_BATCH_ROWS"]))


def catch_up(folder: Path) -> None:
    """Work on when PostgreSQL lets us: a transaction anywhere on the server hides later receipts."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            (now,) = cursor.fetchone()
            for _ in range(HORIZON_TRIES):
                cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [now])
                if cursor.fetchone() == (True,):
                    break
                time.sleep(0.05)
    work(folder)


def open_carol(folder: Path) -> None:
    _tallystick("init", "--setup", folder / "carol.toml")


def replay(folder: Path) -> None:
    _tallystick("replay")


def forget(folder: Path) -> None:
    """Erase one receipt; what was made of it stays."""
    from tallystick.journey import inbox
    from tallystick.kit import clock
    from tests.edge.world import forgotten

    assert inbox().erase(forgotten(), at=clock.now())


def keep_up(folder: Path) -> None:
    """Eleven minutes later: archive what was read, sweep what was replaced or never named."""
    from django.db.models import F

    from tallystick.foundation.scoping import brand_scope
    from tallystick.measurement.warehouse.configured import warehouse_dir
    from tallystick.measurement.warehouse.models import FactFile
    from tallystick.project.upkeep import UPKEEP

    back = timedelta(minutes=MINUTES_BACK)
    for path in warehouse_dir().rglob("part-*"):
        os.utime(path, (time.time() - back.total_seconds(),) * 2)
    with brand_scope(_brand_id()):
        FactFile.objects.filter(replaced_at__isnull=False).update(replaced_at=F("replaced_at") - back)
    for chore in UPKEEP.values():
        chore()


STORY: tuple[Step, ...] = (
    init,
    receive_hits,
    import_events,
    import_orders,
    catch_up,
    open_carol,
    replay,
    forget,
    keep_up,
)
TOGETHER: tuple[Step, ...] = (init, receive_hits, receive_events, receive_orders)


def tell(folder: Path, failpoint: str = "", story: Iterable[Step] = STORY) -> list[str]:
    """Tell a story to its end; returns the steps that the failpoint killed, each of which was then told again.

    failpoint: as in TALLYSTICK_FAILPOINT; `@` and the name of a step after it arm it in that step only.
    """
    failpoint, _, only_in = failpoint.partition("@")
    killed: list[str] = []
    for step in story:
        armed = failpoint if not killed and only_in in ("", step.__name__) else ""
        ended = fork(step, folder, armed)
        if ended == -signal.SIGKILL and armed:
            killed.append(step.__name__)
            ended = fork(step, folder)
        if ended:
            raise SystemExit(f"{step.__name__} ended with {ended}")
    return killed


def fork(step: Step, folder: Path, failpoint: str = "") -> int:
    """Run a step in a child; returns its exit code, or minus the signal that ended it."""
    return wait(start(step, folder, failpoint))


def start(step: Step, folder: Path, failpoint: str = "") -> int:
    """Begin a step in a child and return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        os.environ["TALLYSTICK_FAILPOINT"] = failpoint
        from tallystick.kit import failpoints

        reload(failpoints)  # in place: whoever imported `reach` before reaches the new one
        os.dup2(2, 1)
        step(folder)
    except SystemExit as leaving:
        os._exit(leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None))
    except BaseException:  # noqa: BLE001 - a child must never return into its parent's code
        sys.excepthook(*sys.exc_info())
        os._exit(70)
    os._exit(0)


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def outcome() -> dict[str, object]:
    """What the installation looks like now."""
    from django.conf import settings

    from tallystick.project.health import run_checks
    from tests.edge.effects import effects, faults

    unsound = [
        f"{check.name}: {check.finding}" for check in run_checks(settings.TALLYSTICK) if not check.passed
    ]
    return {"effects": effects(), "faults": [*faults(), *unsound]}


def import_file(path: Path) -> None:
    _tallystick("import", path)


def import_once() -> None:
    """Import here what the steps need, so that no child has to."""
    for module in IMPORTED_ONCE:
        import_module(module)


def _tallystick(*arguments: object) -> None:
    """What the command line does with these arguments."""
    from tallystick.doors.cli.app import app

    app([*map(str, arguments)], prog_name="tallystick", standalone_mode=False)


def _brand_id():
    from tallystick.partners.programs.models import Brand

    return Brand.objects.values_list("pk", flat=True).get()


def main(folder: Path) -> None:
    """Tell the story that the environment asks for, with Django set up and nothing connected yet."""
    import_once()
    if control := os.environ.get("STORY_CONTROL"):
        from tests.edge import broken

        getattr(broken, control)()
    if os.environ.get("STORY_TOGETHER"):
        killed = tell(folder, story=TOGETHER)
        workers = [start(work, folder) for _ in range(2)]
        assert [wait(worker) for worker in workers] == [0, 0]
        killed += tell(folder, story=(catch_up, open_carol, replay, forget, keep_up))
    else:
        killed = tell(folder, os.environ.get("STORY_FAILPOINT", ""))
    sys.stdout.write(json.dumps({"killed": killed, **outcome()}))
