"""One typed configuration for every role: the environment, secret files, one TOML file, then defaults.

Each setting is read from the first place that has it:

1. ``TALLYSTICK_<NAME>`` in the environment (``DATABASE_URL`` too);
2. for secrets, the file named by ``TALLYSTICK_<NAME>_FILE``;
3. the TOML file named by ``TALLYSTICK_CONFIG`` or ``--config``, else ``tallystick.toml`` in the working
   directory.

A file with a name that is not a setting is refused: a typing error must not silently mean the default.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from tallystick.foundation.mail.rules import read_sender, read_server
from tallystick.kit.facts import TABLES
from tallystick.kit.proxies import read_proxies
from tallystick.project.config_sources import ConfigError, SecretFileSource, TomlSource
from tallystick.project.site import Site, is_loopback, read_site

SECRET_KEY_CHARACTERS = 32
MOST_DAYS_KEPT = 36_500


class Config(BaseSettings):
    """Everything that may differ between two installations. Immutable; units are part of the names."""

    model_config = SettingsConfigDict(
        env_prefix="TALLYSTICK_", frozen=True, extra="forbid", populate_by_name=True, env_ignore_empty=True
    )

    data_dir: Path = Field(
        Path("data"),
        description="Directory of everything that Tallystick keeps. A relative path is taken from the file "
        "that sets it, otherwise from the working directory.",
    )
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("TALLYSTICK_DATABASE_URL", "DATABASE_URL"),
        repr=False,
        description="`postgres://user:password@host:port/name` to use PostgreSQL. Unset means SQLite in "
        "`data_dir/tallystick.db`. Also read from `DATABASE_URL`.",
        json_schema_extra={"secret": True},
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Key that signs what browsers hand back; at least 32 characters. Unset means one that is "
        "generated once and kept in `data_dir/secret_key`, readable by its owner only.",
        json_schema_extra={"secret": True},
    )
    host: str = Field(
        "127.0.0.1",
        description="Address the web server listens on. Any other than loopback needs a `public_url` for it.",
    )
    port: int = Field(8420, ge=1, le=65_535, description="TCP port of the web server.")
    allow_plain_http: bool = Field(
        False,
        description="Let `public_url` begin with `http://` for another machine: passwords and sessions can then be "
        "read on the way. For a network that is closed by other means.",
    )
    public_url: str = Field(
        "",
        validate_default=True,
        description="Address at which people reach the pages: `https://partners.example.org`. It decides which host "
        "is answered, how cookies are set and what stands in mails. Unset means `http://localhost:PORT`.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses or networks, "
        "`unix` for a socket; in the environment with commas between them. See docs/how/proxies.md.",
    )
    oidc_issuer: str = Field(
        "",
        description="Address of an OpenID Connect provider that people may sign in with: `https://id.example.org`. "
        "See docs/how/single-sign-on.md.",
    )
    oidc_client_id: str = Field(
        "", validate_default=True, description="Name of this installation at the provider."
    )
    oidc_client_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="Secret of this installation at the provider.",
        json_schema_extra={"secret": True},
    )
    oidc_name: str = Field(
        "single sign-on", description="What the button for the provider says: sign in with …"
    )
    web_threads: int = Field(4, ge=1, le=128, description="Requests that the web server answers at once.")
    mail_url: SecretStr | None = Field(
        None,
        description="Mail server: `smtp://user:password@host:587?tls=starttls` (or `tls`, `none`). Unset means that "
        "no mail is sent: it is kept, and an administrator reads it in the console.",
        json_schema_extra={"secret": True},
    )
    mail_from: str = Field(
        "",
        validate_default=True,
        description="Who mail is from: `Acme partners <partners@acme.example>`. Needed with `mail_url`.",
    )
    api_calls_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="Calls that one API key may make in a minute."
    )
    api_body_kb: int = Field(
        256, ge=1, le=2048, description="Size in kilobytes of the largest body that the API reads."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe line that is logged, on standard error."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people (`console`) or one JSON object a line (`json`)."
    )
    work_interval_seconds: float = Field(
        1.0, ge=0.05, le=3600, description="Pause of the worker when no stage has anything left to do."
    )
    work_batch_rows: int = Field(
        4_000,
        ge=1,
        le=10_000,
        description="Most rows that one stage takes into one transaction. The worker takes fewer where that many take "
        "longer than a fifth of a second.",
    )
    stop_grace_seconds: float = Field(
        10.0, ge=0.1, le=600, description="Time that processes get to finish when `serve` is asked to stop."
    )
    database_timeout_seconds: float = Field(
        30.0, ge=0.1, le=600, description="How long a writer waits for another one on SQLite."
    )
    identity_max_customers: int = Field(
        10, ge=1, le=1000, description="A visitor seen as more customers than this is linked to none of them."
    )
    inbox_file_mb: int = Field(
        64,
        ge=1,
        le=4096,
        description="Size in megabytes at which an inbox file is closed and a new one begun.",
    )
    attachment_mb: int = Field(
        10, ge=1, le=1000, description="Size in megabytes of the largest document that is taken."
    )
    import_mb: int = Field(
        2_000,
        ge=1,
        le=1_000_000,
        description="Size in megabytes of the largest file that is uploaded to be imported. A file on this machine "
        "that the command line reads where it lies may be larger.",
    )
    import_most_waiting: int = Field(
        20_000,
        ge=1,
        le=100_000_000,
        description="An import pauses while more receipts of its brand than this wait to be verified: a click that "
        "comes meanwhile stands behind no more than these.",
    )
    import_keep_days: int = Field(
        30,
        ge=1,
        le=3_650,
        description="Days for which an uploaded file stays after its import came to an end, or after it arrived and "
        "nobody began it. Its rows stay as receipts.",
    )
    warehouse_keep_days: Annotated[dict[str, int], NoDecode] = Field(
        {},
        description="For how many days before today the Parquet files of a fact table are kept, where not for ever: "
        "`{ touchpoints = 120, paths = 800 }`; in the environment `touchpoints=120, paths=800`. What the database "
        "holds stays. See docs/how/warehouse.md.",
    )
    duckdb_memory_mb: int = Field(
        1024, ge=64, le=1_048_576, description="Memory in megabytes that one process gives to DuckDB."
    )
    duckdb_threads: int = Field(2, ge=1, le=256, description="Threads that one process gives to DuckDB.")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SECRET_KEY_CHARACTERS:
            raise ValueError(f"must have at least {SECRET_KEY_CHARACTERS} characters")
        return value

    @field_validator("public_url")
    @classmethod
    def _names_a_site(cls, value: str, given: ValidationInfo) -> str:
        site = read_site(value or f"http://localhost:{given.data.get('port', 8420)}")
        if not (site.is_https or site.is_local or given.data.get("allow_plain_http")):
            raise ValueError(
                "passwords would travel readable; begin it with https://, or set `allow_plain_http` in a closed network"
            )
        return site.origin

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _by_commas(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("trusted_proxies")
    @classmethod
    def _names_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        read_proxies(value)
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _names_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        is_local = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if value and not (parts.scheme == "https" and parts.hostname) and not is_local:
            raise ValueError("write it as https://id.example.org, as the provider names itself")
        return value.rstrip("/")

    @field_validator("oidc_client_id", "oidc_client_secret")
    @classmethod
    def _goes_with_an_issuer(cls, value: Any, given: ValidationInfo) -> Any:
        if given.data.get("oidc_issuer") and not value:
            raise ValueError("is needed with `oidc_issuer`")
        return value

    @field_validator("mail_url")
    @classmethod
    def _names_a_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            read_server(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _names_a_sender(cls, value: str, given: ValidationInfo) -> str:
        if value or given.data.get("mail_url"):
            read_sender(value)
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("warehouse_keep_days", mode="before")
    @classmethod
    def _by_names(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part.partition("=") for part in value.split(",") if part.strip()]
        return {name.strip(): days.strip() for name, _, days in parts}

    @field_validator("warehouse_keep_days")
    @classmethod
    def _keeps_fact_tables(cls, value: dict[str, int]) -> dict[str, int]:
        known = [table.name for table in TABLES]
        for name, days in value.items():
            if name not in known:
                raise ValueError(f"`{name}` is no fact table; they are {', '.join(known)}")
            if not 1 <= days <= MOST_DAYS_KEPT:
                raise ValueError(f"`{name}` must be kept for 1 to {MOST_DAYS_KEPT:,} days")
        return value

    @property
    def site(self) -> Site:
        """Where people reach the pages."""
        return read_site(self.public_url)

    @property
    def sqlite_path(self) -> Path:
        """Where the main database lies when `database_url` is unset."""
        return self.data_dir / "tallystick.db"

    @property
    def inbox_dir(self) -> Path:
        """Directory of the receipts as they were received (SQLite only)."""
        return self.data_dir / "inbox"

    @property
    def warehouse_dir(self) -> Path:
        """Directory of the Parquet facts."""
        return self.data_dir / "warehouse"

    @property
    def attachments_dir(self) -> Path:
        """Directory of the documents that people add."""
        return self.data_dir / "attachments"

    @property
    def imports_dir(self) -> Path:
        """Directory of the files that people upload to be imported."""
        return self.data_dir / "imports"

    @property
    def secret_key_path(self) -> Path:
        """Where the generated secret key is kept when `secret_key` is unset."""
        return self.data_dir / "secret_key"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFileSource(settings_cls), TomlSource(settings_cls)


def load_config(**overrides: Any) -> Config:
    """Read the configuration from all its sources; `overrides` win over each of them.

    Raises ConfigError, whose text names every setting that is wrong, what it holds and what it should be.
    """
    try:
        return Config(**overrides)
    except ValidationError as error:
        raise ConfigError("\n".join(_complaint(item) for item in error.errors())) from None


def _complaint(item: Any) -> str:
    name = str(item["loc"][0]).removeprefix("TALLYSTICK_").lower()
    field = Config.model_fields.get(name)
    if field is None:
        return f"`{name}` is not a setting"
    fault = item["msg"].removeprefix("Value error, ")
    held = "" if is_secret(name) else f" (it is {item['input']!r})"
    return f"The setting `{name}` cannot be used{held}: {fault[:1].lower()}{fault[1:]}."


def is_secret(name: str) -> bool:
    """Whether a setting's value must never be shown."""
    extra = Config.model_fields[name].json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("secret"))
