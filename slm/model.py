"""A small Llama-type decoder: RMS norm, rotary positions (interleaved pairs), SwiGLU, tied embeddings.

While it trains, the embedding of a word is the sum of two parts: what its word vector says, through one matrix that all
words share, and what was learnt of this word alone. Now and then the second part is left out, so that the model can
read words that no example held by their vectors. The exported table holds the sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

IGNORE = -100
"""The target of a position that is not graded."""

GRADED_STEP = 512
LEFT_OUT = 0.2
"""How often a word is read by its vector alone."""
OTHERS = 512
"""Words that the right token is told from, besides all tokens that are no words: those wanted, and others at random."""

_LEFT_BEHIND = ("vectors", "from_vector")


@dataclass(frozen=True)
class Shape:
    """The model's size; `context` is the longest sequence in tokens, written into the exported file too."""

    vocabulary: int = 2048
    width: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 704
    context: int = 1024
    rope_base: float = 10_000.0
    norm_eps: float = 1e-5


class Attention(nn.Module):
    """Causal self-attention with rotary positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width, bias=False)
        self.key = nn.Linear(shape.width, shape.width, bias=False)
        self.value = nn.Linear(shape.width, shape.width, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, hidden: Tensor) -> Tensor:
        """`x` (batch, time, width) → the same shape; `cos`, `sin` are (time, head width / 2).

        `hidden` is minus infinity where a token may not look, else 0; (time, time) or (batch, 1, time, time).
        """
        batch, time, width = x.shape
        split = (batch, time, self.heads, width // self.heads)
        query = rotate(self.query(x).view(split).transpose(1, 2), cos, sin)
        key = rotate(self.key(x).view(split).transpose(1, 2), cos, sin)
        value = self.value(x).view(split).transpose(1, 2)
        # Written out: for sequences this short it is a sixth faster on a CPU than the fused kernel's backward pass.
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        mixed = (scores.float() + hidden).softmax(-1).type_as(value) @ value
        return self.output(mixed.transpose(1, 2).reshape(batch, time, width))  # type: ignore[no-any-return]


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions on neighbouring pairs (0,1), (2,3), …: the order the GGUF `llama` architecture expects."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2).type_as(x)


class Block(nn.Module):
    """One layer: attention and a gated feed-forward, each after a norm and added to its input."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(shape.width, eps=shape.norm_eps)
        self.attention = Attention(shape)
        self.forward_norm = nn.RMSNorm(shape.width, eps=shape.norm_eps)
        self.gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, hidden: Tensor) -> Tensor:
        """(batch, time, width) → (batch, time, width)."""
        x = x + self.attention(self.attention_norm(x), cos, sin, hidden)
        y = self.forward_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))  # type: ignore[no-any-return]


class Decoder(nn.Module):
    """The whole model; `vectors` (vocabulary, dimensions) has zeros for tokens that are no words."""

    vectors: Tensor
    is_word: Tensor

    def __init__(self, shape: Shape, vectors: Tensor | None = None) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.register_buffer("vectors", torch.zeros(shape.vocabulary, 1) if vectors is None else vectors)
        self.register_buffer("is_word", self.vectors.abs().sum(1) > 0, persistent=False)
        self.from_vector = nn.Linear(self.vectors.shape[1], shape.width, bias=False)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, eps=shape.norm_eps)
        half = shape.width // shape.heads // 2
        frequency = shape.rope_base ** (-torch.arange(half, dtype=torch.float32) / half)
        angle = torch.outer(torch.arange(shape.context, dtype=torch.float32), frequency)
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)
        self.apply(self._initialise)
        with torch.no_grad():
            self.embedding.weight[self.is_word] = 0.0
        for block in self.blocks:  # residual branches start small, so that depth does not amplify noise
            for matrix in (block.attention.output, block.down):  # type: ignore[union-attr]
                nn.init.normal_(matrix.weight, std=0.02 / (2 * shape.layers) ** 0.5)  # type: ignore[union-attr,arg-type]

    @staticmethod
    def _initialise(module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)

    def hidden(self, tokens: Tensor, segments: Tensor | None = None) -> Tensor:
        """Token ids (batch, time) → final normed states (batch, time, width); each sees its own segment only."""
        time = tokens.shape[1]
        cos, sin = self.cos[:time], self.sin[:time]  # type: ignore[index]
        hidden = torch.full((time, time), float("-inf"), device=tokens.device).triu(1)
        if segments is not None:
            elsewhere = segments[:, None, :, None] != segments[:, None, None, :]
            hidden = hidden.expand(len(tokens), 1, time, time).masked_fill(elsewhere, float("-inf"))
        own = self.embedding(tokens)
        if self.training:
            by_vector = self.is_word[tokens] & (torch.rand(tokens.shape, device=tokens.device) < LEFT_OUT)
            own = own.masked_fill(by_vector[..., None], 0.0)
        x = own + self.from_vector(F.embedding(tokens, self.vectors))
        for block in self.blocks:
            x = block(x, cos, sin, hidden)
        return self.norm(x)  # type: ignore[no-any-return]

    def loss(self, tokens: Tensor, targets: Tensor, segments: Tensor | None = None) -> Tensor:
        """Mean cross-entropy in nats where `targets` (batch, time) is not -100; logits are made only there.

        They are made for the tokens that are no words, the words wanted, and others to tell them from. What no example
        holds is left as its vector says: the others are not changed by it.
        """
        flat = targets.flatten()
        wanted = (flat != IGNORE).nonzero().flatten()
        # Padded to few sizes: every new shape is a new kernel to set up and to keep in memory.
        spare = -len(wanted) % GRADED_STEP
        places = torch.cat([wanted, wanted.new_zeros(spare)])
        states = self.hidden(tokens, segments).flatten(0, 1)[places]
        named, other, graded = self._candidates(flat[wanted])
        graded = torch.cat([graded, flat.new_full((spare,), IGNORE)])
        with torch.no_grad():
            aside = self._rows(other)
        rows = torch.cat([self._rows(named), aside])
        return F.cross_entropy(F.linear(states, rows).float(), graded, ignore_index=IGNORE)

    def _candidates(self, wanted: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(tokens that are no words and the words wanted, other words, where each of `wanted` stands in the first)."""
        words = torch.unique(wanted[self.is_word[wanted]])
        every = self.is_word.nonzero().flatten()
        drawn = every[torch.randint(max(len(every), 1), (2 * min(OTHERS, len(every)),), device=wanted.device)]
        other = drawn[~torch.isin(drawn, words)][: max(OTHERS - len(words), 0)]
        named = torch.cat([(~self.is_word).nonzero().flatten(), words])
        places = torch.empty(self.shape.vocabulary, dtype=torch.long, device=wanted.device)
        places[named] = torch.arange(len(named), device=wanted.device)
        return named, other, places[wanted]

    def _rows(self, tokens: Tensor) -> Tensor:
        """The whole embeddings of `tokens`."""
        return self.embedding(tokens) + self.from_vector(self.vectors[tokens])  # type: ignore[no-any-return]

    def table(self) -> Tensor:
        """(vocabulary, width): what the exported model reads and writes with."""
        return self.embedding.weight + self.from_vector(self.vectors)  # type: ignore[no-any-return]

    def exported(self) -> dict[str, Tensor]:
        """All weights by name, as a model without word vectors has them: its embedding is `table()`."""
        kept = {
            name: tensor for name, tensor in self.state_dict().items() if name.partition(".")[0] not in _LEFT_BEHIND
        }
        return {**kept, "embedding.weight": self.table().detach()}

    def logits(self, tokens: Tensor) -> Tensor:
        """Token ids (batch, time) → logits (batch, time, vocabulary)."""
        return F.linear(self.hidden(tokens), self.table())
