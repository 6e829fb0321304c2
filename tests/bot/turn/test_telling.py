"""Who reads along while a model words the answer, and what they have read by its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import ModelFailed
from bot.llm.base import TextPiece
from bot.llm.portfolio import Candidate, Portfolio
from bot.messages import ToolCall
from bot.records.administration import pull_switch
from bot.records.models import ApprovedModel
from bot.records.users import Actor
from bot.turn import agent
from bot.turn.assistant import Assistant, Question
from bot.turn.destination import TERMINAL, Place
from tests.fakes.acquaintance import told_before
from tests.fakes.firm import CHIEF, NOW, open_firm
from tests.fakes.scripted_model import ScriptedModel

if TYPE_CHECKING:
    from bot.messages import Reply
    from bot.records.database import Database
    from tests.fakes.firm import Firm

PRICE = ToolCall("get_quote", {"symbols": ["Apple"]})
MINE = ToolCall("get_portfolio", {})
TRUE, LIE, MORE = "Apple closed at $125.67.", "Apple closed at $999.99.", "That is all there is to say."
WRITTEN = [f"{TRUE} ", f"{LIE} ", f"{MORE} ", "Ask for more."]
CHANNEL = Place("slack", "local", "C1", "public", allowed=True)


@pytest.fixture
async def firm(database: Database) -> Firm:
    return await open_firm(database, is_native=False)


class Reading:
    """One who reads along."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.drafts: list[Reply] = []

    def __call__(self, text: str) -> None:
        """What is being done is of no interest here."""

    def drafted(self, draft: Reply) -> None:
        self.drafts.append(draft)
        self.read.append(draft.answer)


async def ask(
    firm: Firm, *answers: Any, by: str = "member", place: Place = TERMINAL, text: str = "price of Apple"
) -> tuple[Reply, Reading]:
    firm.model.answers += answers
    await told_before(firm.parts.database, Actor(by), firm.parts.now())
    reading = Reading()
    question = Question(text, Actor(by), f"{by} alone", place.surface, place)
    return await Assistant(firm.parts).ask(question, reading), reading


def handing_over(firm: Firm, *models: ScriptedModel) -> Firm:
    """The built-in model decides, and these word it."""
    approved = [Candidate(ApprovedModel(m.name, "x", "0" * 64, ("write",), {}), m, 0.9, 1.0) for m in models]
    firm.model.is_native = True
    return firm.with_parts(portfolio=Portfolio(approved))


async def test_each_checked_sentence_is_read_before_the_model_has_ended(firm: Firm) -> None:
    reply, reading = await ask(firm, [PRICE], WRITTEN)
    assert reading.read == [TRUE, f"{TRUE} {MORE}"]
    assert reply.answer.startswith(f"{TRUE} {MORE} Ask for more.")
    assert LIE in reply.withheld
    assert reading.drafts[0].figures == reply.figures  # so that they are written as in the answer


async def test_a_model_that_only_words_is_read_along_too(firm: Firm) -> None:
    writer = ScriptedModel([WRITTEN], name="writer")
    reply, reading = await ask(handing_over(firm, writer), [PRICE])
    assert reading.read == [TRUE, f"{TRUE} {MORE}"]
    assert reply.answer.startswith(f"{TRUE} {MORE} Ask for more.")


async def test_what_was_written_before_a_call_is_taken_back(firm: Firm) -> None:
    more = ToolCall("get_quote", {"symbols": ["Microsoft"]})
    reply, reading = await ask(firm, [PRICE], [f"{TRUE} {MORE} Now ", more], WRITTEN)
    assert reading.read == [f"{TRUE} {MORE}", "", TRUE, f"{TRUE} {MORE}"]
    assert reply.answer.count(TRUE) == 1


async def test_what_a_model_wrote_that_failed_is_taken_back(firm: Firm) -> None:
    failing = ScriptedModel([[f"{TRUE} {MORE} Now ", ModelFailed("first", "out of memory")]], name="first")
    reply, reading = await ask(handing_over(firm, failing, ScriptedModel([[MORE]], name="second")), [PRICE])
    assert reading.read == [f"{TRUE} {MORE}", ""]
    assert reply.answer.startswith(MORE)


def halved(firm: Firm, kind: str, subject: str) -> Any:
    """A model that writes, and an admin who pulls a switch in the middle of it."""
    chat = firm.model.chat

    async def acted(*args: Any, **more: Any) -> Any:
        async for piece in chat(*args, **more):
            yield piece
            if piece == TextPiece(f"{MORE} "):
                await firm.act(lambda session: pull_switch(session, CHIEF, kind, subject, reason="a drill", at=NOW))

    return acted


@pytest.mark.parametrize(("kind", "subject"), [("tenant", ""), ("tool", "get_quote"), ("model", "scripted")])
async def test_a_switch_pulled_while_the_model_writes_ends_what_is_read(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, kind: str, subject: str
) -> None:
    monkeypatch.setattr(agent, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(firm.model, "chat", halved(firm, kind, subject))
    reply, reading = await ask(firm, [PRICE], [f"{MORE} ", f"{TRUE} ", "So it is. ", "And more. "])
    assert [draft for draft in reading.read if draft] == []
    assert reply.status != "answered"
    assert TRUE not in reply.answer


async def test_what_announces_a_look_up_is_not_read(firm: Firm) -> None:
    _, reading = await ask(firm, ["Let me look. One moment please. I ask ", PRICE], [TRUE])
    assert reading.read == []


async def test_the_built_in_model_tells_nothing(firm: Firm) -> None:
    firm.model.is_native = True
    reply, reading = await ask(firm, [PRICE])
    assert reply.status == "answered"
    assert reading.read == []


async def test_where_others_read_along_nothing_is_told_before_the_end(firm: Firm) -> None:
    _, reading = await ask(firm, [PRICE], WRITTEN, place=CHANNEL)
    assert reading.read == []


async def test_the_askers_own_data_is_read_by_them_and_a_clients_only_at_the_end(firm: Firm) -> None:
    words = ["You hold shares. ", "That is all. ", "Ask for more."]
    _, own = await ask(firm, [MINE], words, by="adviser", text="what do I hold")
    assert own.read[-1] == "You hold shares. That is all."
    assert own.drafts[-1].personal
    await ask(firm, by="adviser", text="/client Ada Byron")
    reply, reading = await ask(firm, [MINE], words, by="adviser", text="what do I hold")
    assert reply.client == "ada"
    assert "That is all." in reply.answer
    assert reading.read == []
    _, market = await ask(firm, [PRICE], WRITTEN, by="adviser")
    assert market.read == [TRUE, f"{TRUE} {MORE}"]
    assert not market.drafts[-1].personal


async def test_who_was_never_told_that_a_machine_answers_reads_it_with_the_whole_answer(firm: Firm) -> None:
    firm.model.answers += [[PRICE], WRITTEN]
    reading = Reading()
    reply = await Assistant(firm.parts).ask(Question("price of Apple", Actor("member"), "alone"), reading)
    assert reading.read == []
    assert "automated assistant" in reply.disclosure
    assert TRUE in reply.answer
