"""What becomes of what is sent to Teams: back-off (B5), refusals, the sign-in (B10), and where no token ever goes (B2)."""

from __future__ import annotations

import logging
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.teams.api import LONGEST_BACK_OFF, TeamsApi, back_off, seconds_to_wait
from bot.surfaces.teams.failures import TeamsRefused
from bot.surfaces.teams.tokens import PAUSE, BotToken
from tests.fakes.teams_payloads import APP, PERSONAL, SECRET, TENANT
from tests.fakes.teams_server import STOP, TOO_LONG, Fault, TeamsServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HELLO = {"type": "message", "text": "hello"}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(teams: TeamsServer, clock: Clock) -> AsyncIterator[TeamsApi]:
    token = BotToken(teams.cloud, APP, SecretStr(SECRET), TENANT, clock)
    async with aclosing(TeamsApi(teams.cloud, APP, token)) as api:
        yield api


@pytest.fixture
def where(teams: TeamsServer) -> dict[str, Any]:
    return {"service_url": teams.service_url, "conversation": PERSONAL}


async def test_a_message_is_posted_changed_and_deleted_with_one_token(
    teams: TeamsServer, api: TeamsApi, where: dict[str, Any]
) -> None:
    name = await api.send(where, HELLO)
    await api.update(where, name, {**HELLO, "text": "bye"})
    assert teams.shown(name).history == ["hello", "bye"]
    await api.delete(where, name)
    assert (teams.messages, teams.tokens) == ([], 1)


async def test_a_token_is_replaced_before_its_end_and_when_it_is_refused(
    teams: TeamsServer, api: TeamsApi, clock: Clock, where: dict[str, Any]
) -> None:
    await api.send(where, HELLO)
    clock.now += 3599 - 301
    await api.send(where, HELLO)
    assert teams.tokens == 1
    clock.now += 2
    await api.send(where, HELLO)
    assert teams.tokens == 2
    teams.faults["create"].append(Fault(401))
    with pytest.raises(PostFailed) as failed:
        await api.send(where, HELLO)
    assert failed.value.retry_after == timedelta(seconds=1)
    await api.send(where, HELLO)
    assert (teams.tokens, api.problem) == (3, "")


@pytest.mark.parametrize("status", [408, 412, 429, 500, 502, 503, 504])
async def test_b5_what_microsoft_asks_to_try_again_is_tried_later(
    teams: TeamsServer, api: TeamsApi, where: dict[str, Any], status: int
) -> None:
    teams.faults["create"] += [Fault(status, headers={"Retry-After": "30"}), Fault(status, "<html>")]
    with pytest.raises(PostFailed) as failed:
        await api.send(where, HELLO)
    assert failed.value.retry_after == timedelta(seconds=30)
    with pytest.raises(PostFailed) as failed:
        await api.send(where, HELLO)
    assert failed.value.retry_after
    assert failed.value.retry_after.total_seconds() <= 4
    assert teams.kinds().count("create") == 2  # once for each: what is tried again, the outbox decides


def test_b5_the_back_off_doubles_with_jitter_up_to_a_minute() -> None:
    assert [back_off(failures, 0.0) for failures in (1, 2, 3, 6, 50)] == [1, 2, 4, 30, LONGEST_BACK_OFF / 2]
    assert back_off(3, 0.999) < 8
    assert seconds_to_wait("abc", 1, 0.0) == seconds_to_wait(None, 1, 0.0) == seconds_to_wait("-5", 1, 0.0) == 1.0
    assert seconds_to_wait("inf", 1, 0.0) == 1.0
    assert seconds_to_wait("99999", 1, 0.0) == 600


@pytest.mark.parametrize(
    "fault", [Fault(drop=True), Fault(200, "no json at all"), Fault(200, "[]"), Fault(200, "null")]
)
async def test_a10_lost_and_odd_answers_are_failures_to_try_again(
    teams: TeamsServer, api: TeamsApi, where: dict[str, Any], fault: Fault
) -> None:
    name = await api.send(where, HELLO)
    teams.faults["update"].append(fault)
    with pytest.raises(PostFailed):
        await api.update(where, name, HELLO)


@pytest.mark.parametrize(("fault", "expected"), [
    (Fault(403, {"error": {"code": "BotNotInConversationRoster", "message": "x"}}), {"is_gone"}),
    (Fault(404, {"error": {"code": "ConversationNotFound"}}), {"is_gone"}),
    (Fault(403, "<html>"), {"is_gone"}),
    (Fault(413, ""), {"is_of_form"}),
    (Fault(400, {"error": "odd"}), {"is_of_form"}),
    (Fault(403, STOP), {"is_of_stream", "is_stopped"}),
    (Fault(403, TOO_LONG), {"is_of_stream"}),
])  # fmt: skip
async def test_refusals_are_told_apart(
    teams: TeamsServer, api: TeamsApi, where: dict[str, Any], fault: Fault, expected: set[str]
) -> None:
    teams.faults["create"].append(fault)
    with pytest.raises(TeamsRefused) as refused:
        await api.send(where, HELLO)
    names = ("is_gone", "is_of_form", "is_of_stream", "is_stopped")
    assert {name for name in names if getattr(refused.value, name)} == expected


async def test_b2_nothing_is_sent_to_another_host_not_even_a_token_fetched(teams: TeamsServer, api: TeamsApi) -> None:
    for url in ("http://localhost:1/teams", "https://smba.trafficmanager.net.evil.example/", "http://127.0.0.2:9/", ""):
        where = {"service_url": url, "conversation": PERSONAL}
        for call in (api.send(where, HELLO), api.update(where, "1", HELLO), api.member(where, "x"), api.typing(where)):
            with pytest.raises(PostRefused, match="Microsoft"):
                await call
    assert teams.calls == []


@pytest.mark.parametrize(("code", "told"), [
    ("AADSTS7000222", "CLIENT_SECRET has expired"), ("AADSTS7000215", "CLIENT_SECRET is wrong"),
    ("AADSTS700016", "CLIENT_ID is not known"), ("AADSTS90002", "TENANT_ID is not known"), ("odd", "check CLIENT_ID"),
])  # fmt: skip
async def test_b10_a_refused_secret_is_told_once_with_the_fix_and_not_tried_all_the_time(
    teams: TeamsServer,
    api: TeamsApi,
    clock: Clock,
    where: dict[str, Any],
    code: str,
    told: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    teams.token_error = {
        "error": "invalid_client",
        "error_description": f"{code}: The secret keys are no good. {SECRET}",
    }
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            with pytest.raises(PostFailed) as failed:
                await api.send(where, HELLO)
        clock.now += PAUSE
        with pytest.raises(PostFailed):
            await api.send(where, HELLO)
    assert told in api.problem
    assert failed.value.retry_after == timedelta(seconds=PAUSE)
    assert teams.kinds().count("token") == 2
    assert len(caplog.records) == 1
    assert SECRET not in caplog.text
    teams.token_error = None
    clock.now += PAUSE
    await api.send(where, HELLO)
    assert api.problem == ""


async def test_the_sign_in_being_away_is_tried_again_and_no_fault_of_the_secret(
    teams: TeamsServer, clock: Clock, where: dict[str, Any]
) -> None:
    away = replace(teams.cloud, login_url="http://127.0.0.1:9")
    token = BotToken(away, APP, SecretStr(SECRET), TENANT, clock)
    async with aclosing(TeamsApi(teams.cloud, APP, token)) as api:
        with pytest.raises(PostFailed):
            await api.send(where, HELLO)
        assert api.problem == ""
