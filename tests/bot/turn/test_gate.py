"""What admins stop is stopped at once, in the middle of a turn, too; and whose data it is, is looked up at each read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.llm.base import EndPiece
from bot.llm.portfolio import Candidate, Portfolio
from bot.messages import ToolCall
from bot.records import administration as admin
from bot.records import portfolios
from bot.records.access import LOST, READ_ONLY
from bot.records.database import open_database
from bot.records.models import ApprovedModel
from bot.records.prompts import hash_of
from bot.records.users import Actor
from bot.turn.confidence import ASK_BELOW
from bot.turn.destination import Place
from bot.turn.prompting import sections
from tests.fakes.firm import CHIEF, NOW, Firm, open_firm
from tests.fakes.scripted_model import ScriptedModel
from tools.context import ToolContext
from tools.values import Findings

WORDS = sections("notices")
PRICE = ToolCall("get_quote", {"symbols": ["Apple"]})
MINE = ToolCall("get_portfolio", {})
DESK = Place("slack", "local", "C1", "private")


@pytest.fixture
async def firm(sqlite_url: str) -> AsyncIterator[Firm]:
    async with await open_database(sqlite_url) as database:
        yield await open_firm(database)


def pulled(kind: str, subject: str = "") -> Any:
    return lambda session: admin.pull_switch(session, CHIEF, kind, subject, reason="a drill", at=NOW)


def shut_out(user: str) -> Any:
    return lambda session: admin.save_user(session, CHIEF, user, display_name="", active=False, at=NOW)


def allowed(session: Any) -> Any:
    return admin.save_channel(session, CHIEF, "C1", name="", kind="private", allowed=True, external=False, at=NOW)


STOPS = [
    (pulled("tenant"), "tenant_stopped"),
    (pulled("user", "member"), "user_stopped"),
    (shut_out("member"), "user_inactive"),
]


@pytest.mark.parametrize(("act", "key"), STOPS, ids=[key for _, key in STOPS])
@pytest.mark.parametrize("text", ["price of Apple", "/watch list", ""])
async def test_who_is_stopped_gets_the_notice_and_it_is_on_record(firm: Firm, act: Any, key: str, text: str) -> None:
    await firm.act(act)
    reply = await firm.ask(text)
    assert (reply.status, reply.answer) == ("declined", WORDS[key])
    assert firm.model.asked == []
    (turn,) = await firm.turns()
    assert (turn.status, turn.question, turn.answer) == ("declined", text, WORDS[key])


@pytest.mark.parametrize(("act", "key"), STOPS, ids=[key for _, key in STOPS])
async def test_a_switch_pulled_in_the_middle_ends_the_turn_between_two_looks(firm: Firm, act: Any, key: str) -> None:
    async def find_symbols(context: ToolContext) -> Findings:
        """A look-up during which an admin acts."""
        await firm.act(act)
        return Findings("done")

    firm.model.is_native = False
    reply = await firm.with_tools(find_symbols).ask("price of Apple", [ToolCall("find_symbols", {})], [PRICE], ["No."])
    assert (reply.status, reply.answer, reply.figures) == ("declined", WORDS[key], ())
    assert len(firm.model.asked) == 1  # it was not even asked what to do next
    assert await firm.calls() == []


async def test_a_switch_pulled_while_the_last_tool_runs_keeps_its_answer_back(firm: Firm) -> None:
    async def find_symbols(context: ToolContext) -> Findings:
        """A look-up during which an admin acts."""
        await firm.act(pulled("tenant"))
        return Findings("A secret.")

    reply = await firm.with_tools(find_symbols).ask("price of Apple", [ToolCall("find_symbols", {})])
    assert (reply.status, reply.answer) == ("declined", WORDS["tenant_stopped"])


OFF = "“Quote” is switched off by your administrator."
SWITCHES = [
    pulled("tool", "get_quote"),
    lambda session: admin.switch_tool(session, CHIEF, "get_quote", enabled=False, at=NOW),
]


@pytest.mark.parametrize("act", SWITCHES)
async def test_the_built_in_model_s_call_of_a_tool_that_is_off_ends_in_a_sentence(firm: Firm, act: Any) -> None:
    await firm.act(act)
    unsure = EndPiece(confidence=ASK_BELOW - 1)
    for steps in ([PRICE], [PRICE, unsure]):
        reply = await firm.ask("price of Apple", steps)
        assert reply.status == "declined"
        assert OFF in reply.answer
        assert reply.figures == ()


@pytest.mark.parametrize("act", SWITCHES)
async def test_another_model_is_not_offered_it_and_gets_nothing_from_it_all_the_same(firm: Firm, act: Any) -> None:
    await firm.act(act)
    firm.model.is_native = False
    reply = await firm.ask("price of Apple", [PRICE], ["I can't look that up."])
    offered = {tool["function"]["name"] for tool in firm.model.asked[0].tools}
    assert "get_quote" not in offered
    assert len(offered) == 23
    assert OFF in reply.answer
    assert reply.figures == ()


async def test_a_tool_switched_off_between_two_calls_is_off_for_the_second(firm: Firm) -> None:
    async def find_symbols(context: ToolContext) -> Findings:
        """A look-up during which an admin acts."""
        await firm.act(pulled("tool", "get_quote"))
        return Findings("done")

    firm.model.is_native = False
    steps = ([ToolCall("find_symbols", {})], [PRICE], ["I can't look that up."])
    reply = await firm.with_tools(find_symbols).ask("price of Apple", *steps)
    assert OFF in reply.answer
    assert "125.67" not in reply.answer


def approved(*models: ScriptedModel) -> Portfolio:
    return Portfolio(
        [Candidate(ApprovedModel(m.name, "x", "0" * 64, ("tools", "write"), {}), m, 0.9, 1.0) for m in models]
    )


async def test_a_stopped_model_is_passed_over_and_with_none_left_the_cause_is_said(firm: Firm) -> None:
    large = ScriptedModel([[PRICE], ["Apple is fine."]], name="large")
    firm = firm.with_parts(portfolio=approved(large))
    await firm.act(pulled("model", "large"))
    reply = await firm.ask("price of Apple", [PRICE])
    assert reply.model is not None
    assert (reply.model.name, reply.status, large.asked) == ("scripted", "answered", [])
    await firm.act(pulled("model", "scripted"))
    reply = await firm.ask("price of Apple")
    assert reply.status == "failed"
    assert "The model scripted is stopped by your administrator." in reply.answer


async def test_a_spent_quota_says_when_to_ask_again(firm: Firm) -> None:
    await firm.act(lambda session: admin.set_quota(session, CHIEF, "", per_hour=1, per_day=None, at=NOW))
    await firm.act(lambda session: admin.set_policy(session, CHIEF, {"time_zone": "Europe/Berlin"}, at=NOW))
    assert (await firm.ask("price of Apple", [PRICE])).status == "answered"
    reply = await firm.with_parts(now=lambda: NOW + timedelta(minutes=20)).ask("price of Apple")
    assert reply.status == "declined"
    assert reply.answer == (
        "You have asked 1 question in the last hour, as many as your administrator allows. "
        "Ask again after 23:30 on 20 Nov 2026 (Europe/Berlin)."
    )
    assert (await firm.ask("price of Apple", [PRICE], by="adviser")).status == "answered"


async def test_the_prompt_and_the_currency_in_use_are_those_of_the_tenant(firm: Firm) -> None:
    text = "It is {today}. Data: {data}. At most {max_calls} calls. Be brief."
    await firm.act(lambda session: admin.save_prompt(session, CHIEF, "advisor", text, at=NOW))
    await firm.act(lambda session: admin.activate_prompt(session, CHIEF, "advisor", 1, at=NOW))
    await firm.act(lambda session: admin.set_policy(session, CHIEF, {"base_currency": "EUR"}, at=NOW))
    firm.model.is_native = False
    await firm.ask("price of Apple", [PRICE], ["Done."])
    system = firm.model.asked[0].messages[0].content
    assert system.startswith("It is ")
    assert system.endswith("At most 8 calls. Be brief.")
    (turn,) = await firm.turns()
    assert turn.prompt_hash == hash_of(text)


async def test_a_place_that_nobody_allowed_gets_one_line(firm: Firm) -> None:
    reply = await firm.ask("price of Apple", place=DESK)
    assert (reply.status, reply.answer) == ("declined", WORDS["channel_not_allowed"])
    await firm.act(allowed)
    assert (await firm.ask("price of Apple", [PRICE], place=DESK)).status == "answered"


async def test_a_guest_may_type_no_command_but_help(firm: Firm) -> None:
    guest = Place("slack", "local", "D1", "direct", asker="guest")
    for command in ("/watch list", "/target AAPL 5%", "/client"):
        assert (await firm.ask(command, place=guest)).answer == WORDS["guest"]
    assert "type:" in (await firm.ask("/help", place=guest)).answer


async def test_an_adviser_chooses_a_client_and_every_answer_says_for_whom(firm: Firm) -> None:
    said = await firm.ask("/client Ada Byron", by="adviser")
    assert said.answer == ("You ask about Ada Byron in this conversation now. Type `/client` to go back to yourself.")
    assert said.personal
    reply = await firm.ask("what do I hold", [MINE], by="adviser")
    assert reply.answer.startswith("For Ada Byron:\n\n")
    assert "Microsoft" in reply.answer
    assert "Apple" not in reply.answer
    assert (reply.client, reply.personal) == ("ada", True)
    market = await firm.ask("price of Apple", [PRICE], by="adviser")
    assert not market.answer.startswith("For ")
    assert (market.client, market.personal) == ("ada", False)
    elsewhere = await firm.ask("what do I hold", [MINE], by="adviser", conversation="another")
    assert "Apple" in elsewhere.answer
    back = await firm.ask("/client", by="adviser")
    assert back.answer == "You ask about yourself. You may ask about: Ada Byron (ada). Choose with `/client NAME`."
    assert "Apple" in (await firm.ask("what do I hold", [MINE], by="adviser")).answer


@pytest.mark.parametrize("name", ["ben", "Ben Low", "nobody", "adviser"])
async def test_who_is_no_client_can_not_be_chosen_and_nothing_tells_that_they_exist(firm: Firm, name: str) -> None:
    reply = await firm.ask(f"/client {name}", by="adviser")
    assert reply.answer.startswith("Nothing was changed: you have no client of that name.")
    assert (await firm.ask("/client", by="member")).answer == (
        "You ask about yourself. There is nobody else you may ask about."
    )


async def test_the_assignment_is_looked_up_at_every_read(firm: Firm) -> None:
    await firm.ask("/client ada", by="adviser")
    await firm.act(lambda session: admin.unassign_client(session, CHIEF, "adviser", "ada", at=NOW))
    reply = await firm.ask("what do I hold", [MINE], by="adviser")
    assert (reply.status, reply.figures) == ("declined", ())
    assert LOST in reply.answer
    assert "Microsoft" not in reply.answer
    assert (await firm.ask("/watch add Pfizer", by="adviser")).answer == READ_ONLY


async def test_an_assignment_that_ends_while_the_answer_is_made_keeps_it_back(firm: Firm) -> None:
    async def find_symbols(context: ToolContext) -> Findings:
        """Reads, and loses the right to have read."""
        await context.portfolio.portfolio()
        await firm.act(lambda session: admin.unassign_client(session, CHIEF, "adviser", "ada", at=NOW))
        return Findings("Microsoft, ten of them.")

    await firm.ask("/client ada", by="adviser")
    reply = await firm.with_tools(find_symbols).ask("how am I", [ToolCall("find_symbols", {})], by="adviser")
    assert (reply.status, reply.answer) == ("declined", LOST)


async def test_an_adviser_changes_a_client_s_list_and_a_supervisor_only_looks(firm: Firm) -> None:
    await firm.ask("/client ada", by="adviser")
    reply = await firm.ask("/watch add KO", by="adviser")
    assert reply.answer.startswith("For Ada Byron:\n\nAdded to your watchlist: KO.")
    assert "You can look" in (await firm.ask("/client ada", by="supervisor")).answer
    assert "MSFT, KO" in (await firm.ask("/watch list", by="supervisor")).answer
    for command in ("/watch add PFE", "/target MSFT 9%"):
        refused = await firm.ask(command, by="supervisor")
        assert (refused.status, refused.answer) == ("declined", READ_ONLY)
    async with firm.parts.database.read() as session:
        assert await portfolios.watchlist_of(session, Actor("ada")) == ("MSFT", "KO")
        assert await portfolios.watchlist_of(session, Actor("adviser")) == ("AAPL",)


async def test_what_was_said_about_one_person_is_no_history_for_another(firm: Firm) -> None:
    firm.model.is_native = False
    await firm.ask("what do I hold", [MINE], ["Microsoft is what there is."], by="adviser")
    await firm.ask("/client ada", by="adviser")
    await firm.ask("what do I hold", [MINE], ["Microsoft is what there is."], by="adviser")
    assert len(firm.model.asked[-1].messages) == 2 + 2  # the rules, the question, the call and its result
    await firm.ask("/client", by="adviser")
    await firm.ask("and now?", ["CLARIFY: What?"], by="adviser")
    shown = " ".join(message.content for message in firm.model.asked[-1].messages)
    assert "For Ada Byron" not in shown


async def test_in_a_shared_place_a_model_does_not_read_again_what_only_the_asker_may(firm: Firm) -> None:
    await firm.act(allowed)
    firm.model.is_native = False
    personal = await firm.ask("what do I hold", [MINE], ["Apple is what there is."], place=DESK)
    assert "Apple" in personal.answer
    await firm.ask("thanks", ["You are welcome."], place=DESK)
    answers = [message.content for message in firm.model.asked[-1].messages if message.role == "assistant"]
    assert answers == [WORDS["sent_direct"]]
    alone = replace(DESK, kind="direct")
    await firm.ask("thanks", ["You are welcome."], place=alone)
    assert "Apple" in " ".join(message.content for message in firm.model.asked[-1].messages)
