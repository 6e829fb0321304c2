"""The commands about models: eval · models · model add, promote, retire, install."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.starting import read_settings, run

commands = typer.Typer()


def _name(text: str) -> str:
    """A model from the command line, under the same rule as TUPPENCE_MODEL."""
    from bot.settings import read_model

    try:
        return read_model(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


class Suite(StrEnum):
    """What `tuppence eval` can measure; held to `bot.evaluation` by a test."""

    tools = "tools"
    followups = "followups"
    abstain = "abstain"
    latency = "latency"
    bias = "bias"
    grounding = "grounding"


@commands.command(
    "eval", epilog="Examples:  tuppence eval  ·  tuppence eval --model qwen3:4b --suite tools --suite abstain"
)
def evaluate(
    model: Annotated[str, typer.Option(metavar="NAME", help="An Ollama model, or tuppence; else the configured.")] = "",
    suite: Annotated[list[Suite] | None, typer.Option(help="What to measure; everything if not said.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="Show what it got wrong, too.")] = False,
) -> None:
    """Measure a model on this machine, with hand-written questions, and keep its scores."""
    settings = read_settings()
    from bot.surfaces.evaluation import run_evaluation

    run(run_evaluation(settings, model, [item.value for item in suite or Suite], misses=misses))


@commands.command()
def models() -> None:
    """The models of this installation: what each may do, accuracy, time, memory."""
    settings = read_settings()
    from bot.surfaces.evaluation import show_models

    run(show_models(settings))


model_app = typer.Typer(help="Which models may answer.", no_args_is_help=True)
commands.add_typer(model_app, name="model")


ModelName = Annotated[
    str, typer.Argument(metavar="NAME", callback=_name, help="An Ollama model, or tuppence, the built-in one.")
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
    settings = read_settings()
    from bot.surfaces.portfolio import add_model

    roles = dict.fromkeys(role or (ModelRole.tools, ModelRole.write))
    run(add_model(settings, name, [item.value for item in roles]))


@model_app.command(epilog="Example:  tuppence eval --model qwen3:4b && tuppence model promote qwen3:4b")
def promote(name: ModelName) -> None:
    """Let a model answer, if its present weights reached the gates on this machine."""
    settings = read_settings()
    from bot.surfaces.portfolio import promote_model

    run(promote_model(settings, name))


@model_app.command()
def retire(name: ModelName) -> None:
    """Let a model answer no more."""
    settings = read_settings()
    from bot.surfaces.portfolio import retire_model

    run(retire_model(settings, name))


@model_app.command(epilog="Example:  ollama serve &  tuppence model install")
def install() -> None:
    """Put the built-in model into the running Ollama (OLLAMA_HOST), so that it is served there."""
    settings = read_settings()
    from bot.llm.ollama_install import install_model

    digest = run(
        install_model(
            settings.ollama_host, lambda text: typer.echo(text, err=True), allow_remote=settings.allow_remote_model
        )
    )
    typer.echo(
        f"Ollama at {settings.ollama_host} has tuppence now, {digest[:12]}; TUPPENCE_MODEL_BACKEND=ollama uses it."
    )
