"""Training, resuming and exporting the reader, on a tiny one; runs where PyTorch is installed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("tokenizers")
pytest.importorskip("safetensors")

import numpy as np  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from tokenizers.models import WordPiece  # noqa: E402
from tokenizers.normalizers import BertNormalizer  # noqa: E402
from tokenizers.pre_tokenizers import BertPreTokenizer  # noqa: E402
from tokenizers.processors import BertProcessing  # noqa: E402

from bot.llm.reader import Reader  # noqa: E402
from bot.llm.reading import OTHERWISE  # noqa: E402
from bot.messages import Message  # noqa: E402
from slm.corpus.generate import Generator  # noqa: E402
from slm.corpus.pack import as_text, known_terms, pack  # noqa: E402
from slm.corpus.signatures import SIGNATURES  # noqa: E402
from slm.reader.batches import ROW, Packed  # noqa: E402
from slm.reader.encoder import Encoder, EncoderShape  # noqa: E402
from slm.reader.examples import RAREST, TEXTS, name_decisions, read_texts, write_texts  # noqa: E402
from slm.reader.export import export_reader  # noqa: E402
from slm.reader.pretrained import _their_name, load_pretrained  # noqa: E402
from slm.reader.training import ReaderRecipe, ReaderTrainer, train_reader  # noqa: E402
from slm.tokenizer import train_tokenizer, user_tokens  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789@#~|.,:'$%?!"
PIECES = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS[:36]), *("news", "price", "portfolio", "advice")]
SHAPE = EncoderShape(vocabulary=len(PIECES), width=64, layers=2, heads=4, feed_forward=128)
RECIPE = ReaderRecipe(steps=120, rows=8, rate=4e-3, head_rate=8e-3, warmup_steps=4)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained encoder as one is downloaded: weights by their usual names, and its tokenizer."""
    folder = tmp_path_factory.mktemp("base")
    places = {piece: place for place, piece in enumerate(PIECES)}
    tokenizer = Tokenizer(WordPiece(places, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.enable_truncation(16)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(1)
    weights = Encoder(SHAPE, 3).state_dict()
    kept = {_their_name(name): tensor for name, tensor in weights.items() if not name.startswith("head.")}
    save_file(kept, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    """A folder with a packed corpus and the texts that the reader learns from."""
    folder = tmp_path_factory.mktemp("corpus")
    texts = ["".join(as_text(example)) for example in islice(Generator(3, known_terms()).examples(), 600)]
    names = {argument.name for signature in SIGNATURES.values() for argument in signature}
    train_tokenizer(texts, 1024, user_tokens(SIGNATURES, names)).save(str(folder / "tokenizer.json"))
    pack(folder / "tokenizer.json", 4, 2000, folder / "corpus.npz", 1, lambda _: None)
    heard: list[str] = []
    write_texts(folder, "corpus", base / "tokenizer.json", heard.append)
    assert "decisions" in heard[0]
    write_texts(folder, "corpus", base / "tokenizer.json", heard.append)
    assert len(heard) == 1  # they are there
    return folder


def test_texts_of_a_corpus_are_what_runs_later_too(corpus: Path) -> None:
    texts = list(read_texts(corpus / "corpus.npz", Tokenizer.from_file(str(corpus / "tokenizer.json"))))
    decisions = {decision for _, decision in texts}
    assert {"get_quote", "DECLINE: advice", "CLARIFY: symbol"} <= decisions
    assert all("<|" not in text and "\n" not in text for text, _ in texts)
    assert any(" | get price history | " in text for text, _ in texts)


def test_rare_decisions_are_one() -> None:
    names, wanted = name_decisions(["a"] * RAREST + ["b"] * (RAREST + 1) + ["c"] * (RAREST - 1))
    assert names == ["b", "a", OTHERWISE]
    assert wanted.tolist() == [1] * RAREST + [0] * (RAREST + 1) + [2] * (RAREST - 1)


def test_every_text_is_packed_once_and_sees_only_itself(base: Path) -> None:
    rng = np.random.default_rng(0)
    texts = [rng.integers(5, SHAPE.vocabulary, size).tolist() for size in rng.integers(3, 40, 400)]
    packed = Packed([*texts, [5] * (ROW + 1)], np.arange(401))
    batches = list(packed.batches(np.random.default_rng(1), 4))
    seen = [int(each) for batch in batches for each in batch.decisions]
    assert len(seen) == len({*seen}) >= 340  # what is left at the end fills no batch
    assert 400 not in seen
    assert all(float((batch.segments >= 0).float().mean()) > 0.85 for batch in batches)
    encoder = load_pretrained(base, SHAPE, 3).eval()
    batch = batches[0]
    together = encoder.pooled(batch.tokens, batch.places, batch.segments, len(batch.decisions))
    for number, text in enumerate(batch.decisions[:5].tolist()):
        alone = torch.tensor([texts[text]])
        places, segments = torch.arange(alone.shape[1])[None], torch.zeros_like(alone)
        assert torch.allclose(encoder.pooled(alone, places, segments, 1)[0], together[number], atol=1e-5)


def test_training_learns_and_goes_on_where_it_stopped(base: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    decisions = rng.integers(0, 4, 3000)  # one of four tokens says which, wherever it stands
    texts = [rng.permutation([10 + int(each), *rng.integers(20, 90, 7)]).tolist() for each in decisions]
    packed = Packed(texts, decisions)

    def trainer() -> ReaderTrainer:
        torch.manual_seed(2)
        return ReaderTrainer(load_pretrained(base, SHAPE, 4), RECIPE)

    def stop(line: str) -> None:
        if line.startswith("step 100"):
            raise KeyboardInterrupt

    whole, said = trainer(), list[str]()
    whole.run(packed, tmp_path, said.append)
    with pytest.raises(KeyboardInterrupt):
        trainer().run(packed, tmp_path, stop, save_every=50)
    resumed = trainer()
    assert resumed.resume(tmp_path)
    assert resumed.step == 50
    resumed.run(packed, tmp_path, said.append)

    ends = zip(whole.encoder.parameters(), resumed.encoder.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in ends)
    losses = [whole._step(batch) for batch in list(packed.batches(np.random.default_rng(9), 8))[:5]]
    assert np.mean(losses) < np.log(4) / 2


async def test_the_exported_reader_says_what_the_trained_one_says(corpus: Path, base: Path, tmp_path: Path) -> None:
    train_reader(corpus, base, RECIPE, shape=SHAPE)
    said = export_reader(corpus, base / "tokenizer.json", tmp_path)
    assert "reader.gguf" in said
    state = torch.load(corpus / "reader.pt", weights_only=True)
    with np.load(corpus / TEXTS) as data:
        names = data["names"].tolist()
    encoder = Encoder(SHAPE, len(names))
    encoder.load_state_dict(state["encoder"])
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    reader = Reader(tmp_path / "reader.gguf")
    for text in ("news of<|name|>tesla", "what is my portfolio worth", "price, isn't it? 50%"):
        plain = text.replace("<|name|>", " @ ")
        ids = torch.tensor([tokenizer.encode(plain).ids])
        pooled = encoder.pooled(ids, torch.arange(ids.shape[1])[None], torch.zeros_like(ids), 1)
        likely = encoder.logits(pooled).log_softmax(-1)[0].detach()
        opinion = await reader.read([Message("user", text)])
        assert opinion.confidence == pytest.approx(float(likely.max()), abs=0.05)
        assert likely[names.index(opinion.decision)] > likely.max() - 0.05
    await reader.close()
