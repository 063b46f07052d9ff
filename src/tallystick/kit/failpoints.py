"""Named places where a test may kill the process, so that "exactly once" is shown and not asserted.

Set TALLYSTICK_FAILPOINT to a name (`inbox.appended`), or to `name#3` for the third time the place
is reached. The process then ends by SIGKILL: no handlers, no flushes, as when a machine is
reset. Unset, a place costs one comparison.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

POINTS: tuple[str, ...] = (
    "init.migrated",
    "inbox.claimed",
    "inbox.opened",
    "inbox.appending",
    "inbox.keyed",
    "inbox.appended",
    "inbox.erasing",
    "inbox.archiving",
    "import.counting",
    "import.counted",
    "import.received",
    "events.recording",
    "events.recorded",
    "replay.releasing",
    "replay.released",
    "attribution.crediting",
    "attribution.credited",
    "warehouse.written",
    "warehouse.renamed",
    "warehouse.publishing",
    "warehouse.published",
    "warehouse.compacting",
    "warehouse.compacted",
    "warehouse.rebuilding",
    "warehouse.rebuilt",
    "warehouse.sweeping",
)
"""One between every two durable effects: …ing is the last moment before a commit, …ed the first one after it.

docs/explain/exactly-once.md says what each of them leaves behind.
"""

_WANTED, _, _NTH = os.environ.get("TALLYSTICK_FAILPOINT", "").partition("#")
_SEEN: Counter[str] = Counter()

if _WANTED and _WANTED not in POINTS:
    raise SystemExit(f"TALLYSTICK_FAILPOINT={_WANTED!r} is not a place to fail; known: {', '.join(POINTS)}")


def reach(name: str) -> None:
    """Say that the program has come to this place; ends the process when the environment asks for it."""
    if name != _WANTED:
        return
    _SEEN[name] += 1
    if _SEEN[name] == int(_NTH or 1):
        os.kill(os.getpid(), signal.SIGKILL)
