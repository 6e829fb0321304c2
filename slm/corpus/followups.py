"""Follow-ups: what changes against the earlier call, and what is carried over from it."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Any

from slm.chat_format import Call
from slm.corpus.phrases import Template
from slm.corpus.screens import ORDERS
from slm.corpus.signatures import SIGNATURES, Unusable, arrange
from slm.corpus.wanted_calls import copied

if TYPE_CHECKING:
    from slm.corpus.generate import Example, Generator

ONE_NAME = ("get_price_history", "get_fundamentals", "get_news", "get_events", "get_technicals", "find_symbol")
TIMED = ("get_price_history", "compare_performance", "get_portfolio_performance", "get_portfolio_income",
         "get_sector_performance")  # fmt: skip
CHANGES: dict[str, tuple[str, ...]] = {
    "symbol": (*ONE_NAME, "get_quote", "get_quote", "propose_watchlist_change"),
    "symbol period": ("get_price_history",),
    "period": TIMED,
    "portfolio": ("get_price_history", "compare_performance", "get_sector_performance"),
    "compare": ("get_price_history", "get_quote"),
    "add": ("compare_performance",),
    "to": ("convert_currency",),
    "amount": ("convert_currency",),
    "date": ("convert_currency",),
    "rate": ("loan_payment", "project_growth"),
    "years": ("loan_payment", "project_growth"),
    "money": ("loan_payment", "project_growth"),
    "exchange": ("get_market_status",),
    "term": ("define_term",),
    "sector": ("screen_stocks",),
    "limit": ("screen_stocks",),
    "price": ("propose_price_alert",),
    "monthly": ("project_growth",),
    "max_pe": ("screen_stocks",),
    "max_price": ("screen_stocks",),
    "min_yield": ("screen_stocks",),
    **{f"sort {order}": ("screen_stocks",) for order in ORDERS},
}
WEIGHTS = {"symbol": 24, "period": 18, "portfolio": 7, "compare": 6, "symbol period": 3, "to": 4, "price": 3}
PRONOUNS = ("it", "it", "it", "that", "that one", "this one", "the stock", "the company", "them", "they", "this stock")
ASKABLE = ("get_quote", "get_price_history", "get_fundamentals", "get_news", "get_events", "get_technicals",
           "propose_watchlist_change", "propose_price_alert")  # fmt: skip
AFTER = "after:"
OWN = ("get_portfolio", "get_portfolio_performance", "get_portfolio_risk", "get_portfolio_income", "suggest_rebalance",
       "get_watchlist")  # fmt: skip


class Followups:
    """Draws two-turn examples from a generator's single-question ones."""

    def __init__(self, generator: Generator) -> None:
        self.generator, self.rng = generator, generator.rng
        self.phrases: dict[str, list[str]] = {}
        section = ""
        text = (resources.files("slm.corpus") / "followups.txt").read_text(encoding="utf-8")
        for line in text.splitlines():
            if line.startswith("["):
                section = line.strip("[]")
                self.phrases.setdefault(section, [])
            elif line.strip() and not line.startswith("#"):
                self.phrases[section].append(line.strip())

    def draw(self) -> Example:
        """One follow-up; raises `Unusable` like `Generator.ask`."""
        draw = self.rng.random()
        if draw < 0.14:
            return self._pronoun()
        if draw < 0.36:
            return self._after()
        if draw < 0.46:
            return self._completed()
        first = self._change(None)
        if self.rng.random() < 0.2:
            return self._change(first)
        return first

    def _base(self, tools: tuple[str, ...]) -> Example:
        """A plain one-call question to one of `tools`."""
        tool = self.rng.choice(tools)
        if tool == "screen_stocks" and self.rng.random() < 0.5:
            template = self.generator.screens.draw()
        else:
            template = self.generator.single[tool].draw(self.rng)
        if tool in (*ONE_NAME, "get_quote") and "symbol" not in template.slots:
            raise Unusable("follow-up to no name")
        example = self.generator.ask(template)
        if isinstance(example.reply, str) or len(example.reply) != 1:
            raise Unusable("follow-up to several calls")
        return example

    def _change(self, before: Example | None) -> Example:
        from slm.corpus.generate import Example

        kinds = sorted(CHANGES)
        if before is not None:
            assert not isinstance(before.reply, str)
            kinds = [kind for kind in kinds if before.reply[0].name in CHANGES[kind] and kind != "portfolio"]
            if not kinds:
                raise Unusable("no change to that")
        kind = self.rng.choices(kinds, [WEIGHTS.get(kind, 2) for kind in kinds])[0]
        base = before or self._base(CHANGES[kind])
        assert not isinstance(base.reply, str)
        call = base.reply[0]
        text = self.rng.choice(self.phrases[kind])
        question, parts = self.generator.compose(text)
        said = {part.meaning: copied(question, part) for part in parts}
        reply = self._changed(kind, call, said)
        return Example(((base.question, base.reply),), question, (reply,), parts)

    def _changed(self, kind: str, call: Call, said: dict[str, str]) -> Call:
        arguments: dict[str, Any] = dict(call.arguments)
        if kind.startswith("sort "):
            arguments["sort_by"] = kind.removeprefix("sort ")
        if kind == "portfolio":
            kept = {"period": arguments["period"]} if "period" in arguments else {}
            return Call("get_portfolio_performance", kept)
        if kind == "compare":
            earlier = arguments.get("symbol") or arguments["symbols"][0]
            kept = {"period": arguments["period"]} if "period" in arguments else {}
            return Call("compare_performance", {"symbols": [earlier, said["symbol"]], **kept})
        if kind == "add":
            arguments["symbols"] = [*arguments["symbols"], said["symbol"]]
            return Call(call.name, arguments)
        for argument in SIGNATURES[call.name]:
            slot = next((slot for slot in argument.slots if slot in said), None)
            if slot:
                arguments[argument.name] = [said[slot]] if argument.is_list else said[slot]
        order = [argument.name for argument in SIGNATURES[call.name]]
        return Call(call.name, {name: arguments[name] for name in order if name in arguments})

    def _after(self) -> Example:
        """Another tool, with no name in the question: what it is about stands in the question before."""
        from slm.corpus.generate import Example

        section = self.rng.choice(sorted(name for name in self.phrases if name.startswith((AFTER, "watch "))))
        tool = section.removeprefix(AFTER) if section.startswith(AFTER) else "propose_watchlist_change"
        base = self._before(tool)
        assert not isinstance(base.reply, str)
        question, parts = self.generator.compose(self.rng.choice(self.phrases[section]))
        values: dict[str, Any] = {part.meaning: copied(question, part) for part in parts}
        earlier = base.reply[0].arguments
        if tool in OWN:
            if "period" in earlier:  # "and of that, how much was dividends?" is about the same time
                values.setdefault("period", earlier["period"])
        elif tool != "define_term":
            values["symbol"] = [earlier.get("symbol") or earlier.get("query") or earlier["symbols"][0]]
        if tool == "propose_watchlist_change":
            values["action"] = section.removeprefix("watch ")
        return Example(((base.question, base.reply),), question, (Call(tool, arrange(tool, values)),), parts)

    def _before(self, tool: str) -> Example:
        """A question that one for `tool` may follow."""
        if tool == "define_term":
            return self._base((*ONE_NAME, "get_quote", "compare_performance", *TIMED[2:], "screen_stocks"))
        if tool in OWN:
            return self._base(tuple(other for other in OWN if other != tool))
        base = self._base((*ONE_NAME, "get_quote", "get_quote"))
        assert not isinstance(base.reply, str)
        if base.reply[0].name == tool or len(base.reply[0].arguments.get("symbols", ())) > 1:
            raise Unusable("the same tool, or several names")
        return base

    def _asked_with_pronoun(self) -> tuple[Template, str, str]:
        """(template, tool, its text with a pronoun for the one name)."""
        tool = self.rng.choice(ASKABLE)
        template = self.generator.single[tool].draw(self.rng)
        if template.slots.count("symbol") != 1:
            raise Unusable("pronoun for several names")
        pronoun = self.rng.choice(PRONOUNS)
        owner = {"it": "its", "they": "their", "them": "their"}.get(pronoun, f"{pronoun}'s")
        text = re.sub(r"\{symbol\}['\N{RIGHT SINGLE QUOTATION MARK}]s\b", owner, template.text)
        return template, tool, text.replace("{symbol}", pronoun)

    def _pronoun(self) -> Example:
        """ "…Tesla…" → "and what's its P/E?": another tool, the same subject."""
        from slm.corpus.generate import Example

        base = self._base((*ONE_NAME, "get_quote", "get_quote"))
        assert not isinstance(base.reply, str)
        earlier = base.reply[0].arguments
        subject = earlier.get("symbol") or earlier.get("query") or earlier["symbols"][0]
        template, tool, text = self._asked_with_pronoun()
        question, parts = self.generator.compose(text)
        values: dict[str, Any] = dict(template.asks[0].closed)
        values |= {part.meaning: copied(question, part) for part in parts}
        values["symbol"] = [subject]
        return Example(((base.question, base.reply),), question, (Call(tool, arrange(tool, values)),), parts)

    def _completed(self) -> Example:
        """A question without its subject, asked back, then answered with the name alone."""
        from slm.corpus.generate import Example

        template, tool, text = self._asked_with_pronoun()
        first, parts = self.generator.compose(text)
        if self.rng.random() < 0.35:
            return Example((), first, "CLARIFY: symbol", parts)
        values: dict[str, Any] = dict(template.asks[0].closed)
        values |= {part.meaning: copied(first, part) for part in parts}
        answer, named = self.generator.compose(self.rng.choice(self.phrases["answer"]))
        values["symbol"] = [copied(answer, named[0])]
        return Example(((first, "CLARIFY: symbol"),), answer, (Call(tool, arrange(tool, values)),), named)
