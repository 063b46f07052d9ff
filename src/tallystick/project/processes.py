"""What keeps a process from outliving the one that started it, even when that one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PARENT_VARIABLE = "TALLYSTICK_PARENT_PID"
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 1.0


def child_environment() -> dict[str, str]:
    """The environment to start a child with, so that it can call `die_with_parent`."""
    return {**os.environ, PARENT_VARIABLE: str(os.getpid())}


def die_with_parent() -> None:
    """End this process, by SIGKILL, as soon as the process that started it is gone.

    Does nothing in a process that was not started with `child_environment`. Ends at once when the parent died
    before this call. Linux lets the kernel do it; elsewhere a thread looks once a second.
    Work that a kill may interrupt has to be safe against it anyway: so is every stage.
    """
    expected = int(os.environ.get(PARENT_VARIABLE, "0"))
    if not expected:
        return
    if sys.platform == "linux":
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    else:
        threading.Thread(target=_watch, args=(expected,), daemon=True).start()
    # TRICKY: a parent that died before the call above sends no signal any more: look for it.
    if os.getppid() != expected:
        os._exit(1)


def _watch(expected: int) -> None:
    while os.getppid() == expected:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
