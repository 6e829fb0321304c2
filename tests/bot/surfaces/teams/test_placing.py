"""Where words and a card can't share a message, and what Microsoft's Agents Playground lacks: nothing is lost by it."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from bot.surfaces.teams.api import TeamsApi
from bot.surfaces.teams.cloud import LOCAL
from tests.bot.surfaces.teams.served import allow, letters, serving, settled
from tests.fakes.teams_payloads import ACCOUNT, CHANNEL, GROUP, TENANT, USER, mention
from tests.fakes.teams_server import TeamsServer

if TYPE_CHECKING:
    from bot.settings import Settings


async def test_where_words_and_a_card_cant_take_one_place_the_card_comes_below(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams, every=5) as client:
        await allow(settings, CHANNEL)
        teams.keeps_apart = True
        await client.deliver(mention("price of Apple", teams.service_url))
        assert await settled(settings) == ["done"]
    words, below = teams.messages
    assert words.text.startswith("Apple closed at $125.67")
    assert "attachments" not in words.body
    assert words.body["entities"][0]["citation"]
    assert words.conversation == below.conversation
    assert not below.text
    assert "Previous close" in letters(below.card)
    (label,) = below.body["entities"]
    assert label["additionalType"] == ["AIGeneratedContent"]
    assert "citation" not in label


async def test_in_local_play_nobody_types_in_a_thread(teams: TeamsServer) -> None:
    teams.is_open = True
    async with aclosing(TeamsApi(LOCAL, "tuppence")) as api:
        for conversation in (f"{CHANNEL};messageid=1700000000001", GROUP):
            await api.typing({"service_url": teams.service_url, "conversation": conversation})
    assert teams.typing == [GROUP]


async def test_whoever_is_known_is_named_in_teams_own_terms_in_places_that_do_not_say_them(
    on_each_database: Settings, teams: TeamsServer
) -> None:
    async with serving(on_each_database, teams) as client:
        target = {"tenant": TENANT, "conversation": CHANNEL, "user": USER, "service_url": teams.service_url}
        assert (await client.surface.references.where(target))["account"] == USER
        await client.ask("hello")
        assert (await client.surface.references.where(target))["account"] == ACCOUNT
