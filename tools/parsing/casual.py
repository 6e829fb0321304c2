"""Short and casual forms of words, and the sounds of speech: one plain way to write what is typed in many."""

from __future__ import annotations

import re

FULL_FORMS = {
    "wat's": "what is", "wot": "what", "whatre": "what are", "whys": "why is",
    "wat": "what", "wut": "what", "whats": "what is", "wats": "what is", "what's": "what is", "wuts": "what is",
    "whens": "when is", "when's": "when is", "wen": "when", "hows": "how is", "how's": "how is", "whos": "who is",
    "who's": "who is", "wheres": "where is", "where's": "where is", "why's": "why is",
    "it's": "it is", "im": "i am", "i'm": "i am", "ive": "i have", "i've": "i have", "i'd": "i would", "i'll": "i will",
    "that's": "that is", "thats": "that is", "there's": "there is", "theres": "there is", "they're": "they are",
    "you're": "you are", "u": "you", "ur": "your", "r": "are", "y": "why", "w": "with", "n": "and", "&": "and",
    "dont": "do not", "don't": "do not", "doesn't": "does not", "doesnt": "does not", "isn't": "is not",
    "isnt": "is not", "gonna": "going to", "goin": "going", "wanna": "want to", "gotta": "have to", "lemme": "let me",
    "gimme": "give me", "lmk": "let me know", "rn": "right now", "atm": "right now", "bout": "about", "abt": "about",
    "pls": "please", "plz": "please", "shld": "should", "wich": "which", "dat": "that", "dis": "this", "da": "the",
    "divi": "dividend", "divis": "dividends", "divvy": "dividend", "divvies": "dividends", "divs": "dividends",
    "div": "dividend", "wtf": "what", "tha": "the",
    "thru": "through", "tho": "though", "cuz": "because", "cos": "because", "coz": "because", "cus": "because",
    "ppl": "people", "dunno": "do not know", "kinda": "kind of", "sorta": "sort of", "cant": "can not",
    "can't": "can not", "cannot": "can not", "wont": "will not", "won't": "will not", "didnt": "did not",
    "didn't": "did not", "wasnt": "was not", "wasn't": "was not", "hasnt": "has not", "hasn't": "has not",
    "havent": "have not", "haven't": "have not", "aint": "is not", "ain't": "is not", "wouldnt": "would not",
    "wouldn't": "would not", "couldnt": "could not", "couldn't": "could not", "shouldnt": "should not",
    "shouldn't": "should not", "arent": "are not", "aren't": "are not", "we're": "we are", "we've": "we have",
    "i'ma": "i am going to", "imma": "i am going to", "ya": "you", "yall": "you", "tmrw": "tomorrow", "tmr": "tomorrow",
    "prolly": "probably", "mkt": "market", "mkts": "markets", "px": "price", "perf": "performance", "chg": "change",
    "thx": "thanks", "thnx": "thanks", "ty": "thanks", "wots": "what is", "whatcha": "what are you",
    "tonite": "tonight",
}  # fmt: skip
_WORD = re.compile(r"(?<![\w&'/])[a-z]+(?:'[a-z]+)?(?![\w&/]|-[a-z])|(?<!\S)&(?!\S)")
"""Nothing of "R&D" and "w/o"."""
_AN_FOR_AND = re.compile(
    r"\b(?:an|nd) (?=(?:what|how|when|where|who|which|why|show|list|also|is|are|did|does|then|the|any|my|tell|give"
    r"|put|add)\b)"
)
"""What can stand before no such word but in place of "and"."""
_SOUNDS = re.compile(r"(?<![\w'])(?:um+|uh+|uhm+|erm*|hm+)(?![\w'])[,.]* ?")


def in_full(text: str) -> str:
    """Plain small-letter `text`, its short and casual forms in full: "whats up w u" → "what is up with you"."""
    return _AN_FOR_AND.sub("and ", _WORD.sub(lambda match: FULL_FORMS.get(match[0], match[0]), text))


def without_sounds(text: str) -> str:
    """Small-letter `text` without the sounds that fill a pause."""
    return _SOUNDS.sub("", text)
