"""The commands about Microsoft Teams, mounted under `tuppence teams`: manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

teams_app = typer.Typer(help="Set Microsoft Teams up; docs/teams.md says how.", no_args_is_help=True)


@teams_app.callback()
def options() -> None:
    """Set Microsoft Teams up; docs/teams.md says how."""


@teams_app.command(epilog="Upload it in Teams, under “Apps”, “Manage your apps”, “Upload an app”.")
def manifest(
    address: Annotated[
        str, typer.Option(metavar="URL", help="Where people read who runs this, in https; Teams shows it.")
    ],
    app_id: Annotated[
        str, typer.Option(metavar="ID", help="The Microsoft App ID of your Azure Bot; without it, CLIENT_ID.")
    ] = "",
    follow_threads: Annotated[
        bool,
        typer.Option(
            "--follow-threads",
            help="Ask each team for what is said in its channels, so that a thread goes on without a mention.",
        ),
    ] = False,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = Path(
        "tuppence-teams.zip"
    ),
) -> None:
    """Write the app package that is uploaded to Teams: a manifest and two icons."""
    from bot.settings import load_settings
    from bot.surfaces.teams.package import package
    from bot.teams_keys import is_id

    if not address.startswith("https://"):
        raise typer.BadParameter("it must begin with https://, as Teams takes nothing else", param_hint="--address")
    wanted = app_id or load_settings().teams_client_id or ""
    if not is_id(wanted):
        raise typer.BadParameter(
            "it is no id in the form 00000000-0000-0000-0000-000000000000; give the Microsoft App ID of your Azure "
            "Bot, or set CLIENT_ID",
            param_hint="--app-id",
        )
    output.write_bytes(package(wanted, address, follow_threads=follow_threads))
    typer.echo(f"Wrote {output}. Upload it in Teams: Apps, Manage your apps, Upload an app.")
