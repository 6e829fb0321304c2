"""A small BERT-type encoder with a head that names what a question asks for.

Its shape is that of MiniLM-L6-H384 (Wang et al., 2020), so that a pretrained one can be taken for a start. Each token
sees all others of its question, after it too, which our decoder can't.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SHARPNESS = 16.0
"""Logits are cosines of a question and a decision times this, before the bias."""


@dataclass(frozen=True)
class EncoderShape:
    """The encoder's size; `positions` is the longest text in tokens that it is trained for."""

    vocabulary: int = 30_522
    width: int = 384
    layers: int = 6
    heads: int = 12
    feed_forward: int = 1536
    positions: int = 128
    norm_eps: float = 1e-12


class EncoderBlock(nn.Module):
    """One layer: attention and a feed-forward, each added to its input and normed after."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.output = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, eps=shape.norm_eps)
        self.up = nn.Linear(shape.width, shape.feed_forward)
        self.down = nn.Linear(shape.feed_forward, shape.width)
        self.forward_norm = nn.LayerNorm(shape.width, eps=shape.norm_eps)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """(batch, time, width) → the same; `hidden` (batch, 1, time, time) is minus infinity where none may look."""
        batch, time, width = x.shape
        split = (batch, time, self.heads, width // self.heads)
        query = self.query(x).view(split).transpose(1, 2)
        key = self.key(x).view(split).transpose(1, 2)
        value = self.value(x).view(split).transpose(1, 2)
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        mixed = (scores.float() + hidden).softmax(-1).type_as(value) @ value
        x = self.attention_norm(x + self.output(mixed.transpose(1, 2).reshape(batch, time, width)))
        return self.forward_norm(x + self.down(F.gelu(self.up(x))))  # type: ignore[no-any-return]


class Encoder(nn.Module):
    """The encoder and its head over `decisions` kinds of decision."""

    def __init__(self, shape: EncoderShape, decisions: int) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.kinds = nn.Embedding(2, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=shape.norm_eps)
        self.blocks = nn.ModuleList(EncoderBlock(shape) for _ in range(shape.layers))
        self.head = nn.Linear(shape.width, decisions)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def pooled(self, tokens: Tensor, places: Tensor, segments: Tensor, count: int) -> Tensor:
        """Token ids, their places in their own text and the number of that text → (count, width) of length 1.

        `tokens`, `places` and `segments` are (rows, time); texts stand beside each other in a row and see only
        themselves. `segments` counts through all rows, and is -1 where a row is empty.
        """
        elsewhere = segments[:, None, :, None] != segments[:, None, None, :]
        hidden = torch.zeros(elsewhere.shape).masked_fill(elsewhere, float("-inf"))
        x = self.norm(self.words(tokens) + self.positions(places) + self.kinds.weight[0])
        for block in self.blocks:
            x = block(x, hidden)
        filled = segments.flatten() >= 0
        sums = torch.zeros(count, x.shape[-1]).index_add(0, segments.flatten()[filled], x.float().flatten(0, 1)[filled])
        return F.normalize(sums, dim=-1)  # the mean, but for its length

    def logits(self, pooled: Tensor) -> Tensor:
        """(count, width) of length 1 → (count, decisions)."""
        return F.linear(pooled, self.head.weight * SHARPNESS, self.head.bias)
