"""The typed command that says how holdings come in: a file is dropped or named, never typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.commands import CommandContext

_BY_SURFACE = {
    "slack": "Drop a CSV file of your holdings into our direct messages: I show what I understood of it, and nothing "
    "is kept before you press a button.",
    "teams": "Attach a CSV file of your holdings to a message in our chat: I show what I understood of it, and nothing "
    "is kept before you press a button.",
    "terminal": "Leave the chat and type `tuppence import holdings.csv`: it shows what it understood of the file, and "
    "nothing is kept before you say yes.",
}
_ELSEWHERE = "Ask your administrator to import a CSV file of your holdings on the admin pages."


async def import_command(context: CommandContext, _: Sequence[str]) -> str:
    """How to import your holdings from a broker's CSV file: `/import`."""
    how = _BY_SURFACE.get(context.surface, _ELSEWHERE)
    return f"{how} It needs a column of symbols and one of quantities; cost, currency, date and account are used, too."
