"""The commands about admin accounts: account add, list, disable, reset; mounted under `tuppence admin`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.starting import read_settings, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor
    from bot.settings import Settings

account_app = typer.Typer(help="Who may open the admin pages.", no_args_is_help=True)

AccountName = Annotated[str, typer.Argument(metavar="NAME", help="The account's name, e.g. grace.")]
FromStdin = Annotated[bool, typer.Option("--stdin", help="Read the passphrase from the first line of the input.")]
TenantName = Annotated[str, typer.Option("--tenant", metavar="TENANT", help="The tenant whose account it is.")]


def _passphrase(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt="The same again")
    return typed


@account_app.command(epilog="Example:  tuppence admin account add grace")
def add(
    name: AccountName,
    from_stdin: FromStdin = False,
    single_sign_on: Annotated[
        bool,
        typer.Option("--single-sign-on", help="Without a passphrase: NAME is the subject that the provider names."),
    ] = False,
    tenant: TenantName = "local",
) -> None:
    """Add an account. At its first sign-in it gets an authenticator app."""
    settings = read_settings()
    passphrase = None if single_sign_on else _passphrase(from_stdin=from_stdin)
    run(_add(settings, tenant, name, passphrase))
    typer.echo(f"{name} may sign in at /admin of `tuppence serve`.")


@account_app.command("list")
def show(tenant: TenantName = "local") -> None:
    """The accounts, and whether each may sign in."""
    settings = read_settings()
    run(_show(settings, tenant))


@account_app.command()
def disable(name: AccountName, tenant: TenantName = "local") -> None:
    """Let an account in no more, and end its sessions."""
    settings = read_settings()
    run(_disable(settings, tenant, name))
    typer.echo(f"{name} is signed out everywhere and may not sign in; `tuppence admin account reset {name}` undoes it.")


@account_app.command()
def reset(name: AccountName, from_stdin: FromStdin = False, tenant: TenantName = "local") -> None:
    """Give an account a new passphrase, and ask for a new authenticator app."""
    settings = read_settings()
    run(_reset(settings, tenant, name, _passphrase(from_stdin=from_stdin)))
    typer.echo(f"{name} may sign in with the new passphrase, and adds an authenticator app then.")


async def _add(settings: Settings, tenant: str, name: str, passphrase: str | None) -> None:
    from bot.records.accounts import add_account
    from bot.records.passphrases import hash_passphrase

    hashed = None if passphrase is None else hash_passphrase(name, passphrase)
    await _act(settings, tenant, lambda session, by, at: add_account(session, by, name, hashed, at=at))


async def _disable(settings: Settings, tenant: str, name: str) -> None:
    from bot.records.accounts import disable_account

    await _act(settings, tenant, lambda session, by, at: disable_account(session, by, name, at=at))


async def _reset(settings: Settings, tenant: str, name: str, passphrase: str) -> None:
    from bot.records.accounts import reset_account
    from bot.records.passphrases import hash_passphrase

    hashed = hash_passphrase(name, passphrase)
    await _act(settings, tenant, lambda session, by, at: reset_account(session, by, name, hashed, at=at))


async def _act(
    settings: Settings, tenant: str, act: Callable[[AsyncSession, Actor, datetime], Awaitable[None]]
) -> None:
    """Do one act of whoever sits at this machine."""
    from datetime import UTC, datetime

    from bot.records.opening import open_records
    from bot.records.users import Actor

    by, at = Actor(settings.user, tenant), datetime.now(UTC)
    async with await open_records(settings) as database:
        await database.run(lambda session: act(session, by, at))


async def _show(settings: Settings, tenant: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bot.records import accounts
    from bot.records.opening import open_records

    async with await open_records(settings) as database, database.read() as session:
        found = await accounts.accounts_of(session, tenant)
    if not found:
        typer.echo("There is no account yet; add one: tuppence admin account add NAME")
        return
    table = Table("name", "may sign in", "passphrase", "authenticator app", "wrong tries")
    for each in found:
        told = ("yes" if each.active else "no", "yes" if each.has_passphrase else "single sign-on")
        table.add_row(Text(each.name), *told, "yes" if each.enrolled else "not yet", str(each.failures))
    Console().print(table)
