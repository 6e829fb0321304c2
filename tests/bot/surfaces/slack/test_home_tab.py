"""Home tabs as people meet them: opened on a running server, drawn at once and again, and kept up to date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from bot.records import administration, portfolios, users
from bot.records.users import Actor
from bot.turn.prompting import sections
from tests.fakes.block_check import live_parts, texts
from tests.fakes.slack_interactive import press
from tests.fakes.slack_payloads import DM, TEAM, USER, message, opened
from tests.fakes.slack_served import Served, served_settings, serving, ts
from tests.fakes.slack_server import Fault
from tests.fakes.waiting import until
from tools.context import Portfolio, Transaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.slack_server import SlackServer

ADA = Actor(USER, TEAM)
LOT = Transaction("AAPL", Decimal(10), Decimal(50), "USD", date(2018, 3, 5))


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        async with served.database.write() as session:
            await users.ensure_user(session, ADA)
            await portfolios.add_portfolio(session, ADA, Portfolio("Main", "USD", (LOT,), {}, {}))
        yield served


def seen(slack: SlackServer, number: int = -1) -> str:
    return " ".join(texts(slack.tabs[number][1])).replace("\u2060", "")


async def test_it_is_there_at_once_then_with_prices_and_the_next_time_with_both(
    served: Served, slack: SlackServer
) -> None:
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 2)
    assert [user for user, _ in slack.tabs] == [USER, USER]
    assert "Looking up prices…" in seen(slack, 0)
    assert "$1,256.74" in seen(slack, 1)
    assert "As of" in seen(slack, 1)
    assert live_parts(slack.tab(USER)) == []
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 3)
    assert slack.tabs[2] == slack.tabs[1]


async def test_a_watched_company_appears_without_opening_it_again(served: Served, slack: SlackServer) -> None:
    await served.say(message("/watch add Coca-Cola", ts=ts(1), event_id="Ev1"))
    await until(lambda: slack.tabs and "Coca-Cola (KO)" in seen(slack))
    before = len(slack.tabs)
    await served.say(message("/quote KO", ts=ts(2), event_id="Ev2"))
    await served.say(message("/watch add Pfizer", ts=ts(3), event_id="Ev3"))
    await until(lambda: "Pfizer" in seen(slack))
    assert len(slack.tabs) - before <= 2  # what changes nothing draws nothing


async def test_each_reads_in_their_own_language_zone_and_currency(served: Served, slack: SlackServer) -> None:
    slack.users[USER] = {"tz": "Europe/Berlin", "locale": "de-DE"}
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 2)
    assert "1.256,74 $" in seen(slack).replace("\xa0", " ")
    await served.say(message("price of Apple", ts=ts(1), event_id="Ev1"))
    assert "125,67 $" in served.answers()[-1].text.replace("\xa0", " ")
    await served.say(message("/settings language en_GB", ts=ts(2), event_id="Ev2"))
    await served.say(message("/settings currency EUR", ts=ts(3), event_id="Ev3"))
    await until(lambda: "€" in seen(slack))
    await served.say(message("price of Apple", ts=ts(4), event_id="Ev4"))
    assert "US$125.67" in served.answers()[-1].text


@pytest.mark.parametrize("known", [{"is_restricted": True}, {"is_stranger": True}, {"team_id": "T9"}])
async def test_guests_and_strangers_see_nothing_personal(
    served: Served, slack: SlackServer, known: dict[str, Any]
) -> None:
    slack.users[USER] = known
    await served.say(opened())
    await until(lambda: slack.tabs)
    assert sections("notices")["guest"] in seen(slack)
    assert "AAPL" not in seen(slack)
    assert "$" not in seen(slack)


async def test_somebody_who_became_a_guest_sees_no_more_what_was_kept(served: Served, slack: SlackServer) -> None:
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 2)
    slack.users[USER] = {"is_ultra_restricted": True}
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 3)
    assert "1,256" not in seen(slack)
    slack.users[USER] = {"deleted": True}
    calls = len(slack.calls)
    await served.say(opened())
    await until(lambda: len(slack.calls) > calls)
    assert len(slack.tabs) == 3


async def test_the_account_that_is_linked_to_a_user_sees_that_users(served: Served, slack: SlackServer) -> None:
    async with served.database.write() as session:
        await administration.link_identity(session, Actor("root", TEAM), "slack", "UPHONE", USER, at=datetime.now(UTC))
    await served.say(opened(user="UPHONE"))
    await until(lambda: len(slack.tabs) == 2)
    assert slack.tabs[1][0] == "UPHONE"
    assert "$1,256.74" in seen(slack)


async def test_a_slack_that_does_not_know_charts_gets_a_plain_tab(served: Served, slack: SlackServer) -> None:
    slack.takes_native = False
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 2)
    assert "$1,256.74" in seen(slack)
    refused = [body for method, body in slack.calls if method == "views.publish"]
    assert len(refused) == 3  # one try with native blocks, and never again
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 3)


@pytest.mark.parametrize("error", ["unknown_method", "not_enabled", "internal_error"])
async def test_a_slack_without_home_tabs_harms_nothing(served: Served, slack: SlackServer, error: str) -> None:
    slack.faults["views.publish"] += [Fault(body={"ok": False, "error": error})] * 2
    await served.say(opened())
    await until(lambda: any(method == "views.publish" for method, _ in slack.calls))
    await served.say(message("price of Apple", ts=ts(1), event_id="Ev1"))
    assert "125.67" in served.answers()[-1].text


async def test_a_button_of_the_tab_asks_in_the_direct_messages(served: Served, slack: SlackServer) -> None:
    await served.say(opened())
    await until(lambda: len(slack.tabs) == 2)
    button = slack.tab(USER)["blocks"][-1]["elements"][0]
    await served.press(press(None, button["action_id"], button["value"]))
    assert "worth" in served.answers()[-1].text or "portfolio" in served.answers()[-1].text.lower()
    assert served.answers()[-1].channel == f"D{USER}"


async def test_the_direct_messages_offer_what_fits_the_person(served: Served, slack: SlackServer) -> None:
    await served.say(opened("messages"))
    await until(lambda: slack.prompts)
    (offered,) = slack.prompts
    assert offered["channel_id"] == DM
    assert [prompt["message"] for prompt in offered["prompts"]][:2] == [
        "How is my portfolio doing?",
        "How did Apple do this year?",
    ]
    assert len(offered["prompts"]) == 4
    assert slack.tabs == []


async def test_a_slack_without_prompts_is_let_be(served: Served, slack: SlackServer) -> None:
    slack.missing.add("assistant.threads.setSuggestedPrompts")
    await served.say(opened("messages"))
    await until(lambda: any(method.endswith("setSuggestedPrompts") for method, _ in slack.calls))
    await served.say(message("price of Apple", ts=ts(1), event_id="Ev1"))
    assert "125.67" in served.answers()[-1].text


async def test_a_conversation_is_called_by_its_first_question(served: Served, slack: SlackServer) -> None:
    slack.missing.discard("agents.sessions.setStatus")

    def titles() -> list[tuple[str, str]]:
        calls = [body for method, body in slack.calls if method == "agents.sessions.setStatus"]
        return [(body["thread_ts"], body["title"]) for body in calls if "title" in body]

    first = ts(1)
    await served.say(message("price of Apple", ts=first, event_id="Ev1"))
    await until(titles)
    await served.say(message("and Microsoft?", ts=ts(20_000), thread_ts=first, event_id="Ev2"))
    await served.say(message("/quote KO", ts=ts(30_000), event_id="Ev3"))
    await served.say(message("price of Pfizer", ts=(last := ts(40_000)), event_id="Ev4"))
    await until(lambda: len(titles()) == 2)
    assert titles() == [(first, "price of Apple"), (last, "price of Pfizer")]
