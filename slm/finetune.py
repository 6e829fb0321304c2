"""Fine-tuning: LoRA on a downloaded base model with our corpus, merged, exported, measured.

The libraries are those of `slm/requirements-finetune.txt`. They are imported when they are needed, and told to stay
off the network.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from importlib.metadata import version
from random import Random
from typing import TYPE_CHECKING, Any

from bot.turn.agent import WRITING_MAX_TOKENS
from slm.base_chat import BaseChat, BaseRefused
from slm.base_modelfile import base_modelfile
from slm.corpus.generate import Generator
from slm.corpus.pack import known_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from transformers import TrainerCallback

    from slm.base_chat import Lesson
    from slm.corpus.generate import Example
    from slm.export_hf import Plan, Precision

OWN_SHARE = 0.25
"""How much of the examples a team's own questions may be,"""
OWN_REPEATS = 8
"""and how often each may come: more would be learning by heart."""
LOGGED = 10
"""Steps between two lines of progress."""
WARM_UP = 0.03
"""The share of the steps in which the rate rises."""
LIBRARIES = ("torch", "transformers", "peft", "trl", "gguf")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the base model and the own questions.

    `steps` of 0 is one pass over the examples. A step sees `batch` × `accumulate` of them. `context` is the longest
    conversation in tokens, in training and at run time. `rank` is LoRA's, with an alpha of twice that; `rate` is the
    highest learning rate, from which it falls in a cosine.
    """

    examples: int = 4000
    steps: int = 0
    batch: int = 1
    accumulate: int = 16
    rank: int = 16
    rate: float = 2e-4
    context: int = 8192
    precision: Precision = "q8_0"
    seed: int = 20261128


@dataclass(frozen=True, slots=True)
class Result:
    """Where the files are, the loss of each logged step, and how many examples were used and left out."""

    weights: Path
    losses: tuple[float, ...]
    used: int
    left_out: int


def fine_tune(base: Path, folder: Path, own: Sequence[Example], recipe: Recipe, say: Callable[[str], None]) -> Result:
    """Train, and write to `folder`: `model/` (Hugging Face), `<name>.gguf`, its SHA-256, `Modelfile`, `recipe.json`.

    Raises `BaseRefused` before any training where the base model or the folder can't be used.
    """
    _stay_offline()
    from slm.export import publish
    from slm.export_hf import export_folder, plan_export

    if folder.exists() and any(folder.iterdir()):
        raise BaseRefused(f"{folder} is not empty; choose a new folder.")
    plan = plan_export(base)
    chat = BaseChat(plan.tokenizer)
    examples = draw_examples(own, recipe)
    lessons, left_out = chat.lessons(examples, recipe.context - WRITING_MAX_TOKENS)
    if not lessons:
        raise BaseRefused(f"No example fits into {recipe.context} tokens; give more with --context.")
    longest = max(len(lesson.tokens) for lesson in lessons)
    say(f"{len(lessons)} examples of up to {longest} tokens, {left_out} left out")
    folder.mkdir(parents=True, exist_ok=True)
    losses = _train(base, folder, plan, lessons, recipe, say)
    weights = folder / f"{folder.resolve().name}.gguf"
    about = f"Tool decisions for the Tuppence assistant, learnt by {base.resolve().name} from {len(lessons)} examples"
    export_folder(folder / "model", weights, plan, end=chat.end, about=about, precision=recipe.precision)
    published = publish(weights)
    template = plan.tokenizer.get_chat_template(tools=chat.schemas)
    (folder / "Modelfile").write_text(base_modelfile(weights.name, recipe.context, template, _licence(base)), "utf-8")
    libraries = {name: version(name) for name in LIBRARIES}
    facts = {"base": base.resolve().name, "own": len(own), "used": len(lessons), "left_out": left_out}
    (folder / "recipe.json").write_text(json.dumps({**asdict(recipe), **facts, **libraries}, indent=2) + "\n")
    say(published)
    return Result(weights, losses, len(lessons), left_out)


def draw_examples(own: Sequence[Example], recipe: Recipe) -> list[Example]:
    """`recipe.examples` in random order: of the corpus, each prompt once, and among them a share of the own ones."""
    repeated = [example for _ in range(OWN_REPEATS) for example in own][: round(recipe.examples * OWN_SHARE)]
    asked = {example.question.casefold() for example in own}
    drawn: dict[tuple[Any, str], Example] = {}
    for example in Generator(recipe.seed, known_terms()).examples():
        if len(drawn) >= recipe.examples - len(repeated):
            break
        if example.question.casefold() not in asked:  # the team's decision is the one to learn
            drawn.setdefault((tuple(turn[0] for turn in example.turns), example.question), example)
    mixed = [*drawn.values(), *repeated]
    Random(recipe.seed).shuffle(mixed)
    return mixed


def _stay_offline() -> None:
    """Set before the first import of these libraries: they would look for newer files, and count their users."""
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TRANSFORMERS_OFFLINE="1")


def _train(
    base: Path, folder: Path, plan: Plan, lessons: Sequence[Lesson], recipe: Recipe, say: Callable[[str], None]
) -> tuple[float, ...]:
    """Train and write the merged model to `folder/model`; the loss of each logged step."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, PrinterCallback
    from trl import SFTTrainer  # type: ignore[attr-defined]

    halved = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    kind = torch.bfloat16 if halved else torch.float32
    model = AutoModelForCausalLM.from_pretrained(base, dtype=kind, local_files_only=True)
    trainer = SFTTrainer(
        model=model,
        args=_settings(folder / "model", recipe, halved=halved),
        train_dataset=Dataset.from_list([lesson.row() for lesson in lessons]),
        processing_class=plan.tokenizer,
        peft_config=LoraConfig(
            task_type="CAUSAL_LM", r=recipe.rank, lora_alpha=2 * recipe.rank, target_modules="all-linear"
        ),
        callbacks=[_progress(say)],
    )
    trainer.remove_callback(PrinterCallback)  # `say` hears it
    trainer.train()
    trained: Any = trainer.model
    trained.merge_and_unload().save_pretrained(folder / "model")
    plan.tokenizer.save_pretrained(folder / "model")
    return tuple(entry["loss"] for entry in trainer.state.log_history if "loss" in entry)


def _settings(folder: Path, recipe: Recipe, *, halved: bool) -> Any:
    from trl import SFTConfig  # type: ignore[attr-defined]

    return SFTConfig(
        output_dir=str(folder),
        max_steps=recipe.steps or -1,
        num_train_epochs=1,
        per_device_train_batch_size=recipe.batch,
        gradient_accumulation_steps=recipe.accumulate,
        learning_rate=recipe.rate,
        lr_scheduler_type="cosine",
        warmup_steps=WARM_UP,
        bf16=halved,
        activation_checkpointing=True,  # a prompt is thousands of tokens long: memory before speed
        max_length=None,  # nothing is cut: what is too long was left out
        logging_steps=LOGGED,
        logging_first_step=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=recipe.seed,
    )


def _progress(say: Callable[[str], None]) -> TrainerCallback:
    """What tells `say` the loss as it is logged."""
    from transformers import TrainerCallback

    class Progress(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
            if "loss" in kwargs["logs"]:
                say(f"step {state.global_step} of {state.max_steps} loss {kwargs['logs']['loss']:.4f}")

    return Progress()


def _licence(base: Path) -> str:
    """The text of the base model's licence, "" where its folder holds none."""
    found = next((base / name for name in ("LICENSE", "LICENSE.txt", "LICENSE.md") if (base / name).exists()), None)
    return found.read_text(encoding="utf-8", errors="replace") if found else ""
