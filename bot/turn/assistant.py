"""One chat turn: admit → save the question → model and tools → check → save the answer → reply."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import TuppenceError
from bot.llm.portfolio import NOBODY, Portfolio
from bot.messages import Reply, Timings
from bot.records import turns, users
from bot.records.inbox import LeaseLost
from bot.turn.agent import Agent, Decision
from bot.turn.commands import CommandContext, is_personal, run_command
from bot.turn.composing import Composer, figures_of
from bot.turn.destination import TERMINAL, Place
from bot.turn.disclosing import FIRST_CONTACT, note_disclosed
from bot.turn.drafting import Drafting, unheard
from bot.turn.gate import Gate, Stopped
from bot.turn.job import forget
from bot.turn.lookups import agreed_calls
from bot.turn.market_commands import look_ups
from bot.turn.outcome import outcome_of
from bot.turn.prompting import sections
from bot.turn.questions import clean_question
from bot.turn.relay import Relay
from bot.turn.telling import reads_drafts, tell_draft
from tools.context import ToolContext
from tools.errors import AccessRefused
from tools.knowledge.entries import knows_term

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.llm.base import ChatModel
    from bot.llm.reader import Reader
    from bot.messages import ToolResult
    from bot.records.database import Database
    from bot.records.users import Actor
    from bot.turn.drafting import OnText
    from bot.turn.job import Job
    from tools.context import SymbolResolver
    from tools.market_data.base import MarketData
    from tools.toolbox import Toolbox

log = logging.getLogger(__name__)
TURN_BUDGET = timedelta(minutes=5)
HISTORY_TURNS = 6


@dataclass(frozen=True, slots=True)
class Question:
    """What a surface hands over: `text` as typed, by whom, in which conversation, and where that takes place.

    `name` is what the platform calls the asker, for a user whom nobody here has given one; `time_zone` is the one that
    their app has, "" where it does not say.
    """

    text: str
    actor: Actor
    conversation: str
    surface: str = "terminal"
    place: Place = TERMINAL
    name: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything an assistant is put together from, each replaceable; `notes` go under every answer with data.

    `model` answers where no approved model of the `portfolio` can be had; `reader` has a second opinion on what our own
    model decides.
    """

    database: Database
    model: ChatModel
    toolbox: Toolbox
    market: MarketData
    symbols: SymbolResolver
    base_currency: str = "USD"
    notes: tuple[str, ...] = ()
    portfolio: Portfolio = NOBODY
    reader: Reader | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Assistant:
    """Answers questions; every one that is accepted ends in an answer or in an apology with its cause."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._composer = Composer(parts.toolbox, parts.symbols, parts.market.name, parts.notes)

    async def ask(
        self, question: Question, say: Callable[[str], None] = lambda _: None, job: Job | None = None
    ) -> Reply:
        """Answer one question. `say` hears, live, what is being looked up; `job` keeps how far the turn has come.

        Raises `TuppenceError` only when the question or its answer could not be saved: nothing is shown that is not
        on record.
        """
        began = time.monotonic()
        text, cut_note = clean_question(question.text)
        async with self.parts.database.write() as session:
            await users.ensure_user(session, question.actor, question.name)
            turn_id = await turns.start_turn(
                session,
                question.actor,
                question.conversation,
                question.text,
                now=self.parts.now(),
                budget=TURN_BUDGET,
                surface=question.surface,
                turn_id=job.turn_id if job else "",
            )
        feedback = (time.monotonic() - began) * 1000
        say("Reading your question")
        reply = Reply(turn_id=turn_id, question=question.text, answer="", status="failed")
        decision = Decision()
        gate = Gate(self.parts.database, question.actor, question.place, self.parts.base_currency)
        try:
            await gate.enter(turn_id, question.conversation)
            answered, decision = await self._answer(reply, question, text, say, job, gate)
            if cut_note:
                answered = replace(answered, answer=f"{answered.answer}\n\n> {cut_note}")
            reply = await gate.leave(answered, decision)
        except LeaseLost:
            raise
        except (Stopped, AccessRefused) as refused:
            reply = replace(reply, answer=str(refused), status="declined")
        except TuppenceError as error:
            reply = replace(reply, answer=f"I could not answer this time. {error} (reference {turn_id[:8]})")
        except Exception:
            log.exception("turn %s failed", turn_id)
            reply = _apology(reply)
        timings = Timings(feedback, decision.model_ms, decision.tools_ms, (time.monotonic() - began) * 1000)
        reply = self._disclosed(replace(reply, timings=timings, client=gate.client_id), gate)
        try:
            await self._save(question.actor, reply, decision, job)
        except (TuppenceError, LeaseLost):
            raise
        except Exception:
            log.exception("turn %s could not be saved", turn_id)
            reply = replace(_apology(Reply(turn_id, question.text, "", "failed")), timings=timings)
            await self._save(question.actor, reply, Decision(), job)
        return reply

    def _disclosed(self, reply: Reply, gate: Gate) -> Reply:
        """The reply with what has to be said beside it; without that it is no answer."""
        try:
            return gate.disclosed(reply, self.parts.now())
        except Exception:
            if reply.status == "failed":
                return reply
            log.exception("turn %s failed", reply.turn_id)
            return replace(_apology(Reply(reply.turn_id, reply.question, "", "failed")), timings=reply.timings)

    async def _answer(
        self, reply: Reply, question: Question, text: str, say: Callable[[str], None], job: Job | None, gate: Gate
    ) -> tuple[Reply, Decision]:
        words = sections("replies")
        typed = look_ups(text, self.parts.symbols) if text.startswith("/") else None
        if isinstance(typed, str):
            return replace(reply, answer=typed, status="clarify"), Decision()
        if text.startswith("/") and typed is None:
            if personal := is_personal(text):
                gate.admit_command()
            parts = self.parts
            command = CommandContext(
                parts.database,
                parts.symbols,
                question.actor,
                question.conversation,
                gate.access,
                parts.now,
                question.surface,
                parts.market,
                question.place.typed_in if question.place.kind == "direct" else question.place.channel,
                question.time_zone,
            )
            answer = await run_command(command, text)
            return replace(reply, answer=answer, status="answered", personal=personal), Decision()
        if not any(character.isalnum() for character in text):
            key = "no_words" if text else "empty"
            return replace(reply, answer=words[key], status="clarify"), Decision()
        past = await gate.past(question.conversation, HISTORY_TURNS)
        context = ToolContext(
            market=self.parts.market,
            symbols=self.parts.symbols,
            portfolio=gate.access,
            now=self.parts.now,
            base_currency=gate.base_currency,
            knows_term=knows_term,
        )
        on_step = job.checkpoint if job else forget
        agreed = agreed_calls(past, text)
        if held := typed or agreed or (job.decided if job else ()):
            agent = Agent(self.parts.model, self.parts.toolbox, context, say, on_step=on_step, look=gate.look)
            decision = await agent.carry_out(Decision(held=held))
            text = clean_question(past[-1].question)[0] if agreed else text
        else:
            relay = Relay(
                self.parts.model,
                self.parts.portfolio,
                self.parts.toolbox,
                context,
                say,
                on_step,
                gate.look,
                gate.advisor,
                self._drafting(reply, question, text, say, gate),
                self.parts.reader,
            )
            decision = await relay.run(past, text)
        results = tuple(decision.results)
        reply = replace(reply, model=decision.model, confidence=decision.confidence, results=results)
        if decision.question:
            return replace(reply, answer=decision.question, status="clarify"), decision
        if not decision.results:
            return self._composer.without_tools(reply, decision, text), decision
        return self._composer.with_results(reply, decision, text), decision

    def _drafting(self, reply: Reply, question: Question, text: str, say: Callable[[str], None], gate: Gate) -> OnText:
        """Tells the sentences of the answer while they are written, where nothing could keep them from the asker.

        Not where others read along, as what is personal is known only at the end; and not about a client, whose data is
        asked for once more before it is shown. Nor before the asker was told, beside an answer, that a machine answers.
        """
        if question.place.kind != "direct" or not reads_drafts(say) or gate.is_first_contact(self.parts.now()):
            return unheard

        def tell(sentences: Sequence[str], results: Sequence[ToolResult]) -> None:
            if gate.client and gate.access.was_opened:
                return
            found = tuple(results)
            draft = replace(reply, answer=" ".join(sentences), status="answered", results=found)
            draft = replace(draft, figures=figures_of(found), manner=gate.manner, personal=gate.is_personal(draft))
            tell_draft(say, draft)

        return Drafting(lambda results: self._composer.grounding(self._composer.for_people(results), text), tell)

    async def _save(self, actor: Actor, reply: Reply, decision: Decision, job: Job | None) -> None:
        async with self.parts.database.write() as session:
            now = self.parts.now()
            if FIRST_CONTACT in dict(reply.disclosures):
                await note_disclosed(session, actor, at=now)
            await turns.finish_turn(session, actor, reply.turn_id, outcome_of(reply, decision), now=now)
            if job:
                await job.finish(session, reply)


def _apology(reply: Reply) -> Reply:
    """For a bug: no cause that would help, but a reference to the log."""
    answer = (
        "Something went wrong on my side, and nothing was changed. Please ask again; if it happens twice, give your "
        f"administrator the reference {reply.turn_id[:8]}."
    )
    return replace(reply, answer=answer, status="failed")
