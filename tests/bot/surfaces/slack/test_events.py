"""What Slack's payloads mean: faults A4, A5, A6, A21 and A23 as far as reading goes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.surfaces.readings import Deleted, Edited, Ignored
from bot.surfaces.slack.events import Asked, Lost, Opened, read_command, read_event
from tests.fakes.slack_payloads import BOT, CHANNEL, DM, TEAM, USER, callback, mention, message


def asked(body: dict[str, Any]) -> Asked:
    reading = read_event(body)
    assert isinstance(reading, Asked), reading
    return reading


def test_a_direct_message_is_a_question_and_its_answer_goes_to_its_thread() -> None:
    reading = asked(message("price of Apple", ts="1790000000.000100", event_id="Ev1"))
    event = reading.event
    assert (event.tenant, event.id, event.user, event.surface, event.kind) == (TEAM, "Ev1", USER, "slack", "question")
    assert (event.place, event.conversation) == (f"{DM}/1790000000.000100", f"{DM}/1790000000.000100")
    assert event.sent_at == datetime(2026, 9, 21, 14, 13, 20, 100, UTC)
    assert event.payload == {
        "text": "price of Apple",
        "target": {"channel": DM, "thread_ts": "1790000000.000100", "user": USER},
        "place": {"channel": DM, "kind": "direct", "external": False, "stranger": False},
    }
    assert not reading.only_where_engaged


def test_a_reply_in_the_thread_of_a_direct_message_goes_on_with_that_conversation() -> None:
    event = asked(message("and Microsoft?", ts="1790000009.000000", thread_ts="1790000000.000100")).event
    assert event.conversation == f"{DM}/1790000000.000100"
    assert event.payload["target"]["thread_ts"] == "1790000000.000100"


def test_a4_a_mention_and_its_message_share_their_place() -> None:
    one = asked(mention(f"<@{BOT}> price of Apple", ts="1790000000.000100", event_id="Ev1")).event
    body = message(f"<@{BOT}> price of Apple", channel=CHANNEL, channel_type="channel", ts="1790000000.000100")
    other = asked(body | {"event_id": "Ev2"}).event
    assert one.place == other.place
    assert one.id != other.id
    assert one.payload["text"] == other.payload["text"] == "price of Apple"
    assert one.payload["place"]["kind"] == other.payload["place"]["kind"] == "public"


def test_what_is_said_in_a_channel_to_others_is_ignored_and_in_a_thread_asks_whether_we_take_part() -> None:
    def said(text: str, **more: str) -> Any:
        return read_event(message(text, channel=CHANNEL, channel_type="channel", **more))

    assert isinstance(said("good morning"), Ignored)
    assert said("and Microsoft?", thread_ts="1.0").only_where_engaged
    assert isinstance(said("<@UOTHER> and you?", thread_ts="1.0"), Ignored)
    assert not said(f"<@{BOT}> and Microsoft?", thread_ts="1.0").only_where_engaged


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
        {"app_id": "A1"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"subtype": "a_new_one"},
    ],
)
def test_a6_what_no_person_says_is_ignored(more: dict[str, Any]) -> None:
    body = message("price of Apple")
    body["event"] |= more
    assert isinstance(read_event(body), Ignored)


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_a_question_with_a_file_or_told_to_the_channel_as_well_is_one(subtype: str) -> None:
    body = message("price of Apple")
    body["event"]["subtype"] = subtype
    assert asked(body)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (f"<@{BOT}> price of Apple", "price of Apple"),
        (f"price of Apple <@{BOT}>", "price of Apple"),
        ("is <http://SAP.DE|SAP.DE> &gt; 200 &amp; rising?", "is SAP.DE > 200 & rising?"),
        ("see <https://example.com/a>", "see https://example.com/a"),
        ("<mailto:ada@example.com|ada@example.com> asks", "ada@example.com asks"),
        ("<!here> <!subteam^S1|@desk> <#C1|general>", "@here @desk #general"),
        ("<@U2|ada> and <@U3>", "@ada and @U3"),
        ("&amp;lt;", "&lt;"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_text_is_made_plain(text: str, plain: str) -> None:
    assert asked(message(text)).event.payload["text"] == plain


def test_a5_an_edit_is_answered_anew_under_one_place_and_a_deletion_names_the_post() -> None:
    body = callback(
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": DM,
            "channel_type": "im",
            "ts": "1790000100.000000",
            "message": {
                "type": "message",
                "user": USER,
                "text": "price of Microsoft",
                "ts": "1790000000.000100",
                "edited": {"user": USER, "ts": "1790000100.000000"},
            },
            "previous_message": {"user": USER, "text": "price of Apple", "ts": "1790000000.000100"},
        }
    )
    reading = read_event(body)
    assert isinstance(reading, Edited)
    assert reading.place == f"{DM}/1790000000.000100"
    assert reading.event.place == f"{reading.place}/edit"
    assert reading.event.payload["text"] == "price of Microsoft"
    assert reading.event.conversation == f"{DM}/1790000000.000100"
    del body["event"]["message"]["edited"]  # a link was unfurled
    assert isinstance(read_event(body), Ignored)
    body["event"]["message"] = {"subtype": "tombstone", "user": "USLACKBOT", "ts": "1790000000.000100", "text": "gone"}
    assert read_event(body) == Deleted(TEAM, f"{DM}/1790000000.000100")
    deleted = {"type": "message", "subtype": "message_deleted", "channel": DM, "deleted_ts": "1790000000.000100"}
    assert read_event(callback(deleted)) == Deleted(TEAM, f"{DM}/1790000000.000100")


def test_a23_people_of_another_organisation_are_told_apart() -> None:
    body = mention(f"<@{BOT}> my portfolio")
    assert not asked(body).event.payload["place"]["stranger"]
    body["event"]["user_team"] = "T_OTHER"
    body["is_ext_shared_channel"] = True
    assert asked(body).event.payload["place"] == {
        "channel": CHANNEL,
        "kind": "public",
        "external": True,
        "stranger": True,
    }
    body["authorizations"][0]["enterprise_id"] = body["event"]["user_team"] = "E1"
    assert not asked(body).event.payload["place"]["stranger"]
    body["team_id"] = "T_OTHER"  # where it occurred; the app is in TEAM
    assert asked(body).event.tenant == TEAM


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": None},
        {"event": {"type": "message"}},
        callback({"type": "reaction_added"}),
        callback({"type": ["message"]}),
        callback({"type": "message", "user": USER, "channel": DM, "ts": "not a time", "text": "x"}),
        callback({"type": "message", "user": USER, "channel": DM, "ts": "1e400", "text": "x"}),
        callback({"type": "message", "user": USER, "channel": 7, "ts": "1.0", "text": "x"}),
        callback({"type": "message", "subtype": "message_changed", "channel": DM}),
    ],
)
def test_a21_what_is_unknown_or_malformed_is_ignored(body: dict[str, Any]) -> None:
    assert isinstance(read_event(body), Ignored)


def test_a26_the_end_of_an_installation_is_told() -> None:
    assert read_event(callback({"type": "app_uninstalled"})) == Lost(TEAM, "app_uninstalled")
    assert read_event(callback({"type": "tokens_revoked", "tokens": {"bot": ["U"]}})) == Lost(TEAM, "tokens_revoked")


@pytest.mark.parametrize(
    ("text", "asked_for"),
    [
        ("watch list", "/watch list"),
        ("/watch add AAPL", "/watch add AAPL"),
        ("", "/help"),
        ("help", "/help"),
        ("price of S&amp;P 500", "price of S&P 500"),
    ],
)
def test_a_slash_command_is_answered_to_its_asker_alone(text: str, asked_for: str) -> None:
    form = {"team_id": TEAM, "user_id": USER, "channel_id": CHANNEL, "trigger_id": "1.2.3", "text": text}
    at = datetime(2026, 11, 28, tzinfo=UTC)
    reading = read_command(form, at)
    assert isinstance(reading, Asked)
    assert reading.event.payload["text"] == asked_for
    assert reading.event.payload["target"] == {"user": USER}
    assert reading.event.payload["place"]["kind"] == "direct"
    assert (reading.event.id, reading.event.sent_at) == ("command-1.2.3", at)
    direct = read_command(form | {"channel_id": DM}, at)
    assert isinstance(direct, Asked)
    assert direct.event.payload["target"] == {"channel": DM, "user": USER}
    assert isinstance(read_command({"user_id": USER}, at), Ignored)


def test_an_opened_tab() -> None:
    def opened(**event: Any) -> Any:
        return read_event(callback({"type": "app_home_opened", "user": USER, "event_ts": "1.0", **event}))

    assert opened(tab="home", channel=DM) == Opened(TEAM, USER, "home", DM)
    assert opened(tab="messages", channel=DM) == Opened(TEAM, USER, "messages", DM)
    assert opened() == Opened(TEAM, USER, "home")
    assert opened(tab="home", channel=7) == Opened(TEAM, USER, "home")
    assert opened(tab="home", user_team="T9") == Opened(TEAM, USER, "home", stranger=True)
    assert isinstance(opened(user=""), Ignored)
    assert isinstance(opened(user=None), Ignored)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("quote NVDA MSFT", "/quote NVDA MSFT"),
        ("Chart AAPL 5y", "/Chart AAPL 5y"),
        ("ask how is Apple?", "/ask how is Apple?"),
        ("portfolio", "/portfolio"),
        ("qoute NVDA", "/qoute NVDA"),
        ("what is the price of Apple", "what is the price of Apple"),
        ("price of Apple", "price of Apple"),
        ("", "/help"),
    ],
)
def test_a_slash_command_with_a_slip_is_told_so_and_a_question_is_asked(typed: str, text: str) -> None:
    form = {"team_id": TEAM, "user_id": USER, "channel_id": CHANNEL, "trigger_id": "1.2", "text": typed}
    reading = read_command(form, datetime(2026, 9, 21, tzinfo=UTC))
    assert isinstance(reading, Asked)
    assert reading.event.payload["text"] == text
