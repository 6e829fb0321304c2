"""Training, resuming and exporting, on a tiny model; runs where PyTorch is installed."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("tokenizers")

import numpy as np  # noqa: E402

from bot.llm.embedded import EmbeddedModel  # noqa: E402
from bot.messages import Message  # noqa: E402
from slm.chat_format import CHAT_TEMPLATE, Call, render_prompt  # noqa: E402
from slm.corpus.generate import Generator  # noqa: E402
from slm.corpus.pack import as_text, known_terms, pack  # noqa: E402
from slm.export import export_gguf, modelfile  # noqa: E402
from slm.model import Decoder, Shape  # noqa: E402
from slm.tokenizer import train_tokenizer, user_tokens  # noqa: E402
from slm.train import IGNORE, Examples, Recipe, Trainer, train_in  # noqa: E402
from slm.word_vectors import load_word_vectors, vectors_of_tokens  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

SHAPE = Shape(vocabulary=1024, width=64, layers=2, heads=2, feed_forward=128, context=512)
RECIPE = Recipe(tokens=40_000, batch_tokens=2048, warmup_steps=3)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    texts = [
        sum_text for example in islice(Generator(3, known_terms()).examples(), 1500) for sum_text in as_text(example)
    ]
    return train_tokenizer(texts, SHAPE.vocabulary, user_tokens(["get_quote", "get_news"], ["max_price"]))


@pytest.fixture(scope="module")
def examples(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Examples:
    folder = tmp_path_factory.mktemp("corpus")
    tokenizer.save(str(folder / "tokenizer.json"))
    said: list[str] = []
    pack(folder / "tokenizer.json", 4, 2000, folder / "corpus.npz", 2, said.append)
    assert said
    return Examples(folder / "corpus.npz")


def test_a_marked_name_is_cut_as_in_a_call(tokenizer: Tokenizer) -> None:
    alone = tokenizer.encode("Zorblax Foods").tokens
    for text in ("of<|name|>Zorblax Foods", '{"symbols": ["Zorblax Foods"]}', "$Zorblax Foods", "(Zorblax Foods)"):
        tokens = tokenizer.encode(text).tokens
        assert any(tokens[at : at + len(alone)] == alone for at in range(len(tokens)))


def test_text_survives_the_tokenizer(tokenizer: Tokenizer) -> None:
    for text in ("price of AAPL?", "naïve café €5k", "тест 数字 🙂", '{"name": "get_quote"}'):
        assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_only_what_the_model_writes_is_graded(examples: Examples, tokenizer: Tokenizer) -> None:
    for inputs, targets, segments in islice(examples.batches(np.random.default_rng(0), 2048), 5):
        assert inputs.shape == targets.shape == segments.shape
        for number in range(int(segments[0].max()) + 1):
            own = targets[0][segments[0] == number]
            text = tokenizer.decode(own[own != IGNORE].tolist(), skip_special_tokens=False)
            assert text.endswith("<|im_end|>")
            assert "<|im_start|>" not in text


def test_every_example_is_packed_once_and_sees_only_itself(examples: Examples) -> None:
    batches = list(examples.batches(np.random.default_rng(0), 2048))
    fills = [float((segments >= 0).float().mean()) for _, _, segments in batches]
    packed = sum(int(row.max()) + 1 for _, _, segments in batches for row in segments)
    assert min(fills) > 0.85
    assert len(examples) * 0.9 < packed <= len(examples)
    model = Decoder(SHAPE)
    inputs, _, segments = batches[0]
    with torch.no_grad():
        together = model.hidden(inputs, segments)
        for number in (0, 1):
            own = segments[0] == number
            assert torch.allclose(together[0][own], model.hidden(inputs[0][own][None])[0], atol=1e-5)


def test_loss_falls_and_resuming_goes_on_where_it_stopped(examples: Examples, tmp_path: Path) -> None:
    whole = Trainer(SHAPE, RECIPE)
    lines: list[str] = []
    whole.run(examples, tmp_path / "a" if (tmp_path / "a").mkdir() is None else tmp_path, lines.append)
    half = Trainer(SHAPE, RECIPE)
    half.recipe = replace(RECIPE, tokens=RECIPE.tokens)
    (tmp_path / "b").mkdir()
    batches = examples.batches(np.random.default_rng((RECIPE.seed, 0)), RECIPE.batch_tokens)
    first = half._step(*next(batches))
    last = first
    for batch in islice(batches, 15):
        last = half._step(*batch)
    assert last < first * 0.8
    half.batches_done, half.tokens_seen = 16, 16 * 2048
    half.save(tmp_path / "b")
    resumed = Trainer(SHAPE, RECIPE)
    assert resumed.resume(tmp_path / "b")
    assert resumed.step == half.step
    for mine, theirs in zip(resumed.model.parameters(), half.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    resumed.run(examples, tmp_path / "b", lines.append)
    assert resumed.tokens_seen >= RECIPE.tokens
    assert resumed.rate() == 0.0
    assert not Trainer(SHAPE, RECIPE).resume(tmp_path)


def test_two_workers_take_one_step_and_keep_both_momenta(
    examples: Examples, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    """Each steps its own matrices; the checkpoint holds all, and goes on with any number of workers."""
    np.savez(tmp_path / "corpus.npz", tokens=examples.tokens, starts=examples.starts, graded=examples.graded)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    recipe = replace(RECIPE, tokens=8 * RECIPE.batch_tokens)
    shape = replace(SHAPE, vocabulary=tokenizer.get_vocab_size())
    train_in(tmp_path, "corpus", shape, recipe, 2, "cpu")
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert [len(momenta["state"]) for momenta in state["momenta"]] == [8, 7]
    fresh = Trainer(shape, recipe, vectors=torch.from_numpy(vectors_of_tokens(tokenizer)))
    moved = [not torch.equal(state["model"][name], p) for name, p in fresh.model.named_parameters() if p.ndim == 2]
    assert all(moved)
    assert fresh.resume(tmp_path)
    assert fresh.step >= 8


def test_each_word_with_a_vector_is_one_token_and_names_are_cut_as_before(tokenizer: Tokenizer) -> None:
    words, vectors = load_word_vectors()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    whole = user_tokens(["get_quote", "get_news"], ["max_price"])
    grown = train_tokenizer(["the price of stocks"] * 9, 400, whole, words[:3000])
    assert all(
        grown.encode(f" {word}").tokens == [f"\N{LATIN CAPITAL LETTER G WITH DOT ABOVE}{word}"] for word in words[:3000]
    )
    small = train_tokenizer(["the price of stocks"] * 9, 400, whole)
    for name in ("Zorblax", "<|name|>tesla", "purchased"):
        assert grown.encode(name).tokens == small.encode(name).tokens
    assert grown.encode("at<|name|>tesla").tokens[-5:] == grown.encode('{"symbol": "tesla').tokens[-5:]
    table = vectors_of_tokens(grown)
    near = table @ table[grown.token_to_id("\N{LATIN CAPITAL LETTER G WITH DOT ABOVE}buy")]
    close = [grown.id_to_token(int(place))[1:] for place in near.argsort()[::-1][:6]]
    assert {"sell", "purchase"} <= set(close)
    assert not table[grown.token_to_id("<|name|>")].any()


def test_a_word_is_read_by_its_vector_and_what_no_example_holds_stays_there(tokenizer: Tokenizer) -> None:
    vectors = torch.zeros(SHAPE.vocabulary, 8)
    vectors[500:1000] = torch.nn.functional.normalize(torch.randn(500, 8, generator=torch.Generator().manual_seed(1)))
    trainer = Trainer(SHAPE, RECIPE, vectors=vectors)
    tokens = torch.randint(400, 600, (4, 40), generator=torch.Generator().manual_seed(2))
    for _ in range(3):
        trainer._step(tokens, tokens, torch.zeros_like(tokens))
    own = trainer.model.embedding.weight
    assert own[500:600].abs().sum() > 0
    assert not own[600:1000].any()  # never seen: its vector alone
    table = trainer.model.table()
    assert torch.allclose(table[700], trainer.model.from_vector(vectors[700]))
    exported = trainer.model.exported()
    assert torch.equal(exported["embedding.weight"], table)
    assert not {"vectors", "from_vector.weight"} & set(exported)


async def test_the_exported_file_says_what_the_trained_model_says(tokenizer: Tokenizer, tmp_path: Path) -> None:
    """Greedy tokens of PyTorch and of the engine agree: tokenizer, template, rotary layout and weights all fit."""
    trainer = Trainer(SHAPE, RECIPE)
    path = tmp_path / "tiny.gguf"
    export_gguf(trainer.model.exported(), SHAPE, tokenizer.to_str(), path, about="a test")
    engine = EmbeddedModel(path)
    server = engine._load()
    prompt = render_prompt([], "price of Apple")
    ids = tokenizer.encode(prompt).ids
    with torch.no_grad():
        best = int(trainer.model.logits(torch.tensor([ids]))[0, -1].argmax())
    reply = server.handle_completions(
        {"prompt": ids, "n_predict": 1, "temperature": 0, "logprobs": 1, "return_tokens": True}
    )
    await engine.close()
    told = reply["choices"][0]["logprobs"]["content"][0]["id"]
    assert told == best


def test_the_chat_template_is_the_training_format() -> None:
    jinja2 = pytest.importorskip("jinja2")
    template = jinja2.Environment(autoescape=False).from_string(CHAT_TEMPLATE)
    call = Call("get_quote", {"symbols": ["tesla"]})
    messages = [
        Message("user", "price of tesla"),
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": call.name, "arguments": call.arguments}}],
        },
        Message("user", "and ford?"),
    ]
    rendered = template.render(messages=messages, add_generation_prompt=True)
    assert rendered == render_prompt([("price of tesla", (call,))], "and ford?")
    refused = [Message("user", "hi"), Message("assistant", "CHAT: greeting"), Message("user", "yo")]
    assert template.render(messages=refused, add_generation_prompt=True) == render_prompt(
        [("hi", "CHAT: greeting")], "yo"
    )


def test_the_modelfile_keeps_copying_exact() -> None:
    text = modelfile("tuppence.gguf", 1024)
    assert "PARAMETER repeat_penalty 1.0" in text
    assert "PARAMETER temperature 0" in text
    assert "<tool_call>" in text
