"""A question that its asker stops in Teams, by the button of its line or in words: the model is free at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.records import inbox
from bot.records.opening import open_records
from bot.surfaces.slack.stopping import NOTHING_STOPPED, STOPPED
from bot.surfaces.teams.events import read_activity
from tests.bot.surfaces.teams.served import allow, letters, rows, serving, settled, writing_settings
from tests.fakes.ollama_server import FakeOllama, Hang, Say
from tests.fakes.teams_payloads import CHANNEL, GROUP, PERSONAL, elsewhere, mention, message
from tests.fakes.waiting import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings
    from tests.bot.surfaces.teams.served import Client
    from tests.fakes.teams_server import TeamsServer

GRACE: dict[str, Any] = {"id": "29:1grace", "name": "Grace", "aadObjectId": "abababab-3434-4565-8787-909090909090"}
BY_GRACE: dict[str, Any] = {"from": GRACE}


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
def settings(teams_keys: dict[str, str], ollama: FakeOllama, sqlite_url: str, tmp_path: Path) -> Settings:
    """A model that writes for as long as a test likes."""
    return writing_settings(teams_keys, sqlite_url, tmp_path / "home", ollama.address)


async def asked(client: Client, ollama: FakeOllama, *, group: bool = False) -> dict[str, Any]:
    """Ada asks where others are, and the model is at it."""
    await allow(client.settings, GROUP if group else CHANNEL, "group" if group else "public")
    ollama.then(Say("Apple "), Hang())
    body = mention("tell me of Apple", client.teams.service_url, group=group)
    assert (await client.deliver(body)).status_code == 200
    await ollama.hanging.wait()
    await until(lambda: bool(client.teams.messages))
    return body


@pytest.mark.parametrize("group", [True, False])
async def test_c22_the_button_of_the_line_ends_the_question_for_its_asker_alone(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama, group: bool
) -> None:
    async with serving(settings, teams) as client:
        body = await asked(client, ollama, group=group)
        (shown,) = teams.messages
        assert "Reading your question…" in letters(shown.card)
        assert shown.text == ""  # Teams names no id of a message with text and a card
        chat = elsewhere({}, group=group, thread=body["id"])
        assert (await client.press(shown, "Stop", **chat, **BY_GRACE))["value"] == NOTHING_STOPPED
        assert not ollama.abandoned.is_set()
        assert (await client.press(shown, "Stop", **chat))["value"] == STOPPED
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        await until(lambda: shown.text == "Stopped.")
        assert shown.card == {}
        pressed = {"action": {"verb": "stop", "data": {"of": next(iter(await rows(settings)))}}}
        late = await client.invoke("adaptiveCard/action", pressed, replyToId=shown.id, **chat)
        assert late["value"] == NOTHING_STOPPED
        assert await settled(settings) == ["cancelled"]
    assert len(teams.messages) == 1


async def test_a_press_stops_its_own_question_and_no_other_of_the_same_person(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    async with serving(settings, teams) as client:
        body = await asked(client, ollama)
        ollama.then(Say("I am here again."))
        await client.deliver(elsewhere(message("and now?", teams.service_url), thread=body["id"]))
        await client.press(teams.messages[0], "Stop", **elsewhere({}, thread=body["id"]))
        assert await settled(settings) == ["cancelled", "done"]
    assert len(teams.said) == 2


@pytest.mark.parametrize("word", ["stop", "fin stop", "Cancel!"])
async def test_stop_as_a_word_ends_the_askers_own_question_of_that_thread(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama, word: str
) -> None:
    async with serving(settings, teams) as client:
        body = await asked(client, ollama)
        thread = body["id"]
        await client.deliver(mention(word, teams.service_url, thread="1600000000000", id="1600000000001"))
        await client.deliver(mention(word, teams.service_url, thread=thread, **BY_GRACE))
        known = await rows(settings)
        assert (
            known[f"{CHANNEL};messageid={thread}/{thread}"] == "waiting"
        )  # neither was of that thread and that person
        await client.deliver(mention(word, teams.service_url, thread=thread))
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        await until(lambda: teams.messages[0].text == "Stopped.")


async def test_stop_as_a_word_in_a_chat_or_at_the_top_of_a_channel_ends_all_that_is_ones_own_there(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    async with serving(settings, teams) as client:
        await asked(client, ollama)
        top = mention("stop", teams.service_url)
        await client.deliver(top)
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        assert await settled(settings) == ["cancelled", "cancelled"]
        ollama.abandoned.clear()
        ollama.hanging.clear()
        ollama.then(Say("Apple "), Hang())
        await client.say("tell me of Apple")
        await ollama.hanging.wait()
        await client.say("stop")
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        await until(lambda: teams.in_(PERSONAL)[0].text == "Stopped.")
        assert await settled(settings) == ["cancelled"] * 4
    assert len(teams.messages) == 2


async def test_what_a_dead_process_showed_of_a_stopped_question_is_marked(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    """Its worker died with the question in work, and nobody has taken it up when it is stopped."""
    async with serving(settings, teams) as client:
        await allow(settings, CHANNEL)
        body = mention("tell me of Apple", teams.service_url)
        reading: Any = read_activity(body, datetime.now(UTC))
        where = {"service_url": teams.service_url, "conversation": body["conversation"]["id"]}
        shown = await client.surface.api.send(where, {"type": "message", "text": "Reading your question…"})
        async with await open_records(settings) as database, database.write() as session:
            now = await inbox.database_now(session)
            past = now - timedelta(hours=2)
            await inbox.accept(session, reading.event, now=past)
            claim = await inbox.claim(session, "dead", now=past, lease=timedelta(seconds=1))
            assert claim
            await inbox.release(session, claim, now=now, wait=timedelta(hours=1))
        await client.surface.references.stand(reading.event.tenant, reading.event.id, shown)
        pressed = {"action": {"verb": "stop", "data": {"of": reading.event.id}}}
        chat = elsewhere({}, thread=body["id"])
        assert (await client.invoke("adaptiveCard/action", pressed, **chat))["value"] == STOPPED
        await until(lambda: teams.messages[0].text == "Stopped.")
    assert ollama.asked == []
