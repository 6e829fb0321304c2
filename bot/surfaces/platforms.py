"""The chat platforms that the settings switch on; the SDK of one that is off is not even imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.surfaces.base import ChatSurface


def open_surfaces(settings: Settings) -> list[ChatSurface]:
    """One surface for each platform."""
    surfaces: list[ChatSurface] = []
    if settings.has_slack:
        from bot.surfaces.slack.surface import SlackSurface

        surfaces.append(SlackSurface(settings))
    if settings.has_teams:
        from bot.surfaces.teams.surface import TeamsSurface

        surfaces.append(TeamsSurface(settings))
    return surfaces
