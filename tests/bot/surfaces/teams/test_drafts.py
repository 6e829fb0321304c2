"""An answer that is read while its model still writes it: the chat's stream grows by checked sentences, and ends as it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as effort

from bot.messages import Reply
from bot.records.users import Actor
from bot.surfaces.localising import Reader
from bot.surfaces.slack.markup import JOINER
from bot.surfaces.teams.drafts import draft_text
from bot.surfaces.teams.messages import messages
from bot.surfaces.teams.record import answer_record
from bot.surfaces.teams.surface import STOPPED
from tests.bot.surfaces.teams.served import allow, serving, settled, writing_settings
from tests.fakes.acquaintance import told_before_in
from tests.fakes.hostile_text import hostile
from tests.fakes.ollama_server import Call, FakeOllama, Hang, Say, Wait
from tests.fakes.teams_payloads import CHANNEL, PERSONAL, TENANT, USER, mention
from tests.fakes.waiting import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings
    from tests.fakes.teams_server import Shown, TeamsServer

CALL = Call("get_quote", {"symbols": ["AAPL"]})
TRUE, LIE, MORE, LAST = (
    "Apple closed at $125.67.",
    "Apple closed at $999.99.",
    "That is the whole story.",
    "Ask me for more.",
)
ENGLISH = Reader("en_US", "UTC")


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    async with FakeOllama() as server:
        yield server


@pytest.fixture
def settings(teams_keys: dict[str, str], ollama: FakeOllama, sqlite_url: str, tmp_path: Path) -> Settings:
    """A model that writes a sentence at a time."""
    return writing_settings(teams_keys, sqlite_url, tmp_path / "home", ollama.address)


@pytest.fixture(autouse=True)
async def _acquainted(settings: Settings) -> None:
    """The asker was told before that a machine answers."""
    await told_before_in(settings, Actor(USER, TENANT))


def kinds(teams: TeamsServer) -> list[str]:
    """What each activity of a stream was, the final one included, in their order."""
    found = []
    for kind, _, body in teams.calls:
        infos = [each for each in body.get("entities") or () if each["type"] == "streaminfo"]
        found += [each["streamType"] for each in infos if kind == "create"]
    return found


def only(teams: TeamsServer) -> Shown:
    (shown,) = teams.said
    return shown


async def test_the_stream_grows_by_checked_sentences_before_the_model_has_ended_and_a_lie_is_never_sent(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    one, two = asyncio.Event(), asyncio.Event()
    ollama.then(CALL).then(
        *(Say(f"{TRUE} "), Say(f"{LIE} "), Say("That "), Wait(one)),
        *(Say(MORE.removeprefix("That ")), Say(" Ask "), Wait(two), Say(LAST.removeprefix("Ask "))),
    )
    async with serving(settings, teams) as client:
        await client.say("price of Apple")
        await until(lambda: teams.messages and only(teams).streamed == TRUE)
        one.set()
        await until(lambda: only(teams).streamed == f"{TRUE} {MORE}")
        assert only(teams).is_streaming
        two.set()
        assert await settled(settings) == ["done"]
    shown = only(teams)
    assert shown.text.startswith(f"{TRUE} {MORE} {LAST} [1]")
    assert shown.text.count(TRUE) == 1
    assert "999.9" not in json.dumps([body for _, _, body in teams.calls])  # not 999, which a timestamp may hold
    assert kinds(teams)[-3:] == ["streaming", "streaming", "final"]
    assert set(kinds(teams)[:-3]) == {"informative"}
    assert "update" not in teams.kinds()
    assert teams.messages[-1].card


async def test_an_answer_that_becomes_another_takes_the_place_of_what_was_read(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    gate = asyncio.Event()
    other = Call("get_quote", {"symbols": ["MSFT"]})
    ollama.then(CALL).then(Say(f"{TRUE} {MORE} Now "), Wait(gate), other).then(Say(LAST))
    async with serving(settings, teams) as client:
        await client.say("price of Apple")
        await until(lambda: teams.messages and only(teams).streamed)
        gate.set()
        assert await settled(settings) == ["done"]
    shown = only(teams)
    assert shown.text.startswith(LAST)
    assert MORE not in shown.text
    assert (shown.is_streaming, kinds(teams)[-1], teams.kinds()[-2:]) == (False, "final", ["update", "create"])
    assert "informative" not in kinds(teams)[kinds(teams).index("streaming") :]


async def test_in_a_channel_nothing_is_read_before_the_end(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    gate = asyncio.Event()
    ollama.then(CALL).then(Say(f"{TRUE} {MORE} Ask "), Wait(gate), Say("me."))
    async with serving(settings, teams) as client:
        await allow(settings, CHANNEL)
        await client.deliver(mention("price of Apple", teams.service_url))
        await until(lambda: len(ollama.asked) == 2)
        await until(lambda: teams.messages)
        await asyncio.sleep(0.3)  # longer than the pause between two lines
        assert "125.67" not in json.dumps([body for _, _, body in teams.calls])
        gate.set()
        assert await settled(settings) == ["done"]
    assert TRUE in only(teams).text


async def test_another_process_puts_the_answer_in_the_place_of_what_was_read(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    ollama.then(CALL).then(Say(f"{MORE} {TRUE} Ask "), Hang())
    async with serving(settings, teams) as client:
        await client.say("price of Apple")
        await until(lambda: teams.messages and only(teams).streamed)
    async with serving(settings, teams):
        assert await settled(settings) == ["done"]
    shown = only(teams)
    assert (shown.conversation, shown.is_streaming) == (PERSONAL, False)
    assert shown.text.count("125.67") == 1
    assert MORE not in shown.text  # the look-up was kept, and code has words for it


async def test_the_stop_button_ends_the_model_while_it_writes(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    gate = asyncio.Event()
    ollama.then(CALL).then(Say(f"{TRUE} That "), Wait(gate), Say(MORE.removeprefix("That ")), Say(" And "), Hang())
    async with serving(settings, teams) as client:
        await client.say("price of Apple")
        await until(lambda: teams.messages and only(teams).streamed)
        teams.stopped.add(only(teams).id)
        gate.set()
        async with asyncio.timeout(PATIENCE):
            await ollama.abandoned.wait()
        assert await settled(settings) == ["cancelled"]


async def test_a_word_that_stops_it_stands_in_the_place_of_what_was_read(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    ollama.then(CALL).then(Say(f"{TRUE} That "), Hang())
    async with serving(settings, teams) as client:
        await client.say("price of Apple")
        await until(lambda: teams.messages and only(teams).streamed)
        await client.say("stop")
        assert await settled(settings) == ["cancelled", "cancelled"]
        await until(lambda: only(teams).text == STOPPED)
    assert (kinds(teams)[-1], only(teams).is_streaming) == ("final", False)


async def test_another_answer_takes_its_place_even_where_stop_is_pressed_last(
    settings: Settings, teams: TeamsServer, ollama: FakeOllama
) -> None:
    gate = asyncio.Event()
    ollama.then(CALL).then(Say(f"{TRUE} {MORE} Now "), Wait(gate), CALL).then(Say(LAST))
    async with serving(settings, teams) as client:
        await client.say("price of Apple")
        await until(lambda: teams.messages and only(teams).streamed)
        teams.stopped.add(only(teams).id)
        gate.set()
        assert await settled(settings) == ["done"]
    assert MORE not in only(teams).text


def told(text: str) -> tuple[str, str]:
    """(a draft, its answer) of the same text, as they are shown."""
    reply = Reply("t1", "q", text, "answered")
    (first, *_) = messages(answer_record(reply, text), ENGLISH)
    return draft_text(reply, ENGLISH), str(first.get("text") or "")


@pytest.mark.parametrize(
    "text", [TRUE, f"**Apple** closed at $1. {MORE}", "- Apple: $1 - Microsoft: $2", "A_B *and* C. Next", "/watch list"]
)
def test_an_answer_begins_with_its_draft(text: str) -> None:
    draft, answer = told(text)
    assert draft
    assert answer.startswith(draft)


@given(hostile)
@effort(max_examples=150, deadline=None, derandomize=True)
def test_nothing_in_a_draft_is_live(text: str) -> None:
    draft, _ = told(text)
    bare = draft.replace("\\", "")
    for live in ("](", "://", "<at>", "{{", "<!", "<@"):
        assert live not in bare
    assert all(after == JOINER for at, after in zip(bare, bare[1:], strict=False) if at == "@")


def test_a_table_is_shown_only_at_the_end() -> None:
    draft, _ = told("| a | b |\n|---|---|\n| 1 | 2 |")
    assert draft == ""
