"""The commands about Slack, mounted under `tuppence slack`: manifest."""

from __future__ import annotations

import json
from typing import Annotated

import typer

slack_app = typer.Typer(help="Set Slack up; docs/slack.md says how.", no_args_is_help=True)


@slack_app.callback()
def options() -> None:
    """Set Slack up; docs/slack.md says how."""


@slack_app.command(epilog="Paste it at https://api.slack.com/apps, under “Create New App”, “From a manifest”.")
def manifest(
    address: Annotated[
        str,
        typer.Option(
            metavar="URL", help="This server's public address, for HTTP; without it, the app uses Socket Mode."
        ),
    ] = "",
) -> None:
    """Print the manifest from which Slack makes the app."""
    from bot.surfaces.slack.manifest import manifest as make_manifest

    if address and not address.startswith("https://"):
        raise typer.BadParameter("it must begin with https://, as Slack delivers to nothing else")
    typer.echo(json.dumps(make_manifest(address), ensure_ascii=False, indent=2))
