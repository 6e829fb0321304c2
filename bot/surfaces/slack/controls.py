"""Everything on Slack that can be pressed, put together: each module names its own controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.slack import asking, command_presses, deciding, judging, revealing, settings_form
from bot.surfaces.slack.interactions import Interactions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.surfaces.slack.desk import Desk

REGISTRARS: tuple[Callable[[Interactions, Desk], None], ...] = (
    asking.register,
    command_presses.register,
    deciding.register,
    judging.register,
    revealing.register,
    settings_form.register,
)


def interactions_at(desk: Desk) -> Interactions:
    """The list of all controls."""
    interactions = Interactions()
    for register in REGISTRARS:
        register(interactions, desk)
    return interactions
