"""One digest: code gathers, a model may word the headline, every sentence is checked, and a reply comes out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.jobs.digests.coming import calendar
from bot.jobs.digests.headline import headline, is_quiet, nothing_unusual
from bot.jobs.digests.layout import Told, digest_markdown
from bot.jobs.digests.markets import held_symbols, index_chart, indices, movers, sectors, watched
from bot.jobs.digests.moves import Move
from bot.jobs.digests.notices import status
from bot.jobs.digests.own import currency, portfolio, watchlist
from bot.jobs.digests.part import Line, Part, shown
from bot.jobs.digests.plan import PERSONAL_KINDS, title_of
from bot.jobs.digests.scene import make_scene
from bot.jobs.digests.trends import signals
from bot.jobs.digests.wording import word
from bot.messages import Reply
from bot.turn.grounding import Context, Grounding
from bot.turn.prompting import sections
from bot.turn.rendering import escape
from bot.turn.sentences import split_sentences
from tools.errors import ToolError
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.jobs.digests.plan import DigestParts, DigestPlan
    from bot.jobs.digests.scene import Scene
    from bot.jobs.digests.wording import Worded
    from bot.messages import ModelInfo
    from tools.charts import Chart
    from tools.context import PortfolioReader
    from tools.values import Figure

SECTIONS: dict[str, Callable[[Scene], Awaitable[Part | None]]] = {
    "headline": headline,
    "indices": indices,
    "sectors": sectors,
    "movers": movers,
    "watchlist": watchlist,
    "portfolio": portfolio,
    "calendar": calendar,
    "signals": signals,
    "currency": currency,
}
"""What a digest may hold besides its chart, by the names that plans use."""
HEADLINE, CHART = "headline", "chart"
SECTION_NAMES = (*SECTIONS, CHART)
_ABOUT_MARKETS = frozenset({HEADLINE, "indices", "sectors", "movers", "signals"})
"""Sections that are the same for everyone, but in digests about one person."""
_CHART_OF = ("portfolio", "watchlist", "sectors", "movers")
"""Whose chart is drawn: the first of these that is there; the index's where none is."""
_OF_A_CLOSED_DAY = frozenset({HEADLINE, "portfolio"})


async def compose(plan: DigestPlan, parts: DigestParts, access: PortfolioReader | None = None) -> Reply:
    """The digest as a reply, which every surface can show.

    What can't be had is said in it. Without `access` the sections about a person are left out; raises `ValueError`
    for a kind that is about one, and for a section nobody knows. Raises `AccessRefused` and `UnknownUser` as `access`
    does.
    """
    if access is None and plan.kind in PERSONAL_KINDS:
        raise ValueError(f"a digest of kind {plan.kind} is about a person")
    if unknown := set(plan.wanted) - set(SECTION_NAMES):
        raise ValueError(f"no section of a digest is called {', '.join(sorted(unknown))}")
    scene = await make_scene(plan, parts, access)
    if empty := await _empty(scene):
        return Reply(plan.turn_id, title(scene), f"**{title(scene)}**\n\n{escape(empty)}", "answered", personal=True)
    brief = scene.is_closed and plan.when_closed == "say"
    wanted = [name for name in plan.wanted if name != CHART and (not brief or name in _OF_A_CLOSED_DAY)]
    found = await asyncio.gather(*(_told(scene, parts, name) for name in wanted))
    told = [each for each in found if each is not None]
    missing = [each for one in told for each in one.part.missing]
    notices = _check(scene, parts, status(scene, missing), is_warning=True)
    if not any(one.part.findings.figures for one in told):
        return _without_prices(scene, notices)
    told, model = await _headlined(scene, parts, told, brief=brief)
    chart = await _chart(scene, told) if CHART in plan.wanted and not brief else None
    return _reply(scene, notices, told, chart, model, brief=brief)


async def is_data_in(plan: DigestPlan, parts: DigestParts) -> bool:
    """Whether the prices of the session that the digest follows have arrived."""
    scene = await make_scene(plan, parts, None)
    return isinstance(scene.index, Move) and not scene.is_behind


def title(scene: Scene) -> str:
    """What the digest is called: "Market close, Monday 16 Mar 2020"."""
    day = scene.day.day
    if scene.plan.is_weekly:
        day = day if scene.is_behind else min(day, scene.last)
        return f"{title_of(scene.plan.kind)} to {day:%A} {show_day(day)}"
    return f"{title_of(scene.plan.kind)}, {day:%A} {show_day(day)}"


async def _empty(scene: Scene) -> str:
    """What to say where the person has nothing that the digest could be about; "" where there is something."""
    if scene.plan.kind == "my_portfolio" and not await held_symbols(scene):
        return sections("digests")["empty_portfolio"]
    if scene.plan.kind == "watchlist" and not await watched(scene):
        return sections("digests")["empty_watchlist"]
    return ""


async def _told(scene: Scene, parts: DigestParts, name: str) -> Told | None:
    """A section, checked; once a run where it is the same for everyone."""

    async def make() -> Told | None:
        part = await SECTIONS[name](scene)
        return _check(scene, parts, part) if part else None

    if name in _ABOUT_MARKETS and scene.plan.kind not in PERSONAL_KINDS:
        found: Told | None = await scene.shared(f"section {name}", make)
        return found
    return await make()


def _check(scene: Scene, parts: DigestParts, part: Part, *, is_warning: bool = False) -> Told:
    """The part with those of its lines that can be traced to its own figures; quotations are the source's words.

    A warning is kept in any case: it says less than there is, never more.
    """
    result = part.result({"at": scene.plan.at.isoformat(), "calendar": scene.plan.calendar})
    grounding, context = _grounding(parts, [part]), Context()
    kept: list[Line] = []
    withheld: list[str] = []
    for line in part.lines:
        verdicts = () if line.quoted else [grounding.check_sentence(s, context) for s in split_sentences(line.spoken)]
        is_traced = all(verdict.kept for verdict in verdicts)
        if is_traced or is_warning:
            kept.append(line)
        if not is_traced:
            withheld.append(line.spoken)
    return Told(part, result, tuple(kept), tuple(withheld))


def _grounding(parts: DigestParts, found: Sequence[Part]) -> Grounding:
    def known_name(text: str) -> str | None:
        try:
            return parts.symbols.resolve(text).symbol if parts.symbols.knows(text) else None
        except ToolError:
            return text  # the name of several companies

    return Grounding([part.result({}) for part in found], "", known_name)


async def _headlined(
    scene: Scene, parts: DigestParts, told: list[Told], *, brief: bool
) -> tuple[list[Told], ModelInfo | None]:
    """The sections with the headline made whole: a quiet day is called one, and a model may have worded it."""
    place = next((i for i, one in enumerate(told) if one.part.name == HEADLINE), None)
    if place is None:
        return told, None
    one = told[place]
    quiet = "signals" in scene.plan.wanted and not brief and not one.part.is_unusual and await is_quiet(scene)
    if quiet:
        one = replace(one, kept=(*one.kept, Line(nothing_unusual(scene))))
    worded = None
    if scene.plan.may_word and parts.models.order and not brief:
        evidence = [each.part for each in told]

        async def make() -> Worded | None:
            return await word([part.result({}) for part in evidence], _grounding(parts, evidence), parts.models)

        is_shared = not any(part.personal for part in evidence)
        # A headline of other sections would tell figures that this digest does not hold.
        name = f"worded of {', '.join(part.name for part in evidence)}"
        worded = await (scene.shared(name, make) if is_shared else make())
    if worded is not None:
        one = replace(one, kept=tuple(map(Line, worded.sentences)), withheld=(*one.withheld, *worded.withheld))
    return [*told[:place], one, *told[place + 1 :]], worded.model if worded else None


async def _chart(scene: Scene, told: Sequence[Told]) -> Chart | None:
    by_name = {one.part.name: one.part for one in told}
    for name in _CHART_OF:
        if name in by_name and by_name[name].charts:
            return by_name[name].charts[0]
    return await index_chart(scene)


def _without_prices(scene: Scene, notices: Told) -> Reply:
    """Nothing at all could be had."""
    reason = str(scene.index) if not isinstance(scene.index, Move) else ""
    text = sections("digests")["no_prices"].format(reason=reason).strip()
    head = digest_markdown(title(scene), notices, (), is_running=False, brief=True)
    answer = f"{head}\n\n{escape(text)}"
    personal = scene.plan.kind in PERSONAL_KINDS
    return Reply(scene.plan.turn_id, title(scene), answer, "failed", personal=personal)


def _reply(
    scene: Scene, notices: Told, told: Sequence[Told], chart: Chart | None, model: ModelInfo | None, *, brief: bool
) -> Reply:
    answer = digest_markdown(title(scene), notices, told, is_running=scene.is_running, brief=brief)
    figures: list[tuple[str, Figure, str]] = [
        (shown(figure), figure, one.part.tool) for one in told for figure in one.part.findings.figures
    ]
    return Reply(
        turn_id=scene.plan.turn_id,
        question=title(scene),
        answer=answer,
        status="answered",
        results=tuple(one.result for one in told),
        figures=tuple(dict.fromkeys(figures)),
        withheld=tuple(text for one in (notices, *told) for text in one.withheld),
        charts=(chart,) if chart else (),
        model=model,
        personal=scene.plan.kind in PERSONAL_KINDS or any(one.part.personal for one in told),
    )
