"""The command line: ask · chat · serve · import · doctor · tools · eval · models · model · admin."""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import privacy_commands, schedule_commands
from bot.account_commands import account_app
from bot.admin_commands import admin_app, audits
from bot.digest_commands import digest_app
from bot.errors import TuppenceError
from bot.model_commands import commands, model_app
from bot.slack_commands import slack_app
from bot.starting import read_settings, run
from bot.teams_commands import teams_app

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    name="tuppence",
    help="A financial assistant on your own machine: small local models, real tools, every figure traced.",
    epilog='Start with:  tuppence ask "How did Apple do in 2022 compared with Microsoft?"',
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(commands)
admin_app.add_typer(account_app, name="account")
admin_app.add_typer(model_app, name="model")
admin_app.add_typer(privacy_commands.commands)
audits.add_typer(privacy_commands.audit_commands)
app.add_typer(admin_app, name="admin")
app.add_typer(slack_app, name="slack")
app.add_typer(teams_app, name="teams")
digest_app.add_typer(schedule_commands.commands)
app.add_typer(digest_app, name="digest")
BAD_INPUT = 65


def _name(text: str) -> str:
    """A user or conversation from the command line, under the same rule as TUPPENCE_USER."""
    from bot.settings import read_user

    try:
        return read_user(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


User = Annotated[
    str,
    typer.Option("--as", metavar="USER", callback=_name, help="Who asks; a new name gets the sample portfolio."),
]


def _version(show: bool) -> None:
    if show:
        from importlib.metadata import version

        typer.echo(f"tuppence {version('tuppence')}")
        raise typer.Exit


@app.callback()
def options(
    _debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
    _show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options before the command."""


@app.command(epilog='Examples:  tuppence ask "price of Apple"  ·  tuppence ask "how is my portfolio doing?" --json')
def ask(
    question: Annotated[str, typer.Argument(help="The question, in plain words.")] = "",
    user: User = "",
    conversation: Annotated[str, typer.Option(metavar="ID", callback=_name, help="Go on with this conversation.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole turn as JSON.")] = False,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help='Answer a file of JSON lines {"id", "question", "history"?, "user"?}.'),
    ] = None,
) -> None:
    """Ask one question, or with --batch a file of them."""
    settings = read_settings()  # before all that is slow: a wrong one is told at once
    if batch is not None:
        from bot.surfaces.batch import run_batch

        failures = run(run_batch(settings, batch, user))
        raise typer.Exit(BAD_INPUT if failures else 0)
    run(_ask(settings, question, user, conversation, as_json=as_json))


async def _ask(settings: Settings, text: str, user: str, conversation: str, *, as_json: bool) -> None:
    from bot.surfaces.console import ConsoleSurface

    surface = ConsoleSurface()
    with surface.working():
        surface.say("Starting")
        from bot.app import start
        from bot.turn.assistant import Question

        async with start(settings, user) as running:
            text = text.encode(errors="replace").decode()  # bytes of the shell that are no text
            question = Question(text, running.actor, conversation or f"ask-{uuid.uuid4().hex[:12]}")
            reply = await running.assistant.ask(question, surface)
    for notice in running.notices:
        surface.notice(notice)
    if as_json:
        from bot.turn.evidence import reply_record

        typer.echo(json.dumps({"id": None, **reply_record(reply)}, ensure_ascii=False, indent=2))
    else:
        surface.show(reply)
    if reply.status == "failed":
        raise typer.Exit(1)


@app.command(epilog="Follow-ups work: ask “how did Apple do in 2022?”, then “and Microsoft?”. Ctrl-D ends.")
def chat(user: User = "") -> None:
    """Talk, one question after the other."""
    settings = read_settings()
    from bot.surfaces.chat import run_chat

    run(run_chat(settings, user))


@app.command("import", epilog="Example:  tuppence import holdings.csv --as ada")
def import_file(
    file: Annotated[Path, typer.Argument(help="A broker-like CSV: symbol, quantity, cost, currency, date, account.")],
    user: User = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Import without asking.")] = False,
    replace: Annotated[bool, typer.Option(help="Replace what was imported before, instead of adding to it.")] = False,
    client: Annotated[
        str, typer.Option(metavar="ID", callback=_name, help="For a client of yours, if you are the adviser.")
    ] = "",
) -> None:
    """Import holdings: all rows or none, after a preview."""
    settings = read_settings()
    from bot.surfaces.importer import run_import

    run(run_import(settings, file, user, confirmed=yes, replace=replace, client=client))


@app.command()
def doctor() -> None:
    """What is configured, reachable, stale or missing, one line each, with the fix."""
    from bot.doctor import run_doctor

    raise typer.Exit(run(run_doctor()))


@app.command(epilog="Example:  tuppence serve --port 8765, then http://127.0.0.1:8765/admin")
def serve(
    host: Annotated[str, typer.Option(help="The address to listen at; leave it unless a proxy stands before it.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8765,
) -> None:
    """Answer on the chat platforms, run what is scheduled, and show the admin pages."""
    settings = read_settings()
    from bot.logs import log_to_terminal
    from bot.serving import serve as run_server

    log_to_terminal(settings)
    run(run_server(settings, host, port, announce=lambda address: typer.echo(f"Serving at {address}", err=True)))


@app.command()
def tools(
    as_json: Annotated[bool, typer.Option("--json", help="Print the schemas a model is offered.")] = False,
) -> None:
    """The tools a model is offered, with their arguments."""
    from tools.catalogue import TOOLS
    from tools.toolbox import Toolbox

    toolbox = Toolbox(TOOLS)
    if as_json:
        typer.echo(json.dumps(toolbox.schemas(), ensure_ascii=False, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("tool", "arguments", "what for", show_lines=True)
    for tool in toolbox.tools.values():
        names = [parameter.name if parameter.required else f"{parameter.name}?" for parameter in tool.parameters]
        table.add_row(tool.name, "\n".join(names), tool.description)
    Console().print(table)


def main() -> None:
    """The entry point: every error is one sentence, a next step and a non-zero exit code."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]  # it may stand anywhere
    debug = len(arguments) < len(sys.argv) - 1
    if debug:
        import logging

        logging.basicConfig()
    try:
        app(arguments)
    except TuppenceError as error:
        if debug:
            raise
        typer.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        from bot.redaction import one_line, redact

        reason = one_line(redact(f"{type(error).__name__}: {error}".splitlines()[0]))[:200]
        typer.echo(f"Error: something unexpected went wrong ({reason}); run again with --debug to see where.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
