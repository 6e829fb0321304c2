"""Who gets which digest when, for `tuppence digest`: add · list · change · pause · resume · run · history · delete."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.starting import read_settings, run

commands = typer.Typer()
"""Commands that stand right under `tuppence digest`."""

Tenant = Annotated[str, typer.Option(metavar="TENANT", help="The workspace, as `tuppence admin user list` has it.")]
Owner = Annotated[str, typer.Option("--as", metavar="USER", help="Whose digest; the configured user if not said.")]
DigestId = Annotated[str, typer.Argument(metavar="ID", help="As `tuppence digest list` shows it.")]
When = Annotated[
    str, typer.Option(metavar="SCHEDULE", help='"08:00 mon-fri", "0 8 * * mon-fri", open-30m or close+30m.')
]
Zone = Annotated[str, typer.Option(metavar="ZONE", help="The time zone, e.g. Europe/Berlin.")]
Exchange = Annotated[str, typer.Option(metavar="CODE", help="The exchange, e.g. XNYS or London.")]
Holidays = Annotated[str, typer.Option(metavar="HOW", help="On days without a session: skip, say or send.")]
Quiet = Annotated[str, typer.Option(metavar="FROM-TO", help="Quiet hours, e.g. 22:00-07:00; or none, or default.")]
Sections = Annotated[str, typer.Option(metavar="A,B", help="What it holds, e.g. headline,movers.")]
Symbols = Annotated[str, typer.Option(metavar="A,B", help="What it is about, e.g. AAPL,MSFT.")]
Channel = Annotated[str, typer.Option(metavar="ID", help="A channel to post in, instead of a direct message.")]


@commands.command(epilog='Example:  tuppence digest add my_portfolio --as U123 --tenant T1 --when "08:00 mon-fri"')
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="e.g. market_close, my_portfolio, weekly_review.")],
    when: When = "",
    zone: Zone = "",
    exchange: Exchange = "",
    holidays: Holidays = "",
    quiet: Quiet = "",
    sections: Sections = "",
    symbols: Symbols = "",
    channel: Channel = "",
    to: Annotated[str, typer.Option(metavar="PLATFORM", help="slack or teams.")] = "slack",
    owner: Owner = "",
    tenant: Tenant = "local",
) -> None:
    """Schedule a digest for somebody."""
    settings = read_settings()
    from bot.surfaces import scheduling

    options = _options(zone, exchange, holidays, quiet, sections, symbols, channel)
    run(scheduling.add(settings, tenant, owner, kind, to, when, options))


@commands.command("list")
def show(
    owner: Annotated[str, typer.Option("--as", metavar="USER", help="Only this person's.")] = "",
    tenant: Tenant = "local",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Which digests are scheduled, and when each comes next."""
    settings = read_settings()
    from bot.surfaces import scheduling

    run(scheduling.show(settings, tenant, owner, as_json=as_json))


@commands.command()
def change(
    digest: DigestId,
    when: When = "",
    zone: Zone = "",
    exchange: Exchange = "",
    holidays: Holidays = "",
    quiet: Quiet = "",
    sections: Sections = "",
    symbols: Symbols = "",
    channel: Channel = "",
    tenant: Tenant = "local",
) -> None:
    """Change what is said, and leave the rest."""
    settings = read_settings()
    from bot.surfaces import scheduling

    options = _options(zone, exchange, holidays, quiet, sections, symbols, channel)
    run(scheduling.change(settings, tenant, digest, when, options))


@commands.command()
def pause(digest: DigestId, tenant: Tenant = "local") -> None:
    """Send nothing until it is resumed."""
    _act("pause", digest, tenant)


@commands.command()
def resume(digest: DigestId, tenant: Tenant = "local") -> None:
    """Send again from the next time on, also where the program had switched it off."""
    _act("resume", digest, tenant)


@commands.command("run")
def run_now(digest: DigestId, tenant: Tenant = "local") -> None:
    """Send it now, besides its times; a running `tuppence serve` does it."""
    _act("run", digest, tenant)


@commands.command()
def delete(digest: DigestId, tenant: Tenant = "local") -> None:
    """End it; what was sent stays."""
    _act("delete", digest, tenant)


@commands.command()
def history(digest: DigestId, tenant: Tenant = "local") -> None:
    """What became of its times, the latest first."""
    settings = read_settings()
    from bot.surfaces import scheduling

    run(scheduling.history(settings, tenant, digest))


def _act(name: str, digest: str, tenant: str) -> None:
    settings = read_settings()
    from bot.surfaces import scheduling

    run(scheduling.act(settings, tenant, digest, name))


def _options(
    zone: str, exchange: str, holidays: str, quiet: str, sections: str, symbols: str, channel: str
) -> dict[str, str]:
    """What was said, by the names that are typed in chat, too."""
    said = {
        "zone": zone,
        "exchange": exchange,
        "holidays": holidays,
        "quiet": quiet,
        "sections": sections,
        "symbols": symbols,
        "channel": channel,
    }
    return {name: value for name, value in said.items() if value}
