"""The command line: ask · chat · import · doctor · tools · eval · models · model."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.errors import TuppenceError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.settings import Settings

app = typer.Typer(
    name="tuppence",
    help="A financial assistant on your own machine: small local models, real tools, every figure traced.",
    epilog='Start with:  tuppence ask "How did Apple do in 2022 compared with Microsoft?"',
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
CANCELLED = 130
BAD_INPUT = 65
LOG_FILE = "tuppence.log"
MAX_LOG_BYTES = 1_000_000


def _model_name(text: str) -> str:
    """A model from the command line, under the same rule as TUPPENCE_MODEL."""
    from bot.settings import read_model

    try:
        return read_model(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


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


def _settings() -> Settings:
    from bot.settings import load_settings

    settings = load_settings()
    _keep_log(settings.home / LOG_FILE)
    return settings


def _keep_log(path: Path) -> None:
    """Bugs, by their references, go to a file in the data folder, not to the terminal; a full disk loses only these."""
    import logging
    from logging.handlers import RotatingFileHandler

    logging.raiseExceptions = False
    handler = RotatingFileHandler(path, maxBytes=MAX_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)


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
    settings = _settings()  # before all that is slow: a wrong one is told at once
    if batch is not None:
        from bot.surfaces.batch import run_batch

        failures = _run(run_batch(settings, batch, user))
        raise typer.Exit(BAD_INPUT if failures else 0)
    _run(_ask(settings, question, user, conversation, as_json=as_json))


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
            reply = await running.assistant.ask(question, surface.say)
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
    settings = _settings()
    from bot.surfaces.chat import run_chat

    _run(run_chat(settings, user))


@app.command("import", epilog="Example:  tuppence import holdings.csv --as ada")
def import_file(
    file: Annotated[Path, typer.Argument(help="A broker-like CSV: symbol, quantity, cost, currency, date, account.")],
    user: User = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Import without asking.")] = False,
    replace: Annotated[bool, typer.Option(help="Replace what was imported before, instead of adding to it.")] = False,
) -> None:
    """Import holdings: all rows or none, after a preview."""
    settings = _settings()
    from bot.surfaces.importer import run_import

    _run(run_import(settings, file, user, confirmed=yes, replace=replace))


@app.command()
def doctor() -> None:
    """What is configured, reachable, stale or missing, one line each, with the fix."""
    from bot.doctor import run_doctor

    raise typer.Exit(_run(run_doctor()))


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


class Suite(StrEnum):
    """What `tuppence eval` can measure; held to `bot.evaluation` by a test."""

    tools = "tools"
    followups = "followups"
    abstain = "abstain"
    latency = "latency"
    bias = "bias"
    grounding = "grounding"


@app.command("eval", epilog="Examples:  tuppence eval  ·  tuppence eval --model qwen3:4b --suite tools --suite abstain")
def evaluate(
    model: Annotated[str, typer.Option(metavar="NAME", help="An Ollama model, or tuppence; else the configured.")] = "",
    suite: Annotated[list[Suite] | None, typer.Option(help="What to measure; everything if not said.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="Show what it got wrong, too.")] = False,
) -> None:
    """Measure a model on this machine, with hand-written questions, and keep its scores."""
    settings = _settings()
    from bot.surfaces.evaluation import run_evaluation

    _run(run_evaluation(settings, model, [item.value for item in suite or Suite], misses=misses))


@app.command()
def models() -> None:
    """The models of this installation: what each may do, accuracy, time, memory."""
    settings = _settings()
    from bot.surfaces.evaluation import show_models

    _run(show_models(settings))


model_app = typer.Typer(help="Which models may answer.", no_args_is_help=True)
app.add_typer(model_app, name="model")


ModelName = Annotated[
    str, typer.Argument(metavar="NAME", callback=_model_name, help="An Ollama model, or tuppence, the built-in one.")
]


class ModelRole(StrEnum):
    """What a model may be used for; held to `bot.records.models.MODEL_ROLES` by a test."""

    tools = "tools"
    write = "write"
    explain = "explain"


@model_app.command(epilog="Example:  tuppence model add qwen3:4b --role tools --role write")
def add(
    name: ModelName,
    role: Annotated[
        list[ModelRole] | None,
        typer.Option(
            help="tools: take whole turns; write: word what the built-in model looked up; explain: put general words "
            "plainly. If not said: tools and write."
        ),
    ] = None,
) -> None:
    """Name a model for the portfolio, or give it other roles; it answers once it is promoted."""
    settings = _settings()
    from bot.surfaces.portfolio import add_model

    roles = dict.fromkeys(role or (ModelRole.tools, ModelRole.write))
    _run(add_model(settings, name, [item.value for item in roles]))


@model_app.command(epilog="Example:  tuppence eval --model qwen3:4b && tuppence model promote qwen3:4b")
def promote(name: ModelName) -> None:
    """Let a model answer, if its present weights reached the gates on this machine."""
    settings = _settings()
    from bot.surfaces.portfolio import promote_model

    _run(promote_model(settings, name))


@model_app.command()
def retire(name: ModelName) -> None:
    """Let a model answer no more."""
    settings = _settings()
    from bot.surfaces.portfolio import retire_model

    _run(retire_model(settings, name))


@model_app.command(epilog="Example:  ollama serve &  tuppence model install")
def install() -> None:
    """Put the built-in model into the running Ollama (OLLAMA_HOST), so that it is served there."""
    settings = _settings()
    from bot.llm.ollama_install import install_model

    digest = _run(
        install_model(
            settings.ollama_host, lambda text: typer.echo(text, err=True), allow_remote=settings.allow_remote_model
        )
    )
    typer.echo(
        f"Ollama at {settings.ollama_host} has tuppence now, {digest[:12]}; TUPPENCE_MODEL_BACKEND=ollama uses it."
    )


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(CANCELLED) from None


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
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        typer.echo(f"Error: something unexpected went wrong ({reason}); run again with --debug to see where.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
