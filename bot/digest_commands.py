"""The commands about digests, mounted under `tuppence digest`: preview, and what is sent when."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.starting import read_settings, run

if TYPE_CHECKING:
    from bot.jobs.digests.plan import DigestPlan
    from bot.messages import Reply
    from bot.settings import Settings

digest_app = typer.Typer(help="Digests: see one now, and say who gets which when.", no_args_is_help=True)

AFTER_CLOSE = timedelta(minutes=30)
_EVENING = time(21, 0)
_FORMATS = ("terminal", "slack", "png")


@digest_app.callback()
def options() -> None:
    """Digests: see one now, and say who gets which when."""


@digest_app.command(
    epilog="Examples:  tuppence digest preview --kind my_portfolio  ·  tuppence digest preview --at 2020-03-16"
)
def preview(
    kind: Annotated[str, typer.Option(metavar="KIND", help="Which digest, e.g. market_close.")] = "market_close",
    at: Annotated[
        str, typer.Option(metavar="DATE", help="A day, half an hour after its close, or a moment; else now.")
    ] = "",
    user: Annotated[
        str, typer.Option("--as", metavar="USER", help="Whose portfolio and watchlist; else the configured user's.")
    ] = "",
    by_old_name: Annotated[str, typer.Option("--user", metavar="USER", hidden=True)] = "",
    symbols: Annotated[str, typer.Option(metavar="A,B", help="What a team follows, e.g. AAPL,MSFT.")] = "",
    shown_as: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="terminal, slack (its JSON), or png (a picture).")
    ] = "terminal",
    calendar: Annotated[str, typer.Option(metavar="CODE", help="The exchange, by its code.")] = "XNYS",
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the picture goes.")] = Path("digest.png"),
) -> None:
    """Compose a digest now and show it; nothing is sent or kept."""
    if shown_as not in _FORMATS:
        raise typer.BadParameter(f"it must be one of {', '.join(_FORMATS)}", param_hint="--format")
    settings = read_settings()
    plan = run(_plan(settings, kind, at, symbols, calendar))  # what can't be is told before anything slow begins
    reply = run(_preview(settings, plan, user or by_old_name))
    if shown_as == "slack":
        from bot.surfaces.slack.blocks import messages
        from bot.surfaces.slack.record import turn_record

        shown = messages(turn_record(reply), locale=settings.locale, time_zone=settings.time_zone)
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    elif shown_as == "png":
        from bot.jobs.digests.picture import digest_png

        out.write_bytes(digest_png(reply))
        typer.echo(f"The picture is in {out}.")
    else:
        from bot.surfaces.console import ConsoleSurface

        ConsoleSurface().show(reply)
    if reply.status == "failed":
        raise typer.Exit(1)


async def _preview(settings: Settings, plan: DigestPlan, user: str) -> Reply:
    from bot.app import assemble
    from bot.jobs.digests.composing import compose
    from bot.jobs.digests.plan import DigestParts
    from bot.records.access import ClientAccess
    from bot.records.sample import admit
    from bot.records.users import Actor

    actor = Actor(user or settings.user)
    async with assemble(settings, actor) as (parts, _):
        async with parts.database.write() as session:
            await admit(session, actor)
        access = ClientAccess(parts.database, actor, parts.base_currency)
        return await compose(plan, DigestParts.of(parts), None if plan.kind == "team_channel" else access)


async def _plan(settings: Settings, kind: str, at: str, symbols: str, calendar: str) -> DigestPlan:
    """What to compose. Raises `typer.BadParameter` for what is no digest, no time and no listing."""
    from bot.app import make_resolver
    from bot.jobs.digests.plan import KINDS, DigestPlan
    from tools.errors import ArgumentError
    from tools.parsing.exchanges import EXCHANGE_NAMES

    if calendar not in EXCHANGE_NAMES:
        raise typer.BadParameter("it must be the code of an exchange, such as XNYS or XLON", param_hint="--calendar")
    if (known := next((each for each in KINDS if each == kind), None)) is None:
        raise typer.BadParameter(f"it must be one of {', '.join(KINDS)}", param_hint="--kind")
    try:
        found = tuple(make_resolver().resolve(each.strip()).symbol for each in symbols.split(",") if each.strip())
    except ArgumentError as error:
        raise typer.BadParameter(str(error), param_hint="--symbols") from None
    if known == "team_channel" and not found:
        raise typer.BadParameter("a team's digest needs them, e.g. --symbols AAPL,MSFT", param_hint="--symbols")
    return DigestPlan(
        known,
        await _moment(at, calendar, settings.time_zone),
        time_zone=settings.time_zone,
        calendar=calendar,
        base_currency=settings.base_currency,
        symbols=found,
    )


async def _moment(at: str, calendar: str, time_zone: str) -> datetime:
    """Now, a moment in the reader's zone where it names none, or half an hour after the close of a day."""
    from bot.jobs.digests.market_day import market_day

    if not at:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(at)
        if "T" in at or " " in at.strip():
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))
            return zoned.astimezone(UTC)
        day = date.fromisoformat(at)
    except ValueError:
        raise typer.BadParameter(
            "it must be a day like 2020-03-16, or a moment like 2020-03-16T15:30", param_hint="--at"
        ) from None
    evening = datetime.combine(day, _EVENING, UTC)
    found = await market_day(calendar, evening)
    return found.closes.astimezone(UTC) + AFTER_CLOSE if found.closes else evening


# --- what is sent when: add, list, pause, run, history ---
