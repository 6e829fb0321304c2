"""The form of a table of wordings: for each tool, what a question says that asks for it, in the words of `skeleton`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Names = Literal["none", "some", "two", "any"]
WORDS = {
    "thing": r"(?:my|our) (?:(?!watch|saved|wife|husband|tracked|bank)[\w'-]+ ){0,2}?(?:portfolio|holdings?"
    r"|positions?|investments?"
    r"|stocks?|shares|bags?|depot|nest egg|stash|stack|etfs?|funds|account)\b",
    "clause": r"\bi (?:actually |still |currently |already )?(?:own|hold|am invested in|have invested in)\b",
    "state": r"(?:up|down|ahead|behind|green|red|positive|negative|winning|losing|profitable|under ?water"
    r"|in (?:the )?(?:green|red|plus|minus|black|money|profit))",
    "rise": r"(?:ris\w+|rose|climb\w*|jump\w*|soar\w*|surg\w+|rall(?:y|ied|ying)|spik\w+|pop(?:s|ped|ping)?|rip\w*"
    r"|moon\w*|pump\w*|gain\w*|up|higher|green)",
    "fall": r"(?:drop\w*|fall\w*|fell|crash\w*|tank\w*|plung\w*|plummet\w*|tumbl\w*|slid\w*|dip\w*|dump\w*|sink\w*|sank"
    r"|bleed\w*|slump\w*|down|lower|red)",
    "it": r"(?:(?:the )?(?:\w+ )?NAME|its?|they|them|their|the (?:company|stock|share|firm))",
    "wait": r"(?:\w+ ){0,3}?",
}
"""Words that several tables share: `<thing>` stands for one of them."""
_PAIR = 2
_SHARED = re.compile(r"<(\w+)>")


def compiled(*wordings: str) -> re.Pattern[str]:
    """One pattern of several `wordings`, with the shared words put in."""
    whole = "|".join(f"(?:{wording})" for wording in wordings)
    while _SHARED.search(whole):
        whole = _SHARED.sub(lambda match: WORDS[match[1]], whole)
    return re.compile(whole)


@dataclass(frozen=True, slots=True)
class Cue:
    """One tool with the wordings that ask for it.

    `names` says how many names of listings such a question holds; `but` are wordings with which it means another thing.
    """

    tool: str
    names: Names
    said: re.Pattern[str]
    but: re.Pattern[str] | None = None

    def asked(self, clause: str, here: int, names: int) -> re.Match[str] | None:
        """Where `clause` of a skeleton asks for this tool: `here` names stand in it, `names` in the whole question."""
        if (
            (self.names == "none" and here)
            or (self.names == "some" and not names)
            or (self.names == "two" and here < _PAIR)
        ):
            return None
        match = self.said.search(clause)
        return None if match is None or (self.but and self.but.search(clause)) else match
