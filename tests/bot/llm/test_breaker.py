"""A model that does not answer is left alone, and tried again by one question now and then; the clock is turned by hand."""

from __future__ import annotations

import pytest

from bot.errors import ModelBusy, ModelError, ModelFailed, ModelSilent, ModelTimeout, ModelUnavailable
from bot.llm.breaker import FIRST_PAUSE, LONGEST_PAUSE, TRIPS_AT, Breaker

SLOW = ModelTimeout("m", 30.0, "its first word")
AWAY = ModelUnavailable("http://127.0.0.1:11434")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("qwen3:4b", clock)


def ask(breaker: Breaker, error: ModelError | None = None) -> None:
    with breaker.attempt() as answered:
        if error:
            raise error
        answered()


def fail(breaker: Breaker, error: ModelError = SLOW) -> None:
    with pytest.raises(type(error)):
        ask(breaker, error)


@pytest.mark.parametrize("error", [SLOW, AWAY])
def test_after_some_failures_in_a_row_nobody_waits_any_more(breaker: Breaker, error: ModelError) -> None:
    for _ in range(TRIPS_AT):
        assert (breaker.problem, breaker.trouble) == ("", "")
        fail(breaker, error)
    with pytest.raises(ModelSilent) as refused:
        ask(breaker)
    said = str(refused.value)
    assert said.startswith("The model qwen3:4b does not answer: the last 2 times nothing came of it.")
    assert "tried again in about 15 seconds" in said
    assert "`/quote KO`" in said
    assert breaker.problem == breaker.trouble == said


def test_an_answer_in_between_begins_the_count_anew(breaker: Breaker) -> None:
    for _ in range(5):
        for _ in range(TRIPS_AT - 1):
            fail(breaker)
        ask(breaker)
    assert breaker.problem == ""


@pytest.mark.parametrize("error", [ModelBusy("http://127.0.0.1:11434"), ModelFailed("m", "out of memory")])
def test_a_model_that_refuses_does_answer(breaker: Breaker, error: ModelError) -> None:
    for _ in range(3 * TRIPS_AT):
        fail(breaker, error)
    assert breaker.problem == ""


def test_one_question_tries_it_while_all_others_are_refused_at_once(breaker: Breaker, clock: Clock) -> None:
    for _ in range(TRIPS_AT):
        fail(breaker)
    clock.now += FIRST_PAUSE - 0.1
    with pytest.raises(ModelSilent):
        ask(breaker)
    clock.now += 0.1
    with breaker.attempt() as answered:
        for _ in range(3):
            with pytest.raises(ModelSilent, match="tried again at this moment"):
                ask(breaker)
        answered()
    ask(breaker)
    assert (breaker.problem, breaker.trouble) == ("", "")


def test_each_try_in_vain_doubles_the_pause_up_to_a_bound(breaker: Breaker, clock: Clock) -> None:
    for _ in range(TRIPS_AT):
        fail(breaker)
    for pause in (FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE):
        clock.now += pause - 0.1
        with pytest.raises(ModelSilent):
            ask(breaker)
        clock.now += 0.1
        fail(breaker)
    clock.now += LONGEST_PAUSE
    ask(breaker)
    for _ in range(TRIPS_AT):
        fail(breaker)
    clock.now += FIRST_PAUSE  # what was is forgotten
    ask(breaker)


def test_a_try_that_its_asker_gave_up_lets_the_next_one_through(breaker: Breaker, clock: Clock) -> None:
    for _ in range(TRIPS_AT):
        fail(breaker)
    clock.now += FIRST_PAUSE
    with pytest.raises(KeyboardInterrupt), breaker.attempt():
        raise KeyboardInterrupt
    assert breaker.trouble
    ask(breaker)
    assert breaker.trouble == ""


def test_questions_that_fail_together_count_as_one_pause(breaker: Breaker, clock: Clock) -> None:
    running = [breaker.attempt() for _ in range(4)]
    for each in running:
        each.__enter__()
    for each in running:
        clock.now += 1
        assert not each.__exit__(type(SLOW), SLOW, None)
    clock.now += FIRST_PAUSE - 2  # it began with the second of the four
    ask(breaker)
