"""Teaches the reader what questions ask for: AdamW, warm-up, then linear decay to zero. Resumable."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import distributed, multiprocessing

from slm.reader.batches import Packed
from slm.reader.encoder import Encoder, EncoderShape
from slm.reader.examples import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slm.reader.batches import Batch

CHECKPOINT = "reader.pt"


@dataclass(frozen=True, slots=True)
class ReaderRecipe:
    """Everything that decides the result besides the texts. `steps` is fixed ahead, as the rate falls to 0 at its end.

    The table of words is left as it was pretrained: words that no phrase holds stay where they were among the others.
    """

    steps: int
    rows: int = 64
    rate: float = 4e-4
    head_rate: float = 2e-3
    warmup_steps: int = 100
    weight_decay: float = 0.01
    smoothing: float = 0.02
    """The share of the target that is spread over all decisions, as phrases have mistakes."""
    seed: int = 20261130


class ReaderTrainer:
    """Holds encoder, optimiser and position, so that training can stop and go on."""

    def __init__(self, encoder: Encoder, recipe: ReaderRecipe, rank: int = 0, workers: int = 1) -> None:
        """With several workers, each draws its own part of every batch."""
        self.encoder, self.recipe, self.rank, self.workers = encoder, recipe, rank, workers
        encoder.words.weight.requires_grad_(requires_grad=False)
        head = list(encoder.head.parameters())
        named = encoder.named_parameters()
        body = [each for name, each in named if each.requires_grad and not name.startswith("head.")]
        self.parameters = [*body, *head]
        self.optimiser = torch.optim.AdamW(
            [{"params": body}, {"params": head}], weight_decay=recipe.weight_decay, fused=True
        )
        self.step = self.epoch = self.done = 0

    def run(self, texts: Packed, folder: Path, report: Callable[[str], None], save_every: int = 250) -> None:
        """Train to the recipe's step count, saving `reader.pt` to `folder` on the way and at the end."""
        losses: list[float] = []
        began, first = time.monotonic(), self.step
        while self.step < self.recipe.steps:
            rng = np.random.default_rng((self.recipe.seed, self.epoch, self.rank))
            for number, batch in enumerate(texts.batches(rng, self.recipe.rows // self.workers)):
                if number < self.done:
                    continue  # seen before the stop
                losses.append(self._step(batch))
                self.done = number + 1
                if self.step % 50 == 0 and self.rank == 0:
                    speed = (self.step - first) / (time.monotonic() - began)
                    report(f"step {self.step} loss {np.mean(losses[-100:]):.4f} {speed:.2f} steps/s")
                if self.step % save_every == 0:
                    self._save(folder)
                if self.step >= self.recipe.steps:
                    break
            else:
                self.epoch, self.done = self.epoch + 1, 0
        self._save(folder)

    def _factor(self) -> float:
        warm = min(1.0, (self.step + 1) / self.recipe.warmup_steps)
        return warm * (1 - self.step / self.recipe.steps)

    def _step(self, batch: Batch) -> float:
        rates = (self.recipe.rate, self.recipe.head_rate)
        for group, rate in zip(self.optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * self._factor()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            pooled = self.encoder.pooled(batch.tokens, batch.places, batch.segments, len(batch.decisions))
        logits = self.encoder.logits(pooled.float())
        loss = F.cross_entropy(logits, batch.decisions, label_smoothing=self.recipe.smoothing)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.workers > 1:
            gradients = [parameter.grad for parameter in self.parameters if parameter.grad is not None]
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            distributed.all_reduce(flat)
            flat /= self.workers
            for gradient, part in zip(gradients, flat.split([each.numel() for each in gradients]), strict=True):
                gradient.copy_(part.view_as(gradient))
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        return float(loss.detach())

    def _save(self, folder: Path) -> None:
        """Write the checkpoint so that a crash leaves either the old or the new one."""
        if self.rank:
            return
        state = {
            "encoder": self.encoder.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "position": (self.step, self.epoch, self.done),
            "shape": asdict(self.encoder.shape),
            "recipe": asdict(self.recipe),
        }
        partial = folder / "reader.partial"
        torch.save(state, partial)
        partial.replace(folder / CHECKPOINT)

    def resume(self, folder: Path) -> bool:
        """Take up a saved checkpoint; False when there is none."""
        path = folder / CHECKPOINT
        if not path.exists():
            return False
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.encoder.load_state_dict(state["encoder"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.epoch, self.done = state["position"]
        return True


def train_reader(
    folder: Path, base: Path, recipe: ReaderRecipe, workers: int = 1, shape: EncoderShape | None = None
) -> None:
    """Train, or go on, in `folder` on its texts, from the pretrained encoder in `base`, one thread a worker."""
    shape = shape or EncoderShape()
    (folder / "workers").unlink(missing_ok=True)
    if workers == 1:
        _work(0, 1, folder, base, recipe, shape)
    else:
        multiprocessing.spawn(_work, (workers, folder, base, recipe, shape), nprocs=workers)  # type: ignore[no-untyped-call]


def _work(rank: int, workers: int, folder: Path, base: Path, recipe: ReaderRecipe, shape: EncoderShape) -> None:
    from slm.reader.pretrained import load_pretrained

    torch.set_num_threads(1)
    if workers > 1:
        store = distributed.FileStore(str(folder / "workers"), workers)
        distributed.init_process_group("gloo", store=store, rank=rank, world_size=workers)
    with np.load(folder / TEXTS) as data:
        flat, starts, decisions, names = data["tokens"], data["starts"], data["decisions"], data["names"]
    texts = [flat[start:end] for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
    torch.manual_seed(recipe.seed)
    encoder = load_pretrained(base, shape, len(names))
    trainer = ReaderTrainer(encoder, recipe, rank, workers)
    if trainer.resume(folder) and rank == 0:
        print(f"resumed at step {trainer.step}", flush=True)
    trainer.run(Packed(texts, decisions), folder, lambda line: print(line, flush=True))
    if workers > 1:
        distributed.destroy_process_group()
