"""`python -m slm`: makes the built-in model. Each step reads what the one before wrote to `slm/build/`.

python -m slm corpus --examples 400000    questions, decisions and the tokenizer
python -m slm train --tokens 30000000     weights, resumable
python -m slm export                      slm/weights/tuppence.gguf and its Modelfile
python -m slm evaluate                    exact calls and abstention on evals/
python -m slm sample -n 20                look at the corpus
"""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
BUILD = Path(__file__).parent / "build"
WEIGHTS = Path(__file__).parent / "weights"
SEED = 20261124
VOCABULARY = 2048


@app.command()
def sample(n: Annotated[int, typer.Option("-n", help="How many.")] = 20, seed: int = SEED) -> None:
    """Print examples as JSON lines."""
    from slm.corpus.generate import Generator, as_record
    from slm.corpus.pack import known_terms

    for example in islice(Generator(seed, known_terms()).examples(), n):
        typer.echo(as_record(example))


@app.command()
def corpus(
    examples: int = 400_000,
    seed: int = SEED,
    name: Annotated[str, typer.Option(help="What to call it; training can go on with another one.")] = "corpus",
    keep_tokenizer: Annotated[bool, typer.Option(help="Use the tokenizer of an earlier corpus.")] = False,
) -> None:
    """Draw a corpus, and learn the tokenizer."""
    from slm.corpus.pack import make_tokenizer, pack
    from slm.tokenizer import load_tokenizer

    BUILD.mkdir(exist_ok=True)
    path = BUILD / "tokenizer.json"
    if not keep_tokenizer:
        make_tokenizer(seed, VOCABULARY).save(str(path))
    tokenizer = load_tokenizer(path)
    digest = pack(tokenizer, seed + 1, examples, BUILD / f"{name}.npz", lambda done: typer.echo(f"{done} examples"))
    (BUILD / f"{name}.json").write_text(json.dumps({"examples": examples, "seed": seed, "sha256": digest}) + "\n")


@app.command()
def train(
    tokens: Annotated[int, typer.Option(help="Tokens to train on, padding included.")] = 30_000_000,
    decay: Annotated[float, typer.Option(help="The last share of the tokens, in which the rate falls to 0.")] = 0.4,
    workers: Annotated[int, typer.Option(help="Processes, one thread each: more than threads, for a small model.")] = 1,
    name: Annotated[str, typer.Option(help="The corpus to train on.")] = "corpus",
    device: str = "cpu",
) -> None:
    """Train, or go on training, to a number of tokens."""
    from slm.model import Shape
    from slm.train import Recipe, train_in

    train_in(BUILD, name, Shape(vocabulary=VOCABULARY), Recipe(tokens=tokens, decay_fraction=decay), workers, device)


@app.command()
def evaluate(
    weights: Annotated[Path, typer.Option(help="A GGUF file.")] = WEIGHTS / "tuppence.gguf",
    misses: Annotated[bool, typer.Option(help="List every wrong answer too.")] = False,
    locked: Annotated[bool, typer.Option(help="The locked sets: look once, at the end.")] = False,
) -> None:
    """Measure on the question sets in evals/."""
    from slm.evaluate import evaluate as measure

    report = measure(weights, locked=locked)
    typer.echo(report.markdown())
    for miss in report.wrong if misses else ():
        typer.echo(json.dumps(miss, ensure_ascii=False))


@app.command()
def export(weights: Annotated[Path, typer.Option(help="Folder to write to.")] = WEIGHTS) -> None:
    """Write the GGUF file, its checksum and the Modelfile."""
    import torch

    from slm.export import export_gguf, modelfile
    from slm.model import Shape

    weights.mkdir(exist_ok=True, parents=True)
    state = torch.load(BUILD / "checkpoint.pt", map_location="cpu", weights_only=True)
    shape = Shape(**state["shape"])
    path = weights / "tuppence.gguf"
    about = f"Tool decisions for the Tuppence assistant; {state['position'][2]} training tokens"
    export_gguf(state["model"], shape, (BUILD / "tokenizer.json").read_text(encoding="utf-8"), path, about=about)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (weights / "tuppence.gguf.sha256").write_text(f"{digest}  tuppence.gguf\n")
    (weights / "Modelfile").write_text(modelfile(path.name, shape.context))
    typer.echo(f"{path} {path.stat().st_size / 1e6:.1f} MB sha256 {digest}")


if __name__ == "__main__":
    app()
