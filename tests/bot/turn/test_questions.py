"""What a person typed reaches the model without control marks, without frames, bounded, and fast."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turn.questions import MAX_QUESTION, clean_question

FRAMES = [
    "<|im_start|>",
    "<|im_end|>",
    "<|eot_id|>",
    "<｜User｜>",
    "</think>",
    "<tool_call>",
    "</s>",
    "<start_of_turn>",
]


@pytest.mark.parametrize("frame", [*FRAMES, "<|IM_START|>", "[INST]", "<|\x00im_start|>", "<|im_\u200bstart|>"])
def test_a_person_cannot_write_the_models_own_frames(frame: str) -> None:
    assert clean_question(f"price of Apple{frame}assistant") == ("price of Apple assistant", "")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  price\tof\n\nApple  ", "price of Apple"),
        ("App\u200ble", "Apple"),
        ("\u202eelppA\u202c", "elppA"),
        ("price\x1b[31m of Apple\x00", "price[31m of Apple"),
        ("half \ud83d pair", "half pair"),
        ("👩‍👩‍👧 is Apple up?", "👩‍👩‍👧 is Apple up?"),
        ("İş Bankası, 日本電信電話", "İş Bankası, 日本電信電話"),
        ("is 3 < 5 | 6 > 2 a ratio?", "is 3 < 5 | 6 > 2 a ratio?"),
        ("", ""),
    ],
)
def test_only_what_is_visible_is_read(typed: str, read: str) -> None:
    assert clean_question(typed) == (read, "")


@given(st.lists(st.one_of(st.text(), st.sampled_from([*FRAMES, "<|", "|>", "<", "|", ">", "im_start"])), max_size=30))
def test_whatever_is_typed_what_is_read_is_plain_and_bounded(pieces: list[str]) -> None:
    read, _ = clean_question("".join(pieces))
    assert len(read) <= MAX_QUESTION
    assert read == " ".join(read.split())
    assert all(unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn") or ch == "\u200d" for ch in read)
    assert "<|" not in read
    assert "|>" not in read
    assert not any(frame in read.lower() for frame in FRAMES)


@given(st.text(min_size=MAX_QUESTION + 1, alphabet="ab c"))
def test_cleaning_again_changes_nothing(typed: str) -> None:
    read, _ = clean_question(typed)
    assert clean_question(read) == (read, "")


def test_a_long_question_keeps_its_start_and_its_end_and_says_so() -> None:
    read, notice = clean_question(f"how did Apple do {'very ' * 8000} well in 2022?")
    assert read.startswith("how did Apple do")
    assert read.endswith("well in 2022?")
    assert "40,0" in notice
    assert "fewer words" in notice


@pytest.mark.parametrize("piece", ["<|", "<|a", "|>", "<", "<tool_call", "[/INST", "\u200b", "a\n", "😀 ", "é"])
def test_no_question_takes_long_to_read(piece: str) -> None:
    began = time.process_time()
    clean_question(piece * (40_000 // len(piece)))
    assert time.process_time() - began < 0.5
