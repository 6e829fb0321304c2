"""Who takes the turn: the best model that can be had, and the next one where it fails or is unsure."""

from __future__ import annotations

from contextlib import aclosing
from itertools import chain
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.records.prompts import file_text, hash_of
from bot.turn.agent import MAX_CALLS, Agent
from bot.turn.drafting import unheard
from bot.turn.explaining import explain, unexplained
from bot.turn.gate import everything_allowed
from bot.turn.history import native_messages, older_calls, pieces_in, writing_messages
from bot.turn.job import forget
from bot.turn.lookups import ask_about
from bot.turn.prompting import fill_in
from bot.turn.standing import stands_alone
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from bot.llm.base import ChatModel
    from bot.llm.portfolio import Portfolio
    from bot.llm.reader import Reader
    from bot.messages import Message
    from bot.records.turns import PastTurn
    from bot.turn.agent import Decision
    from bot.turn.drafting import OnText
    from bot.turn.gate import Look
    from bot.turn.job import OnStep
    from tools.context import ToolContext
    from tools.toolbox import Toolbox


class Relay:
    """One turn on its way through the models: those of `portfolio` in their order, then `model`.

    `look` says before each step what is allowed; `advisor` is the template of the prompt of models that write, and
    `on_text` hears what they have written so far; `reader` has a second opinion on what our own model decides.
    """

    def __init__(
        self,
        model: ChatModel,
        portfolio: Portfolio,
        toolbox: Toolbox,
        context: ToolContext,
        say: Callable[[str], None],
        on_step: OnStep = forget,
        look: Look = everything_allowed,
        advisor: str = "",
        on_text: OnText = unheard,
        reader: Reader | None = None,
    ) -> None:
        self.model, self.portfolio, self.toolbox, self.context, self.say = model, portfolio, toolbox, context, say
        self.on_step, self.look, self.advisor = on_step, look, advisor or file_text("advisor")
        self.on_text, self.reader = on_text, reader

    async def run(self, past: Sequence[PastTurn], text: str) -> Decision:
        """The decision of the first model that is sure of its own.

        Where only the built-in one is left and it is unsure, its calls are not run: the decision holds a question
        for the person instead. Raises the last `ModelError` when no model can be had.
        """
        unsure: tuple[Decision, Agent, tuple[str, ...]] | None = None
        failure: ModelError | None = None
        async with aclosing(self._models()) as models:
            async for model in models:
                if unsure and model.is_native:
                    continue
                messages, said = await self._messages(model, past, text)
                older = older_calls(past) if len(messages) > 1 else ()
                agent = self._agent(model)
                try:
                    decision = await agent.run(messages, said, older)
                    decision.model, decision.prompt = await model.info(), hash_of(self.advisor)
                except ModelError as error:
                    failure = error
                    continue
                if not decision.is_unsure:
                    return await self._worded(decision, past, text)
                unsure = decision, agent, (*said, *pieces_in(chain(*older)))
        if unsure:
            return await self._settled(*unsure, past, text)
        raise failure or AssertionError  # there is always a last model

    async def _models(self) -> AsyncGenerator[ChatModel, None]:
        taken: list[ChatModel] = []
        async with aclosing(self.portfolio.reachable("tools")) as models:
            async for model in models:
                taken.append(model)
                yield model
        if self.model not in taken:
            yield self.model

    async def _settled(
        self, decision: Decision, agent: Agent, said: Sequence[str], past: Sequence[PastTurn], text: str
    ) -> Decision:
        """What becomes of an unsure decision: a question, or, where nothing could be asked about, what it comes to."""
        off = (await self.look()).tools_off
        if not any(call.name in off or self.toolbox.unsaid(call.name, call.arguments, said) for call in decision.held):
            decision.question = ask_about(decision.held, self.toolbox, self.context) if decision.held else None
        if decision.question:
            return decision
        return await self._worded(await agent.carry_out(decision, said), past, text)

    async def _worded(self, decision: Decision, past: Sequence[PastTurn], text: str) -> Decision:
        """The same, with the words of approved models: for terms nobody here explains, and for what was looked up."""
        if not decision.writes:
            terms = dict.fromkeys(term for result in decision.results if (term := unexplained(result)))
            explained = [await explain(term, self.portfolio, self.say) for term in terms]
            decision.explanations = tuple(each for each in explained if each)
        if decision.writes or not any(result.ok for result in decision.results):
            return decision
        async with aclosing(self.portfolio.reachable("write")) as models:
            async for model in models:
                if model.is_native:
                    continue
                messages, _ = await self._messages(model, past, text)
                try:
                    await self._agent(model).word(messages, decision)
                    decision.writer = await model.info()
                except ModelError:
                    continue  # code's own words are always there
                break
        return decision

    def _agent(self, model: ChatModel) -> Agent:
        return Agent(
            model,
            self.toolbox,
            self.context,
            self.say,
            on_step=self.on_step,
            look=self.look,
            on_text=self.on_text,
            reader=self.reader,
        )

    async def _messages(
        self, model: ChatModel, past: Sequence[PastTurn], text: str
    ) -> tuple[list[Message], tuple[str, ...]]:
        """What this model sees, and what the person said, newest first."""
        if model.is_native:
            alone = stands_alone(text, self.toolbox, self.context)
            return native_messages(() if alone else past, text)
        today = show_day(await self.context.market.today())
        system = fill_in(self.advisor, today=today, data=self.context.market.name, max_calls=MAX_CALLS)
        return writing_messages(system, past, text), (text,)
