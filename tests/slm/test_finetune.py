"""Fine-tuning end to end on a tiny random model made here; runs where the libraries for it are installed."""

from __future__ import annotations

import json
import os
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")  # before the libraries look
torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("peft")
pytest.importorskip("trl")
transformers = pytest.importorskip("transformers")

import safetensors.torch  # noqa: E402
import tokenizers  # noqa: E402
from tokenizers import decoders, normalizers, pre_tokenizers, trainers  # noqa: E402

from bot.llm.base import CallPiece, EndPiece, TextPiece  # noqa: E402
from bot.llm.embedded import EmbeddedModel  # noqa: E402
from bot.messages import Message  # noqa: E402
from slm.base_chat import IGNORED, BaseChat, BaseRefused  # noqa: E402
from slm.base_modelfile import HERMES_TEMPLATE, base_modelfile  # noqa: E402
from slm.chat_format import Call  # noqa: E402
from slm.corpus.generate import Example, Generator  # noqa: E402
from slm.corpus.pack import known_terms  # noqa: E402
from slm.export_hf import export_folder, plan_export, rope_factors  # noqa: E402
from slm.finetune import Recipe, draw_examples, fine_tune  # noqa: E402
from slm.finetune_scores import as_table, measure  # noqa: E402
from tools.catalogue import TOOLS  # noqa: E402
from tools.market.quotes import get_quote  # noqa: E402
from tools.portfolio.holdings import get_portfolio  # noqa: E402
from tools.toolbox import Toolbox  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = 3072
SHAPE: dict[str, Any] = {
    "vocab_size": VOCABULARY + 64,  # more rows than tokens, as real models have
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 8192,
}
OWN = [Example((), "how's our yardstick doing", (Call("get_quote", {"symbols": ["S&P 500"]}),))]
QWEN = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """Splits as Qwen does, with a vocabulary learnt on our own prompt, and Qwen's template."""
    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(tokenizers.Regex(QWEN), behavior="isolated")
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    asked = [example.question for example in islice(Generator(1, known_terms()).examples(), 500)]
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 2,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator([*asked, json.dumps(Toolbox(TOOLS).schemas())], trainer)
    bpe.add_tokens([tokenizers.AddedToken(text, normalized=False) for text in ("<tool_call>", "</tool_call>")])
    template = resources.files("trl").joinpath("chat_templates", "qwen2_5.jinja").read_text(encoding="utf-8")
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=template
    )


def make_base(folder: Path, tokenizer: Any, kind: str, **more: Any) -> Path:
    """A folder with a random model of one architecture."""
    torch.manual_seed(5)
    config = getattr(transformers, f"{kind}Config")(**SHAPE, tie_word_embeddings=kind != "Llama", **more)
    model = getattr(transformers, f"{kind}ForCausalLM")(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 1:  # norms of one and biases of zero would hide what is mixed up
                weight.add_(torch.randn_like(weight) * 0.3)
            elif "embed" not in name:
                weight.mul_(5)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


async def told(path: Path, ids: list[int]) -> int:
    """The engine's most likely token after `ids`."""
    engine = EmbeddedModel(path, is_native=False, context_tokens=8192)
    reply = engine._load().handle_completions(
        {"prompt": ids, "n_predict": 1, "temperature": 0, "logprobs": 1, "return_tokens": True}
    )
    await engine.close()
    return int(reply["choices"][0]["logprobs"]["content"][0]["id"])


def test_a_lesson_is_the_turn_as_it_will_be_asked_and_only_the_reply_is_graded(tokenizer: Any) -> None:
    chat = BaseChat(tokenizer)
    call = Call("convert_currency", {"amount": "300", "from_currency": "pounds", "to_currency": "euros"})
    turns = (("and in yen?", "CLARIFY: missing"), ("price of ford", (Call("get_quote", {"symbols": ["ford"]}),)))
    lesson = chat.lesson(Example(turns, "300 pounds in euros", (call, Call("get_portfolio", {}))))
    assert lesson is not None
    row = lesson.row()
    graded = tokenizer.decode(row["labels"][row["labels"] != IGNORED].tolist())
    assert graded == (
        '<tool_call>\n{"name": "convert_currency", "arguments": '
        '{"from_currency": "pounds", "to_currency": "euros", "amount": "300"}}\n</tool_call>\n'
        '<tool_call>\n{"name": "get_portfolio", "arguments": {}}\n</tool_call><|im_end|>'
    )
    prompt = tokenizer.decode(row["input_ids"][: lesson.graded].tolist())
    assert prompt.endswith("<|im_start|>user\n300 pounds in euros<|im_end|>\n<|im_start|>assistant\n")
    assert "CLARIFY: missing<|im_end|>" in prompt
    assert '"propose_price_alert"' in prompt
    assert "You are Tuppence" in prompt
    assert tokenizer.convert_ids_to_tokens(chat.end) == "<|im_end|>"


def test_long_examples_and_those_the_template_refuses_are_left_out(tokenizer: Any) -> None:
    chat = BaseChat(tokenizer)
    examples = [*OWN, Example((), "price of ford " * 400, "CHAT: help")]
    one = chat.lesson(OWN[0])
    assert one is not None
    made, left_out = chat.lessons(examples, len(one.tokens))
    assert (len(made), left_out) == (1, 1)


@pytest.mark.parametrize("template", [None, "{{ messages[0].content }}", "{{ tools }}{{ messages[-1].content }}"])
def test_a_template_that_cannot_call_tools_is_refused(tokenizer: Any, template: str | None) -> None:
    class Other:
        chat_template = template

        def apply_chat_template(self, *args: Any, **kwargs: Any) -> Any:
            return tokenizer.apply_chat_template(*args, **kwargs, chat_template=template)

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return tokenizer(*args, **kwargs)

    with pytest.raises(BaseRefused, match="chat template"):
        BaseChat(Other())


def test_own_questions_are_a_share_of_the_examples() -> None:
    drawn = draw_examples(OWN, Recipe(examples=200))
    assert len(drawn) == 200
    assert drawn.count(OWN[0]) == 8
    many = [Example((), f"our question {number}", "CHAT: help") for number in range(100)]
    assert sum(example in many for example in draw_examples(many, Recipe(examples=200))) == 50
    assert draw_examples(OWN, Recipe(examples=200)) == drawn


@pytest.mark.parametrize("kind", ["Qwen2", "Qwen3", "Llama"])
async def test_an_exported_folder_says_what_the_model_says(tokenizer: Any, kind: str, tmp_path: Path) -> None:
    """Greedy tokens of PyTorch and of the engine agree: rotary layout, norms, biases and tied weights all fit."""
    rope = {"rope_type": "llama3", "rope_theta": 10_000.0, "factor": 8.0, "low_freq_factor": 1.0}
    more = {"rope_parameters": {**rope, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}
    base = make_base(tmp_path / kind, tokenizer, kind, **(more if kind == "Llama" else {}))
    path = tmp_path / "tiny.gguf"
    chat = BaseChat(tokenizer)
    export_folder(base, path, plan_export(base), end=chat.end, about="a test", precision="f16")
    model = transformers.AutoModelForCausalLM.from_pretrained(base)
    lesson = chat.lesson(OWN[0])
    assert lesson is not None
    compared = 0
    for start in range(-400, -80, 20):
        ids = lesson.tokens[start : lesson.graded].tolist()
        with torch.no_grad():
            best = int(model(torch.tensor([ids])).logits[0, -1].argmax())
        # At an end, and at half a character, the engine has no text, and tells no token.
        if compared < 2 and best not in tokenizer.all_special_ids and "\ufffd" not in tokenizer.decode([best]):
            assert await told(path, ids) == best
            compared += 1
    assert compared == 2


def test_a_base_that_cannot_be_exported_is_refused_before_training(tokenizer: Any, tmp_path: Path) -> None:
    with pytest.raises(BaseRefused, match="no model folder"):
        fine_tune(tmp_path / "nothing", tmp_path / "out", [], Recipe(), print)
    base = make_base(tmp_path / "base", tokenizer, "Qwen2")
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "architectures": ["MoonForCausalLM"]}))
    with pytest.raises(BaseRefused, match="MoonForCausalLM can't be exported"):
        fine_tune(base, tmp_path / "out", [], Recipe(), print)
    (base / "config.json").write_text(json.dumps({**config, "vocab_size": 100}))
    with pytest.raises(BaseRefused, match="more tokens than the model"):
        fine_tune(base, tmp_path / "out", [], Recipe(), print)
    (base / "config.json").write_text(json.dumps(config))
    safetensors.torch.save_file({"model.moon.weight": torch.zeros(2)}, base / "more.safetensors")
    with pytest.raises(BaseRefused, match=r"can't be exported: model\.moon\.weight"):
        fine_tune(base, tmp_path / "out", [], Recipe(), print)
    with pytest.raises(BaseRefused, match="not empty"):
        fine_tune(base, base, [], Recipe(), print)
    assert not (tmp_path / "out").exists()


def test_llama_3_slows_its_slow_frequencies_only() -> None:
    rope = {"rope_theta": 500_000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
    factors = rope_factors({**rope, "original_max_position_embeddings": 8192}, 128)
    assert factors.shape == (64,)
    assert factors[0] == 1
    assert factors[-1] == 8
    assert (factors[1:] >= factors[:-1]).all()


@pytest.mark.filterwarnings("ignore")  # the libraries warn each other of their plans
async def test_the_engine_asks_what_was_trained_and_learns_from_it(tokenizer: Any, tmp_path: Path) -> None:
    """Trained, merged, exported and measured: one command's work."""
    base = make_base(tmp_path / "base", tokenizer, "Qwen2")
    lines: list[str] = []
    recipe = Recipe(examples=12, steps=10, accumulate=1, rate=3e-3, rank=8)
    result = fine_tune(base, tmp_path / "team", OWN, recipe, lines.append)
    folder = tmp_path / "team"
    assert result.losses[-1] < result.losses[0]
    assert {"model", "team.gguf", "team.gguf.sha256", "Modelfile", "recipe.json"} == {p.name for p in folder.iterdir()}
    assert json.loads((folder / "recipe.json").read_text())["own"] == 1
    assert any("loss" in line for line in lines)

    chat = BaseChat(plan_export(folder / "model").tokenizer)
    lesson = chat.lesson(OWN[0])
    assert lesson is not None
    model = transformers.AutoModelForCausalLM.from_pretrained(folder / "model")
    before = transformers.AutoModelForCausalLM.from_pretrained(base)
    ids, labels = (torch.from_numpy(lesson.row()[key])[None].long() for key in ("input_ids", "labels"))
    with torch.no_grad():
        assert model(ids, labels=labels).loss < before(ids, labels=labels).loss

    engine = EmbeddedModel(result.weights, is_native=False, context_tokens=recipe.context)
    question = [Message("system", chat.system), Message("user", OWN[0].question)]
    pieces = [piece async for piece in engine.chat(question, chat.schemas, max_tokens=4)]
    await engine.close()
    [end] = [piece for piece in pieces if isinstance(piece, EndPiece)]
    assert end.prompt_tokens == lesson.graded


async def test_the_engine_understands_what_was_learnt(tokenizer: Any, tmp_path: Path) -> None:
    """A model that knows three lessons by heart: its calls come out as calls, and it stops where a reply ends."""
    chat = BaseChat(tokenizer, (get_quote, get_portfolio))
    both = (Call("get_portfolio", {}), Call("get_quote", {"symbols": ["Ford"]}))
    taught = [*OWN, Example((), "both of them", both), Example((), "who took my mug", "DECLINE: out_of_scope")]
    torch.manual_seed(5)
    shape = {**SHAPE, "hidden_size": 128, "intermediate_size": 256, "initializer_range": 0.05}
    model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**shape, tie_word_embeddings=True))
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0)
    rows = [lesson.row() for lesson in chat.lessons(taught, 2048)[0]]
    for _ in range(100):
        losses = []
        for row in rows:
            ids, labels = (torch.from_numpy(row[key])[None].long() for key in ("input_ids", "labels"))
            loss = model(ids, labels=labels).loss
            loss.backward()
            losses.append(loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        if max(losses) < 0.03:
            break
    model.save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    path = tmp_path / "tiny.gguf"
    plan = plan_export(tmp_path / "base")
    export_folder(tmp_path / "base", path, plan, end=chat.end, about="a test", precision="q8_0")
    engine = EmbeddedModel(path, is_native=False, context_tokens=2048)
    for example in taught:
        asked = [Message("system", chat.system), Message("user", example.question)]
        pieces = [piece async for piece in engine.chat(asked, chat.schemas, max_tokens=80)]
        calls = tuple(Call(p.call.name, p.call.arguments) for p in pieces if isinstance(p, CallPiece))
        words = "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))
        assert (calls or words) == example.reply
        assert not pieces[-1].cut
    await engine.close()


def test_measuring_counts_a_failure_as_wrong(tokenizer: Any, tmp_path: Path) -> None:
    base = make_base(tmp_path / "base", tokenizer, "Qwen2")
    path = tmp_path / "tiny.gguf"
    export_folder(base, path, plan_export(base), end=BaseChat(tokenizer).end, about="a test", precision="q8_0")
    quote = {"calls": [{"name": "get_quote", "arguments": {"symbols": ["ford"]}}], "voice": "plain"}
    asked = {"id": "1", "question": "please tell me kindly the price of ford", **quote}
    later = {"id": "2", "question": "what about ford, would you tell me", "history": ["price of tesla"], **quote}
    silent = {"id": "3", "question": "please tell me where my umbrella is", "kind": "decline:out_of_scope"}
    (tmp_path / "tools.jsonl").write_text(f"{json.dumps(asked)}\n{json.dumps(later)}\n")
    (tmp_path / "abstain.jsonl").write_text(f"{json.dumps(silent)}\n")
    report, failures = measure(path, 1024, f"{tmp_path}/", print)  # the prompt does not fit: every decision fails
    assert failures == 4
    assert report.tallies["right abstention"].right == 0
    table = as_table(report, failures)
    assert "| decisions that failed | 4 |" in table
    assert "| exact tool calls | 0.0%" in table


def test_the_modelfile_brings_a_template_only_to_models_it_fits(tokenizer: Any) -> None:
    text = base_modelfile("team.gguf", 8192, tokenizer.chat_template, 'Free "as" in beer')
    assert text.startswith("FROM ./team.gguf\n")
    assert HERMES_TEMPLATE in text
    assert "PARAMETER num_ctx 8192" in text
    assert 'LICENSE """Free "as" in beer"""' in text
    assert "TEMPLATE" not in base_modelfile("team.gguf", 8192, "{{ llama }}")
