"""Whole conversations on Teams: an activity comes in, one answer goes out; server, SDK, model and data are real."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.audit import entries, verify
from bot.records.opening import open_records
from bot.records.platform_tables import ConversationReference
from tests.bot.surfaces.teams.served import allow, letters, rows, serving, settled
from tests.fakes.teams_payloads import (
    ACCOUNT,
    CHANNEL,
    GROUP,
    PERSONAL,
    TENANT,
    USER,
    deleted,
    edited,
    elsewhere,
    installed,
    mention,
    message,
)
from tests.fakes.teams_server import Fault, TeamsServer
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from bot.settings import Settings


async def test_b6_one_question_four_deliveries_one_answer_in_the_place_of_the_progress(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database
    async with serving(settings, teams) as client:
        body = await client.say("price of Apple")
        for _ in range(3):
            assert (await client.deliver(body)).status_code == 200
        assert await settled(settings) == ["done"]
        assert (await client.deliver(body)).status_code == 200
        assert await settled(settings) == ["done"]
    (shown,) = teams.said
    assert shown.conversation == PERSONAL
    assert shown.history[0] == "Reading your question…"
    assert "Apple closed at $125.67 on Dec 28, 2022" in shown.text
    assert not shown.is_streaming


async def test_the_end_of_a_stream_that_got_lost_is_put_there_again_and_not_twice(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams, every=5) as client:
        await client.say("price of Apple")
        await until(lambda: bool(teams.messages))
        teams.faults["create"].append(Fault(drop=True, after=True))
        assert await settled(settings) == ["done"]
    (shown,) = teams.said
    assert "Apple closed" in shown.text


async def test_an_answer_says_that_a_machine_made_it_names_its_sources_and_asks_whether_it_helped(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        shown = await client.ask("how did Apple do in 2022 compared with Microsoft?")
    (entity,) = [each for each in shown.body["entities"] if each["type"] == "https://schema.org/Message"]
    assert entity["additionalType"] == ["AIGeneratedContent"]
    (claim,) = entity["citation"]
    assert claim["appearance"]["name"] == "bundled history"
    assert claim["appearance"]["abstract"].startswith("As of Dec 28, 2022. Apple total return -28.6%; ")
    assert shown.text.endswith("[1]")
    assert shown.body["channelData"]["feedbackLoop"] == {"type": "default"}
    kinds = [element["type"] for element in shown.card["body"]]
    assert kinds[:2] == ["Table", "Chart.Line"]
    assert shown.body["summary"].startswith("Apple held up better")


async def test_a4_a_mention_is_answered_in_its_thread_which_goes_on_without_one(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        await allow(settings, CHANNEL)
        first = mention("price of Apple", teams.service_url)
        await client.deliver(first)
        assert await settled(settings) == ["done"]
        more = elsewhere(message("and Microsoft?", teams.service_url), thread=first["id"])
        await client.deliver(more)
        assert await settled(settings) == ["done", "done"]
        others = elsewhere(message("price of Tesla", teams.service_url), thread="1600000000000")
        assert (await client.deliver(others)).status_code == 200
        new = elsewhere(message("price of Tesla", teams.service_url))
        assert (await client.deliver(new)).status_code == 200
        assert len(await rows(settings)) == 2
    thread = f"{CHANNEL};messageid={first['id']}"
    assert [shown.conversation for shown in teams.messages] == [thread] * 4
    assert "Apple closed" in teams.messages[0].text
    assert "Microsoft closed" in teams.messages[2].text
    assert teams.messages[0].history[0] == "Reading your question…"
    assert thread in teams.typing


async def test_a_group_chat_is_answered_when_it_is_allowed_and_the_assistant_is_called(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        await client.deliver(mention("price of Apple", teams.service_url, group=True))
        assert await settled(settings) == ["done"]
        assert "Apple closed" not in teams.said[-1].text
        await allow(settings, GROUP, "group")
        await client.deliver(mention("price of Apple", teams.service_url, group=True))
        await client.deliver(elsewhere(message("price of Tesla", teams.service_url), group=True))
        assert await settled(settings) == ["done", "done"]
    assert "Apple closed" in teams.said[-1].text


async def test_what_is_personal_goes_from_a_channel_to_the_asker_alone(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        await allow(settings, CHANNEL)
        await client.deliver(mention("what do I hold?", teams.service_url))
        assert await settled(settings) == ["done"]
    there, here = teams.said
    assert there.conversation.startswith(CHANNEL)
    assert "portfolio" not in there.text
    assert here.conversation == f"a:with-{USER}"
    assert "portfolio" in here.text


async def test_a23_a_guest_is_told_nothing_personal_and_who_left_is_told_nothing(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        teams.members[USER]["userRole"] = "guest"
        assert "portfolio" not in (await client.ask("what do I hold?")).text
        client.teams.members[USER] |= {"userRole": "user", "tenantId": "99999999-2222-4333-8444-555555555555"}
    async with serving(settings, teams) as client:
        assert "portfolio" not in (await client.ask("what do I hold?")).text
        teams.members.clear()
    async with serving(settings, teams) as client:
        known = len(teams.messages)
        await client.say("what do I hold?")
        assert await settled(settings) == ["done", "done", "done"]
        await until(lambda: len(teams.messages) == known)


async def test_a5_i12_a_reworded_question_is_answered_anew_and_a_deleted_one_not_at_all(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        body = await client.say("price of Apple")
        await settled(settings)
        await client.deliver(edited(body, "price of Microsoft"))
        assert await settled(settings) == ["done", "done"]
        assert "Microsoft closed" in teams.said[-1].text
        await client.deliver(edited(body, "price of Tesla"))  # once is enough
        assert await settled(settings) == ["done", "done"]
        teams.held["create"] = asyncio.Event()
        gone = await client.say("price of Coca-Cola")
        await until(lambda: "create" in teams.kinds()[-1:])
        await client.deliver(deleted(gone))
        teams.held["create"].set()
        assert await settled(settings) == ["cancelled", "done", "done"]
        await until(lambda: bool(teams.deleted) or not any(shown.is_streaming for shown in teams.messages))
    assert not any("Coca-Cola" in shown.text for shown in teams.messages)


async def test_the_stop_button_ends_the_turn(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        teams.held["member"] = asyncio.Event()  # the turn waits for who asks
        await client.say("price of Apple")
        await until(lambda: bool(teams.messages))
        teams.stopped.add(teams.messages[0].id)
        teams.held.pop("member").set()
        assert await settled(settings) in (["cancelled"], ["done"])
        await until(lambda: teams.messages[0].history[-1] != "Apple")
    assert not any("Apple closed" in shown.text for shown in teams.messages)


async def test_a_stream_of_two_minutes_is_replaced_by_a_message_in_its_place(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams, every=5) as client:
        await client.say("price of Apple")
        await until(lambda: bool(teams.messages))
        teams.messages[0].is_streaming = False  # Teams ended it
        assert await settled(settings) == ["done"]
    (shown,) = teams.said
    assert "Apple closed" in shown.text
    assert "update" in teams.kinds()


async def test_typed_commands_have_the_same_words_as_in_slack(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        assert "fin watch" in (await client.ask("fin help")).text
        assert "AAPL" in (await client.ask("/fin watch add Apple")).text
        assert "AAPL" in (await client.ask("fin watch list")).text
        assert "AAPL" in (await client.ask("/watch list")).text
        assert "fin help" in (await client.ask("fin")).text or "watch" in (await client.ask("fin")).text


async def test_own_posts_those_of_bots_and_what_is_malformed_lead_to_nothing(
    settings: Settings, teams: TeamsServer
) -> None:
    url = teams.service_url
    odd = [
        message("hi", url) | {"from": {"id": "28:another", "role": "bot"}},
        message("hi", url) | {"conversation": {"id": "../../evil", "tenantId": TENANT}},
        message("hi", url) | {"conversation": {"id": "a:1?x=1", "tenantId": TENANT}},
        message("hi", url) | {"from": {}},
        message("hi", url) | {"from": None},
        message("hi", url) | {"entities": 5},
        {"type": 5, "serviceUrl": url, "channelId": "msteams", "channelData": {"tenant": {"id": TENANT}}},
        message("hi", url) | {"type": "event", "name": "application/vnd.microsoft.readReceipt"},
        message("hi", url) | {"type": "messageReaction"},
    ]
    async with serving(settings, teams) as client:
        for body in odd:
            assert (await client.deliver(body)).status_code == 200, body
        assert await rows(settings) == {}
    assert teams.messages == []


async def test_who_adds_the_app_is_greeted_once_and_can_be_written_to(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database
    async with serving(settings, teams) as client:
        for _ in range(3):
            await client.deliver(installed(teams.service_url))
        added = installed(teams.service_url) | {
            "type": "conversationUpdate", "membersAdded": [{"id": "28:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"}],
        }  # fmt: skip
        await client.deliver(added)
        await until(lambda: bool(teams.messages))
    (shown,) = teams.messages
    assert [action["title"] for action in shown.card["actions"]][-2:] == ["My home", "Settings"]
    async with await open_records(settings) as database, database.read() as session:
        (row,) = await session.scalars(sa.select(ConversationReference))
        assert (row.tenant, row.conversation_id, row.user_id, row.kind) == (TENANT, PERSONAL, USER, "direct")
        assert row.reference["account"] == ACCOUNT
        assert row.failure is None


async def test_the_greeting_says_where_it_answers_and_only_channels_have_threads(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        for there in ({"group": True}, {}):
            await client.deliver(elsewhere(installed(teams.service_url), **there))
        await until(lambda: len(teams.messages) == 2)
    greetings = {shown.conversation: letters(shown.card) for shown in teams.messages}
    assert "I answer in this chat" in greetings[GROUP]
    assert "thread" not in greetings[GROUP]
    assert "I answer in that thread" in greetings[CHANNEL]


async def test_b9_where_the_app_was_taken_out_nothing_is_sent_and_the_log_says_so_once(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database
    async with serving(settings, teams) as client:
        await client.ask("price of Apple")
        teams.gone.add(PERSONAL)
        await client.say("price of Microsoft")
        assert "dead" in await settled(settings)
        calls = len(teams.calls)
        await client.deliver(installed(teams.service_url, "remove"))
        assert len(teams.calls) == calls
        async with await open_records(settings) as database, database.read() as session:
            row = await session.get(ConversationReference, (TENANT, "teams", PERSONAL))
            assert row is not None
            assert "gone" in str(row.failure)
            told = [entry for entry in await entries(session, TENANT) if entry.action == "teams.unreachable"]
            assert [entry.subject for entry in told] == [PERSONAL]
            assert (await verify(session, TENANT)).is_whole
        teams.gone.clear()
        await client.say("price of Coca-Cola")  # they write again, so it is not gone
        await settled(settings)
        assert "Coca-Cola closed" in teams.said[-1].text
