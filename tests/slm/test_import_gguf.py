"""A finished model read back: the same file again, and weights that another training begins with."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("tokenizers")

from dataclasses import replace  # noqa: E402

from slm.corpus.generate import Generator  # noqa: E402
from slm.corpus.pack import as_text, known_terms  # noqa: E402
from slm.export import export_gguf  # noqa: E402
from slm.import_gguf import import_gguf, mixed, read_weights  # noqa: E402
from slm.model import Decoder, Shape  # noqa: E402
from slm.tokenizer import load_tokenizer, train_tokenizer, user_tokens  # noqa: E402
from slm.train import Recipe, Trainer  # noqa: E402
from slm.word_vectors import load_word_vectors, vectors_of_tokens  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

SHAPE = Shape(width=64, layers=2, heads=2, feed_forward=128, context=512)
RECIPE = Recipe(tokens=40_000, batch_tokens=2048, warmup_steps=3)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    texts = ["".join(as_text(example)) for example in islice(Generator(3, known_terms()).examples(), 800)]
    whole = user_tokens(["get_quote", "get_news"], ["max_price"])
    return train_tokenizer(texts, 700, whole, load_word_vectors()[0][:2000])


@pytest.fixture
def trained(tokenizer: Tokenizer) -> Trainer:
    """A model in which words have a part of their own beside what their vectors say."""
    shape = replace(SHAPE, vocabulary=tokenizer.get_vocab_size())
    trainer = Trainer(shape, RECIPE, vectors=torch.from_numpy(vectors_of_tokens(tokenizer)))
    with torch.no_grad():
        trainer.model.embedding.weight.add_(torch.randn(shape.vocabulary, shape.width) * 0.01)
    return trainer


def test_what_was_read_back_writes_the_same_file(trained: Trainer, tokenizer: Tokenizer, tmp_path: Path) -> None:
    path, again = tmp_path / "a.gguf", tmp_path / "b.gguf"
    export_gguf(trained.model.exported(), trained.shape, tokenizer.to_str(), path, about="a test")
    shape = import_gguf(path, tmp_path)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["shape"]["vocabulary"] == shape.vocabulary == trained.shape.vocabulary
    model = Decoder(shape, state["model"]["vectors"])
    model.load_state_dict(state["model"])
    export_gguf(model.exported(), shape, (tmp_path / "tokenizer.json").read_text(), again, about="a test")
    assert again.read_bytes() == path.read_bytes()


def test_the_tokenizer_cuts_as_before(trained: Trainer, tokenizer: Tokenizer, tmp_path: Path) -> None:
    export_gguf(trained.model.exported(), trained.shape, tokenizer.to_str(), tmp_path / "a.gguf", about="a test")
    import_gguf(tmp_path / "a.gguf", tmp_path)
    read = load_tokenizer(tmp_path / "tokenizer.json")
    for example in islice(Generator(5, known_terms()).examples(), 200):
        text = "".join(as_text(example))
        assert read.encode(text).ids == tokenizer.encode(text).ids


def test_another_training_begins_with_the_weights(trained: Trainer, tokenizer: Tokenizer, tmp_path: Path) -> None:
    export_gguf(trained.model.exported(), trained.shape, tokenizer.to_str(), tmp_path / "a.gguf", about="a test")
    shape = import_gguf(tmp_path / "a.gguf", tmp_path)
    taken_up = Trainer(shape, RECIPE, vectors=torch.from_numpy(vectors_of_tokens(tokenizer)))
    assert taken_up.resume(tmp_path)
    assert (taken_up.step, taken_up.tokens_seen) == (0, 0)
    assert torch.allclose(taken_up.model.table(), trained.model.table(), atol=2e-3)
    slower = RECIPE.slowed(0.5)
    assert (slower.matrix_rate, slower.other_rate) == (RECIPE.matrix_rate / 2, RECIPE.other_rate / 2)
    assert slower.tokens == RECIPE.tokens


def test_what_vectors_say_of_words_is_told_from_what_was_learnt_of_each(
    trained: Trainer, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    export_gguf(trained.model.exported(), trained.shape, tokenizer.to_str(), tmp_path / "a.gguf", about="a test")
    import_gguf(tmp_path / "a.gguf", tmp_path)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)["model"]
    is_word = trained.model.is_word
    whole, own = trained.model.table()[is_word].pow(2).sum(), state["embedding.weight"][is_word].pow(2).sum()
    assert own < whole / 2


def test_a_share_of_the_weights_before_is_kept(trained: Trainer, tokenizer: Tokenizer, tmp_path: Path) -> None:
    path, weights = tmp_path / "a.gguf", trained.model.exported()
    export_gguf(weights, trained.shape, tokenizer.to_str(), path, about="a test")
    before = read_weights(path)
    assert before.keys() == weights.keys()
    assert all(torch.allclose(before[name], weights[name], atol=2e-3) for name in weights)
    other = {name: tensor + 1 for name, tensor in before.items()}
    half = mixed(other, path, 0.25)
    assert all(torch.allclose(half[name], before[name] + 0.75, atol=1e-5) for name in before)
