"""What `make torture` runs: kills and power cuts at random, until the time is over (docs/explain/exactly-once.md)."""

import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tallystick.foundation.audit import heads, queries
from tests.houses import House
from tests.installs import InstallTemplate, migrated_template
from tests.postgres import cluster
from torture import facts, kills, results, tampering

pytestmark = pytest.mark.torture

SECONDS = float(os.environ.get("TALLYSTICK_TORTURE_SECONDS", "300"))
MOST_TAMPERINGS = 10_000
SEED = int(os.environ.get("TALLYSTICK_TORTURE_SEED", "1"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path_factory, monkeypatch) -> Iterator[tuple[str, InstallTemplate]]:
    """A migrated installation on one of the two databases."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with ExitStack() as stack:
        if request.param == "postgresql":
            monkeypatch.setenv("DATABASE_URL", stack.enter_context(cluster()))
        yield (
            request.param,
            stack.enter_context(migrated_template(tmp_path_factory.mktemp("torture"))),
        )


@pytest.fixture
def shop(empty, tmp_path_factory) -> Iterator[tuple[str, InstallTemplate]]:
    """The same with a brand in it."""
    on, template = empty
    with kills.shop(template, tmp_path_factory.mktemp("shop")) as with_brand:
        yield on, with_brand


def test_random_kills_lose_nothing_and_double_nothing(shop):
    on, template = shop
    until = time.monotonic() + SECONDS
    found_out = kills.control(template, seed=SEED)
    first = results.rounds_done("kills", on, SEED)
    tally = kills.torment(template, seed=SEED, first=first, until=until)
    line = {"rounds": tally.rounds, "kills": tally.kills, "lost": tally.lost, "doubled": tally.doubled}
    results.add({"harness": "kills", "on": on, "seed": SEED, **line, "control_found": found_out})
    assert found_out, "the broken stage was not noticed: this run proves nothing"
    assert tally.kills
    assert (tally.lost, tally.doubled, tally.faults) == (0, 0, [])


def test_kills_in_the_warehouse_show_no_reader_a_wrong_sum_and_lose_no_row(empty):
    on, template = empty
    first = results.rounds_done("warehouse", on, SEED)
    tally = facts.torment(template, seed=SEED, first=first, until=time.monotonic() + SECONDS)
    found_out = tally.wrong_by_pattern > 0
    line = {"rounds": tally.rounds, "kills": tally.kills, "lost": tally.lost, "doubled": tally.doubled}
    results.add({"harness": "warehouse", "on": on, "seed": SEED, **line, "control_found": found_out})
    assert found_out, "who reads by a pattern saw no wrong sum: this run proves nothing"
    assert tally.reads
    assert set(tally.reached) == set(facts.PLACES)
    assert (tally.wrong, tally.lost, tally.doubled, tally.faults) == (0, 0, 0, [])


def test_power_cuts_lose_no_acknowledged_receipt_and_with_less_syncing_they_do():
    powercut = pytest.importorskip("torture.powercut", reason="the power-cut harness needs apsw")
    first = results.rounds_done("powercut", "sqlite", SEED)
    until = time.monotonic() + SECONDS
    cuts = acknowledged = lost = 0
    while not cuts or time.monotonic() < until:
        found = powercut.cut_once(f"{SEED}/{first + cuts}", synchronous="FULL")
        assert found.sound, f"round {first + cuts} of seed {SEED} left a damaged file"
        cuts, acknowledged, lost = cuts + 1, acknowledged + found.acknowledged, lost + found.lost
    careless = sum(powercut.cut_once(f"{SEED}/{n}", synchronous="NORMAL").lost for n in range(100))
    line = {"rounds": cuts, "kills": cuts, "lost": lost, "doubled": 0, "control_found": careless > 0}
    results.add({"harness": "powercut", "on": "sqlite", "seed": SEED, **line})
    assert acknowledged
    assert lost == 0
    assert careless, "synchronous=NORMAL lost nothing: the disk of this harness forgets too little"


def test_every_tampering_with_the_audit_trail_is_found(install_template, tmp_path, django_db_blocker):
    """As many rounds as there is time for, of every kind of tampering in turn; the trail stays sound in between."""
    chance, until = random.Random(SEED), time.monotonic() + SECONDS
    with (
        install_template.copy(tmp_path / "data") as install,
        django_db_blocker.unblock(),
        House(install).entered(),
    ):
        tampering.write_trail(300, chance=chance)
        rounds, missed, alarms = 0, [], 0
        while not rounds or (time.monotonic() < until and rounds < MOST_TAMPERINGS):
            for name, tamper in tampering.TAMPERINGS.items():
                rounds += 1
                missed += [] if tampering.is_noticed(tamper, chance=chance) else [name]
            alarms += queries.verify().broken is not None
        heads.path().unlink()
        anew = tampering.change_a_line_and_write_the_chain_anew
        without_heads = tampering.is_noticed(anew, chance=chance)
    line = {"rounds": rounds, "kills": rounds, "lost": len(missed), "doubled": alarms}
    on = "postgresql" if install.database_url else "sqlite"
    results.add(
        {"harness": "tampering", "on": on, "seed": SEED, **line, "control_found": without_heads is None}
    )
    assert (missed, alarms) == ([], 0)
    assert without_heads is None, "a chain written anew was noticed without any head: what noticed it?"
