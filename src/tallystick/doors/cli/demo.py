"""``tallystick demo``: real sessions through the whole journey, the answer, a trace, and the pages."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from tallystick.doors.cli import output

if TYPE_CHECKING:
    from tallystick.project.config import Config

app = typer.Typer()

OWN_DIR = Path("data/demo")
BRAND = "acme"
"""The brand of the demo's set-up file: somebody may have opened another beside it."""


@app.command()
def demo(
    data_dir: Annotated[
        Path, typer.Option(help="Where the demo keeps its data, apart from yours.")
    ] = OWN_DIR,
    port: Annotated[
        int, typer.Option(help="Port of the pages; another free one when it is taken.", min=1, max=65_535)
    ] = 8420,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="End after the report, without the pages.")
    ] = False,
) -> None:
    """Try Tallystick: import 4,110 real shop sessions, report on them, trace one sale, serve the pages.

    Uses SQLite in a directory of its own and never touches your installation. Run it again: nothing is doubled.
    """
    os.environ["TALLYSTICK_DATA_DIR"] = str(data_dir.absolute())
    # Said outright, because a configuration file may name another database than the one in the demo's directory.
    os.environ["TALLYSTICK_DATABASE_URL"] = f"sqlite://{quote(str(data_dir.absolute() / 'tallystick.db'))}"
    from tallystick.doors.cli.start import start_django

    config = start_django()
    _fill(config)
    _show()
    if no_serve:
        output.say(f"\nAsk more of it: TALLYSTICK_DATA_DIR={data_dir} tallystick report --by placement")
        return
    os.environ["TALLYSTICK_PORT"] = str(_free_port(config.host, port))
    from tallystick.doors.cli.demo_people import settle_people
    from tallystick.doors.cli.serve import serve

    settle_people(config.data_dir, brand=BRAND)
    output.say("")
    serve(host=None, port=None, only=None)


def _fill(config: Config) -> None:
    from importlib.resources import as_file, files

    from tallystick.doors.cli.import_ import import_file
    from tallystick.doors.cli.init import init

    with as_file(files("tallystick.project") / "demo") as folder:
        output.say(
            "Real sessions of a web shop (UCI Online Shoppers, CC BY 4.0); the partners' names are invented.\n"
        )
        init(setup=folder / "setup.toml", as_json=False)
        import_file(
            folder / "sessions.csv", folder / "mapping.toml", brand=BRAND, no_work=False, as_json=False
        )


def _show() -> None:
    from tallystick.doors.asking import Wanted, ask
    from tallystick.doors.cli.brands import brand_in_scope
    from tallystick.doors.cli.report import report
    from tallystick.doors.cli.trace import trace
    from tallystick.kit import ids

    output.say("\n$ tallystick report --by partner\n")
    report(by=["partner"], brand=BRAND)
    with brand_in_scope(BRAND):
        pages = ask(Wanted(where=("partner=alice",))).receipts(limit=200)
    sale = next(row.conversion_ids[0] for page in pages for row in page.rows if row.conversion_ids)
    output.say(f"\n$ tallystick trace {ids.show('cnv', sale)}\n")
    trace(ids.show("cnv", sale), brand=BRAND)


def _free_port(host: str, wanted: int) -> int:
    """The wanted port, or a free one where another program listens on it."""
    with socket.socket() as probe:
        if probe.connect_ex((host, wanted)) != 0:
            return wanted
    with socket.socket() as probe:
        probe.bind((host, 0))
        free: int = probe.getsockname()[1]
    output.say(f"Port {wanted} is taken; using {free}.")
    return free
