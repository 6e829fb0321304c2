"""The commands about kept data, for `tuppence admin`: keys · export · forget · retention · backup · restore · audit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.starting import read_settings, run

commands = typer.Typer()
"""Commands that stand right under `tuppence admin`."""
keys_app = typer.Typer(help="The keys that client data is encrypted with.", no_args_is_help=True)
commands.add_typer(keys_app, name="keys")
audit_commands = typer.Typer()
"""Commands that stand under `tuppence admin audit`."""

FAILED = 1
UserName = Annotated[str, typer.Argument(metavar="USER", help="Whose data, by the user's id.")]
Tenant = Annotated[str, typer.Option(metavar="ID", help="The tenant; the terminal's own if not said.")]


@keys_app.command("list")
def list_keys() -> None:
    """The keys by their ids: since when, how many values each encrypted, and which one encrypts."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.list_keys(settings))


@keys_app.command()
def new() -> None:
    """Print a new key for TUPPENCE_ENCRYPTION_KEYS; it is kept nowhere."""
    from bot.surfaces import privacy

    privacy.print_new_key()


@keys_app.command(epilog="Then:  tuppence admin keys rotate")
def add() -> None:
    """Let a new key encrypt from now on."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.add_key(settings))


@keys_app.command()
def rotate() -> None:
    """Encrypt everything anew with the first key; it may be stopped at any moment and run again."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.rotate_keys(settings))


@commands.command(epilog="Example:  tuppence admin export ada --file ada.json")
def export(
    user: UserName,
    tenant: Tenant = "local",
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; else a new file here.")] = None,
) -> None:
    """Write everything that is kept about a person to a JSON file."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.export_user(settings, user, tenant, file))


@commands.command(epilog="Example:  tuppence admin forget ada")
def forget(
    user: UserName,
    tenant: Tenant = "local",
    account: Annotated[
        bool, typer.Option("--account", help="Delete the user and the rights that admins gave, too.")
    ] = (False),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
) -> None:
    """Delete what is kept about a person, for good, unless there is a legal hold."""
    settings = read_settings()
    if not yes:
        typer.confirm(f"Delete everything that is kept about {user}, for good?", abort=True)
    from bot.surfaces import privacy

    run(privacy.forget_user(settings, user, tenant, account=account))


@commands.command()
def retention() -> None:
    """Delete now what was kept longer than the policy says."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.run_retention(settings))


@commands.command(epilog="Example:  tuppence admin backup /safe/tuppence-monday.db")
def backup(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A new file; else one in the data folder.")
    ] = None,
) -> None:
    """Copy the database while it is in use; for PostgreSQL, print how."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.back_up(settings, file))


@commands.command(epilog="Example:  tuppence admin restore /safe/tuppence-monday.db")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Even over a database that holds something.")] = False,
) -> None:
    """Check a backup and put it in the place of the database; for PostgreSQL, print how."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.put_back(settings, file, replace=replace))


@audit_commands.command("export", epilog="Example:  tuppence admin audit export log.jsonl")
def export_audit(file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")]) -> None:
    """Write the whole audit log to a file of JSON lines."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.export_audit(settings, file))


@audit_commands.command("import")
def import_audit(file: Annotated[Path, typer.Argument(metavar="FILE", help="An exported log.")]) -> None:
    """Take an exported log into a database that has none, if it is whole."""
    settings = read_settings()
    from bot.surfaces import privacy

    run(privacy.import_audit(settings, file))


@audit_commands.command(epilog="Keep it where nobody who can write the database can change it.")
def head(
    tenant: Tenant = "local",
    check: Annotated[str, typer.Option(metavar="HEAD", help="A head kept before: is the log whole up to it?")] = "",
) -> None:
    """Print the number and hash of the newest act, or check the log against an earlier one."""
    settings = read_settings()
    from bot.surfaces import privacy

    if not run(privacy.audit_head(settings, tenant, check)):
        raise typer.Exit(FAILED)
