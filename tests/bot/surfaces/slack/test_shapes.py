"""What the tests send as Slack, and what the program draws, against the shapes that Slack publishes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.surfaces.slack.blocks import messages, plain_messages
from bot.surfaces.slack.plan import Plan
from bot.surfaces.slack.record import turn_record
from tests.fakes import slack_payloads as payloads
from tests.fakes.replies import replies
from tests.fakes.slack_interactive import Interactive, press, pressed, shortcut, submitted
from tests.fakes.slack_organisation import in_team, removed
from tests.fakes.slack_server import Shown
from tests.fakes.slack_shapes import block_kinds, delivery_differences, differences, shapes

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": [{"type": "divider"}]}
ENTERED = {"why": {"reason": {"type": "plain_text_input", "value": "too old"}}}
SAID = {"type": "message", "user": payloads.USER, "text": "NVDA rose 3%", "ts": "1790000000.000100"}


def answered() -> Shown:
    """An answer with every button."""
    (message,) = messages(turn_record(replies()[0]), locale="en_US", time_zone="UTC")
    return Shown(payloads.DM, "1790000001.000100", {**message, "thread_ts": "1790000000.000100"})


class Here(Interactive):
    address = "https://files.slack.example"


DELIVERIES: dict[str, dict[str, Any]] = {
    "a post": payloads.message("price of Apple"),
    "a post in a thread": payloads.message("and Tesla?", thread_ts="1790000000.000050"),
    "a post of another workspace": in_team(payloads.message("price of Apple"), "T0002"),
    "a post with a file": payloads.sharing([Here().drop("holdings.csv", b"a,b")], thread_ts="1790000000.000050"),
    "a mention": payloads.mention("<@UBOT> price of Apple"),
    "an edit": payloads.changed("now", "before", ts="1.000100", at="2.000100"),
    "a deletion": payloads.deleted("1.000100"),
    "the Home tab": payloads.opened(),
    "the messages": payloads.opened("messages"),
    "a stop": payloads.session_stopped("1.000100", "2.000100"),
    "a removal": removed(payloads.TEAM),
    "a revocation": removed(payloads.TEAM, "tokens_revoked", tokens={"bot": [payloads.BOT]}),
    "a command": payloads.command("quote NVDA"),
    "a button": pressed(answered(), "follow_up"),
    "a judgement": press(answered(), "feedback", f"helpful:{replies()[0].turn_id}"),
    "a button at home": press(None, "home_settings", "settings"),
    "a form": submitted(MODAL, ENTERED),
    "a shortcut": shortcut("explain_figures", SAID, channel=payloads.CHANNEL),
}


@pytest.mark.parametrize("name", DELIVERIES)
def test_what_is_delivered_in_tests_is_of_the_shape_that_slack_publishes(name: str) -> None:
    assert delivery_differences(DELIVERIES[name]) == []


def test_every_delivery_is_of_a_kind_whose_shape_is_known() -> None:
    kinds = {name: payload.get("event", payload).get("type") or "slash_command" for name, payload in DELIVERIES.items()}
    assert set(kinds.values()) == shapes() - {"event_callback", "app_rate_limited", "block", "view", "chunk"}


@pytest.mark.parametrize(
    ("name", "where", "value", "told"),
    [
        ("a post", ("event", "ts"), 5, "message.ts: int is no string"),
        ("a post", ("event", "colour"), "red", "message.colour: not published"),
        ("a post", ("authorizations",), [{}], "event_callback.authorizations[0].user_id: lacking"),
        ("a deletion", ("event", "hidden"), False, "message.hidden: False is not True"),
        ("the Home tab", ("event", "tab"), "about", "app_home_opened.tab: 'about' is none of ['home', 'messages']"),
        ("a form", ("view", "hash"), None, "view_submission.view.hash: NoneType is no string"),
    ],
)
def test_what_is_not_published_is_told(name: str, where: tuple[str, ...], value: Any, told: str) -> None:
    *outer, last = where
    payload = DELIVERIES[name]
    for key in outer:
        payload = payload[key]
    changed = {**payload, last: value}
    assert told in delivery_differences({**DELIVERIES[name], outer[0]: changed} if outer else changed)


@pytest.mark.parametrize("build", [messages, plain_messages])
def test_the_blocks_of_every_answer_are_of_the_shapes_that_slack_publishes(build: Any) -> None:
    drawn = [
        block
        for reply in replies()
        for message in build(turn_record(reply), locale="en_US", time_zone="UTC")
        for block in message["blocks"]
    ]
    published = [block for block in drawn if block["type"] in block_kinds()]
    assert [problem for block in published for problem in differences(block, "block")] == []
    assert {block["type"] for block in drawn} - block_kinds() <= {"data_visualization"}  # of which none is published


def test_the_chunks_of_a_plan_are_of_the_shapes_that_slack_publishes() -> None:
    plan = Plan("q1")
    plan.begun("Looking up quote: AAPL")
    assert [problem for chunk in plan.chunks() for problem in differences(chunk, "chunk")] == []
    assert differences({"type": "task_update", "id": "1", "title": "x", "status": "done"}, "chunk") != []
