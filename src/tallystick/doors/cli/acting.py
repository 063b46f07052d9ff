"""Who acts by a command: whoever is signed in on the machine."""

from __future__ import annotations

import getpass

from tallystick.foundation.audit.acts import Actor, ActorKind


def whoever_runs_this() -> Actor:
    """The actor of a command, by the login name on the machine; a container may know no name."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "somebody on the machine"
    return Actor(ActorKind.COMMAND, name)
