"""Settings are right or refused at once, each with its key, the reason and the fix; secrets never show."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.environment import malformed
from bot.errors import SettingsError
from bot.settings import KEYS, Settings, load_settings
from bot.settings_docs import ROOT, render_env_example, render_settings_page

BOT_TOKEN = "xoxb-12345678901-abcdefABCDEF"
APP_TOKEN = "xapp-1-A0123456789-abcdef"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"


def problems(environ: dict[str, str], dotenv: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, dotenv)
    assert caught.value.exit_code == 78
    return caught.value.problems


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_nothing_is_required() -> None:
    settings = load_settings({"HOME": "/home/ada", "USER": "ada"}, None)
    assert settings.home.name.lower() == "tuppence"
    assert settings.home.is_relative_to("/home/ada")
    assert settings.database_url.get_secret_value() == f"sqlite+aiosqlite:///{settings.home}/tuppence.db"
    assert (settings.user, settings.model, settings.model_backend) == ("ada", "tuppence", "auto")
    assert (settings.locale, settings.time_zone, settings.base_currency) == ("en_US", "UTC", "USD")
    assert (settings.ollama_host, settings.latency_budget_ms) == ("http://127.0.0.1:11434", 8000)
    assert settings.slack_bot_token is None


def test_whether_somebody_set_the_model_is_known() -> None:
    assert not load_settings({"TUPPENCE_LATENCY_BUDGET_MS": "3000"}, None).names_a_model
    for key, value in (("TUPPENCE_MODEL", "tuppence"), ("TUPPENCE_MODEL_BACKEND", "auto")):
        assert load_settings({key: value}, None).names_a_model


def test_there_need_be_no_home_and_no_user_name() -> None:
    settings = load_settings({}, None)
    assert settings.home.is_absolute()
    assert settings.user


def test_settings_can_not_be_changed() -> None:
    settings = load_settings({}, None)
    with pytest.raises(ValidationError):
        settings.model = "other"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:////data/t.db", "sqlite+aiosqlite:////data/t.db"),
        ("sqlite+aiosqlite:////data/with space?#%.db", "sqlite+aiosqlite:////data/with space?#%.db"),
        ("postgresql://ada:pw@db:5433/money", "postgresql+psycopg://ada:pw@db:5433/money"),
        ("postgres://ada@db/money", "postgresql+psycopg://ada@db/money"),
        ("postgresql+psycopg://ada@/money?host=/run/pg", "postgresql+psycopg://ada@/money?host=/run/pg"),
    ],
)
def test_database_addresses(given: str, used: str) -> None:
    assert load_settings({"TUPPENCE_DATABASE_URL": given}, None).database_url.get_secret_value() == used


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("127.0.0.1:9999", "http://127.0.0.1:9999"),
        (":9999", "http://127.0.0.1:9999"),
        ("localhost", "http://localhost:11434"),
        ("http://localhost:11434/", "http://localhost:11434"),
        ("http://localhost", "http://localhost:80"),
        ("https://localhost", "https://localhost:443"),
        ("[::1]:11434", "http://[::1]:11434"),
        ("127.1.2.3", "http://127.1.2.3:11434"),
    ],
)
def test_ollama_addresses(given: str, used: str) -> None:
    assert load_settings({"OLLAMA_HOST": given}, None).ollama_host == used


def test_another_machine_needs_leave() -> None:
    (problem,) = problems({"OLLAMA_HOST": "http://192.168.1.5:11434"})
    assert "TUPPENCE_ALLOW_REMOTE_MODEL=true" in problem
    allowed = {"OLLAMA_HOST": "http://192.168.1.5:11434", "TUPPENCE_ALLOW_REMOTE_MODEL": "true"}
    assert load_settings(allowed, None).ollama_host == "http://192.168.1.5:11434"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("TUPPENCE_MODEL_BACKEND", "olama", "auto, ollama or embedded"),
        ("TUPPENCE_MARKET_DATA", "bloomberg", "auto, yahoo or snapshot"),
        ("TUPPENCE_MODEL", "no model!", "qwen3:4b"),
        ("TUPPENCE_LATENCY_BUDGET_MS", "8s", "whole number of milliseconds"),
        ("TUPPENCE_LATENCY_BUDGET_MS", "0", "8000"),
        ("TUPPENCE_LATENCY_BUDGET_MS", "-1", "8000"),
        ("TUPPENCE_LATENCY_BUDGET_MS", "1000000", "999999"),
        ("TUPPENCE_LOCALE", "klingon", "en_US"),
        ("TUPPENCE_TIME_ZONE", "Mars/Base", "Europe/Berlin"),
        ("TUPPENCE_TIME_ZONE", "../../etc/passwd", "Europe/Berlin"),
        ("TUPPENCE_BASE_CURRENCY", "dollars", "USD"),
        ("TUPPENCE_USER", "a" * 256, "255"),
        ("TUPPENCE_ALLOW_REMOTE_MODEL", "maybe", "true"),
        ("TUPPENCE_DATABASE_URL", "mysql://u:p@h/d", "PostgreSQL"),
        ("TUPPENCE_DATABASE_URL", "sqlite://", "names no file"),
        ("TUPPENCE_DATABASE_URL", "sqlite:///:memory:", "names no file"),
        ("TUPPENCE_DATABASE_URL", "postgresql://host", "lacks"),
        ("TUPPENCE_DATABASE_URL", "postgresql://h:port/d", "malformed"),
        ("TUPPENCE_DATABASE_URL", "tuppence.db", "sqlite:///"),
        ("OLLAMA_HOST", "http://localhost:99999", "no address"),
        ("OLLAMA_HOST", "ftp://localhost", "http"),
        ("OLLAMA_HOST", "0.0.0.0", "every network"),
        ("OLLAMA_HOST", "http://user:pw@localhost", "plain http"),
        ("OLLAMA_HOST", "localhost.evil.example", "another machine"),
        ("OLLAMA_HOST", "2130706433", "another machine"),
        ("SLACK_BOT_TOKEN", APP_TOKEN, "SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", BOT_TOKEN, "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxp-12345678901-abcdef", "xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-short", "too short"),
        ("SLACK_BOT_TOKEN", "xoxb-your-token", "placeholder"),
        ("SLACK_BOT_TOKEN", f"{BOT_TOKEN}\n", "line break"),
        ("SLACK_BOT_TOKEN", f"{BOT_TOKEN}\n{BOT_TOKEN}", "line break"),
        ("SLACK_BOT_TOKEN", f'"{BOT_TOKEN}"', "quotes"),
        ("SLACK_BOT_TOKEN", "", "empty"),
        ("SLACK_SIGNING_SECRET", "tooshort", "32 hexadecimal"),
        ("SLACK_SIGNING_SECRET", BOT_TOKEN, "token"),
        ("SLACK_API_URL", "slack.com/api", "no address"),
        ("SLACK_API_URL", "http://slack.example.com/api", "in the clear"),
        ("TUPPENCE_MODEL", "changeme", "placeholder"),
        ("TUPPENCE_HOME", "<your folder>", "placeholder"),
        ("TUPPENCE_DATABASE_URL", "postgresql://user:your-password@host/db", "placeholder"),
    ],
)
def test_a_wrong_value_is_named_with_reason_and_fix(key: str, value: str, words: str) -> None:
    (problem,) = problems({key: value})
    assert problem.startswith(f"{key}: ")
    assert words in problem
    assert ";" in problem


@pytest.mark.parametrize(
    ("environ", "key", "words"),
    [
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET for HTTP"),
        ({"SLACK_APP_TOKEN": APP_TOKEN}, "SLACK_BOT_TOKEN", "remove SLACK_APP_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "0" * 32}, "SLACK_BOT_TOKEN", "remove SLACK_SIGNING_SECRET"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET", "remove SLACK_CLIENT_ID"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_APP_TOKEN": APP_TOKEN}, "SLACK_CLIENT_SECRET", "add it"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cr3t"}, "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"),
    ],
)
def test_half_a_slack_set_up_is_refused_with_the_missing_key(environ: dict[str, str], key: str, words: str) -> None:
    (problem,) = problems(environ)
    assert problem.startswith(f"{key}: it is missing")
    assert words in problem


def test_slack_is_on_with_a_bot_token_and_one_of_the_other_two() -> None:
    assert not load_settings({}, None).has_slack
    for more in ({"SLACK_APP_TOKEN": APP_TOKEN}, {"SLACK_SIGNING_SECRET": "0" * 32}):
        settings = load_settings({"SLACK_BOT_TOKEN": BOT_TOKEN, **more}, None)
        assert settings.has_slack
        assert settings.slack_api_url == "https://slack.com/api/"


def test_slack_is_on_with_a_client_and_a_way_in_and_no_bot_token() -> None:
    for more in ({"SLACK_APP_TOKEN": APP_TOKEN}, {"SLACK_SIGNING_SECRET": "0" * 32}):
        settings = load_settings({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cr3t", **more}, None)
        assert settings.has_slack
        assert settings.slack_bot_token is None


@pytest.mark.parametrize("address", ["http://127.0.0.1:8900/api", "http://emulator:8900/api", "http://10.0.0.7/api/"])
def test_slacks_address_may_be_a_near_machine(address: str) -> None:
    assert load_settings({"SLACK_API_URL": address}, None).slack_api_url == f"{address.rstrip('/')}/"


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (problem,) = problems({"TUPPENCE_HOME": str(tmp_path / "file")})
    assert "name a folder" in problem


def test_all_problems_are_told_at_once_and_fast() -> None:
    environ = {"TUPPENCE_HOM": "x", "TUPPENCE_MODEL_BACKEND": "x", "OLLAMA_HOST": "", "SLACK_BOT_TOKEN": "xoxb-1"}
    before = time.process_time()
    assert len(problems(environ)) == 4
    assert time.process_time() - before < 0.2


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("TUPPENCE_HOM", "TUPPENCE_HOME"),
        ("TUPPENCE_TIMEZONE", "TUPPENCE_TIME_ZONE"),
        ("tuppence_model", "TUPPENCE_MODEL"),
        ("TUPPENCE_CURRENCY", "TUPPENCE_BASE_CURRENCY"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest(key: str, nearest: str, dotenv: Path) -> None:
    assert nearest in problems({key: "x"})[0]
    dotenv.write_text(f"\n{key}=x\n")
    (problem,) = problems({}, dotenv)
    assert problem.startswith(".env line 2: ")
    assert nearest in problem


def test_secrets_never_show() -> None:
    secret = "s3cr3t-0123456789"
    settings = load_settings(
        {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "TUPPENCE_DATABASE_URL": f"postgresql://ada:{secret}@h/d",
        },
        None,
    )
    assert BOT_TOKEN not in repr(settings) + str(settings)
    assert secret not in repr(settings) + str(settings)
    for environ in (
        {"SLACK_BOT_TOKEN": secret, "SLACK_APP_TOKEN": f"'{secret}'", "SLACK_SIGNING_SECRET": f"{secret}\n"},
        {"TUPPENCE_DATABASE_URL": f"mysql://ada:{secret}@h/d"},
        {"TUPPENCE_DATABASE_URL": f"postgresql://ada:{secret}@h:x/d"},
        {"OLLAMA_HOST": f"http://ada:{secret}@localhost"},
    ):
        with pytest.raises(SettingsError) as caught:
            load_settings(environ, None)
        assert secret not in str(caught.value) + repr(caught.value)


# --- the file -------------------------------------------------------------------------------------------------------


def test_the_environment_wins_over_the_file(dotenv: Path) -> None:
    dotenv.write_text('\ufeff# ours\nexport TUPPENCE_USER="ada"  # who\nTUPPENCE_MODEL=qwen3:4b\nPOSTGRES_PASSWORD=x\n')
    settings = load_settings({"TUPPENCE_MODEL": "granite4"}, dotenv)
    assert (settings.user, settings.model) == ("ada", "granite4")


def test_no_file_is_no_problem(dotenv: Path) -> None:
    load_settings({}, dotenv)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"TUPPENCE_USER=ada\nnonsense\n", ".env line 2: it can't be understood"),
        (b"\n\n# x\nTUPPENCE_USER='ada\n", ".env line 4: it can't be understood"),
        (b"TUPPENCE_USER\n", ".env line 1: it can't be understood"),
        (b"TUPPENCE_USER=ada\n\nTUPPENCE_USER=ben\n", ".env line 3: TUPPENCE_USER was set before, on line 1"),
        (b"SLACK_BOT_TOKN=x\n", "did you mean SLACK_BOT_TOKEN"),
        (b"OLLAMA_HOSTS=x\n", "did you mean OLLAMA_HOST"),
        (b"TUPPENCE_USER=\xff\n", "not text in UTF-8"),
        (b"#" * 100_001, "larger than"),
        (b"SLACK_BOT_TOKEN=xoxb-your-token\n", "SLACK_BOT_TOKEN: it is still the placeholder"),
    ],
)
def test_a_malformed_file_is_told_with_the_line(dotenv: Path, content: bytes, problem: str) -> None:
    dotenv.write_bytes(content)
    assert problem in problems({}, dotenv)[0]


def test_a_file_that_is_a_folder_is_told(dotenv: Path) -> None:
    dotenv.mkdir()
    assert "can't be read" in problems({}, dotenv)[0]


@pytest.mark.parametrize(
    "value", ["your-token", "xoxb-your-token", "CHANGE_ME", "<token>", "xxx", "...", "todo", "xapp-xxx"]
)
def test_placeholders(value: str) -> None:
    assert "placeholder" in (malformed(value) or "")


@pytest.mark.parametrize("value", ["ada", "yourself", "qwen3:4b", "youri", "/home/change/x", BOT_TOKEN])
def test_no_placeholders(value: str) -> None:
    assert malformed(value) is None


# --- what is generated ----------------------------------------------------------------------------------------------


def test_the_generated_files_are_up_to_date() -> None:
    hint = "run: python -m bot.settings_docs"
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == render_env_example(), hint
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == render_settings_page(), hint


def test_the_example_file_works_as_it_is_and_every_example_is_valid(dotenv: Path) -> None:
    text = render_env_example()
    dotenv.write_text(text)
    load_settings({}, dotenv)
    lines = [
        line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ") and line[2:].startswith(KEYS)
    ]
    assert [line.partition("=")[0] for line in lines] == list(KEYS)
    dotenv.write_text("\n".join(line for line in lines if "your-" not in line))
    load_settings({}, dotenv)


def test_every_setting_is_explained() -> None:
    assert all(field.description and field.alias for field in Settings.model_fields.values())
