"""Everything that must be known before a database exists, read once from the environment and `.env`."""

from __future__ import annotations

import os
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from bot.addresses import is_loopback, is_unspecified, read_host
from bot.encryption_keys import read_keys
from bot.environment import read_environment
from bot.errors import SettingsError
from bot.locales import read_currency, read_locale, read_time_zone
from bot.slack_keys import SLACK_API, half_set_up, read_api_url, read_app_token, read_bot_token, read_signing_secret
from bot.teams_keys import half_set_up as teams_half_set_up
from bot.teams_keys import read_day, read_tenants

if TYPE_CHECKING:
    from collections.abc import Mapping

DATABASE_FILE = "tuppence.db"
DEFAULT_LOCALE = "en_US"
DEFAULT_TIME_ZONE = "UTC"
DEFAULT_CURRENCY = "USD"
DEFAULT_OLLAMA = "http://127.0.0.1:11434"
MAX_USER_CHARACTERS = 255

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*(?::[A-Za-z0-9._-]+)?")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


def _read_home(text: str) -> Path:
    try:
        path = Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError("“~” stands for nothing, as this user has no home folder; write the whole path") from None
    if path.is_file():
        raise ValueError(f"{path} is a file; name a folder")
    return path


def _read_database_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if scheme in ("sqlite", "sqlite+aiosqlite"):
        if not rest.startswith("/") or rest.strip("/") in ("", ":memory:"):
            raise ValueError("it names no file; write sqlite:///folder/tuppence.db")
        return f"sqlite+aiosqlite:///{Path(rest[1:]).expanduser().absolute()}"
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not separator:
        raise ValueError(
            "only SQLite and PostgreSQL are known; write sqlite:///PATH or postgresql://USER@HOST/DATABASE"
        )
    from urllib.parse import parse_qs, urlsplit

    try:
        parts = urlsplit(f"postgresql://{rest}")
        has_host = bool(parts.hostname or "host" in parse_qs(parts.query))
        _ = parts.port
    except ValueError:
        raise ValueError("its host or port is malformed; write postgresql://USER@HOST:5432/DATABASE") from None
    if not has_host or not parts.path.strip("/"):
        raise ValueError("it lacks the host or the database; write postgresql://USER@HOST:5432/DATABASE")
    return f"postgresql+psycopg://{rest}"


def read_model(text: str) -> str:
    """A model's name as Ollama writes it. Raises ValueError with the fix."""
    if not _MODEL.fullmatch(text):
        raise ValueError(f"“{text[:50]}” is no model name; write one like qwen3:4b")
    return text


def read_user(text: str) -> str:
    """A user's name as it may be kept. Raises ValueError with the fix."""
    if len(text) > MAX_USER_CHARACTERS or not text.isprintable():
        raise ValueError(f"a user's name has at most {MAX_USER_CHARACTERS} printable characters; shorten it")
    return text


def _read_encryption_keys(text: str) -> str:
    read_keys(text)
    return text


def _read_milliseconds(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", str(text)) or not int(text):
        raise ValueError("it is no whole number of milliseconds up to 999999; write one like 8000")
    return int(text)


def _read_switch(text: str) -> bool:
    switch = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(str(text).lower())
    if switch is None:
        raise ValueError("it is neither true nor false; write one of them")
    return switch


def _read_hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip().lower() for host in text.split(",") if host.strip())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ValueError(f"“{host[:50]}” is no host name; write one like tuppence.example.com, without a port")
    return hosts


def _read_issuer(text: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(text)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError("it must begin with https://; copy the issuer from your provider's page")
    return text.rstrip("/")


class Settings(BaseModel):
    """One frozen value for each setting. Secrets don't show in its `repr`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Annotated[Path, BeforeValidator(_read_home)] = Field(
        alias="TUPPENCE_HOME",
        description="The folder for everything Tuppence keeps.",
        json_schema_extra={"default": "the system's folder for user data, e.g. ~/.local/share/tuppence"},
    )
    database_url: Annotated[SecretStr, BeforeValidator(_read_database_url)] = Field(
        alias="TUPPENCE_DATABASE_URL",
        description="The database: a SQLite file for one machine, or PostgreSQL for several.",
        json_schema_extra={
            "default": f"a SQLite file {DATABASE_FILE} in TUPPENCE_HOME",
            "example": "postgresql://tuppence@localhost:5432/tuppence",
        },
    )
    encryption_keys: Annotated[SecretStr, BeforeValidator(_read_encryption_keys)] | None = Field(
        None,
        alias="TUPPENCE_ENCRYPTION_KEYS",
        description="The keys that client data is encrypted with, id:base64 with commas between; the first encrypts.",
        json_schema_extra={
            "default": "a file keys in TUPPENCE_HOME, made at the first start",
            "example": "k1:your-key",
        },
    )
    model: Annotated[str, AfterValidator(read_model)] = Field(
        "tuppence",
        alias="TUPPENCE_MODEL",
        description="The language model: the built-in one, or the name of any model Ollama has.",
        json_schema_extra={"example": "qwen3:4b"},
    )
    model_backend: Literal["auto", "ollama", "embedded"] = Field(
        "auto",
        alias="TUPPENCE_MODEL_BACKEND",
        description="What runs the model: Ollama, the built-in engine, or Ollama if it answers and has the model.",
        json_schema_extra={"example": "embedded"},
    )
    latency_budget_ms: Annotated[int, BeforeValidator(_read_milliseconds)] = Field(
        8000,
        alias="TUPPENCE_LATENCY_BUDGET_MS",
        description="How long 95 of 100 decisions of an approved model may take, in milliseconds, for it to answer.",
        json_schema_extra={"example": "3000"},
    )
    market_data: Literal["auto", "yahoo", "snapshot"] = Field(
        "auto",
        alias="TUPPENCE_MARKET_DATA",
        description="Where prices come from: Yahoo Finance, the bundled history, or Yahoo if it can be reached.",
        json_schema_extra={"example": "snapshot"},
    )
    locale: Annotated[str, AfterValidator(read_locale)] = Field(
        DEFAULT_LOCALE,
        alias="TUPPENCE_LOCALE",
        description="How numbers, money and dates are written.",
        json_schema_extra={"example": "de_DE"},
    )
    time_zone: Annotated[str, AfterValidator(read_time_zone)] = Field(
        DEFAULT_TIME_ZONE,
        alias="TUPPENCE_TIME_ZONE",
        description="The zone in which times are shown, by its IANA name.",
        json_schema_extra={"example": "Europe/Berlin"},
    )
    base_currency: Annotated[str, AfterValidator(read_currency)] = Field(
        DEFAULT_CURRENCY,
        alias="TUPPENCE_BASE_CURRENCY",
        description="The currency in which a new portfolio is valued, by its ISO code.",
        json_schema_extra={"example": "EUR"},
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        alias="TUPPENCE_LOG_FORMAT",
        description="How the log is written: lines of text, or a JSON object a line.",
        json_schema_extra={"example": "json"},
    )
    user: Annotated[str, AfterValidator(read_user)] = Field(
        alias="TUPPENCE_USER",
        description="Who asks in the terminal.",
        json_schema_extra={"default": "the terminal user's name", "example": "ada"},
    )
    allow_remote_model: Annotated[bool, BeforeValidator(_read_switch)] = Field(
        default=False,
        alias="TUPPENCE_ALLOW_REMOTE_MODEL",
        description="Whether questions may be sent to an Ollama on another machine.",
        json_schema_extra={"example": "true"},
    )
    ollama_host: str = Field(
        DEFAULT_OLLAMA,
        alias="OLLAMA_HOST",
        description="Where Ollama listens. Another machine needs TUPPENCE_ALLOW_REMOTE_MODEL=true.",
        json_schema_extra={"example": "127.0.0.1:11434"},
    )
    slack_bot_token: Annotated[SecretStr, BeforeValidator(read_bot_token)] | None = Field(
        None,
        alias="SLACK_BOT_TOKEN",
        description="Slack's bot token, for one workspace; with one of the next two it switches Slack on.",
        json_schema_extra={"example": "xoxb-your-token"},
    )
    slack_app_token: Annotated[SecretStr, BeforeValidator(read_app_token)] | None = Field(
        None,
        alias="SLACK_APP_TOKEN",
        description="Slack's app-level token, for Socket Mode: no address that Slack can reach is needed.",
        json_schema_extra={"example": "xapp-your-token"},
    )
    slack_signing_secret: Annotated[SecretStr, BeforeValidator(read_signing_secret)] | None = Field(
        None,
        alias="SLACK_SIGNING_SECRET",
        description="Slack's signing secret, for events over HTTP at /slack/events.",
        json_schema_extra={"example": "your-signing-secret"},
    )
    slack_client_id: str | None = Field(
        None,
        alias="SLACK_CLIENT_ID",
        description="The client id of the Slack app, to install it in several workspaces at /slack/install.",
        json_schema_extra={"example": "your-client-id"},
    )
    slack_client_secret: SecretStr | None = Field(
        None,
        alias="SLACK_CLIENT_SECRET",
        description="The client secret of the Slack app, to install it in several workspaces.",
        json_schema_extra={"example": "your-client-secret"},
    )
    slack_api_url: Annotated[str, BeforeValidator(read_api_url)] = Field(
        SLACK_API,
        alias="SLACK_API_URL",
        description="Where Slack's Web API is; Socket Mode is reached through it, too.",
        json_schema_extra={"example": "http://127.0.0.1:8900/api/"},
    )

    teams_client_id: str | None = Field(
        None,
        alias="CLIENT_ID",
        description="The app id of the bot in Microsoft Teams; with the next two it switches Teams on.",
        json_schema_extra={"example": "your-app-id"},
    )
    teams_client_secret: SecretStr | None = Field(
        None,
        alias="CLIENT_SECRET",
        description="The client secret of the bot in Microsoft Teams.",
        json_schema_extra={"example": "your-client-secret"},
    )
    teams_tenant_id: str | None = Field(
        None,
        alias="TENANT_ID",
        description="The Microsoft 365 tenant in which the bot is registered.",
        json_schema_extra={"example": "your-tenant-id"},
    )
    teams_allowed_tenants: Annotated[tuple[str, ...], BeforeValidator(read_tenants)] = Field(
        (),
        alias="TEAMS_ALLOWED_TENANTS",
        description="The Microsoft 365 tenants whose people are answered, with commas between.",
        json_schema_extra={"default": "TENANT_ID alone", "example": "72f988bf-86f1-41af-91ab-2d7cd011db47"},
    )
    teams_secret_expires: Annotated[date, BeforeValidator(read_day)] | None = Field(
        None,
        alias="TEAMS_SECRET_EXPIRES",
        description="The day on which CLIENT_SECRET ends; `tuppence doctor` warns 30 days before.",
        json_schema_extra={"example": "2027-05-31"},
    )
    teams_allow_unauthenticated: Annotated[bool, BeforeValidator(_read_switch)] = Field(
        default=False,
        alias="TEAMS_ALLOW_UNAUTHENTICATED",
        description="Whether Teams may be played on this machine alone, without credentials and without any check.",
        json_schema_extra={"example": "true"},
    )

    admin_hosts: Annotated[tuple[str, ...], BeforeValidator(_read_hosts)] = Field(
        (),
        alias="TUPPENCE_ADMIN_HOSTS",
        description="Host names, besides this machine's own, under which the admin pages may be opened.",
        json_schema_extra={"default": "none", "example": "tuppence.example.com"},
    )
    oidc_issuer: Annotated[str, AfterValidator(_read_issuer)] | None = Field(
        None,
        alias="TUPPENCE_OIDC_ISSUER",
        description="An OpenID Connect provider by which admins may sign in.",
        json_schema_extra={"example": "https://login.example.com"},
    )
    oidc_client_id: str | None = Field(
        None,
        alias="TUPPENCE_OIDC_CLIENT_ID",
        description="The id that the provider gave to the admin pages.",
        json_schema_extra={"example": "tuppence"},
    )
    oidc_client_secret: SecretStr | None = Field(
        None,
        alias="TUPPENCE_OIDC_CLIENT_SECRET",
        description="The secret that the provider gave to the admin pages.",
        json_schema_extra={"example": "the-client-secret"},
    )

    @property
    def has_slack(self) -> bool:
        """Whether Slack is switched on."""
        return self.slack_bot_token is not None or self.slack_client_id is not None

    @property
    def has_teams(self) -> bool:
        """Whether Microsoft Teams is switched on."""
        return self.teams_allow_unauthenticated or None not in (
            self.teams_client_id,
            self.teams_client_secret,
            self.teams_tenant_id,
        )

    @property
    def names_a_model(self) -> bool:
        """Whether somebody set which model answers; the portfolio then has no say."""
        return not self.model_fields_set.isdisjoint({"model", "model_backend"})

    @field_validator("ollama_host", mode="after")
    @classmethod
    def _read_ollama_host(cls, text: str, info: ValidationInfo) -> str:
        address, name = read_host(text)
        if is_unspecified(name):
            raise ValueError(f"{name} means every network of this machine; write 127.0.0.1:11434, here and for Ollama")
        if not is_loopback(name) and not info.data.get("allow_remote_model", False):
            raise ValueError(
                f"{name} is another machine, and questions about your money would be sent there; "
                "write 127.0.0.1:11434, or set TUPPENCE_ALLOW_REMOTE_MODEL=true if you trust it"
            )
        return address


KEYS = tuple(str(field.alias) for field in Settings.model_fields.values())


def load_settings(environ: Mapping[str, str] | None = None, dotenv_path: Path | None = Path(".env")) -> Settings:
    """The settings of the environment and of the file `dotenv_path`, if it is there.

    Raises `SettingsError` with every problem at once; none holds a secret's value.
    """
    environ = os.environ if environ is None else environ
    values, problems = read_environment(environ, dotenv_path, KEYS)
    values.setdefault("TUPPENCE_HOME", str(_default_home(environ)))
    values.setdefault("TUPPENCE_USER", _default_user(environ))
    if "TUPPENCE_DATABASE_URL" not in values:
        folder = os.path.abspath(os.path.expanduser(values["TUPPENCE_HOME"]))  # noqa: PTH100, PTH111 (never raises)
        values["TUPPENCE_DATABASE_URL"] = f"sqlite:///{folder}/{DATABASE_FILE}"
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [f"{detail['loc'][0]}: {_reason(detail)}" for detail in error.errors(include_url=False)]
    # What is missing shows once what is there is right.
    if problems := problems or half_set_up(values) + teams_half_set_up(values):
        raise SettingsError(problems)
    return settings


def _reason(detail: Any) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        return f"it must be {context['expected'].replace(chr(39), '')}; write one of them"
    return str(context.get("error", detail["msg"]))


def _default_home(environ: Mapping[str, str]) -> Path:
    """The system's folder for user data; without a home folder, one where the program was started."""
    try:
        home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError:
        return Path.cwd() / ".tuppence"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Tuppence"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Tuppence"
    shared = environ.get("XDG_DATA_HOME", "")
    return (Path(shared) if shared.startswith("/") else home / ".local" / "share") / "tuppence"


def _default_user(environ: Mapping[str, str]) -> str:
    """The terminal user's name, found as `getpass.getuser` does, or "local" where there is none."""
    for key in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        name = environ.get(key, "").strip()
        if name:
            return name
    if sys.platform != "win32":
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            pass
    return "local"
