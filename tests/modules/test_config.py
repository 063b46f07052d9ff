"""The configuration: where each value comes from, what is refused, and that secrets stay secret."""

from __future__ import annotations

import os
import stat

import pytest
from pydantic import ValidationError

from tallystick.project.config import Config, load_config
from tallystick.project.config_sources import ConfigError
from tallystick.project.databases import database_settings
from tallystick.project.explain import MASK, explain
from tallystick.project.secrets import secret_key

pytestmark = pytest.mark.one_database

LONG = "k" * 40


@pytest.fixture(autouse=True)
def bare_environment(tmp_path, monkeypatch):
    """An empty working directory and none of our variables."""
    for name in list(os.environ):
        if name.startswith(("TALLYSTICK_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def sources(config):
    return {setting.name: (setting.value, setting.source) for setting in explain(config)}


def test_without_any_source_everything_is_the_default(tmp_path):
    config = load_config()
    assert (config.host, config.port) == ("127.0.0.1", 8420)
    assert config.data_dir == tmp_path / "data"
    assert {source for _, source in sources(config).values()} == {"default"}


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path, monkeypatch):
    (tmp_path / "tallystick.toml").write_text('port = 1111\nlog_level = "debug"\n')
    monkeypatch.setenv("TALLYSTICK_PORT", "2222")
    config = load_config()
    assert (config.port, config.log_level) == (2222, "debug")
    found = sources(config)
    assert found["port"] == ("2222", "env")
    assert found["log_level"] == ("debug", "file")
    assert found["host"][1] == "default"


def test_a_relative_data_dir_is_taken_from_the_file_that_sets_it(tmp_path, monkeypatch):
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "shop.toml").write_text('data_dir = "../shop"\n')
    monkeypatch.setenv("TALLYSTICK_CONFIG", str(folder / "shop.toml"))
    assert load_config().data_dir.resolve() == tmp_path / "shop"


def test_an_unknown_name_in_the_file_is_refused_with_the_nearest_one(tmp_path):
    (tmp_path / "tallystick.toml").write_text("prot = 1\n")
    with pytest.raises(ConfigError, match=r"`prot` is not a setting. Did you mean `port`\?"):
        load_config()


def test_a_name_like_no_other_is_refused_with_the_list(tmp_path):
    (tmp_path / "tallystick.toml").write_text("zzzzzzzz = 1\n")
    with pytest.raises(ConfigError, match="The settings are: data_dir, "):
        load_config()


def test_a_file_that_is_not_toml_is_refused_by_name(tmp_path):
    (tmp_path / "tallystick.toml").write_text("port = \n")
    with pytest.raises(ConfigError, match=r"tallystick.toml is not TOML"):
        load_config()


def test_a_named_file_that_is_missing_is_refused(monkeypatch):
    monkeypatch.setenv("TALLYSTICK_CONFIG", "nowhere.toml")
    with pytest.raises(ConfigError, match="There is no file"):
        load_config()


def test_every_wrong_value_is_named_at_once(monkeypatch):
    monkeypatch.setenv("TALLYSTICK_PORT", "99999")
    monkeypatch.setenv("TALLYSTICK_LOG_FORMAT", "xml")
    with pytest.raises(ConfigError) as refusal:
        load_config()
    assert "`port` cannot be used (it is '99999')" in str(refusal.value)
    assert "`log_format` cannot be used (it is 'xml')" in str(refusal.value)


def test_a_secret_comes_from_the_file_that_is_named(tmp_path, monkeypatch):
    (tmp_path / "key").write_text(f"{LONG}\n")
    monkeypatch.setenv("TALLYSTICK_SECRET_KEY_FILE", str(tmp_path / "key"))
    config = load_config()
    assert secret_key(config) == LONG
    assert sources(config)["secret_key"] == (MASK, "secret file")


@pytest.mark.parametrize("variable", ["TALLYSTICK_DATABASE_URL_FILE", "DATABASE_URL_FILE"])
def test_the_database_url_may_stand_in_a_secret_file_too(tmp_path, monkeypatch, variable):
    (tmp_path / "url").write_text("postgres://acme:hush@db/shop\n")
    monkeypatch.setenv(variable, str(tmp_path / "url"))
    assert load_config().database_url == "postgres://acme:hush@db/shop"


def test_a_secret_that_is_set_twice_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYSTICK_SECRET_KEY", LONG)
    monkeypatch.setenv("TALLYSTICK_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ConfigError, match="both set"):
        load_config()


def test_a_secret_file_that_cannot_be_read_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("TALLYSTICK_SECRET_KEY_FILE", "missing")
    with pytest.raises(ConfigError, match="TALLYSTICK_SECRET_KEY_FILE names missing"):
        load_config()


def test_a_short_secret_is_refused_without_being_repeated(monkeypatch):
    monkeypatch.setenv("TALLYSTICK_SECRET_KEY", "hush")
    with pytest.raises(ConfigError, match="at least 32 characters") as refusal:
        load_config()
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize("variable", ["DATABASE_URL", "TALLYSTICK_DATABASE_URL"])
def test_a_password_is_shown_nowhere(monkeypatch, variable):
    monkeypatch.setenv(variable, "postgres://acme:hush@db:5433/shop?password=hush")
    config = load_config()
    assert "hush" not in repr(config)
    value, source = sources(config)["database_url"]
    assert (value, source) == (f"postgres://acme:{MASK}@db:5433/shop", "env")


def test_the_configuration_cannot_be_changed():
    with pytest.raises(ValidationError):
        load_config().port = 1


def test_every_setting_is_described():
    assert all(field.description for field in Config.model_fields.values())


def test_a_generated_key_is_kept_and_only_its_owner_can_read_it(tmp_path):
    config = load_config()
    key = secret_key(config)
    assert secret_key(config) == key
    assert stat.S_IMODE(config.secret_key_path.stat().st_mode) == 0o600
    assert [path.name for path in config.data_dir.iterdir()] == ["secret_key"]


def test_a_postgresql_url_becomes_djangos_entry():
    entry = database_settings(load_config(database_url="postgres://a%40b:p%2Fw@db:5433/shop?sslmode=require"))
    assert (entry["USER"], entry["PASSWORD"], entry["HOST"], entry["PORT"]) == ("a@b", "p/w", "db", 5433)
    assert (entry["NAME"], entry["OPTIONS"]) == ("shop", {"sslmode": "require"})


def test_a_socket_directory_may_be_given_as_libpq_takes_it():
    entry = database_settings(load_config(database_url="postgresql:///shop?host=/run/postgresql"))
    assert (entry["HOST"], entry["OPTIONS"]) == ("/run/postgresql", {})


@pytest.mark.parametrize("url", ["mysql://db/shop", "postgres://db", "nonsense", "postgres://db:port/x"])
def test_a_url_of_another_kind_is_refused(url):
    with pytest.raises(ConfigError, match="database_url"):
        database_settings(load_config(database_url=url))


def test_without_a_url_the_database_is_a_file_in_the_data_directory(tmp_path):
    entry = database_settings(load_config())
    assert entry["ENGINE"] == "tallystick.foundation.sqlite"
    assert entry["NAME"] == str(tmp_path / "data" / "tallystick.db")


def test_how_long_facts_are_kept_is_said_in_the_file_or_in_one_variable(tmp_path, monkeypatch):
    assert load_config().warehouse_keep_days == {}
    (tmp_path / "tallystick.toml").write_text("warehouse_keep_days = { touchpoints = 120 }\n")
    assert load_config().warehouse_keep_days == {"touchpoints": 120}
    monkeypatch.setenv("TALLYSTICK_WAREHOUSE_KEEP_DAYS", "touchpoints=90, paths=400")
    assert load_config().warehouse_keep_days == {"touchpoints": 90, "paths": 400}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("clicks=90", "`clicks` is no fact table; they are touchpoints, touch_counts"),
        ("paths=0", "`paths` must be kept for 1 to 36,500 days"),
        ("paths=a year", "integer"),
        ("paths", "integer"),
    ],
)
def test_what_cannot_be_kept_so_is_refused(monkeypatch, said, why):
    monkeypatch.setenv("TALLYSTICK_WAREHOUSE_KEEP_DAYS", said)
    with pytest.raises(ConfigError, match=why):
        load_config()
