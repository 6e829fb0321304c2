"""Whether an answer helped: one opinion of each person, changed by the next press, with a reason for who likes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.records.admin_tables import Feedback
from bot.records.tables import AuditRecord
from tests.fakes.slack_interactive import deliver_press, press, submitted
from tests.fakes.slack_payloads import BOT, CHANNEL, USER, mention, message
from tests.fakes.slack_served import Served, served_settings, serving, ts
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.slack_server import Shown, SlackServer


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        yield served


async def answer(served: Served, text: str = "price of Apple") -> Shown:
    await served.say(message(text, ts=ts(1), event_id="Ev1"))
    return served.answers()[-1]


def verdict(shown: Shown, which: str, **more: Any) -> dict[str, Any]:
    """Slack's thumbs come back as one element with the value of the one that was pressed."""
    return press(shown, "feedback", f"{which}:{turn_of(shown)}", **more)


def turn_of(shown: Shown) -> str:
    return str(
        next(
            e["value"] for b in shown.body["blocks"] for e in b.get("elements", ()) if e.get("action_id") == "show_how"
        )
    )


async def given(served: Served) -> list[tuple[str, int, str | None]]:
    async with served.database.read() as session:
        found = await session.scalars(sa.select(Feedback).order_by(Feedback.user_id))
        return [(row.user_id, row.rating, row.reason) for row in found]


async def test_a_thumb_up_is_kept_and_gives_way_to_thanks(served: Served) -> None:
    shown = await answer(served)
    await served.press(verdict(shown, "helpful"))
    assert await given(served) == [(USER, 1, None)]
    await until(lambda: "Thank you" in str(shown.body["blocks"]))
    assert "feedback_buttons" not in str(shown.body["blocks"])
    assert "show_how" in str(shown.body["blocks"]), "the other buttons stay"
    async with served.database.read() as session:
        acts = (await session.scalars(sa.select(AuditRecord.action))).all()
    assert acts.count("feedback") == 1


async def test_a_thumb_down_asks_why_and_keeps_the_reason(served: Served, slack: SlackServer) -> None:
    shown = await answer(served)
    await served.press(verdict(shown, "not_helpful"))
    await until(lambda: slack.views)
    sent = submitted(slack.views[0], {"feedback_reason": {"reason": {"type": "plain_text_input", "value": "too old"}}})
    reply = await served.press(sent)
    assert reply.content == b""
    assert await given(served) == [(USER, -1, "too old")]


async def test_the_next_press_changes_it_and_there_is_one_row(served: Served) -> None:
    shown = await answer(served)
    for which in ("not_helpful", "helpful", "helpful"):
        await served.press(verdict(shown, which))
    assert await given(served) == [(USER, 1, None)]


async def test_two_presses_at_once_are_one_row(served: Served) -> None:
    shown = await answer(served)
    await asyncio.gather(*(deliver_press(served.client, verdict(shown, "helpful")) for _ in range(4)))
    assert await given(served) == [(USER, 1, None)]


async def test_in_a_channel_everybody_known_may_judge_and_the_thumbs_stay(served: Served, slack: SlackServer) -> None:
    await served.say(message("/help", ts=ts(5), user="UEVE", event_id="Ev0"))
    await served.allow(CHANNEL)
    await served.say(mention(f"<@{BOT}> price of Apple", ts=ts(1), event_id="Ev1"))
    shown = served.answers()[-1]
    await served.press(verdict(shown, "helpful"))
    await served.press(verdict(shown, "helpful", user="UEVE"))
    await served.press(verdict(shown, "helpful", user="USTRANGER"))
    assert await given(served) == [(USER, 1, None), ("UEVE", 1, None)]
    await until(lambda: len(slack.whispers) == 3)
    assert "feedback_buttons" in str(shown.body["blocks"])
    assert "nothing was noted" in slack.whispers[-1].text


async def test_nobody_judges_what_they_can_not_see(served: Served, slack: SlackServer) -> None:
    await served.say(message("/help", ts=ts(5), user="UEVE", event_id="Ev0"))
    shown = await answer(served, "what do I hold?")
    await served.press(verdict(shown, "helpful", user="UEVE"))
    await served.press(press(None, "feedback", f"helpful:{turn_of(shown)}", user="UEVE"))
    assert await given(served) == []


async def test_where_there_are_no_forms_it_is_kept_all_the_same(served: Served, slack: SlackServer) -> None:
    slack.missing.add("views.open")
    shown = await answer(served)
    await served.press(verdict(shown, "not_helpful"))
    assert await given(served) == [(USER, -1, None)]
    await until(lambda: "Thank you" in str(shown.body["blocks"]))


async def test_the_plain_buttons_say_the_same(served: Served) -> None:
    shown = await answer(served)
    await served.press(press(shown, "feedback_not_helpful", f"not_helpful:{turn_of(shown)}"))
    assert await given(served) == [(USER, -1, None)]


async def test_what_is_malformed_keeps_nothing_and_breaks_nothing(served: Served) -> None:
    shown = await answer(served)
    for value in ("", "helpful", "helpful:", "great:x", "helpful:" + "x" * 3_000, "helpful:nobody's"):
        await served.press(press(shown, "feedback", value))
    for metadata in ("", "{", "[]", '{"turn": 5}', '{"turn": "other"}', "[" * 5_000):
        view = {"callback_id": "feedback_reason", "private_metadata": metadata}
        values = {"feedback_reason": {"reason": {"type": "plain_text_input", "value": "x" * 5_000}}}
        assert (await served.press(submitted(view, values))).content == b""
    assert await given(served) == []
