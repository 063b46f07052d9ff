"""A receipt becomes its effects exactly once, wherever a process is killed (docs/explain/exactly-once.md)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tallystick.kit.failpoints import POINTS
from tests.edge.world import CANARY, write_world
from tests.house.sources import PACKAGE
from tests.installs import Install, InstallTemplate

BATCH_ROWS = "40"
# So few that one run of attribution takes several steps: batches of fewer events than the limit share one.
FEW_ROWS = "15"
# Steps that are taken on files, which PostgreSQL has none of.
ON_FILES = {"inbox.claimed", "inbox.opened", "inbox.keyed", "inbox.erasing", "inbox.archiving"}
# What no story comes to: `test_warehouse_kills` merges files and writes days anew, and kills at every place of facts.
BESIDE_THE_STORY = {
    "warehouse.compacting",
    "warehouse.compacted",
    "warehouse.rebuilding",
    "warehouse.rebuilt",
}
WITHIN_A_RUN = "attribution.crediting#2"
# Where a place is passed often: once more in the middle, in another batch, file or command.
AGAIN = (
    "inbox.appending#2",
    "events.recorded#2",
    WITHIN_A_RUN,
    "warehouse.renamed#4",
    "events.recording@import_orders",
    "attribution.crediting@replay",
    "warehouse.renamed#2@replay",
    "warehouse.publishing@import_orders",
)


class Stories:
    """Tells stories, each in a new installation made from one template."""

    def __init__(self, template: InstallTemplate, folder: Path) -> None:
        self.template, self.folder, self.told = template, folder, 0
        self.world = folder / "world"
        write_world(self.world)

    def tell(self, **wanted: str) -> dict:
        self.told += 1
        with self.template.copy(self.folder / str(self.told)) as install:
            return {**story(install, self.world, **wanted), "data_dir": install.data_dir}

    @property
    def on_files(self) -> bool:
        return self.template.install.database_url is None


def story(install: Install, world: Path, **wanted: str) -> dict:
    env = {f"STORY_{name.upper()}": value for name, value in wanted.items()}
    env |= {"TALLYSTICK_WORK_BATCH_ROWS": FEW_ROWS if wanted.get("failpoint") == WITHIN_A_RUN else BATCH_ROWS}
    code = f"from pathlib import Path\nfrom tests.edge.story import main\nmain(Path({str(world)!r}))"
    told = install.run_python(code, env)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def stories(install_template: InstallTemplate, tmp_path_factory: pytest.TempPathFactory) -> Stories:
    return Stories(install_template, tmp_path_factory.mktemp("stories"))


@pytest.fixture(scope="module")
def undisturbed(stories: Stories) -> dict:
    told = stories.tell()
    assert told["faults"] == []
    return told["effects"]


def test_the_undisturbed_story_has_every_kind_of_effect(undisturbed):
    assert all(undisturbed.values())
    assert len(undisturbed["events"]) > 60
    assert any("duplicate_conflict" in row for row in undisturbed["quarantine"])
    assert any("released" in row for row in undisturbed["quarantine"])
    assert any("known_bot" in row for row in undisturbed["credits"])
    assert not any("? " in row for rows in undisturbed.values() for row in rows), "an id without a name"


def every_point() -> Iterator[ParameterSet]:
    """All points; those among files, and those met a second time, say the same whatever the database is."""
    for point in [*(point for point in POINTS if point not in BESIDE_THE_STORY), *AGAIN]:
        beside = point in AGAIN or point.startswith("warehouse.")
        yield pytest.param(point, marks=[pytest.mark.one_database] if beside else [])


@pytest.mark.parametrize("point", [*every_point()])
def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(point, stories, undisturbed):
    if not stories.on_files and (point in ON_FILES or point == "inbox.appending#2"):
        pytest.skip("PostgreSQL keeps receipts in a table: there are no files between which to die")
    told = stories.tell(failpoint=point)
    assert len(told["killed"]) == 1, f"{point} was never reached"
    assert told["faults"] == []
    assert told["effects"] == undisturbed


def test_two_workers_on_one_brand_do_the_work_of_one(stories, undisturbed):
    told = stories.tell(together="yes")
    assert told["faults"] == []
    assert told["effects"] == undisturbed


@pytest.mark.parametrize("control", ["cursor_before_effects", "effects_before_cursor"])
def test_a_stage_that_commits_its_cursor_apart_from_its_effects_is_found_out(control, stories, undisturbed):
    assert stories.tell(control=control)["effects"] == undisturbed, "without a kill it looks right"
    told = stories.tell(control=control, failpoint="events.recording")
    missing = [row for row in undisturbed["events"] if row not in told["effects"]["events"]]
    doubled = [
        row for row, times in told["effects"]["events"].items() if times > undisturbed["events"].get(row, 0)
    ]
    assert (missing, doubled) != ([], [])
    assert bool(missing) == (control == "cursor_before_effects")


def test_the_log_forgets_an_erased_body_when_the_erasure_is_repeated_after_a_kill(stories):
    if not stories.on_files:
        pytest.skip("on PostgreSQL the server's own log keeps what was written")
    told = stories.tell(failpoint="inbox.erasing")
    logs = list((told["data_dir"] / "inbox").rglob("*-wal"))
    assert [path.name for path in logs if CANARY.encode() in path.read_bytes()] == []


def test_the_command_line_dies_of_a_failpoint_and_ends_the_work_when_it_is_run_again(fresh_install, stories):
    world = stories.world
    assert fresh_install.run("init", "--setup", world / "setup.toml").returncode == 0
    died = fresh_install.run(
        "import", world / "events.ndjson", env={"TALLYSTICK_FAILPOINT": "events.recorded"}
    )
    assert died.returncode == -9, died.stderr
    again = fresh_install.run("import", world / "events.ndjson", "--json")
    assert json.loads(again.stdout)["accepted"] == 0
    assert all(stage["behind"] == 0 for stage in json.loads(fresh_install.run("journey", "--json").stdout))
    assert fresh_install.run("doctor").returncode == 0


def test_every_failpoint_stands_in_the_code_and_none_stands_there_unlisted():
    reached = set()
    for path in PACKAGE.rglob("*.py"):
        reached |= set(re.findall(r"\breach\(\"([^\"]+)\"\)", path.read_text()))
    assert reached == set(POINTS)
