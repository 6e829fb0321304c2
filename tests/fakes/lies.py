"""Sentences that a model might make up: each changes one thing of an honest telling so that it is no longer true.

Every lie is made from the frames of `tests.fakes.tellings`, so that nothing but the changed thing gives it away.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.fakes.tellings import frames_for, tell, tellers
from tools.formatting import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.tellings import Frame, Teller
    from tests.fakes.turns import Turn
    from tools.values import Figure

SEED = 20261120
_ELSEWHERE = (
    "Tesla", "Nvidia", "NVDA", "Amazon", "Zorbex Industries", "Ford", "Intel", "TSLA", "tesla", "Netflix", "the market",
    "Palantir", "BP", "Nestlé", "the Nasdaq", "its peers", "Bitcoin", "gold", "nvidia", "Target",
)  # fmt: skip
_FAR_DIGITS = (
    "０１２３４５６７８９",
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "〇一二三四五六七八九",
)
_NUMBER_WORDS = {
    "percent": {
        "ninety-one percent": 91, "one hundred and seven percent": 107, "two thirds": 67, "half": 50, "double digits": 0,
        "four fifths": 80, "eighty-eight point four per cent": 88,
    },
    "money": {
        "nine thousand dollars": 9000, "three million euros": 3_000_000, "hundreds of dollars": 0,
        "a hundred thousand dollars": 100_000, "two point seven billion dollars": 2_700_000_000,
    },
    "count": {"seventy-seven": 77, "nineteen hundred": 1900, "a dozen": 12, "three hundred and one": 301},
}  # fmt: skip


@dataclass(frozen=True)
class Lie:
    """A false sentence: `kind` says what was changed, `question` what was asked when it matters."""

    kind: str
    sentence: str
    turn: Turn
    question: str


def lies(turn: Turn) -> Iterator[Lie]:
    """All lies about one turn, the same every time."""
    chance = random.Random(SEED)
    for result in range(len(turn.results)):
        everyone = tellers(turn, result)
        for teller in everyone:
            for frame in frames_for(teller):
                honest = tell(frame, teller)
                if honest is None:
                    continue
                told = list(dict.fromkeys(figure for one in (teller, *teller.others) for figure in one.used))
                for kind, sentence in _lies_from(chance, frame, teller, everyone, honest, told):
                    if sentence is not None and sentence != honest:
                        yield Lie(kind, sentence, turn, turn.question)
            yield from _echoes(turn, teller)
            yield from _wordless(turn, teller, everyone)


def _lies_from(
    chance: random.Random, frame: Frame, teller: Teller, everyone: list[Teller], honest: str, told: list[Figure]
) -> Iterator[tuple[str, str | None]]:
    numbers = [figure for figure in told if isinstance(figure.value, Decimal)]
    days = [figure for figure in told if isinstance(figure.value, date)]
    for figure in numbers:
        yield "changed value", _with(frame, teller, figure, _another_value(chance, figure))
        yield "swapped attribute", _swapped_attribute(chance, frame, teller, figure)
        yield "swapped subject", _swapped_subject(chance, frame, teller, everyone, figure)
        yield "scale change", _scaled(chance, honest, figure)
        yield "changed unit", _other_unit(chance, honest, figure)
        yield "changed currency", _other_currency(chance, honest, figure)
        yield "number words", _in_words(chance, honest, figure)
        yield "obfuscated digits", _obfuscated(chance, frame, teller, figure)
        if figure.attribute in ("total return", "day change", "gain", "gain in percent", "time-weighted return"):
            yield "flipped direction", _flipped(frame, teller, figure)
    for figure in days:
        assert isinstance(figure.value, date)
        moved = figure.value + timedelta(days=chance.choice((-400, -37, -3, 5, 64, 365)))
        yield "changed date", _with(frame, teller, figure, replace(figure, value=moved))
    if numbers and teller.symbol not in ("plan", "loan", "portfolio") and "/" not in teller.symbol:
        other = chance.choice(_ELSEWHERE)
        lie = honest.replace(teller.name, other).replace(f"({teller.symbol})", "")
        yield "invented company", lie if teller.name in honest else None
    for figure in numbers:
        yield "other metric", _other_metric(chance, honest, figure)
    if (
        numbers
        and teller.others
        and len(told) == 1
        and honest.startswith(teller.name + " ")
        and teller.symbol != "portfolio"
    ):
        rival = teller.rival
        theirs = rival.figures.get(told[0].attribute)
        if theirs is not None and isinstance(theirs.value, Decimal) and not _alike(theirs, told[0]):
            plain = honest.replace(f" ({teller.symbol})", "")
            yield "told together", plain.replace(teller.name, f"{teller.name} and {rival.name} both", 1)
            yield "told together", plain.replace(teller.name, f"{rival.name} and {teller.name}", 1)
    if "outperformed" in honest or "did better" in honest or "more volatile" in honest:
        first, second = teller.name, teller.rival.name
        yield "false comparison", _exchanged(honest, first, second)
    if numbers and teller.symbol not in ("plan", "loan") and "/" not in teller.symbol:
        yield (
            "prediction",
            f"By 2031, {honest[0].lower() if honest.startswith(('The ', 'A ', 'At ')) else honest[0]}{honest[1:]}",
        )
        verb = re.search(r"\b(rose|fell|gained|lost|was|is|has|had|closed|stands|returned|climbed|dropped)\b", honest)
        if verb:
            base = {"rose": "rise", "fell": "fall", "gained": "gain", "lost": "lose", "was": "be", "is": "be", "has": "have",
                    "had": "have", "closed": "close", "stands": "stand", "returned": "return", "climbed": "climb",
                    "dropped": "drop"}[verb[0]]  # fmt: skip
            yield "prediction", honest[: verb.start()] + f"will {base}" + honest[verb.end() :]
            yield "denial", honest[: verb.start()] + f"did not {base}" + honest[verb.end() :]


_METRICS = (
    "free cash flow", "operating margin", "price target", "number of employees", "Sharpe ratio", "net income", "market share",
    "expense ratio", "short interest", "headcount", "upside", "credit rating score", "gross profit", "inflation rate",
)  # fmt: skip


def _other_metric(chance: random.Random, honest: str, figure: Figure) -> str | None:
    """The right number told of something that no tool found."""
    text = show(figure)
    if text not in honest or figure.unit in ("years", "date"):
        return None
    name = "Your portfolio" if figure.subject == "portfolio" else ""
    if figure.subject in ("plan", "loan") or "/" in figure.subject:
        return None
    lead = re.match(
        r"(?:- )?\**([A-Z][\w&. ]*?)(?:'s|\**:| \(| (?:rose|fell|had|has|is|was|closed|delivered)\b)", honest
    )
    subject = name or (lead[1] if lead else "")
    return f"{subject}'s {chance.choice(_METRICS)} is {text}." if subject and subject != "The" else None


def _wordless(turn: Turn, teller: Teller, everyone: list[Teller]) -> Iterator[Lie]:
    """A wrong direction, and a wrong best and worst, without any number."""
    figure = teller.figures.get("total return") or teller.figures.get("day change")
    if figure is None or not isinstance(figure.value, Decimal) or abs(figure.value) < 1:
        return
    up = figure.value < 0
    for sentence in (
        f"{teller.name} {'rose' if up else 'fell'}.",
        f"{teller.name} was {'up' if up else 'down'}.",
        f"{teller.name} {'gained' if up else 'lost'} ground.",
        f"Overall, {teller.name} {'climbed' if up else 'declined'}.",
        f"{teller.name} was flat.",
    ):
        yield Lie("wordless direction", sentence, turn, turn.question)
    values = [one.figures[figure.attribute].value for one in everyone if figure.attribute in one.figures]
    known = [value for value in values if isinstance(value, Decimal)]
    if len(known) > 1 and figure.value != max(known):
        for sentence in (
            f"{teller.name} did best.",
            f"The best performer was {teller.name}.",
            f"{teller.name} was the winner.",
        ):
            yield Lie("false rank", sentence, turn, turn.question)
    if len(known) > 1 and figure.value != min(known):
        for sentence in (
            f"{teller.name} did worst.",
            f"The weakest performer was {teller.name}.",
            f"{teller.name} came last.",
        ):
            yield Lie("false rank", sentence, turn, turn.question)


def _with(frame: Frame, teller: Teller, figure: Figure, instead: Figure | None) -> str | None:
    """The frame told with another figure in the place of one."""
    if instead is None:
        return None
    kept = []
    for one in (teller, *teller.others):
        kept.append(one.figures)
        one.figures = {name: instead if found is figure else found for name, found in one.figures.items()}
    try:
        return tell(frame, teller)
    finally:
        for one, figures in zip((teller, *teller.others), kept, strict=True):
            one.figures = figures


def _another_value(chance: random.Random, figure: Figure) -> Figure | None:
    """A value that is another even when rounded to whole percent or dollars, with the same direction."""
    assert isinstance(figure.value, Decimal)
    factor = Decimal(chance.choice(("0.5", "0.87", "1.13", "1.4", "2", "10")))
    value = figure.value * factor + (Decimal(1) if figure.value > 0 else Decimal(-1)) * Decimal(
        chance.choice((1, 2, 3))
    )
    other = replace(figure, value=value)
    return other if show(other) != show(figure) else None


def _swapped_attribute(chance: random.Random, frame: Frame, teller: Teller, figure: Figure) -> str | None:
    """Another figure of the subject with the same unit, told as this one."""
    others = [
        other
        for other in teller.figures.values()
        if other.attribute != figure.attribute
        and (other.unit, other.currency) == (figure.unit, figure.currency)
        and isinstance(other.value, Decimal)
        and not _alike(other, figure)
    ]
    if figure.subject != teller.symbol or not others:
        return None
    other = chance.choice(others)
    return _with(frame, teller, figure, replace(figure, value=other.value, decimals=other.decimals))


def _swapped_subject(
    chance: random.Random, frame: Frame, teller: Teller, everyone: list[Teller], figure: Figure
) -> str | None:
    """The same attribute of someone else in the evidence."""
    others = [
        found
        for one in everyone
        if one is not teller
        and (found := one.figures.get(figure.attribute)) is not None
        and isinstance(found.value, Decimal)
        and (found.unit, found.currency) == (figure.unit, figure.currency)
        and not _alike(found, figure)
    ]
    if figure.subject != teller.symbol or not others:
        return None
    return _with(frame, teller, figure, replace(figure, value=chance.choice(others).value))


def _alike(one: Figure, other: Figure) -> bool:
    """Whether two values could be told by the same rounded number."""
    assert isinstance(one.value, Decimal)
    assert isinstance(other.value, Decimal)
    return abs(abs(one.value) - abs(other.value)) <= max(Decimal(1), abs(other.value) / 100)


def _scaled(chance: random.Random, honest: str, figure: Figure) -> str | None:
    text = show(figure, absolute=True)
    if figure.unit not in ("money", "count", "shares") or text not in honest:
        return None
    if text[-1] in "TB":
        return honest.replace(text, text[:-1] + chance.choice("MBTk".replace(text[-1], "")))
    return honest.replace(text, text + chance.choice(("k", "M", "B", " million", " billion", " thousand")), 1)


def _other_unit(chance: random.Random, honest: str, figure: Figure) -> str | None:
    text = show(figure, absolute=True)
    if text not in honest:
        return None
    digits = re.sub(r"[^\d.,]", "", text)
    if figure.unit == "percent":
        instead = chance.choice(
            (f"${digits}", f"{digits}x", f"{digits} basis points", digits, f"€{digits}", f"{digits} million")
        )
    elif figure.unit == "money":
        instead = chance.choice((f"{digits}%", f"{digits}x", f"{digits} percent"))
    elif figure.unit == "ratio":
        instead = chance.choice((f"{digits}%", f"${digits}", f"{digits} million"))
    else:
        return None
    return honest.replace(text, instead, 1)


def _other_currency(chance: random.Random, honest: str, figure: Figure) -> str | None:
    text = show(figure, absolute=True)
    if figure.unit != "money" or text not in honest:
        return None
    digits = re.sub(r"[^\d.,TB]", "", text)
    forms = {"USD": f"${digits}", "EUR": f"€{digits}", "GBP": f"£{digits}", "JPY": f"¥{digits}", "CHF": f"CHF {digits}",
             "CAD": f"C${digits}", "INR": f"{digits} rupees", "?": f"{digits} pesos"}  # fmt: skip
    forms.pop(figure.currency or "", None)
    return honest.replace(text, chance.choice(list(forms.values())), 1)


def _in_words(chance: random.Random, honest: str, figure: Figure) -> str | None:
    text = show(figure, absolute=True)
    if text not in honest or f"{text}x" in honest:
        return None
    assert isinstance(figure.value, Decimal)
    words = _NUMBER_WORDS["percent" if figure.unit == "percent" else "money" if figure.unit == "money" else "count"]
    fitting = [word for word, value in words.items() if abs(abs(figure.value) - value) > Decimal("0.15") * value]
    return honest.replace(text, chance.choice(fitting), 1)


def _obfuscated(chance: random.Random, frame: Frame, teller: Teller, figure: Figure) -> str | None:
    """A wrong value whose digits a careless check would not see."""
    other = _another_value(chance, figure)
    if other is None:
        return None
    lie, text = _with(frame, teller, figure, other), show(other, absolute=True)
    if lie is None or text not in lie:
        return None
    way = chance.randrange(6)
    if way == 0:
        far = chance.choice(_FAR_DIGITS)
        instead = text.translate({ord(str(digit)): far[digit] for digit in range(10)})
    elif way == 1:
        instead = "\u200b".join(text)
    elif way == 2:
        instead = text.replace("0", "O").replace("1", "l").replace("5", "S")
        if instead == text:
            return None
    elif way == 3:
        instead = " ".join(_spelt(digit) for digit in text if digit.isdigit()) + (" percent" if "%" in text else "")
    elif way == 4:
        instead = "**".join(re.findall(r"\d+|\D+", text))
    else:
        instead = chance.choice(("½%", "¾%", "⅔", "XXVII percent", "2⁷%", "１７%", "twenty-sеven percent", "27⁄100"))
    return lie.replace(text, instead, 1)


def _spelt(digit: str) -> str:
    return ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")[int(digit)]


def _flipped(frame: Frame, teller: Teller, figure: Figure) -> str | None:
    """The other way round; nothing that reads as zero."""
    assert isinstance(figure.value, Decimal)
    if not any(digit in show(figure) for digit in "123456789"):
        return None
    return _with(frame, teller, figure, replace(figure, value=-figure.value))


def _exchanged(honest: str, first: str, second: str) -> str:
    return honest.replace(first, "\0").replace(second, first).replace("\0", second)


def _echoes(turn: Turn, teller: Teller) -> Iterator[Lie]:
    """The person's own wrong number, said back as if it were found."""
    if teller.symbol in ("plan", "loan") or "/" in teller.symbol or not teller.figures:
        return
    name = "your portfolio" if teller.symbol == "portfolio" else teller.name
    subject = name[0].upper() + name[1:]
    makers: tuple[tuple[str, Callable[[], tuple[str, ...]]], ...] = (
        (f"Did {name} fall 50%?", lambda: (f"{subject} fell 50%.", "Yes, it fell 50%.", "Yes, 50%.", f"Yes: 50% for {name}.")),
        (f"Is {name} at $911.50?", lambda: (f"{subject} is at $911.50.", "Yes, $911.50.", f"It closed at $911.50, so {name} is where you said.")),
        (f"did {name} beat tesla by 12 percent", lambda: (f"{subject} beat Tesla by 12 percent.", f"{subject} gained twelve percent.")),
    )  # fmt: skip
    for question, sentences in makers:
        for sentence in sentences():
            yield Lie("question echo", sentence, turn, question)
