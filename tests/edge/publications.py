"""Publications, merges and sweeps that are killed at a place, and what the next process finds and tidies up.

All cases are told in one start of the program: each has a brand of its own, and its acts are forks (`story.fork`).
"""

import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.edge.story import Step, fork


@dataclass(frozen=True)
class Case:
    """An act, where it is killed, and what is done afterwards, which writes down what it saw."""

    act: Step
    failpoint: str
    afterwards: Step


def publish_twice(folder: Path) -> None:
    """Two touchpoints, then one of them again and a third: the day is written anew."""
    shop = _shop(folder)
    shop.notebook.write(shop.touch(1), shop.touch(2))
    shop.publish()
    write_third(shop)


def look_publish_and_sweep(folder: Path) -> None:
    shop = _shop(folder)
    shop.notebook.write(shop.touch(1), shop.touch(2))
    told = {"after_the_kill": shop.look()}
    write_third(shop)
    told["after_the_next"] = shop.look()
    shop.age_files()
    _tell(folder, **told, swept=shop.sweep(), after_the_sweep=shop.look())


def publish_twice_and_sweep_what_was_replaced(folder: Path) -> None:
    from django.db.models import F

    from tallystick.foundation.scoping import brand_scope
    from tallystick.measurement.warehouse.models import FactFile

    publish_twice(folder)
    shop = _shop(folder)
    with brand_scope(shop.brand.id):
        old = FactFile.objects.filter(replaced_at__isnull=False)
        old.update(replaced_at=F("replaced_at") - timedelta(hours=1))
    shop.sweep()


def look_and_sweep_twice(folder: Path) -> None:
    shop = _shop(folder)
    _tell(folder, after_the_kill=shop.look(), swept=shop.sweep(), swept_again=shop.sweep())


def publish_often_and_merge(folder: Path) -> None:
    shop = _shop(folder)
    for number in (1, 2, 3, 4):
        shop.notebook.write(shop.touch(number))
        shop.publish()
    shop.merge()


def look_merge_and_look(folder: Path) -> None:
    shop = _shop(folder)
    before = shop.look()
    shop.merge()
    _tell(folder, seen=[before, shop.look()])


SECOND_PUBLICATION = [
    ("warehouse.written", 3, 1),
    ("warehouse.renamed", 3, 1),
    ("warehouse.written", 4, 2),
    ("warehouse.publishing", 2, 2),
    ("warehouse.published", 2, 0),
]
"""A place, which time it is reached in the second publication, and how many files lie unnamed then: each publication
writes two, the touchpoints of a day and what is counted from them.
"""
MERGING = ("warehouse.compacting", "warehouse.compacted")
SWEEPING = "warehouse.sweeping"
CASES = {
    **{
        f"{place}#{time}": Case(publish_twice, f"{place}#{time}", look_publish_and_sweep)
        for place, time, _ in SECOND_PUBLICATION
    },
    **{place: Case(publish_often_and_merge, place, look_merge_and_look) for place in MERGING},
    SWEEPING: Case(publish_twice_and_sweep_what_was_replaced, SWEEPING, look_and_sweep_twice),
}


def write_third(shop: "Shop") -> None:
    shop.notebook.write(shop.touch(2), shop.touch(3))
    shop.publish()


class Shop:
    """One case's brand and notebook, in the child that acts."""

    def __init__(self, key: str) -> None:
        from tallystick.partners.programs.models import Brand
        from tests.modules import warehouse_cast

        self._cast = warehouse_cast
        self.brand, _ = Brand.objects.get_or_create(key=key, name=key)
        self.notebook = warehouse_cast.Notebook()
        self.touch = warehouse_cast.touch

    def publish(self) -> None:
        from tallystick.measurement.warehouse.stage import publish

        publish(self.brand.id, limit=10, sources=[self.notebook])

    def merge(self) -> None:
        from tallystick.measurement.warehouse.compaction import compact

        compact(self.brand.id, limit=10**6)

    def look(self) -> dict[str, object]:
        from tallystick.foundation.scoping import brand_scope
        from tallystick.measurement.warehouse.queries import missing_files

        with brand_scope(self.brand.id):
            missing = [file for file in missing_files() if file.brand_id == self.brand.id]
            return {
                "seen": self._cast.published(),
                "counted": self._cast.counted(),
                "missing": len(missing),
            }

    def sweep(self) -> dict[str, int]:
        from tallystick.measurement.warehouse.services import sweep

        found = sweep(self.brand.id)
        return {"orphans": found.orphans, "replaced": found.replaced}

    def age_files(self) -> None:
        from tallystick.measurement.warehouse import configured, rules

        folder = configured.warehouse_dir() / rules.brand_folder(self.brand.id)
        self._cast.age(folder.rglob("part-*"))


def tell_all(folder: Path) -> None:
    """Every case, in forks of this process, which has connected to nothing; prints what came of each."""
    import tallystick.measurement.warehouse.compaction
    import tallystick.measurement.warehouse.stage  # noqa: F401 - here, so that no child has to
    import tests.modules.warehouse_cast  # noqa: F401

    told = {}
    for number, (name, case) in enumerate(CASES.items()):
        own = folder / f"case{number}"
        own.mkdir()
        ended = fork(case.act, own, case.failpoint)
        assert fork(case.afterwards, own) == 0, name
        told[name] = {"ended": ended, **json.loads((own / "told").read_text())}
    sys.stdout.write(json.dumps(told))


def _shop(folder: Path) -> Shop:
    return Shop(folder.name)


def _tell(folder: Path, **facts: object) -> None:
    (folder / "told").write_text(json.dumps(facts))
