"""Whether a model is worth asking: one that did not answer several times in a row is left alone for a while.

closed → `TRIPS_AT` failures in a row → open → after a pause one question is let through → closed, or open for longer
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import ModelBusy, ModelSilent, ModelTimeout, ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)
TRIPS_AT = 2
"""Failures in a row: one may be a model that is being loaded."""
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 120.0
"""Seconds until a model that rests is asked again; the pause doubles with each question that it leaves unanswered."""


class Breaker:
    """The state of one model in this process. `clock` is in seconds, and never goes back."""

    def __init__(self, model: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._model, self._clock = model, clock
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._rests_until: float | None = None
        self._is_probed = False

    @property
    def problem(self) -> str:
        """What keeps the model from being asked now, in a sentence; "" where nothing does."""
        return "" if self._may_ask() else str(self._refusal())

    @property
    def trouble(self) -> str:
        """What is known of a model that was left alone and has not answered since, in a sentence; else ""."""
        return "" if self._rests_until is None else str(self._refusal())

    @contextmanager
    def attempt(self) -> Iterator[Callable[[], None]]:
        """One answer of the model: the body calls what it is given once there is one.

        Raises `ModelSilent` while the model rests. That it is busy or refuses is no failure: it does answer.
        """
        if not self._may_ask():
            raise self._refusal()
        is_probe = self._rests_until is not None
        self._is_probed = self._is_probed or is_probe
        try:
            yield self._answered
        except ModelBusy:
            raise
        except (ModelTimeout, ModelUnavailable):
            self._failed(is_probe=is_probe)
            raise
        finally:
            if is_probe:
                self._is_probed = False

    def _may_ask(self) -> bool:
        return self._rests_until is None or (self._clock() >= self._rests_until and not self._is_probed)

    def _answered(self) -> None:
        if self._rests_until is not None:
            log.warning("the model %s answers again", self._model)
        self._failures, self._pause, self._rests_until = 0, FIRST_PAUSE, None

    def _failed(self, *, is_probe: bool) -> None:
        self._failures += 1
        if is_probe:
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif self._rests_until is not None or self._failures < TRIPS_AT:
            return
        else:
            log.error("the model %s did not answer %d times in a row and is left alone", self._model, self._failures)
        self._rests_until = self._clock() + self._pause

    def _refusal(self) -> ModelSilent:
        left = 0.0 if self._rests_until is None else max(0.0, self._rests_until - self._clock())
        return ModelSilent(self._model, self._failures, left)
