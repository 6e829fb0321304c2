"""Whether a question needs the one before it: "price of Coca-Cola" after a comparison is no third name of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.turn.choices.cues import WORDS, compiled
from bot.turn.completions.reading import Reading

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.toolbox import Toolbox

WORDS |= {
    "side": r"(?:(?:share |stock )?prices?|quotes?|news|headlines?|rsi|macd|technicals?|dividends?|dividend yield"
    r"|earnings(?: date)?|revenues?|p ?/ ?e|pe ratio|market cap\w*|fundamentals|ticker|symbol)",
    "listed": r"NAME(?:(?:,| and|, and| or) NAME)*",
}

_ASKS = compiled(
    r"\b<side> (?:of|for|on|about|from) (?:the )?<listed>",
    r"\bNAME(?: 's)? (?:latest |current )?<side>\b",
    r"\b(?:what|where) (?:is|are) <listed> (?:\w+ )?(?:at|trading|priced|now|today)\b",
    r"\b(?:is|are) <listed> (?:\w+ )?(?:overbought|oversold|profitable|up|down|expensive|cheap)\b",
    r"\bwhen (?:does|do|is|are|will) <listed> (?:report\w*|pay\w*)\b",
    r"\bwhy (?:is|are|did|does|has) <listed>\b",
    r"\bhow (?:did|has|have|does|do) <listed> (?:do|done|perform\w*|fared?|developed?|gone)\b.*\bTIME\b",
)
"""A whole question: what is asked, and of whom; where a time belongs to it, that too."""
_LEANS = compiled(
    r"\A\W*(?:(?:ok|okay|thanks|thank you|cool|great|nice|no|nah|hm)\W+)*(?:and|or|but|plus|also|now|then|same"
    r"|what about|how about)\b",
    r"\b(?:its?|that|this|those|these|them|they|their|there|then|too|also|as well|same|again|instead|both|either"
    r"|others?|another|ones?|rest|compar\w*|add|include|vs|versus|against|than)\b",
)
"""Words that point to something said before."""


def stands_alone(text: str, toolbox: Toolbox, context: ToolContext) -> bool:
    """Whether `text` has its own ask and its own name, and no word that points back."""
    words = Reading(text, toolbox, context).skeleton.words
    return _ASKS.search(words) is not None and _LEANS.search(words) is None
