"""The conversations that are drawn: each is held with a running server, and what Slack was sent is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.jobs.scheduler import Scheduler
from tests.fakes.slack_interactive import press, pressed
from tests.fakes.slack_payloads import message, opened, sharing
from tests.fakes.slack_served import ts
from tests.fakes.waiting import until
from tests.pictures.block_page import answered, said, sheet

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.fakes.slack_served import Served
    from tests.fakes.slack_server import Shown

HOLDINGS = b"""Symbol,Shares,Purchase Price,Purchase Date
AAPL,20,95.10,2020-03-02
MSFT,12,158.00,2020-03-02
KO,60,47.30,2021-05-10
JNJ,15,150.20,2021-05-10
XOM,25,61.00,2022-01-03
"""


@dataclass
class Scene:
    """A conversation under way: what was drawn of it so far."""

    served: Served
    drawn: list[str] = field(default_factory=list)
    asked: int = 0

    async def ask(self, text: str) -> Shown:
        """Ask in the direct messages, and draw the question and everything that is answered."""
        shown = await self.quietly(text)
        self.drawn.append(said(text))
        self.drawn += [answered(each.body["blocks"]) for each in shown]
        return shown[-1]

    async def quietly(self, text: str, *files: dict[str, Any]) -> list[Shown]:
        """Ask without drawing, or drop files."""
        self.asked += 1
        before = len(self.served.answers())
        this: dict[str, Any] = {"ts": ts(self.asked), "event_id": f"Ev{self.asked}"}
        await self.served.say(sharing(list(files), text, **this) if files else message(text, **this))
        return self.served.answers()[before:]

    async def import_holdings(self) -> None:
        """Let Ada have a portfolio."""
        (preview,) = await self.drop()
        await self.served.press(pressed(preview, "proposal_confirm"))

    async def drop(self) -> list[Shown]:
        """Drop the file into the direct messages."""
        return await self.quietly("", self.served.slack.drop("holdings.csv", HOLDINGS))


async def quotes(scene: Scene) -> None:
    """A table."""
    await scene.ask("price of Apple, Microsoft and Coca-Cola")


async def history(scene: Scene) -> None:
    """A line chart."""
    await scene.ask("how did Apple do over the last 5 years?")


async def comparison(scene: Scene) -> None:
    """A chart of two series, and a table."""
    await scene.ask("compare Apple and Microsoft since 2020")


async def portfolio(scene: Scene) -> None:
    """A table and a pie."""
    await scene.import_holdings()
    await scene.ask("how is my portfolio split?")


async def risk(scene: Scene) -> None:
    """What a portfolio's risk is told with."""
    await scene.import_holdings()
    await scene.ask("how risky is my portfolio?")


async def words(scene: Scene) -> None:
    """Answers in words: a definition, a refusal, a question asked back."""
    await scene.ask("what is a REIT?")
    await scene.ask("should I buy Tesla?")
    await scene.ask("what is the price?")
    await scene.ask("how much is 300 pounds in euros?")


async def proposal(scene: Scene) -> None:
    """A change that waits for a press, and what became of it."""
    shown = await scene.ask("add Apple to my watchlist")
    await scene.served.press(pressed(shown, "proposal_confirm"))
    await until(lambda: "Confirmed" in str(shown.body["blocks"]))
    scene.drawn.append(answered(shown.body["blocks"]))


async def dropped_file(scene: Scene) -> None:
    """The preview of a CSV file, and the result."""
    scene.drawn.append(said("(drops holdings.csv)"))
    (preview,) = await scene.drop()
    scene.drawn.append(answered(preview.body["blocks"]))
    await scene.served.press(pressed(preview, "proposal_confirm"))
    scene.drawn.append(answered(scene.served.answers()[-1].body["blocks"]))


async def show_how(scene: Scene) -> None:
    """What opens at "Show how"."""
    shown = (await scene.quietly("how did Apple do in 2022?"))[-1]
    await scene.served.press(pressed(shown, "show_how"))
    await until(lambda: bool(scene.served.slack.views))
    scene.drawn.append(sheet(scene.served.slack.views[-1]))


async def home(scene: Scene) -> None:
    """The Home tab of somebody with a portfolio, a watchlist, a digest and an alert."""
    await scene.import_holdings()
    for text in ("/watch add NVDA JPM", "/alert KO above 70", "/digest add my_portfolio 08:00 mon-fri"):
        await scene.quietly(text)
    slack = scene.served.slack
    await scene.served.say(opened())
    await until(lambda: bool(slack.tabs) and "Looking up prices" not in str(slack.tabs[-1]))
    scene.drawn.append(sheet(slack.tabs[-1][1]))


async def settings(scene: Scene) -> None:
    """The form behind the button of the Home tab."""
    await scene.served.press(press(None, "home_settings", "settings"))
    await until(lambda: bool(scene.served.slack.views))
    scene.drawn.append(sheet(scene.served.slack.views[-1]))


async def digest(scene: Scene) -> None:
    """A digest of the market that was asked for out of turn."""
    await scene.quietly("/digest add market_close 22:15")
    before = len(scene.served.answers())
    await scene.quietly("/digest run 1")
    await Scheduler(scene.served.database).round()
    await until(lambda: len(scene.served.answers()) >= before + 2)
    scene.drawn.append(answered(scene.served.answers()[-1].body["blocks"]))


SCENES: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "quotes": quotes,
    "history": history,
    "comparison": comparison,
    "portfolio": portfolio,
    "risk": risk,
    "words": words,
    "proposal": proposal,
    "import": dropped_file,
    "how": show_how,
    "home": home,
    "settings": settings,
    "digest": digest,
}
"""The name of a picture → what is in it."""
