"""How company names and the words people type are made comparable."""

from __future__ import annotations

import re
import unicodedata

MAX_QUERY_CHARACTERS = 80
"""No listed name is longer; anything beyond is not a name."""

LEGAL_FORMS = frozenset(
    "ab ag as asa bhd bv co com company companies corp corporation cv de gmbh holding holdings inc incorporated kgaa "
    "kk limited llc llp lp ltd mn na nv nyse oyj oy plc pte sa sab sarl se sgps spa".split()
)
"""Endings that say how a company is registered, not what it is called."""

ABOUT_THE_SHARE = frozenset(
    "stock stocks share shares equity ticker symbol price prices quote chart company companies etf fund index".split()
)
"""Words beside a name that say which thing of the company is meant."""

_TRAILING_NOISE = frozenset(["and", "group", "the", "adr", "ads", "new"])
REGISTRATION_NOTE = re.compile(r"\s*[/\\][A-Za-z .]{2,12}[/\\]?\s*$|\s*\([^)]*\)\s*$")
"""What the SEC writes after a name: "/DE/", "/NEW", "(The)"."""

_INITIALS = re.compile(r"\b((?:[a-z]\.)+[a-z])\b", re.IGNORECASE)
_APOSTROPHES = str.maketrans("", "", "'’‘`´")
_WORD = re.compile(r"[a-z0-9]+")


def comparable(text: str) -> str:
    """`text` in lower-case ASCII words: accents folded, apostrophes dropped, "&" and "+" read as "and".

    A letter of another alphabet is kept out of the words, so a look-alike never equals a Latin name:
    text with any such letter compares as "".
    """
    folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    letters = letters.replace("ß", "ss").replace("ø", "o").replace("Ø", "O").replace("æ", "ae").replace("Æ", "AE")
    if any(ord(character) > 127 and character.isalnum() for character in letters):
        return ""
    letters = _INITIALS.sub(lambda match: match.group(1).replace(".", ""), letters)
    letters = letters.replace("&", " and ").replace("+", " and ")
    return " ".join(_WORD.findall(letters.lower()))


def name_key(name: str) -> str:
    """The words a company is known by: `comparable`, without a leading "the", registration notes and legal forms.

    "COSTCO WHOLESALE CORP /NEW" → "costco wholesale"; "The Coca-Cola Company" → "coca cola";
    "Merck & Co., Inc." → "merck". A name made of nothing else keeps its words ("Limited" → "limited").
    """
    words = comparable(REGISTRATION_NOTE.sub("", name)).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in LEGAL_FORMS or kept[-1] in _TRAILING_NOISE):
        kept.pop()
    # "N V", "S A", "A S": legal forms spelt with blanks.
    while len(kept) > 2 and kept[-2] + kept[-1] in LEGAL_FORMS and len(kept[-1]) == len(kept[-2]) == 1:
        kept = kept[:-2]
    return " ".join(kept)


def spoken_name(name: str) -> str:
    """How people say a company's name: `name_key` in the name's own letters ("The Coca-Cola Company" → "Coca-Cola")."""
    words = REGISTRATION_NOTE.sub("", name).split()
    if len(words) > 1 and words[0].lower() == "the":
        words = words[1:]
    while len(words) > 1 and _is_noise(words[-1]):
        words.pop()
    return " ".join(words).rstrip(",") or name


def _is_noise(word: str) -> bool:
    plain = comparable(word)
    return plain in LEGAL_FORMS or plain in ("and", "adr", "ads", "new")
