"""The corpus is what it claims: servable, balanced, and without a word of the evaluation sets."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest

from bot.evaluation.questions import ARGUMENT, has_common_wording, mask
from slm.chat_format import Call
from slm.corpus.generate import Example, Generator
from slm.corpus.heldout import load_held_out, read_evals, words
from slm.corpus.names import NameMaker
from slm.corpus.pack import known_terms
from slm.corpus.phrases import SLOT, Template, load_templates, read_bank, reply_text
from slm.corpus.shelf import Shelf
from slm.corpus.signatures import SIGNATURES
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

SAMPLE = 6000


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator(7, known_terms())


@pytest.fixture(scope="module")
def examples(generator: Generator) -> list[Example]:
    return list(islice(generator.examples(), SAMPLE))


def calls_of(example: Example) -> tuple[Call, ...]:
    return () if isinstance(example.reply, str) else example.reply


def test_signatures_are_those_of_the_real_tools() -> None:
    toolbox = Toolbox(TOOLS)
    assert list(SIGNATURES) == sorted(SIGNATURES, key=list(SIGNATURES).index)
    assert set(SIGNATURES) == set(toolbox.tools)
    for name, signature in SIGNATURES.items():
        real = toolbox.tools[name].parameters
        assert [(a.name, a.kind, a.is_list) for a in signature] == [(p.name, p.kind, p.is_list) for p in real]
        # get_news and the like may leave an argument out; the corpus may not leave out what the tool requires
        assert all(a.required or not p.required for a, p in zip(signature, real, strict=True))


def test_phrases_name_real_tools_closed_values_and_slots(generator: Generator) -> None:
    toolbox = Toolbox(TOOLS)
    for template in load_templates():
        for slot in template.slots:
            assert generator.filler.fill(slot).surface
        for ask in template.asks:
            closed = {p.name: p.choices for p in toolbox.tools[ask.tool].parameters if p.kind is None}
            assert all(value in closed[name] for name, value in ask.closed), template


def test_every_author_is_heard_by_the_root_of_what_they_wrote() -> None:
    shelf = Shelf()
    for bank, count in (("long", 900), ("short", 100)):
        for number in range(count):
            shelf.add(Template(f"{bank} {number}", (), "CHAT: help", bank))
    assert len(shelf) == len(list(shelf)) == 1000
    rng = Random(3)
    drawn = Counter(shelf.draw(rng).bank for _ in range(4000))
    assert 0.22 < drawn["short"] / 4000 < 0.28  # 10 of 10 + 30
    assert len({shelf.draw(rng).text for _ in range(4000)}) > 700


def test_a_favoured_author_is_heard_oftener() -> None:
    shelf = Shelf(favoured=["new"])
    for bank in ("new", "old"):
        for number in range(100):
            shelf.add(Template(f"{bank} {number}", (), "CHAT: help", bank))
    rng = Random(3)
    drawn = Counter(shelf.draw(rng).bank for _ in range(4000))
    assert 0.72 < drawn["new"] / 4000 < 0.78  # three of four


def test_a_phrase_before_any_header_is_refused() -> None:
    with pytest.raises(ValueError, match="before any header"):
        list(read_bank("price of {symbol}\n[get_quote]\n", "bank"))


def test_every_argument_could_be_copied_at_run_time(examples: list[Example]) -> None:
    """What the model must write is always among the pieces the decoder will offer."""
    toolbox = Toolbox(TOOLS)
    for example in examples[:1500]:
        said = [example.question]
        for asked, reply in example.turns:
            earlier = () if isinstance(reply, str) else reply
            values = [value for call in earlier for value in call.arguments.values()]
            said += [asked, *(p for v in values for p in (v if isinstance(v, list) else [v]))]
        for call in calls_of(example):
            properties = toolbox.tools[call.name].schema(said)["function"]["parameters"]["properties"]
            for name, value in call.arguments.items():
                offered = properties[name].get("items", properties[name])["enum"]
                for piece in value if isinstance(value, list) else [value]:
                    assert piece in offered, (example.question, name, piece)


def test_the_mixture_keeps_refusals_and_every_tool(examples: list[Example]) -> None:
    silent = sum(isinstance(example.reply, str) for example in examples)
    assert 0.34 < silent / SAMPLE < 0.44
    tools = Counter(call.name for example in examples for call in calls_of(example))
    assert set(tools) == set(SIGNATURES)
    assert min(tools.values()) > SAMPLE * 0.008
    assert 0.15 < sum(bool(example.turns) for example in examples) / SAMPLE < 0.4


def test_the_same_seed_draws_the_same_corpus() -> None:
    first, second = (Generator(11, known_terms()) for _ in range(2))
    assert list(islice(first.examples(), 200)) == list(islice(second.examples(), 200))


def test_no_evaluation_question_or_wording_occurs(generator: Generator, examples: list[Example]) -> None:
    asked = {words(record["question"]) for record in read_evals(retired=False) if not has_common_wording(record)}
    drawn = {words(example.question) for example in examples}
    assert not asked & drawn
    wordings = load_held_out().wordings
    used = {template for templates in generator.single.values() for template in templates} | set(generator.several)
    left_out = [t for t in load_templates() if mask(SLOT.sub(ARGUMENT, t.text), ()) in wordings]
    assert left_out  # some were written by chance
    assert not used & set(left_out)


def test_no_evaluation_name_or_term_occurs(examples: list[Example]) -> None:
    held_out = load_held_out()
    assert len(held_out.names) > 150
    for example in examples:
        for part in example.parts:
            text = words(example.question[part.start : part.end])
            if part.meaning == "symbol":
                assert text not in held_out.names
            elif part.meaning == "term":
                assert text not in held_out.terms


def test_names_of_all_sorts_are_made(generator: Generator) -> None:
    made = {NameMaker(generator.rng, generator.held_out).make() for _ in range(3)} | {
        generator.names.make() for _ in range(3000)
    }
    assert len(made) > 2500
    assert any(name.isupper() and len(name) <= 5 for name in made)
    assert any(" " in name for name in made)
    assert any(name.islower() for name in made)


@pytest.mark.parametrize(
    ("decision", "text"), [("decline:trade_order", "DECLINE: trade_order"), ("chat:help", "CHAT: help")]
)
def test_replies_are_the_sections_of_the_prompt_file(decision: str, text: str) -> None:
    from bot.turn.prompting import sections

    assert reply_text(decision) == text
    assert text in sections("replies")
