"""What is shown while a model writes: sentences of the checked answer in their order, and never one that it withholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import ToolCall, ToolResult
from bot.turn.drafting import Drafting
from bot.turn.grounding import Grounding
from bot.turn.policy import clean_model_text
from tests.fakes.lies import lies
from tests.fakes.turns import known_name, turns

if TYPE_CHECKING:
    from collections.abc import Sequence

TURN = turns()[0]
FAILED = ToolResult(ToolCall("get_quote", {}), {}, None, "nothing there", "unknown_symbol")
TRUE = tuple(sentence for result in TURN.results if result.findings for sentence in result.findings.sentences)
LIES = tuple(lie.sentence for lie in lies(TURN))


def grounding(results: Sequence[ToolResult]) -> Grounding:
    return Grounding(results, TURN.question, known_name)


def final(text: str) -> tuple[str, ...]:
    """The sentences of the answer that is made of a text."""
    return grounding(TURN.results).check(clean_model_text(text)).kept


class Watcher:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.draft = Drafting(grounding, lambda sentences, _: self.told.append(tuple(sentences)))

    def read(self, pieces: Sequence[str]) -> list[tuple[str, ...]]:
        text = ""
        for piece in pieces:
            text += piece
            self.draft(text, TURN.results)
        return self.told


def cut(text: str, places: Sequence[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in zip(ends, ends[1:], strict=False)]


def test_a_sentence_is_shown_as_soon_as_the_next_one_is_begun() -> None:
    one, two = TRUE[0], "That is what the figures say."
    watcher = Watcher()
    watcher.read([one])
    assert watcher.told == []  # it may go on: "Apple Inc." is no sentence
    watcher.read([one, " That"])
    assert watcher.told == []  # and "In" may become "Inside"
    watcher.read([one, " That", " "])
    assert watcher.told == [(one,)]
    watcher.read([f"{one} {two} ", "More. "])
    assert watcher.told[-1] == (one, two)


@pytest.mark.parametrize("lie", LIES[:: max(1, len(LIES) // 200)])
def test_a_lie_is_never_shown(lie: str) -> None:
    text = f"{TRUE[0]} {lie} {TRUE[0]} And so on."
    told = Watcher().read(list(text))
    assert lie not in final(text)
    assert not any(lie in sentences for sentences in told)
    assert told[-1] == final(text)[: len(told[-1])]


def test_before_anything_was_found_nothing_is_shown() -> None:
    watcher = Watcher()
    for results in ((), (FAILED,)):
        watcher.draft("Let me look that up. One moment please. Now ", results)
    assert watcher.told == []


def test_what_turns_out_not_to_be_the_answer_is_taken_back_once() -> None:
    watcher = Watcher()
    watcher.read([f"{TRUE[0]} Now "])
    watcher.draft("", TURN.results)
    watcher.draft("", TURN.results)
    assert watcher.told == [(TRUE[0],), ()]
    watcher.read([f"{TRUE[0]} Now "])  # of the next step, or the next model
    assert watcher.told == [(TRUE[0],), (), (TRUE[0],)]


def test_another_text_takes_the_place_of_the_one_before_it() -> None:
    watcher = Watcher()
    watcher.read([f"{TRUE[0]} Now "])
    watcher.read(["That is what the figures say. So ", "be it."])
    assert watcher.told == [(TRUE[0],), (), ("That is what the figures say.",)]


def test_more_results_begin_anew() -> None:
    watcher = Watcher()
    watcher.read([f"{TRUE[0]} Now "])
    watcher.draft(f"{TRUE[0]} Now then ", (*TURN.results, FAILED))
    assert watcher.told == [(TRUE[0],), (), (TRUE[0],)]


@pytest.mark.parametrize(
    "opened", ["<script>", "<think>", "[it](http://evil.example)", "```\n", "&lt;b&gt;", "~~~\n", "`code` "]
)
def test_from_a_sign_on_that_may_open_something_nothing_more_is_shown(opened: str) -> None:
    text = f"{TRUE[0]} See {opened} here. That is what the figures say. And more. "
    assert Watcher().read(list(text)) == [(TRUE[0],)]


@pytest.mark.parametrize("end", ["</think> ", "</reasoning>\n", "&lt;/think&gt; "])
def test_what_was_only_thought_is_taken_back_and_nothing_more_is_shown(end: str) -> None:
    thought = "Okay, they want to know how it went. I should be short. "
    watcher = Watcher()
    told = watcher.read([thought, end, f"{TRUE[0]} ", "That is what the figures say. ", "And more. "])
    assert final(f"{thought}{end}{TRUE[0]}") == (TRUE[0],)
    assert told == [("Okay, they want to know how it went.",), ()]
    watcher.draft("", TURN.results)
    assert watcher.read(["I think it through again. Then ", "I answer. "]) == told  # the same model thinks on so


def test_a_thought_that_comes_with_its_end_in_one_piece_is_never_shown() -> None:
    assert Watcher().read([f"Okay, they want the price. I am short.</think> {TRUE[0]} And "]) == []


def test_a_text_that_is_longer_than_any_answer_is_not_shown_while_it_is_written() -> None:
    told = Watcher().read([f"{TRUE[0]} And ", "so on. " * 2000, "More. "])
    assert told == [(TRUE[0],), ()]


def test_companies_with_an_ampersand_and_round_amounts_open_nothing() -> None:
    text = f"The S&P 500 and M&A are words. It is ~ so. {TRUE[0]} And "
    told = Watcher().read(list(text))
    assert told[-1][-1] == TRUE[0]


@pytest.mark.parametrize("mark", ["**", "*", "\u201c"])
@pytest.mark.parametrize("after", ["fell", "vs. vs."])
def test_a_mark_after_a_full_stop_does_not_end_the_sentence_before_it(mark: str, after: str) -> None:
    text = f"{TRUE[0]} {mark} {after}"
    for sentences in Watcher().read([f"{TRUE[0]} {mark} ", after, " "]):
        assert sentences == final(text)[: len(sentences)]


PIECES = st.sampled_from(
    (
        *TRUE, *LIES[:20], "That is what the figures say.", "Apple Inc.", "It", "In", "Inside", "fell", "J. P.", "vs.", "e.g.",
        "1.", "…", "!", "?", ".", "\n", "- ", "**", "*", "“", "”", "\u200b", "$2.1B.", "No.", "a", "and",
    )
)  # fmt: skip
HOSTILE = st.sampled_from(
    (
        "<think>", "</think>", "<b>", "[x](", ")", "```", "`", "&lt;", "&", "~~~", "@here", "https", "\n://", "http://evil.example",
        "evil.com", "<!--", "-->", "[", "]", "\\", "a@b.co",
    )
)  # fmt: skip
CUTS = st.lists(st.integers(0, 5000), max_size=12)


@given(st.lists(PIECES, max_size=14).map(" ".join), CUTS)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_what_was_shown_is_the_beginning_of_the_answer_wherever_the_text_was_cut(text: str, places: list[int]) -> None:
    told = Watcher().read(cut(text, places))
    answer = final(text)
    for sentences in told:
        assert sentences == answer[: len(sentences)]
    assert sorted(map(len, told)) == list(map(len, told))  # nothing shown is taken back


@given(st.lists(st.one_of(PIECES, HOSTILE), max_size=16), st.sampled_from((" ", "")), CUTS)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_no_sentence_is_shown_whose_figures_could_not_be_traced(
    pieces: list[str], between: str, places: list[int]
) -> None:
    for sentences in Watcher().read(cut(between.join(pieces), places)):
        assert grounding(TURN.results).check("\n".join(sentences)).withheld == ()
        assert "\n".join(sentences) == clean_model_text("\n".join(sentences))
