"""`tallystick analyze` from outside: what it prints where, how it ends, and that it needs no Django."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"

PATHS = (
    "path;total_conversions;total_conversion_value;total_null\nsearch > blog;2;30.5;1\nblog > voucher;1;9;0\n"
)
LOG = (
    "who,when,channel,sale,worth\n"
    "ann,2026-03-01T00:00:00Z,search,0,\n"
    "ann,2026-03-08T00:00:00Z,email,1,30\n"
    "bob,2026-03-08,search,0,\n"
)
SESSIONS = "kind;bought\nblog;TRUE\nblog;no\nmail;0\n"
LOG_COLUMNS = ["--customer", "who", "--time", "when", "--channel", "channel", "--conversion", "sale"]

WITHOUT_DJANGO = "import sys; sys.modules['django'] = None; from tallystick.doors.cli.app import main; main()"


def run(*arguments, stdin=None, program=("-m", "tallystick")):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "160", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *program, "analyze", *map(str, arguments)],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path):
    for name, text in (("paths.csv", PATHS), ("log.csv", LOG), ("sessions.csv", SESSIONS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_paths_prints_credit_per_model_and_channel_as_json(folder):
    done = run("paths", folder / "paths.csv", "--models", "last_touch, linear", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "models": {
            "last_touch": {
                "conversions": {"blog": 2.0, "search": 0.0, "voucher": 1.0},
                "value": {"blog": 30.5, "search": 0.0, "voucher": 9.0},
            },
            "linear": {
                "conversions": {"blog": 1.5, "search": 1.0, "voucher": 0.5},
                "value": {"blog": 19.75, "search": 15.25, "voucher": 4.5},
            },
        }
    }
    assert done.stderr == "3 conversions; 1 paths that did not convert.\n"


def test_paths_reads_an_event_log_whose_columns_are_named(folder):
    done = run("paths", folder / "log.csv", *LOG_COLUMNS, "--value", "worth", "--json")
    models = json.loads(done.stdout)["models"]
    assert list(models) == ["first_touch", "last_touch", "linear", "position", "time_decay"]
    assert models["time_decay"] == {
        "conversions": {"email": 0.666666667, "search": 0.333333333},
        "value": {"email": 20.0, "search": 10.0},
    }
    assert "Times without a zone were taken as UTC." in done.stderr


def test_paths_applies_the_coupon_and_code_channels_that_are_named(folder):
    done = run("paths", folder / "paths.csv", "--coupon", "voucher", "--code", "search", "--json")
    models = json.loads(done.stdout)["models"]
    assert models["last_non_coupon"]["conversions"] == {"blog": 3.0, "search": 0.0, "voucher": 0.0}
    assert models["code_wins"]["conversions"] == {"blog": 0.0, "search": 2.0, "voucher": 1.0}


def test_rates_prints_each_group_with_its_interval_as_json(folder):
    done = run("rates", folder / "sessions.csv", "--by", "kind", "--success", "bought", "--json")
    assert done.returncode == 0
    blog, mail = json.loads(done.stdout)["groups"]
    assert list(blog) == ["group", "n", "successes", "rate", "low", "high"]
    assert (blog["group"], blog["n"], blog["successes"], blog["rate"]) == ("blog", 2, 1, 0.5)
    assert (mail["rate"], mail["low"]) == (0.0, 0.0)
    assert 0 < mail["high"] < 1


def test_without_json_a_table_is_printed(folder):
    paths = run("paths", folder / "paths.csv", "--models", "linear")
    assert [line.split() for line in paths.stdout.splitlines()[:2]] == [
        ["conversions", "of", "linear"],
        ["blog", "1.50"],
    ]
    rates = run("rates", folder / "sessions.csv", "--by", "kind", "--success", "bought")
    assert rates.stdout.splitlines()[1].split() == ["blog", "2", "1", "50.00%", "9.45%", "–", "90.55%"]


@pytest.mark.parametrize("command", ["paths", "rates"])
def test_a_dash_reads_standard_input(folder, command):
    columns = ["--by", "kind", "--success", "bought"] if command == "rates" else []
    text, name = (SESSIONS, "sessions.csv") if command == "rates" else (PATHS, "paths.csv")
    piped = run(command, "-", *columns, "--json", stdin=text)
    assert piped.returncode == 0
    assert piped.stdout == run(command, folder / name, *columns, "--json").stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["paths", "nowhere.csv"], 3, "There is no file nowhere.csv."),
        (["rates", "nowhere.csv", "--by", "a", "--success", "b"], 3, "There is no file nowhere.csv."),
        (["paths", "sessions.csv"], 1, "needs the columns path and total_conversions"),
        (["paths", "."], 1, "cannot be read"),
        (["rates", "log.csv", "--by", "who", "--success", "when"], 1, "log.csv, line 2, column 'when'"),
        (["paths", "paths.csv", "--models", "markov"], 2, "There is no attribution model 'markov'"),
        (["paths", "paths.csv", "--models", "time_decay"], 2, "Use an event log"),
        (["paths", "paths.csv", "--models", "code_wins"], 2, "needs to know which channels are codes"),
        (["paths", "paths.csv", "--coupon", "vocher"], 2, "no channel 'vocher'"),
        (["paths", "log.csv", "--customer", "who"], 2, "needs --time, --channel, --conversion as well"),
        (["paths", "log.csv", "--value", "worth"], 2, "needs --customer, --time"),
        (["paths", "log.csv", *LOG_COLUMNS[:-1], "sold"], 2, "no column 'sold'"),
        (["rates", "sessions.csv", "--by", "color", "--success", "bought"], 2, "no column 'color'"),
        (["rates", "sessions.csv", "--by", "kind", "--success", "bought", "--method", "wald"], 2, "wald"),
        (["rates", "sessions.csv", "--by", "kind"], 2, "--success"),
        (["paths"], 2, "FILE"),
    ],
)
def test_what_cannot_be_answered_ends_with_its_exit_code_and_a_sentence(
    folder, monkeypatch, arguments, exit_code, says
):
    monkeypatch.chdir(folder)
    done = run(*arguments, "--json")
    assert done.returncode == exit_code
    assert done.stdout == ""
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["paths", "paths.csv", "--coupon", "voucher", "--json"],
        ["paths", "log.csv", *LOG_COLUMNS],
        ["rates", "sessions.csv", "--by", "kind", "--success", "bought", "--method", "jeffreys"],
    ],
)
def test_analyze_works_where_django_cannot_be_imported(folder, monkeypatch, arguments):
    monkeypatch.chdir(folder)
    done = run(*arguments, program=("-c", WITHOUT_DJANGO))
    assert (done.returncode, done.stdout != "") == (0, True), done.stderr


def test_the_python_api_imports_no_django_and_not_even_scipy():
    script = (
        "import sys; sys.modules['django'] = None;"
        "import tallystick.kit.money, tallystick.measurement.attribution.path_files;"
        "import tallystick.measurement.attribution.rules.bindings;"
        "import tallystick.measurement.attribution.rules.customers;"
        "import tallystick.measurement.kpis.rate_files; sys.exit('scipy' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False).returncode == 0


@pytest.mark.skipif(not SHARED.exists(), reason="the example files are not on this machine")
def test_the_example_files_give_the_reference_figures():
    paths = run("paths", SHARED / "attribution_paths" / "Data.csv", "--json")
    linear = json.loads(paths.stdout)["models"]["linear"]["conversions"]
    assert round(linear["alpha"], 4) == 7574.7186
    sessions = SHARED / "online_shoppers_intention" / "online_shoppers_intention.csv"
    rates = run("rates", sessions, "--by", "VisitorType", "--success", "Revenue", "--json")
    assert sum(group["successes"] for group in json.loads(rates.stdout)["groups"]) == 1908
