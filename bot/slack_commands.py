"""The commands about Slack, mounted under `tuppence slack`: manifest, installations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bot.redaction import one_line

if TYPE_CHECKING:
    from bot.settings import Settings

slack_app = typer.Typer(help="Set Slack up; docs/slack.md says how.", no_args_is_help=True)


@slack_app.callback()
def options() -> None:
    """Set Slack up; docs/slack.md says how."""


@slack_app.command(epilog="Paste it at https://api.slack.com/apps, under “Create New App”, “From a manifest”.")
def manifest(
    address: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="This server's public address, for HTTP and OAuth; without it, the app uses Socket Mode.",
        ),
    ] = "",
    socket: Annotated[
        bool, typer.Option("--socket", help="With --address: events still come by Socket Mode, only OAuth needs it.")
    ] = False,
) -> None:
    """Print the manifest from which Slack makes the app."""
    from bot.surfaces.slack.manifest import manifest as make_manifest

    if address and not address.startswith("https://"):
        raise typer.BadParameter("it must begin with https://, as Slack delivers to nothing else")
    typer.echo(json.dumps(make_manifest(address, by_socket=socket), ensure_ascii=False, indent=2))


@slack_app.command()
def installations(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for scripts.")] = False,
) -> None:
    """List the workspaces in which the app was installed by OAuth; no token is shown."""
    from bot.starting import read_settings, run

    run(_list(read_settings(), as_json=as_json))


async def _list(settings: Settings, *, as_json: bool) -> None:
    from bot.records.installations import all_installations
    from bot.records.opening import open_records

    async with await open_records(settings) as database, database.read() as session:
        found = await all_installations(session)
    for each in found:
        at = each.installed_at.isoformat(timespec="minutes") if each.installed_at else ""
        state = "taken out" if not each.active else "unreadable" if each.problem else "active"
        if as_json:
            row = {"tenant": each.tenant, "name": each.name, "state": state, "by": each.installed_by, "at": at}
            typer.echo(json.dumps(row, ensure_ascii=False))
        else:
            typer.echo(f"{each.tenant:<14} {state:<10} {at}  {one_line(each.name)}")
    if not found and not as_json:
        typer.echo("It is installed nowhere by OAuth; docs/slack.md says how.", err=True)
