"""Buttons, dialogs and thumbs in Teams: the same person, the same rights and the same words as a message."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records import preferences
from bot.records.admin_tables import Feedback
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.turn.proposals import Refusal
from tests.bot.surfaces.teams.served import allow, button, letters, rows, serving, settled
from tests.fakes.teams_payloads import CHANNEL, GROUP, TENANT, USER, elsewhere, invoke, mention, message
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from bot.settings import Settings
    from tests.fakes.teams_server import TeamsServer

GRACE = {"id": "29:1grace", "name": "Grace", "aadObjectId": "abababab-3434-4565-8787-909090909090"}


async def test_a_proposal_is_made_by_one_press_of_the_person_it_is_for(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database
    async with serving(settings, teams) as client:
        shown = await client.ask("add Apple to my watchlist")
        assert "AAPL" not in str(button(shown, "Add to watchlist"))  # what it does is kept on the server
        other = await client.press(shown, "Add to watchlist", **{"from": GRACE})
        assert other["value"] == Refusal.NOT_YOURS.value
        first, second = await asyncio.gather(
            client.press(shown, "Add to watchlist"), client.press(shown, "Add to watchlist")
        )
        assert sorted([first["value"], second["value"]]) == sorted(
            ["Confirmed; what came of it is said below.", Refusal.USED.value]
        )
        await settled(settings)
        await until(lambda: "Add to watchlist" not in letters(shown.card))
        assert "Confirmed" in letters(shown.card)
        assert "Added to your watchlist: AAPL" in teams.said[-1].text
        assert "AAPL" in (await client.ask("fin watch list")).text


async def test_a_declined_proposal_can_not_be_made_later(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        shown = await client.ask("add Apple to my watchlist")
        confirm = button(shown, "Add to watchlist")
        assert (await client.press(shown, "Not now"))["value"] == "Not now: nothing was changed."
        value = {"action": {"verb": confirm["verb"], "data": confirm["data"]}}
        assert (await client.invoke("adaptiveCard/action", value))["value"] == Refusal.USED.value
        assert "is empty" in (await client.ask("fin watch list")).text


async def test_b7_what_was_made_up_or_is_malformed_changes_nothing(settings: Settings, teams: TeamsServer) -> None:
    odd: list[dict[str, Any]] = [
        {}, {"action": 5}, {"action": {"verb": "proposal_confirm"}}, {"action": {"verb": "proposal_confirm", "data": "x"}},
        {"action": {"verb": "proposal_confirm", "data": {"nonce": 5}}},
        {"action": {"verb": "proposal_confirm", "data": {"nonce": "made up"}}},
        {"action": {"verb": "unknown", "data": {"nonce": "x"}}},
        {"action": {"verb": "alert_delete", "data": {"of": "../../x"}}},
        {"action": {"verb": "digest_run", "data": {"of": 5}}}, {"action": {"verb": ["stop"], "data": {"of": "x"}}},
        {"action": {"verb": "stop", "data": {"of": ["x"]}}}, {"action": {"verb": "stop", "data": {"of": "../x"}}},
    ]  # fmt: skip
    async with serving(settings, teams) as client:
        for value in odd:
            answer = await client.invoke("adaptiveCard/action", value)
            assert answer["statusCode"] == 200, value
        for name in ("task/fetch", "task/submit"):
            for value in (
                {},
                {"data": 5},
                {"data": {"dialog": "show_how", "of": 5}},
                {"data": {"dialog": "show_how", "of": "x"}},
                {"data": {"dialog": "home", "act": "delete", "kind": "digest", "of": "x"}},
                {"data": {"dialog": "home", "act": ["pause"], "kind": "alert", "of": "x"}},
            ):
                assert "task" in await client.invoke(name, value)
        assert await client.invoke("message/submitAction", {"actionName": "feedback", "actionValue": 5}) is None
        assert await client.invoke("signin/verifyState", {"state": "x"}) is None
        assert await client.invoke("composeExtension/query", {}) is None
        assert await client.invoke("composeExtension/submitAction", {"commandId": "explainFigures"}) is None
        # The same door as for messages: no invoke comes in without its token.
        body = invoke("adaptiveCard/action", odd[5], teams.service_url)
        assert (await client.http.post("/api/messages", json=body)).status_code == 401
        assert await rows(settings) == {}


async def test_a_follow_up_is_asked_for_who_presses_and_says_what_was_asked(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        shown = await client.ask("price of Coca-Cola")
        await client.press(shown, "5-year chart")
        await settled(settings)
    assert teams.said[-1].text.startswith("*You asked: how did KO do over the last 5 years?*")
    assert "63.0%" in teams.said[-1].text


async def test_how_an_answer_was_found_is_shown_to_who_may_see_it(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        shown = await client.ask("price of Apple")
        answer = await client.press(shown, "Show how")
        told = letters(answer["task"]["value"]["card"]["content"])
        assert "get_quote(symbols=[AAPL])" in told
        assert "$125.67" in told
        assert "bundled history, Dec 28, 2022" in told
        other = await client.press(shown, "Show how", **{"from": GRACE})
        assert "not for you" in letters(other["task"]["value"]["card"]["content"])
        await allow(settings, CHANNEL)
        body = mention("price of Microsoft", teams.service_url)
        await client.deliver(body)
        await settled(settings)
        there = teams.messages[-1]
        pressed = elsewhere({"conversation": {}}, thread=body["id"])
        seen = await client.press(there, "Show how", **{"from": GRACE}, **pressed)
        assert "get_quote(symbols=[MSFT])" in letters(seen["task"]["value"]["card"]["content"])


async def test_show_how_is_answered_in_a_group_chat_on_any_later_day(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        await allow(settings, GROUP, "group")
        yesterday = (datetime.now(UTC) - timedelta(hours=20)).isoformat()
        body = mention("price of Apple", teams.service_url, group=True)
        await client.deliver(body | {"timestamp": yesterday, "localTimestamp": yesterday})
        await settled(settings)
        there = teams.messages[-1]
        await client.deliver(message("fin help", teams.service_url, **{"from": GRACE}))
        await settled(settings)
        tomorrow = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
        chat = elsewhere({"from": GRACE, "localTimestamp": tomorrow}, group=True)
        seen = await client.press(there, "Show how", **chat)
        assert "get_quote(symbols=[AAPL])" in letters(seen["task"]["value"]["card"]["content"])
        another = {"conversation": {"conversationType": "groupChat", "tenantId": TENANT, "id": "19:other@thread.v2"}}
        seen = await client.press(there, "Show how", **chat | another)
        assert "is not for you" in letters(seen["task"]["value"]["card"]["content"])
        like = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "{}"}}
        assert await client.invoke("message/submitAction", like, replyToId=there.id, **chat) == {}
    async with await open_records(settings) as database, database.read() as session:
        assert [row.rating for row in await session.scalars(sa.select(Feedback))] == [1]


async def test_a_personal_answer_is_explained_to_full_members_alone(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        shown = await client.ask("what do I hold?")
        teams.members[USER]["userRole"] = "guest"
        answer = await client.press(shown, "Show how")
        assert "not for you" in letters(answer["task"]["value"]["card"]["content"])


async def test_thumbs_are_kept_with_their_reason_and_changed_by_the_next(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database

    async def given() -> list[tuple[int, str | None, str]]:
        async with await open_records(settings) as database, database.read() as session:
            found = await session.scalars(sa.select(Feedback))
            return [(row.rating, row.reason, row.user_id) for row in found]

    async with serving(settings, teams) as client:
        shown = await client.ask("price of Apple")
        like = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "{}"}}
        assert await client.invoke("message/submitAction", like, replyToId=shown.id) == {}
        assert await given() == [(1, None, USER)]
        why = {"reaction": "dislike", "feedback": '{"feedbackText":"  too old "}'}
        await client.invoke("message/submitAction", {**like, "actionValue": why}, replyToId=shown.id)
        assert await given() == [(-1, "too old", USER)]
        await client.invoke("message/submitAction", like, replyToId=shown.id, **{"from": GRACE})
        await client.invoke("message/submitAction", like, replyToId="m999")
        assert await given() == [(-1, "too old", USER)]


async def test_settings_are_kept_all_or_nothing_and_faults_told_beside_their_fields(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        await client.ask("fin help")
        form = await client.invoke("task/fetch", {"data": {"dialog": "settings"}})
        assert {element.get("id") for element in form["task"]["value"]["card"]["content"]["body"]} >= {
            "zone",
            "risk",
            "digest",
        }
        entered = {
            "dialog": "settings",
            "currency": "EUR",
            "zone": "Mars/Olympus",
            "language": "de_DE",
            "risk": "balanced",
        }
        again = await client.invoke("task/submit", {"data": entered})
        assert "Mars/Olympus" in letters(again["task"]["value"]["card"]["content"])
        assert "is no time zone" in letters(again["task"]["value"]["card"]["content"])
        saved = await client.invoke("task/submit", {"data": entered | {"zone": "Europe/Berlin", "digest": "08:00"}})
        assert "Your settings are kept" in letters(saved["task"]["value"]["card"]["content"])
        assert "125,67" in (await client.ask("price of Apple")).text
        form = await client.invoke("task/fetch", {"data": {"dialog": "settings"}})
        values = {
            each["id"]: each.get("value") for each in form["task"]["value"]["card"]["content"]["body"] if "id" in each
        }
        assert values == {
            "currency": "EUR",
            "zone": "Europe/Berlin",
            "language": "de_DE",
            "risk": "balanced",
            "digest": "08:00",
        }
    async with await open_records(settings) as database, database.read() as session:
        chosen = await preferences.choices_of(session, Actor(USER, TENANT))
    assert (chosen.base_currency, chosen.time_zone, chosen.locale, chosen.risk_profile) == (
        "EUR", "Europe/Berlin", "de_DE", "balanced",
    )  # fmt: skip


async def test_a_digest_with_a_zone_of_its_own_is_left_alone_by_what_else_is_saved(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        await client.ask("fin help")
        await client.ask("fin digest add my_portfolio 08:00 mon-fri zone=Asia/Tokyo")
        entered = {"dialog": "settings", "currency": "EUR", "zone": "Europe/Berlin", "digest": "08:00"}
        await client.invoke("task/submit", {"data": entered})
        assert "08:00, Mon to Fri (Asia/Tokyo)" in (await client.ask("fin digest list")).text


async def test_home_shows_what_is_watched_and_a_guest_nothing(settings: Settings, teams: TeamsServer) -> None:
    async with serving(settings, teams) as client:
        await client.ask("fin watch add Apple")
        home = await client.invoke("task/fetch", {"data": {"dialog": "home"}})
        told = letters(home["task"]["value"]["card"]["content"])
        assert "Apple (AAPL)" in told
        assert "$125.67" in told
        teams.members[USER]["userRole"] = "guest"
        home = await client.invoke("task/fetch", {"data": {"dialog": "home"}})
        assert "AAPL" not in letters(home["task"]["value"]["card"]["content"])


async def test_from_the_home_a_digest_and_an_alert_are_paused_and_taken_up_again_by_their_owner(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    settings = on_each_database

    def pauses(answer: Any) -> list[dict[str, Any]]:
        columns = [
            each["columns"][1] for each in answer["task"]["value"]["card"]["content"]["body"] if "columns" in each
        ]
        return [column["items"][0]["actions"][0] for column in columns]

    async with serving(settings, teams) as client:
        await client.ask("fin digest add market_close zone=Europe/Berlin")
        await client.ask("fin alert AAPL above 500")
        home = await client.invoke("task/fetch", {"data": {"dialog": "home"}})
        assert [each["title"] for each in pauses(home)] == ["Pause", "Pause"]
        for each in pauses(home):
            other = await client.invoke("task/submit", {"data": each["data"]}, **{"from": GRACE})
            assert "paused" not in letters(other["task"]["value"]["card"]["content"]).lower()
        home = await client.invoke("task/fetch", {"data": {"dialog": "home"}})
        assert [each["title"] for each in pauses(home)] == ["Pause", "Pause"]
        for each in pauses(home):
            home = await client.invoke("task/submit", {"data": each["data"]})
        assert [each["title"] for each in pauses(home)] == ["Resume", "Resume"]
        assert letters(home["task"]["value"]["card"]["content"]).count("– paused") == 2
        for each in pauses(home):
            home = await client.invoke("task/submit", {"data": each["data"]})
        assert [each["title"] for each in pauses(home)] == ["Pause", "Pause"]
