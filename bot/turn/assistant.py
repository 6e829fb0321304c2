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
from bot.turn.agent import SWITCHED_OFF, Agent, Decision
from bot.turn.commands import CommandContext, is_personal, run_command
from bot.turn.destination import TERMINAL, Place
from bot.turn.disclosing import FIRST_CONTACT, note_disclosed
from bot.turn.drafting import Drafting, unheard
from bot.turn.explaining import unexplained
from bot.turn.gate import Gate, Stopped
from bot.turn.grounding import Grounding
from bot.turn.job import forget
from bot.turn.lookups import agreed_calls
from bot.turn.market_commands import look_ups
from bot.turn.outcome import outcome_of
from bot.turn.policy import clean_model_text
from bot.turn.prompting import sections
from bot.turn.questions import clean_question
from bot.turn.relay import Relay
from bot.turn.rendering import escape, render_result
from bot.turn.telling import reads_drafts, tell_draft
from tools.context import ToolContext
from tools.errors import AccessRefused, ToolError
from tools.formatting import show
from tools.knowledge.glossary import knows_term

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.llm.base import ChatModel
    from bot.messages import Status, ToolResult
    from bot.records.database import Database
    from bot.records.users import Actor
    from bot.turn.drafting import OnText
    from bot.turn.job import Job
    from tools.context import SymbolResolver
    from tools.market_data.base import MarketData
    from tools.toolbox import Toolbox
    from tools.values import Figure

log = logging.getLogger(__name__)
TURN_BUDGET = timedelta(minutes=5)
HISTORY_TURNS = 6
SETTING = "TUPPENCE_MARKET_DATA"
ASK_AGAIN = frozenset({"unknown_symbol", "ambiguous_symbol", "missing_argument", "bad_argument"})
NOT_ALLOWED = frozenset({AccessRefused.kind, SWITCHED_OFF})


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

    `model` answers where no approved model of the `portfolio` can be had.
    """

    database: Database
    model: ChatModel
    toolbox: Toolbox
    market: MarketData
    symbols: SymbolResolver
    base_currency: str = "USD"
    notes: tuple[str, ...] = ()
    portfolio: Portfolio = NOBODY
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Assistant:
    """Answers questions; every one that is accepted ends in an answer or in an apology with its cause."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

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
            )
            decision = await relay.run(past, text)
        results = tuple(decision.results)
        reply = replace(reply, model=decision.model, confidence=decision.confidence, results=results)
        if decision.question:
            return replace(reply, answer=decision.question, status="clarify"), decision
        if not decision.results:
            return self._without_tools(reply, decision, text), decision
        return self._with_results(reply, decision, text), decision

    def _drafting(self, reply: Reply, question: Question, text: str, say: Callable[[str], None], gate: Gate) -> OnText:
        """Tells the sentences of the answer while they are written, where nothing could keep them from the asker.

        Not where others read along, as what is personal is known only at the end; and not about a client, whose data is
        asked for once more before it is shown.
        """
        if question.place.kind != "direct" or not reads_drafts(say):
            return unheard

        def tell(sentences: Sequence[str], results: Sequence[ToolResult]) -> None:
            if gate.client and gate.access.was_opened:
                return
            found = tuple(results)
            draft = replace(reply, answer=" ".join(sentences), status="answered", results=found)
            draft = replace(draft, figures=_figures(found), manner=gate.manner, personal=gate.is_personal(draft))
            tell_draft(say, draft)

        return Drafting(lambda results: self._grounding(self._for_people(results), text), tell)

    def _without_tools(self, reply: Reply, decision: Decision, text: str) -> Reply:
        """The model called nothing: one of our own replies, or its own words if they hold no untraced figure."""
        words = sections("replies")
        written = clean_model_text(decision.text)
        key = written.strip()
        status: Status = "answered"
        if key.startswith("DECLINE:"):
            status = "declined"
        elif key.startswith("CLARIFY:"):
            status = "clarify"
        if key in words:
            return replace(reply, answer=words[key], status=status)
        if not decision.writes or not key:
            return replace(reply, answer=words["unclear"], status="clarify")
        checked = self._grounding((), text).check(key.removeprefix("DECLINE:").removeprefix("CLARIFY:").strip())
        answer = " ".join(checked.kept) or words["unclear"]
        status = status if checked.kept else "clarify"
        return replace(reply, answer=answer, status=status, withheld=checked.withheld)

    def _with_results(self, reply: Reply, decision: Decision, text: str) -> Reply:
        """Results first in code's words or in the model's checked ones, then everything the tools found."""
        results = self._for_people(decision.results)
        if not results:
            return replace(reply, answer=sections("replies")["unclear"], status="clarify")
        grounding = self._grounding(results, text)
        blocks: list[str] = []
        withheld: list[str] = []
        written: tuple[str, ...] = ()
        if decision.writes and (draft := clean_model_text(decision.text)):
            checked = grounding.check(draft)
            written = checked.kept
            withheld += checked.withheld
            if written:
                blocks.append(" ".join(written))
        for result in results:
            sentences: tuple[str, ...] = ()
            if result.findings and not written:
                checked = grounding.check(" ".join(result.findings.sentences))
                sentences = checked.kept
                withheld += checked.withheld
            explained = next((e for e in decision.explanations if e.term == unexplained(result)), None)
            blocks.append(explained.markdown() if explained else render_result(result, sentences))
        status = "answered" if decision.explanations else _status(results)
        if status == "answered":
            blocks += [f"*{escape(note)}*" for note in self._notes(results)]
        charts = tuple(r.findings.chart for r in results if r.findings and r.findings.chart)
        return replace(
            reply,
            answer="\n\n".join(dict.fromkeys(blocks)),
            status=status,
            figures=_figures(results),
            withheld=tuple(withheld),
            charts=tuple(dict.fromkeys(charts)),
        )

    def _notes(self, results: Sequence[ToolResult]) -> list[str]:
        """What the wiring has to say about the data, where data was used and no tool said how to mend it already."""
        findings = [result.findings for result in results if result.findings]
        if not any(f.source.name == self.parts.market.name for found in findings for f in found.figures):
            return []
        said = "\n".join(note for found in findings for note in found.notes)
        return [note for note in self.parts.notes if SETTING not in note or SETTING not in said]

    def _for_people(self, results: Sequence[ToolResult]) -> list[ToolResult]:
        """Those that say anything to a person: a slip of the model's that it was told of does not."""
        known = self.parts.toolbox.tools
        return [result for result in results if result.error_kind != "repeated" and result.call.name in known]

    def _grounding(self, results: Sequence[ToolResult], text: str) -> Grounding:
        return Grounding(results, text, self._known_name)

    def _known_name(self, text: str) -> str | None:
        """The symbol of an exact name: a word that only resembles one is no company."""
        symbols = self.parts.symbols
        try:
            return symbols.resolve(text).symbol if symbols.knows(text) else None
        except ToolError:
            return text  # the name of several companies

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


def _status(results: Sequence[ToolResult]) -> Status:
    if any(result.ok for result in results):
        return "answered"
    if any(result.error_kind in ASK_AGAIN for result in results):
        return "clarify"
    if any(result.error_kind in NOT_ALLOWED for result in results):
        return "declined"
    return "failed"


def _figures(results: Sequence[ToolResult]) -> tuple[tuple[str, Figure, str], ...]:
    """(text as shown, figure, tool name), each once."""
    return tuple(dict.fromkeys((show(f), f, r.call.name) for r in results if r.findings for f in r.findings.figures))
