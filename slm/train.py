"""Training: Muon for matrices, AdamW for the rest, warm-up, constant rate, then linear decay to zero. Resumable."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import distributed, multiprocessing

from slm.model import IGNORE, Decoder, Shape
from slm.tokenizer import load_tokenizer
from slm.word_vectors import vectors_of_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROW = 160
"""Tokens of a row: examples are packed into rows of one length, whatever their own; a longer one is left out."""
MISFITS = 12
"""Examples without room that end a batch; they open the next one."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result besides the corpus. `tokens` counts padding too."""

    tokens: int
    batch_tokens: int = 6144
    matrix_rate: float = 0.02
    other_rate: float = 0.003
    warmup_steps: int = 100
    decay_fraction: float = 0.4
    weight_decay: float = 0.01
    word_decay: float = 0.3
    """How fast what was learnt of a word alone fades towards what its vector says, as a share of its learning rate."""
    seed: int = 20261124

    def slowed(self, share: float) -> Recipe:
        """The same with a share of its learning rates, for weights that have learnt before."""
        return replace(self, matrix_rate=self.matrix_rate * share, other_rate=self.other_rate * share)


class Examples:
    """A tokenized corpus.

    `tokens` is flat uint16, example i is `tokens[starts[i]:starts[i+1]]`, graded from its position `graded[i]` on.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        with np.load(path) as data:
            self.tokens, self.starts, self.graded = data["tokens"], data["starts"], data["graded"]

    def __len__(self) -> int:
        return len(self.graded)

    def batches(self, rng: np.random.Generator, batch_tokens: int) -> Iterator[tuple[torch.Tensor, ...]]:
        """One pass in random order: (inputs, targets, segments), each (rows, `ROW`) int64.

        Examples of all lengths stand beside each other, so that no batch says by its length whether a tool is called.
        `segments` numbers the examples of a row: a token sees only its own; what is left of a row is its last.
        """
        per_batch = max(batch_tokens // ROW, 1)
        sizes = np.diff(self.starts) - 1
        rows: list[list[int]] = [[] for _ in range(per_batch)]
        left = [ROW] * per_batch
        waiting: list[int] = []
        for example in rng.permutation(np.flatnonzero(sizes <= ROW)).tolist():
            waiting.append(example)
            while waiting and _place(waiting[-1], int(sizes[waiting[-1]]), rows, left):
                waiting.pop()
            if len(waiting) == MISFITS:
                yield self._packed(rows)
                rows, left = [[] for _ in range(per_batch)], [ROW] * per_batch

    def _packed(self, rows: list[list[int]]) -> tuple[torch.Tensor, ...]:
        inputs = np.zeros((len(rows), ROW), dtype=np.int64)
        targets = np.full((len(rows), ROW), IGNORE, dtype=np.int64)
        segments = np.full((len(rows), ROW), -1, dtype=np.int64)
        for place, row in enumerate(rows):
            at = 0
            for number, example in enumerate(row):
                text = self.tokens[self.starts[example] : self.starts[example + 1]].astype(np.int64)
                graded = int(self.graded[example])
                end = at + len(text) - 1
                inputs[place, at:end] = text[:-1]
                targets[place, at + graded - 1 : end] = text[graded:]
                segments[place, at:end] = number
                at = end
        return torch.from_numpy(inputs), torch.from_numpy(targets), torch.from_numpy(segments)


def _place(example: int, size: int, rows: list[list[int]], left: list[int]) -> bool:
    """Put an example into the first row with room for it; False when there is none."""
    for place, room in enumerate(left):
        if size <= room:
            rows[place].append(example)
            left[place] -= size
            return True
    return False


class Trainer:
    """Holds model, optimisers and position, so that training can stop and go on."""

    def __init__(
        self,
        shape: Shape,
        recipe: Recipe,
        device: str = "cpu",
        *,
        rank: int = 0,
        workers: int = 1,
        vectors: torch.Tensor | None = None,
    ) -> None:
        """With several workers, each takes its share of every batch, and of the matrices when the step is taken."""
        torch.manual_seed(recipe.seed)
        self.rank, self.workers = rank, workers
        self.shape, self.recipe, self.device = shape, recipe, device
        self.model = Decoder(shape, vectors).to(device)
        torch.manual_seed(recipe.seed + rank)  # every worker leaves out other words
        matrices = [p for name, p in self.model.named_parameters() if p.ndim == 2 and "embedding" not in name]
        others = [p for name, p in self.model.named_parameters() if p.ndim != 2 or "embedding" in name]
        # Muon's step costs a third of a small batch's passes: every worker does it for its own matrices only.
        self.shares = [matrices[owner::workers] for owner in range(workers)]
        self.optimisers = (
            torch.optim.Muon(self.shares[rank], lr=recipe.matrix_rate, weight_decay=recipe.weight_decay),
            torch.optim.AdamW(others, lr=recipe.other_rate, betas=(0.9, 0.95), weight_decay=0.0),
        )
        self.step = self.epoch = self.tokens_seen = self.batches_done = 0
        self.seconds = 0.0
        self.corpus = ""

    def rate(self) -> float:
        """The learning-rate factor at this point, 0 to 1."""
        decay_from = self.recipe.tokens * (1 - self.recipe.decay_fraction)
        left = (self.recipe.tokens - self.tokens_seen) / (self.recipe.tokens - decay_from)
        return max(min((self.step + 1) / self.recipe.warmup_steps, 1.0, left), 0.0)

    def run(self, examples: Examples, folder: Path, report: Callable[[str], None], save_every: int = 400) -> None:
        """Train until `recipe.tokens`; saves to `folder` every `save_every` steps and at the end."""
        if self.corpus != examples.name:  # another corpus than before the stop: begin it at its start
            self.corpus, self.batches_done = examples.name, 0
        began = time.monotonic()
        losses: list[float] = []
        while self.tokens_seen < self.recipe.tokens:
            rng = np.random.default_rng((self.recipe.seed, self.epoch))
            for place, batch in enumerate(examples.batches(rng, self.recipe.batch_tokens)):
                if place < self.batches_done:
                    continue
                own = slice(self.rank, None, self.workers)
                losses.append(self._step(*(part[own].to(self.device) for part in batch)))
                self.batches_done = place + 1
                self.tokens_seen += batch[0].numel()
                if self.step % 50 == 0 and self.rank == 0:
                    speed = self.tokens_seen / (self.seconds + time.monotonic() - began)
                    report(
                        f"step {self.step} tokens {self.tokens_seen / 1e6:.2f}M loss {np.mean(losses[-100:]):.4f} "
                        f"rate {self.rate():.3f} {speed:.0f} tokens/s"
                    )
                if self.step % save_every == 0:
                    self.seconds += time.monotonic() - began
                    began = time.monotonic()
                    self.save(folder)
                if self.tokens_seen >= self.recipe.tokens:
                    break
            else:
                self.epoch += 1
                self.batches_done = 0
        self.seconds += time.monotonic() - began
        self.save(folder)

    def _step(self, inputs: torch.Tensor, targets: torch.Tensor, segments: torch.Tensor) -> float:
        factor = self.rate()
        for optimiser, rate in zip(self.optimisers, (self.recipe.matrix_rate, self.recipe.other_rate), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * factor
        with torch.autocast(self.device, dtype=torch.bfloat16):
            loss = self.model.loss(inputs, targets, segments)
        loss.backward()  # type: ignore[no-untyped-call]
        if self.workers > 1:
            self._average()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        fading = 1 - self.recipe.other_rate * factor * self.recipe.word_decay
        with torch.no_grad():
            self.model.embedding.weight.mul_(torch.where(self.model.is_word, fading, 1.0)[:, None])
        self.model.zero_grad(set_to_none=True)
        if self.workers > 1:
            self._share()
        self.step += 1
        return float(loss.detach())

    def _average(self) -> None:
        """Every worker ends up with the mean gradient of all."""
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.workers
        for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def _share(self) -> None:
        """Every worker ends up with the matrices that the others stepped."""
        for owner, matrices in enumerate(self.shares):
            flat = torch.cat([matrix.detach().flatten() for matrix in matrices])
            distributed.broadcast(flat, owner)
            if owner != self.rank:
                for matrix, part in zip(matrices, flat.split([m.numel() for m in matrices]), strict=True):
                    matrix.data.copy_(part.view_as(matrix))

    def save(self, folder: Path) -> None:
        """Write `checkpoint.pt` so that a crash leaves either the old or the new one; all workers call it together."""
        momenta: list[dict[str, Any]] = [self.optimisers[0].state_dict()]
        if self.workers > 1:
            momenta = [{}] * self.workers
            distributed.all_gather_object(momenta, self.optimisers[0].state_dict())
        if self.rank:
            return
        state = {
            "model": self.model.state_dict(),
            "momenta": momenta,
            "moments": self.optimisers[1].state_dict(),
            "position": (self.step, self.epoch, self.tokens_seen, self.batches_done, self.seconds),
            "shape": asdict(self.shape),
            "corpus": self.corpus,
        }
        partial = folder / "checkpoint.partial"
        torch.save(state, partial)
        partial.replace(folder / "checkpoint.pt")
        (folder / "recipe.json").write_text(json.dumps(asdict(self.recipe), indent=2) + "\n")

    def resume(self, folder: Path) -> bool:
        """Take up a saved checkpoint; False when there is none."""
        path = folder / "checkpoint.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        if "position" not in state:  # weights of a finished run: another one begins with them
            return True
        if len(state["momenta"]) == self.workers:  # with another number of workers, momentum is gathered anew
            self.optimisers[0].load_state_dict(state["momenta"][self.rank])
        self.optimisers[1].load_state_dict(state["moments"])
        self.step, self.epoch, self.tokens_seen, self.batches_done, self.seconds = state["position"]
        self.corpus = state.get("corpus", "corpus")
        return True


def train_in(folder: Path, corpus: str, shape: Shape, recipe: Recipe, workers: int, device: str) -> None:
    """Train, or go on, in `folder` on its `<corpus>.npz`, with one thread in each of `workers` processes."""
    if workers == 1:
        _work(0, 1, folder, corpus, shape, recipe, device)
        return
    (folder / "workers").unlink(missing_ok=True)
    multiprocessing.spawn(_work, (workers, folder, corpus, shape, recipe, device), nprocs=workers)  # type: ignore[no-untyped-call]


def _work(rank: int, workers: int, folder: Path, corpus: str, shape: Shape, recipe: Recipe, device: str) -> None:
    torch.set_num_threads(1)
    if workers > 1:
        store = distributed.FileStore(str(folder / "workers"), workers)
        distributed.init_process_group("gloo", store=store, rank=rank, world_size=workers)
    vectors = torch.from_numpy(vectors_of_tokens(load_tokenizer(folder / "tokenizer.json")))
    trainer = Trainer(shape, recipe, device, rank=rank, workers=workers, vectors=vectors)
    if trainer.resume(folder) and rank == 0:
        print(f"resumed at {trainer.tokens_seen} tokens", flush=True)
    trainer.run(Examples(folder / f"{corpus}.npz"), folder, lambda line: print(line, flush=True))
    if workers > 1:
        distributed.destroy_process_group()
