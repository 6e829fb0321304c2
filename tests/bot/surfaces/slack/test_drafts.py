"""An answer that is read while its model still writes it: checked sentences in the stream, then the whole in its place."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as effort

from bot.messages import Reply
from bot.records.users import Actor
from bot.surfaces.localising import Reader
from bot.surfaces.slack.drafts import draft_text
from bot.surfaces.slack.markup import JOINER
from bot.surfaces.slack.plan import Plan
from bot.surfaces.slack.progress import ASKED_AGAIN, Progress
from bot.surfaces.slack.surface import SlackSurface
from tests.bot.surfaces.slack.test_streams import LOOKING, answer, only_stream, question
from tests.fakes.acquaintance import told_before_in
from tests.fakes.block_check import live_parts
from tests.fakes.hostile_text import hostile
from tests.fakes.ollama_server import Call, FakeOllama, Say, Wait
from tests.fakes.slack_payloads import CHANNEL, DM, TEAM, USER, mention, message
from tests.fakes.slack_served import serving, writing_settings
from tests.fakes.slack_server import Fault, deliver
from tests.fakes.slack_streams import STATUS, STREAMING
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings
    from tests.fakes.slack_server import Shown, SlackServer

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
def settings(slack: SlackServer, ollama: FakeOllama, sqlite_url: str, tmp_path: Path) -> Settings:
    """A model that writes a sentence at a time, on a Slack that has all that is new."""
    slack.missing -= STREAMING | STATUS
    return writing_settings(slack, sqlite_url, tmp_path / "home", ollama.address)


@pytest.fixture(autouse=True)
async def _acquainted(settings: Settings) -> None:
    """The asker was told before that a machine answers."""
    await told_before_in(settings, Actor(USER, TEAM))


def asked(channel: str = DM) -> dict[str, Any]:
    return message("price of Apple", ts=f"{int(time.time()) - 2}.000001", event_id="Ev1", channel=channel)


def drawn(shown: Shown) -> str:
    """Everything that a message shows, its plan aside."""
    return json.dumps([block for block in shown.body["blocks"] if block["type"] != "plan"], ensure_ascii=False)


async def test_each_sentence_is_read_before_the_model_has_ended_and_a_lie_never(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    one, two = asyncio.Event(), asyncio.Event()
    ollama.then(CALL).then(
        *(Say(f"{TRUE} "), Say(f"{LIE} "), Say("That "), Wait(one)),
        *(Say(MORE.removeprefix("That ")), Say(" Ask "), Wait(two), Say(LAST.removeprefix("Ask "))),
    )
    async with serving(settings, slack) as served:
        await deliver(served.client, asked())
        await until(lambda: slack.streams and only_stream(slack).text == TRUE)
        one.set()
        await until(lambda: only_stream(slack).text == f"{TRUE} {MORE}")
        assert only_stream(slack).is_open
        two.set()
        assert await served.settled() == {"Ev1": "done"}
    (shown,) = slack.messages
    assert shown.key == "Ev1/0"
    assert LIE not in json.dumps(slack.calls, ensure_ascii=False)
    assert "999.9" not in json.dumps(slack.calls)  # not 999, which a timestamp may hold
    assert drawn(shown).count(TRUE) == shown.text.count(TRUE) == 1
    assert f"{TRUE} {MORE} {LAST}" in drawn(shown)
    assert [block["type"] for block in shown.body["blocks"]].count("plan") == 1  # it stays above the answer
    assert all(task["status"] == "complete" for task in only_stream(slack).tasks.values())
    assert "context_actions" in drawn(shown)
    assert only_stream(slack).took[-1] == "chat.stopStream"


async def test_the_answer_is_the_same_as_without_streams(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    without = "DX"
    slack.without_streams = {without}
    async with serving(settings, slack) as served:
        for number, channel in enumerate((DM, without)):
            gate = asyncio.Event()
            ollama.then(CALL).then(Say(f"{TRUE} {LIE} {MORE} Ask "), Wait(gate), Say("me for more."))
            await deliver(served.client, asked(channel) | {"event_id": f"Ev{number}"})
            await until(lambda number=number: len(slack.messages) == number + 1)  # type: ignore[misc]
            if channel == DM:
                await until(lambda: only_stream(slack).text)
            gate.set()
            await served.settled()
    streamed, plain = slack.messages

    def blocks(shown: Shown) -> list[dict[str, Any]]:
        """Those that neither name the turn nor greet at the first contact."""
        texts = [block for block in shown.body["blocks"] if block["type"] in ("rich_text", "section", "context")]
        return [block for block in texts if "I am Tuppence" not in str(block)]

    assert blocks(streamed) == blocks(plain) != []


async def test_it_is_read_as_its_reader_writes_figures(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    slack.users[USER] = {"locale": "de-DE", "tz": "Europe/Berlin"}
    gate = asyncio.Event()
    ollama.then(CALL).then(Say(f"{TRUE} Ask "), Wait(gate), Say("me."))
    async with serving(settings, slack) as served:
        await deliver(served.client, asked())
        await until(lambda: slack.streams and only_stream(slack).text)
        assert only_stream(slack).text == "Apple closed at 125,67\u00a0$."
        gate.set()
        await served.settled()
    assert "125,67\u00a0$" in slack.messages[0].text


async def test_in_a_channel_nothing_is_read_before_the_end(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    gate = asyncio.Event()
    ollama.then(CALL).then(Say(f"{TRUE} {MORE} Ask "), Wait(gate), Say("me."))
    async with serving(settings, slack) as served:
        await served.allow(CHANNEL)
        await deliver(served.client, mention("<@UBOT> price of Apple", ts=f"{int(time.time()) - 2}.000001"))
        await until(lambda: slack.streams and only_stream(slack).tasks)
        await until(lambda: len(ollama.asked) == 2)
        await asyncio.sleep(1)  # longer than the pause between two updates
        assert "125.67" not in json.dumps(slack.calls)
        gate.set()
        await served.settled()
    assert TRUE in slack.messages[0].text
    assert only_stream(slack).text == ""


async def test_an_answer_that_becomes_another_takes_the_place_of_what_was_read(
    settings: Settings, slack: SlackServer, ollama: FakeOllama
) -> None:
    gate = asyncio.Event()
    other = Call("get_quote", {"symbols": ["MSFT"]})
    ollama.then(CALL).then(Say(f"{TRUE} {MORE} Now "), Wait(gate), other).then(Say(LAST))
    async with serving(settings, slack) as served:
        await deliver(served.client, asked())
        await until(lambda: slack.streams and only_stream(slack).text)
        gate.set()
        await served.settled()
    (shown,) = slack.messages
    assert "whole story" not in drawn(shown)
    assert LAST in shown.text


async def drafted(surface: SlackSurface, slack: SlackServer, *texts: str) -> Any:
    """A question in work of which these texts are shown, one after the other."""
    slack.missing -= STREAMING
    event = question(slack)
    async with surface.working(event, again=False) as told:
        await until(lambda: slack.streams)
        told(LOOKING)
        for text in texts:
            told.drafted(Reply("t1", "q", text, "answered"))
            await until(lambda text=text: only_stream(slack).text == text or not text)  # type: ignore[misc]
    return event


async def test_a_stream_that_shows_sentences_and_expires_loses_none(surface: SlackSurface, slack: SlackServer) -> None:
    slack.missing -= STREAMING
    event = question(slack)
    async with surface.working(event, again=False) as told:
        await until(lambda: slack.streams)
        told.drafted(Reply("t1", "q", "One.", "answered"))
        await until(lambda: only_stream(slack).text)
        slack.expire_streams()
        told.drafted(Reply("t1", "q", "One. Two.", "answered"))
        await until(lambda: [call for call, _ in slack.calls].count("chat.appendStream") == 2)
    assert "chat.update" not in [call for call, _ in slack.calls]  # no line takes their place
    await surface.post(answer(surface, event, "One. Two. Three."), "Ev1/0")
    (shown,) = slack.messages
    assert (shown.text.count("One."), shown.key) == (1, "Ev1/0")
    assert "One. Two. Three." in drawn(shown)


async def test_the_next_process_puts_the_answer_in_the_place_of_what_was_read(
    surface: SlackSurface, slack: SlackServer, slack_settings: Settings
) -> None:
    event = await drafted(surface, slack, "One.", "One. Two.")
    fresh = SlackSurface(slack_settings, every=0.02, after=0)
    try:
        await fresh.post(answer(fresh, event, "One. Two. Three."), "Ev1/0")
    finally:
        await fresh.aclose()
    (shown,) = slack.messages
    assert (drawn(shown).count("One."), shown.key) == (1, "Ev1/0")
    assert not only_stream(slack).is_open


async def test_text_in_a_stream_is_never_taken_back_only_replaced(surface: SlackSurface, slack: SlackServer) -> None:
    event = await drafted(surface, slack, "One.", "", "One. Two.")
    assert only_stream(slack).text == "One. Two."
    await surface.post(answer(surface, event, "Something else."), "Ev1/0")
    (shown,) = slack.messages
    assert "One." not in drawn(shown) + shown.text
    other = Plan("m", text="Zwei.").after(Plan("m", text="One."))
    assert other.text == "One."


async def test_a_plan_that_is_not_taken_again_is_left_out(surface: SlackSurface, slack: SlackServer) -> None:
    event = await drafted(surface, slack, "One.")
    slack.faults["chat.update"].append(Fault(200, {"ok": False, "error": "invalid_blocks"}))
    await surface.post(answer(surface, event, "One. Two."), "Ev1/0")
    (shown,) = slack.messages
    assert "plan" not in [block["type"] for block in shown.body["blocks"]]
    assert (drawn(shown).count("One."), shown.key) == (1, "Ev1/0")


async def test_a_slack_that_takes_no_text_in_a_stream_gets_the_answer_all_the_same(
    surface: SlackSurface, slack: SlackServer
) -> None:
    slack.missing -= STREAMING
    event = question(slack)
    async with surface.working(event, again=False) as told:
        await until(lambda: slack.streams)
        slack.faults["chat.appendStream"].append(Fault(200, {"ok": False, "error": "invalid_chunks"}))
        told.drafted(Reply("t1", "q", "One.", "answered"))
        await until(lambda: "chat.appendStream" in [call for call, _ in slack.calls])
    await surface.post(answer(surface, event, "One. Two."), "Ev1/0")
    (shown,) = slack.messages
    assert (drawn(shown).count("One."), shown.key) == (1, "Ev1/0")


@pytest.mark.parametrize("change", [{"is_restricted": True}, {"deleted": True}, None])
async def test_what_is_personal_is_read_only_by_whom_it_still_may_be(
    surface: SlackSurface, slack: SlackServer, change: dict[str, Any] | None
) -> None:
    slack.missing -= STREAMING
    event = question(slack)
    await surface.place(event)  # a full member then, which is remembered
    async with surface.working(event, again=False) as told:
        await until(lambda: slack.streams)
        if change is None:
            slack.faults["users.info"] += [Fault(503)] * 9  # nobody can say
        else:
            slack.users[USER] = change
        asked = len(slack.calls)
        told.drafted(Reply("t1", "q", "You hold ten.", "answered", personal=True))
        await until(lambda: "users.info" in [call for call, _ in slack.calls[asked:]])
        told(LOOKING)
        await until(lambda: only_stream(slack).tasks)
    assert "You hold" not in json.dumps(slack.calls)
    slack.users[USER] = {}
    slack.faults["users.info"].clear()
    async with surface.working(event, again=False) as told:
        told.drafted(Reply("t1", "q", "You hold ten.", "answered", personal=True))
        await until(lambda: only_stream(slack).text == "You hold ten.")


async def test_a_stopped_one_says_so_in_its_place(surface: SlackSurface, slack: SlackServer) -> None:
    event = await drafted(surface, slack, "One.")
    await surface.stopped(event)
    (shown,) = slack.messages
    assert (shown.text, shown.body["blocks"]) == ("Stopped.", [])


async def test_who_is_made_a_guest_meanwhile_is_shown_nothing_more_of_what_is_personal() -> None:
    shower, clock = Shower(), [0.0]
    progress = Progress(shower, "m", every=0.01, after=0, draw=lambda draft: draft.answer, monotonic=lambda: clock[0])
    progress.start()
    progress.drafted(Reply("t1", "q", "You hold ten.", "answered", personal=True))
    await until(lambda: shower.text == "You hold ten.")
    shower.is_member, clock[0] = False, ASKED_AGAIN
    progress.drafted(Reply("t1", "q", "You hold ten. You owe two.", "answered", personal=True))
    progress(LOOKING)
    await until(lambda: shower.tasks)
    await progress.stop()
    assert shower.text == "You hold ten."


class Shower:
    """A stream."""

    def __init__(self) -> None:
        self.text, self.tasks, self.is_member = "", 0, True

    async def begin(self, plan: Plan) -> tuple[str, bool]:
        del plan
        return "1.1", True

    async def change(self, ts: str, plan: Plan, streamed: Plan | None) -> bool:
        del ts, streamed
        self.text, self.tasks = plan.text, len(plan.tasks)
        return True

    async def may_read(self) -> bool:
        return self.is_member


@pytest.mark.parametrize("site", ["evil.pl", "evil.fr", "Evil.IN:8080/x", "пример.рф", "xn--a.xn--p1ai", "a.evil.pl"])
def test_no_site_of_whatever_country_is_left_whole(site: str) -> None:
    shown = draft_text(Reply("t1", "q", f"See {site} for $1.50.", "answered"), ENGLISH)
    assert not re.search(r"\w\.[^\W\d_]{2}", shown)
    assert shown.replace(JOINER, "") == f"See {site} for $1.50."


@given(hostile)
@effort(max_examples=150, deadline=None, derandomize=True)
def test_nothing_in_a_draft_is_live(text: str) -> None:
    shown = draft_text(Reply("t1", "q", text, "answered"), ENGLISH)
    assert live_parts({"text": shown}) == []
    assert "](" not in shown
    assert "<" not in shown
