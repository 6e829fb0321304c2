"""Messages to Slack: once, in the right place, and every refusal and failure understood."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.jobs.posting import PostFailed, PostRefused
from bot.messages import Reply
from bot.surfaces.slack.api import LONGEST_BACK_OFF, back_off, seconds_to_wait
from bot.surfaces.slack.events import Asked, read_event
from tests.fakes.slack_payloads import CHANNEL, DM, USER, mention, message
from tests.fakes.slack_server import Fault
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from bot.records.inbox import Event, Outgoing
    from bot.surfaces.slack.surface import SlackSurface
    from tests.fakes.slack_server import SlackServer

DIRECT = f"D{USER}"
"""The direct messages that Slack opens with the asker."""


def asked(body: dict[str, Any]) -> Event:
    reading = read_event(body)
    assert isinstance(reading, Asked)
    return reading.event


def answer(surface: SlackSurface, event: Event, text: str = "Apple closed at $125.67.", **more: Any) -> Outgoing:
    reply = Reply("t1", event.payload["text"], text, "answered", **more)
    (outgoing,) = surface.present(event, text, reply)
    return outgoing


async def test_a_reply_is_posted_in_its_thread_quietly_and_found_by_its_key(
    surface: SlackSurface, slack: SlackServer
) -> None:
    event = asked(message("price of Apple"))
    outgoing = answer(surface, event)
    name = await surface.post(outgoing, "Ev1/0")
    (shown,) = slack.messages
    assert name == f"{DM}/{shown.ts}"
    assert "Apple closed at $125.67." in shown.text
    assert shown.body["thread_ts"] == "1790000000.000100"
    assert (shown.body["unfurl_links"], shown.body["unfurl_media"], shown.body["link_names"]) == (False, False, False)
    assert shown.body["metadata"] == {"event_type": "tuppence_reply", "event_payload": {"key": "Ev1/0"}}
    assert await surface.find(outgoing, "Ev1/0") == [name]
    assert await surface.find(outgoing, "Ev1/1") == []
    await surface.withdraw(outgoing, name)
    assert slack.messages == []
    await surface.withdraw(outgoing, name)  # gone already


async def test_the_line_of_progress_becomes_the_answer(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(message("price of Apple"))
    async with surface.working(event, again=False) as say:
        await until(lambda: slack.messages)
        say("Looking up AAPL & <more>")
        await until(lambda: slack.messages and len(slack.messages[0].history) > 1)
    assert await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert shown.history[:2] == ["Reading your question…", "Looking up AAPL &amp; &lt;\u2060more&gt;…"]
    assert "Apple closed" in shown.history[-1]
    assert shown.key == "Ev1/0"
    assert not [call for call, _ in slack.calls if call.startswith("conversations.")]  # nothing had to be searched


async def test_after_a_crash_the_line_of_progress_is_found_and_used(
    surface: SlackSurface, slack: SlackServer, slack_settings: Any
) -> None:
    event = asked(message("price of Apple", ts=f"{slack._began}.000001"))
    async with surface.working(event, again=False):
        pass
    fresh = type(surface)(slack_settings)  # of the next process
    outgoing = answer(fresh, event)
    assert await fresh.find(outgoing, "Ev1/0") == []  # what is in progress is no answer
    async with fresh.working(event, again=True):
        pass
    await fresh.post(outgoing, "Ev1/0")
    other = type(surface)(slack_settings)  # one that has only the outbox to go by
    await other.post(outgoing, "Ev1/0")
    assert len(slack.messages) == 2  # it finds no line of progress any more: the outbox asks for its key before
    assert await other.find(outgoing, "Ev1/0")
    for each in (fresh, other):
        await each.aclose()


async def test_an_answer_in_the_outbox_takes_over_the_line_of_a_dead_process(
    surface: SlackSurface, slack: SlackServer, slack_settings: Any
) -> None:
    event = asked(message("price of Apple", ts=f"{slack._began}.000001"))
    async with surface.working(event, again=False):
        pass
    fresh = type(surface)(slack_settings)
    await fresh.post(answer(fresh, event), "Ev1/0")
    await fresh.aclose()
    (shown,) = slack.messages
    assert len(shown.history) == 2


async def test_a_lost_response_to_the_line_of_progress_leaves_one_message(
    surface: SlackSurface, slack: SlackServer
) -> None:
    slack.faults["chat.postMessage"].append(Fault(drop=True, after=True))
    event = asked(message("price of Apple", ts=f"{slack._began}.000001"))
    async with surface.working(event, again=False):
        pass
    await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert "Apple closed" in shown.text


async def test_a5_the_line_of_progress_of_a_deleted_question_goes(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(message("price of Apple"))
    async with surface.working(event, again=False):
        pass
    await surface.discard(event)
    assert slack.messages == []
    await surface.discard(event)  # there is none


async def test_a_message_that_is_gone_or_can_not_be_changed_is_posted_anew(
    surface: SlackSurface, slack: SlackServer
) -> None:
    event = asked(message("price of Apple"))
    async with surface.working(event, again=False):
        pass
    slack.missing.add("chat.update")  # an old stand-in
    await surface.post(answer(surface, event), "Ev1/0")
    (shown,) = slack.messages
    assert "Apple closed" in shown.text


async def test_where_no_message_can_be_changed_no_line_of_progress_is_left_beside_each_answer(
    surface: SlackSurface, slack: SlackServer
) -> None:
    slack.missing.update(("chat.update", "chat.delete"))
    for number in range(3):
        event = asked(message("price of Apple", ts=f"179000000{number}.000100"))
        async with surface.working(event, again=False) as told:
            told("Looking up the price…")
        await surface.post(answer(surface, event), f"Ev{number}/0")

    only_the_first, *answers = [shown.text for shown in slack.messages]
    assert "Apple closed" not in only_the_first
    assert ["Apple closed" in text for text in answers] == [True, True, True]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("30", 30.0),
        ("1.5", 1.5),
        ("86400", 600.0),
        (None, None),
        ("0", None),
        ("abc", None),
        ("-1", None),
        ("nan", None),
    ],
)
def test_a9_a_pause_is_as_long_as_slack_says_or_a_back_off(given: str | None, seconds: float | None) -> None:
    for failures in range(1, 12):
        for chance in (0.0, 0.999):
            wait = seconds_to_wait(given, failures, chance)
            assert wait == (seconds or back_off(failures, chance))
            assert seconds or 0.5 <= wait <= LONGEST_BACK_OFF
    assert back_off(3, 0.0) != back_off(3, 0.9)


async def test_a8_a_429_is_waited_for_by_the_whole_channel(surface: SlackSurface, slack: SlackServer) -> None:
    slack.faults["chat.postMessage"].append(Fault(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}))
    outgoing = answer(surface, asked(message("price of Apple")))
    with pytest.raises(PostFailed) as caught:
        await surface.post(outgoing, "Ev1/0")
    assert caught.value.retry_after == timedelta(seconds=30)
    with pytest.raises(PostFailed) as caught:
        await surface.post(outgoing, "Ev2/0")
    assert caught.value.retry_after
    assert timedelta(seconds=25) < caught.value.retry_after <= timedelta(seconds=30)
    assert [call for call, _ in slack.calls].count("chat.postMessage") == 1
    elsewhere = asked(message("price of Apple", channel="D0002"))
    assert await surface.post(answer(surface, elsewhere), "Ev3/0")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, "<html>oops</html>", content_type="text/html"),
        Fault(200, "<html>log in</html>", content_type="text/html"),
        Fault(200, "oops", content_type="text/plain"),
        Fault(200, "{", content_type="application/json"),
        Fault(200, [], content_type="application/json"),
        Fault(502, {"ok": False, "error": "bad"}),
        Fault(503, "", content_type="text/html"),
        Fault(200, {"ok": False, "error": "internal_error"}),
        Fault(200, {"ok": False, "error": "ratelimited"}),
        Fault(drop=True),
    ],
)
async def test_a10_a_broken_answer_is_tried_again_later(
    surface: SlackSurface, slack: SlackServer, fault: Fault
) -> None:
    slack.faults["chat.postMessage"].append(fault)
    with pytest.raises(PostFailed) as caught:
        await surface.post(answer(surface, asked(message("price of Apple"))), "Ev1/0")
    assert caught.value.retry_after
    assert caught.value.retry_after <= timedelta(seconds=60)
    assert slack.messages == []


async def test_a11_a_message_whose_response_was_lost_is_found(surface: SlackSurface, slack: SlackServer) -> None:
    slack.faults["chat.postMessage"].append(Fault(drop=True, after=True))
    outgoing = answer(surface, asked(message("price of Apple", ts=f"{slack._began}.000001")))
    with pytest.raises(PostFailed):
        await surface.post(outgoing, "Ev1/0")
    (shown,) = slack.messages
    assert await surface.find(outgoing, "Ev1/0") == [f"{DM}/{shown.ts}"]


@pytest.mark.parametrize("missing", ["conversations.replies", "users.info", "conversations.info", "conversations.open"])
async def test_what_a_stand_in_lacks_is_done_without(surface: SlackSurface, slack: SlackServer, missing: str) -> None:
    slack.missing.add(missing)
    event = asked(message("price of Apple"))
    outgoing = answer(surface, event, personal=True)
    assert await surface.find(outgoing, "Ev1/0") == []
    assert await surface.post(outgoing, "Ev1/0")
    assert (await surface.place(event)).asker == "member"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("channel_not_found", "gone"),
        ("is_archived", "archived"),
        ("not_in_channel", "invite me"),
        ("restricted_action", "only some people"),
    ],
)
async def test_a12_a_channel_that_refuses_is_answered_in_a_direct_message(
    surface: SlackSurface, slack: SlackServer, code: str, words: str
) -> None:
    slack.refuse[CHANNEL] = code
    outgoing = answer(surface, asked(mention("<@UBOT> price of Apple")))
    name = await surface.post(outgoing, "Ev1/0")
    (shown,) = slack.messages
    assert shown.channel == DIRECT
    assert words in shown.text
    assert "Apple closed" in shown.text
    assert await surface.find(outgoing, "Ev1/0") == [name]
    slack.refuse[DIRECT] = "messages_tab_disabled"
    with pytest.raises(PostRefused, match="switched off in the app's settings"):
        await surface.post(outgoing, "Ev2/0")


async def test_a12_what_has_no_asker_is_refused_with_the_reason(surface: SlackSurface, slack: SlackServer) -> None:
    slack.refuse[CHANNEL] = "is_archived"
    outgoing = answer(surface, asked(mention("<@UBOT> price of Apple")))
    del outgoing.target["user"]
    with pytest.raises(PostRefused, match="archived"):
        await surface.post(outgoing, "Ev1/0")


async def test_a12_a25_what_is_too_long_is_cut_with_a_notice(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(message("price of Apple"))
    outgoing = answer(surface, event)
    outgoing.body.update(message={"text": "x" * 40_001}, record=None)
    await surface.post(outgoing, "Ev1/0")
    (shown,) = slack.messages
    assert shown.text.startswith("xxx")
    assert "too long" in shown.text
    assert set(slack.problems) == {"chat.postMessage: text of 40001"}
    slack.problems.clear()


async def test_a25_refused_blocks_are_sent_in_a_plainer_form(surface: SlackSurface, slack: SlackServer) -> None:
    outgoing = answer(surface, asked(message("price of Apple")))
    slack.faults["chat.postMessage"].append(Fault(200, {"ok": False, "error": "invalid_blocks"}))
    await surface.post(outgoing, "Ev1/0")
    (shown,) = slack.messages
    assert "Apple closed" in shown.text


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a13_a_revoked_token_stops_all_calls_and_is_told_once(
    surface: SlackSurface, slack: SlackServer, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    slack.revoked = code
    outgoing = answer(surface, asked(message("price of Apple")))
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            with pytest.raises(PostFailed, match="install the app again"):
                await surface.post(outgoing, "Ev1/0")
    assert len(slack.calls) == 1
    assert code in surface.problem
    assert len(caplog.records) == 1
    slack.revoked = ""
    surface.workspaces.configured.api._resume_at = 0  # a minute later
    await surface.post(outgoing, "Ev1/0")
    assert surface.problem == ""


async def test_a14_a_missing_scope_is_named(surface: SlackSurface, slack: SlackServer) -> None:
    slack.faults["chat.postMessage"].append(Fault(200, {"ok": False, "error": "missing_scope", "needed": "chat:write"}))
    with pytest.raises(PostFailed, match="chat:write"):
        await surface.post(answer(surface, asked(message("price of Apple"))), "Ev1/0")
    assert "chat:write" in surface.problem


async def test_a23_a_person_who_became_a_guest_or_left_gets_nothing_personal(
    surface: SlackSurface, slack: SlackServer
) -> None:
    event = asked(message("my portfolio"))
    outgoing = answer(surface, event, "You hold 10 shares.", personal=True)
    assert (await surface.place(event)).asker == "member"
    slack.users[USER] = {"is_restricted": True}
    await surface.post(outgoing, "Ev1/0")
    assert "10 shares" not in str(slack.messages[0].body)
    assert "guests" in slack.messages[0].text
    slack.users[USER] = {"deleted": True}
    with pytest.raises(PostRefused, match="deactivated"):
        await surface.post(outgoing, "Ev2/0")
    surface.workspaces.configured.directory._people.clear()
    assert (await surface.place(event)).asker == "gone"


async def test_a23_people_of_other_organisations_are_guests(surface: SlackSurface, slack: SlackServer) -> None:
    body = mention("<@UBOT> my portfolio")
    body["event"]["user_team"] = "T_OTHER"
    assert (await surface.place(asked(body))).asker == "guest"
    slack.users[USER] = {"team_id": "T_OTHER"}
    surface.workspaces.configured.directory._people.clear()
    assert (await surface.place(asked(mention("<@UBOT> my portfolio")))).asker == "guest"


async def test_a24_a_channel_that_became_shared_gets_nothing(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(mention("<@UBOT> price of Apple"))
    async with surface.working(event, again=False):
        pass
    slack.channels[CHANNEL] = {"is_ext_shared": True}
    await surface.post(answer(surface, event), "Ev1/0")
    there, here = slack.messages
    assert (there.channel, here.channel) == (CHANNEL, DIRECT)
    assert "Apple closed" not in str(there.body)
    assert "shared with another organisation" in here.text
    assert "Apple closed" in here.text


async def test_what_is_personal_never_goes_to_a_channel(surface: SlackSurface, slack: SlackServer) -> None:
    event = asked(mention("<@UBOT> my portfolio"))
    await surface.post(answer(surface, event, "You hold 10 shares.", personal=True), "Ev1/0")
    assert [shown.channel for shown in slack.messages] == [DIRECT]


async def test_a_place_says_what_slack_knows_and_the_event_where_slack_is_away(
    surface: SlackSurface, slack: SlackServer
) -> None:
    slack.channels[CHANNEL] = {"is_ext_shared": True}
    place = await surface.place(asked(mention("<@UBOT> hello")))
    assert (place.kind, place.channel, place.external, place.asker) == ("public", CHANNEL, True, "member")
    slack.faults["users.info"].append(Fault(500, "", content_type="text/html"))
    surface.workspaces.configured.directory._people.clear()
    place = await surface.place(asked(mention("<@UBOT> hello")))
    assert (place.external, place.asker) == (False, "member")
