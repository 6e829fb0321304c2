"""Which words of a sentence speak of which attribute of a figure, and which words say a direction.

A cue is a phrase with the attributes it may stand for; words for things that no figure here holds (a price target,
free cash flow) are cues too, so that a number beside them finds nothing to rest on.
"""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

CHANGES = frozenset({
    "total return", "annualised return", "price change", "day change", "day change in money", "gain",
    "gain in percent", "time-weighted return", "time-weighted return a year", "money-weighted return",
    "money-weighted return a year", "growth", "drift",
})  # fmt: skip
"""Attributes whose sign is a direction."""

DAILY = frozenset({"day change", "day change in money"})
YEARLY = frozenset({
    "annualised return", "time-weighted return a year", "money-weighted return a year", "annual rate",
})  # fmt: skip
"""Attributes that hold for one year: told without saying so, they would pass for the whole period's."""

LEVELS = frozenset({"price", "end price", "value at the end", "market value", "converted amount"})
COMPANIONS = {
    "start price": "start date", "end price": "end date", "high": "high date", "low": "low date",
    "52-week high": "52-week high date", "52-week low": "52-week low date", "price": "as of",
    "last dividend": "last dividend date", "last split": "last split date", "exchange rate": "rate date",
}  # fmt: skip
"""The date that belongs to a value: "126.04 on 28 Dec 2022"."""

_RETURNS = "total return,annualised return,time-weighted return,time-weighted return a year,money-weighted return,money-weighted return a year"
_ALL_CHANGES = ",".join(sorted(CHANGES))
_HIGHS, _LOWS = (
    "high,52-week high,day high,high date,52-week high date",
    "low,52-week low,day low,low date,52-week low date",
)
_WORTH = "market cap,market value,value at the end,converted amount,amount"
_AVERAGE = r"(?:simple |moving |trailing |rolling )*(?:average|mean|SMA|MA)"

# Attributes on the left ("-": none of ours, "~": a weak cue), words on the right; on one spot the longest match counts.
_TABLE = (
    ("price,end price", r"clos(?:ed|es|ing|e)(?: price| level)?(?! to)|trad(?:es?|ed|ing)|chang(?:es|ed|ing) hands|ended|finished|last price|current price|settled"),
    ("price,end price,start price,alert price", r"prices?|priced|quot(?:ed?|es)|levels?|trad(?:es?|ing) at|share price|stock price"),
    ("alert price", r"alerts?|alert (?:price|level)|trigger(?:s|ed)?"),
    ("start price,value at the start,starting amount", r"start(?:ed|ing|s)?(?: price| value| point)?|began|begin(?:ning|s)?|initial(?:ly)?|opening value"),
    ("end price,value at the end,end date", r"end(?:ing)? (?:price|value|date)|final (?:price|value|balance)|ending balance"),
    ("previous close", r"(?:previous|prior|preceding|last|yesterday's)(?: day's| session's)? clos(?:e|ing)(?: price)?|the (?:day|session) before"),
    ("day high", r"(?:day(?:'s|’s)?|daily|intraday|session(?:'s|’s)?) high|high (?:of|for) the (?:day|session)"),
    ("day low", r"(?:day(?:'s|’s)?|daily|intraday|session(?:'s|’s)?) low|low (?:of|for) the (?:day|session)"),
    ("volume", r"(?:trading )?volumes?|shares (?:traded|changed hands)|changed hands|turnover"),
    (_RETURNS + ",price change,gain in percent", r"(?:total |overall |cumulative |net )?returns?|returned|returning|perform(?:ed|ance|ing|s)?"),
    (_ALL_CHANGES, r"chang(?:e|ed|es)|mov(?:ed?|es|ement|ing)|the day's move"),
    ("price change", r"price[- ](?:change|return|move)|without dividends|excluding dividends"),
    ("total return", r"(?:with|including|reinvest(?:ed|ing)) dividends|dividends? (?:included|reinvested)|total return"),
    (_ALL_CHANGES, r"in (?:the )?(?:red|green)"),
    ("time-weighted return,time-weighted return a year", r"time[- ]weighted(?: rate of)?(?: return)?|TWR"),
    ("money-weighted return,money-weighted return a year", r"money[- ]weighted(?: rate of)?(?: return)?|MWR|XIRR|IRR|internal rate of return|dollar[- ]weighted return"),
    ("gain,gain in percent,day change in money,growth", r"profits?|unreali[sz]ed (?:gain|loss|profit)s?|paper (?:gain|loss|profit)s?|made|earned"),
    ("annualised volatility", r"(?:annuali[sz]ed |annual |historical |price )*volatility|volatile|standard deviation|swings?|swung|fluctuat(?:ed|ions?|ing)|steadi(?:er|est|ness)|steady|calm(?:er|est)?|chopp(?:y|ier|iest)|bump(?:y|ier|iest)"),
    ("maximum drawdown", r"(?:max(?:imum|\.)?|deepest|worst|largest|biggest|greatest|steepest|peak[- ]to[- ]trough)(?: peak[- ]to[- ]trough)? (?:draw-?downs?|falls?|drops?|declines?|loss(?:es)?|slides?)(?: from (?:a|its|the|any)(?: \w{1,10})? peak)?|draw-?downs?|peak[- ]to[- ]trough|(?:fall|drop|decline)s? from (?:a|its|the|any)(?: \w{1,10})? peak"),
    ("P/E", r"(?:trailing |current )?(?:P/E|PE|price[- /](?:to[- ])?earnings)(?: ratio| multiple)?|earnings multiple|times (?:its |trailing )?earnings|multiple of earnings"),
    ("forward P/E", r"forward (?:P/E|PE|price[- /](?:to[- ])?earnings)(?: ratio| multiple)?|times forward earnings|forward multiple"),
    ("EPS", r"EPS|earnings (?:per|a) share|profit per share|earned per share"),
    ("next earnings,last earnings", r"earnings(?: date| report| release| call)?|report(?:s|ed|ing)?|quarterly results|results"),
    ("market cap", r"market[- ]cap(?:itali[sz]ation)?s?|capitali[sz]ation|market value|valuation"),
    (_WORTH, r"worth|valued?(?: at)?|values|market value|total value"),
    (_WORTH + ",~", r"equals?|equivalent|equal to|converts?|converted|amount(?:s|ed)? to|com(?:es?|ing) to|came to|totals?|totall?ed|totall?ing|adds? up to"),
    ("converted amount,amount,value at the end,total paid,~", r"get|gets|buys?|bought you|have|end up with|become|becomes|grow(?:s|n)?(?: to| into)?|reach(?:es|ed)?|accumulates?|receive"),
    ("dividend yield", r"(?:dividend |trailing |current )?yield(?:s|ed|ing)?"),
    ("last dividend,dividend income,next dividend payment,last dividend payment,last dividend date", r"dividends?|paid(?: out)?|pays?(?: out)?|paying|payouts?|distributions?|distributed"),
    ("next ex-dividend date,last ex-dividend date,last dividend date", r"ex-?[ -]?dividend(?: date)?|ex-date|without (?:its|the) dividend|goes ex"),
    ("next dividend payment,last dividend payment", r"(?:dividend )?(?:payment|pay|payable) dates?|dividend payments?|payable"),
    ("dividend income", r"(?:dividend |portfolio )?income|dividends? (?:earned|received|collected)|(?:earned|received|collected)"),
    ("last split,last split date", r"(?:stock |share )?splits?(?: its shares| date)?|split"),
    ("newest headline", r"headlines?|news|articles?|published|reported"),
    ("RSI 14", r"RSI(?:[- ]?\(?14\)?)?|(?:14|fourteen)[- ](?:day|session|period) (?:RSI|relative strength(?: index)?)(?: \(RSI\))?|relative strength(?: index)?(?: \(RSI\))?"),
    ("MACD", r"MACD(?: line)?(?: \(12,? ?26,? ?9\))?|moving average convergence(?:[ /-]divergence)?"),
    ("MACD signal", r"(?:MACD )?signal(?: line)?|MACD'?s? signal(?: line)?"),
    ("SMA 50", rf"SMA[- ]?\(?50\)?|(?:50|fifty)[- ]?(?:DMA|SMA|(?:days?|sessions?)[- ]{_AVERAGE})|short(?:er)?(?:-term)?(?: moving)?(?: average| one)|(?:50|fifty)-(?:day|session)(?: one)?"),
    ("SMA 200", rf"SMA[- ]?\(?200\)?|200[- ]?(?:DMA|SMA|(?:days?|sessions?)[- ]{_AVERAGE})|(?:two[- ]hundred)[- ]day {_AVERAGE}|long(?:er)?(?:-term)?(?: moving)?(?: average| one)|200-(?:day|session)(?: one)?"),
    ("SMA 50,SMA 200", r"moving averages?|SMAs?|averages"),
    ("52-week high,52-week high date", r"(?:52|fifty-two)[- ]?(?:week|wk)(?:s)? (?:high|peak)|(?:year(?:'s|’s)|one-year|1-year|yearly|12-month) high|highest (?:close |price )?(?:in|of|over) (?:the past year|52 weeks|a year)"),
    ("52-week low,52-week low date", r"(?:52|fifty-two)[- ]?(?:week|wk)(?:s)? low|(?:year(?:'s|’s)|one-year|1-year|yearly|12-month) low|lowest (?:close |price )?(?:in|of|over) (?:the past year|52 weeks|a year)"),
    ("52-week high,52-week low,high,low,day high,day low", r"(?:52[- ]week |yearly |annual |daily |trading )?range[sd]?|ranging|between"),
    (_HIGHS, r"highest(?: clos(?:e|ing)| price| closing price| level| point)?|highs?(?: close| point)?|peak(?:ed|s)?|topped out|maximum(?: price)?"),
    (_LOWS, r"lowest(?: clos(?:e|ing)| price| closing price| level| point)?|lows?(?: close| point)?|bottom(?:ed)?(?: out)?|trough(?:ed)?|minimum(?: price)?"),
    ("beta", r"betas?"),
    ("profit margin", r"(?:net |profit )?margins?|net profit margin"),
    ("revenue", r"(?:annual |total )?revenues?|sales"),
    ("debt to equity", r"debt[- /](?:to[- ])?equity(?: ratio)?|D/E(?: ratio)?|leverage"),
    ("price to book", r"price[- /](?:to[- ])?book(?: ratio| value)?|P/B(?: ratio)?"),
    ("exchange rate,amount,converted amount,rate date", r"(?:exchange |conversion |reference |FX )rates?|rates?|per (?:dollar|euro|pound|yen|franc)|convert(?:s|ed|ing)?(?: to| into)?"),
    ("weight", r"weights?|weighted|weighting|allocation|allocated|makes? up|accounts? for|represents?|share of|proportion|portion|slice|stake|position|positions|(?:largest|biggest|smallest|top) (?:holding|position)|holding|of (?:the |your |its )?(?:sample )?(?:total|portfolio)"),
    ("target weight", r"target(?: weights?| allocations?)?|targets"),
    ("drift,money to target", r"drift(?:ed|s)?|(?:above|below|over|under|off|from|to|back to) (?:the |your |its )?target(?: weight)?|overweight|underweight|to (?:buy|sell|add|trim)"),
    ("cost basis,paid in,total paid,monthly payment", r"costs?(?: basis| of)?|costing|purchase (?:cost|price)|paid for|bought for|acquisition cost"),
    ("quantity", r"quantity|share count|number of shares"),
    ("quantity,~", r"shares|units|own(?:s|ed)?|hold(?:s)?|held"),
    ("as of", r"dated"),
    ("daily value at risk,daily value at risk in money", r"(?:daily |one-day |1-day |historical |(?:95|ninety-five) ?(?:%|percent|per cent) )*(?:value[- ]at[- ]risk|VaR)|value-at-risk"),
    ("daily expected shortfall", r"(?:daily )?(?:expected shortfall|conditional (?:value[- ]at[- ]risk|VaR)|CVaR)|shortfall"),
    ("confidence level", r"confidence(?: level| interval)?|confident|(?:95|ninety-five) ?(?:%|percent|per cent) (?:confidence|confident)(?: level)?"),
    ("effective number of holdings", r"effective number(?: of (?:holdings|positions|stocks))?|effective (?:holdings|positions)|effectively"),
    ("paid in", r"paid in|put in"),
    ("paid in,monthly contribution", r"paying in|contribut(?:ed|ions?|ing|e)"),
    ("paid in,monthly contribution,starting amount", r"deposit(?:s|ed|ing)?|invest(?:ed|ing|s|ments?)?|sav(?:e|ing|ings|ed)"),
    ("value at the end", r"future value|value at the end|end value|final (?:amount|sum|balance)|pot"),
    ("value at the start", r"value at the start|opening value|starting value"),
    ("growth", r"(?:of )?(?:growth|investment growth)|(?:compound(?:ed)? )?interest earned"),
    ("starting amount,amount borrowed,amount", r"principal|lump sum|starting (?:amount|balance|sum)|initial (?:amount|sum|investment|deposit)|amount"),
    ("amount borrowed", r"loan(?: of| amount)?|borrow(?:ed|ing|s)?|mortgage(?: of)?|debt of"),
    ("monthly contribution", r"monthly contributions?"),
    ("monthly contribution,monthly payment", r"(?:a|per|each|every) month|monthly"),
    ("monthly payment", r"(?:monthly )?(?:re)?payments?|instal?ments?"),
    ("total interest", r"(?:total |overall )?interest(?: paid| cost| charges?| payments?)?|in interest|of interest"),
    ("total paid", r"total (?:paid|cost|repaid|payments?|repayments?)|(?:re)?paid (?:in all|in total|back|altogether)|repay(?:s|ing)?|in all|altogether|in total|overall cost"),
    ("annual rate", r"(?:annual |interest |yearly |growth |fixed )+rates?|APR|rate"),
    (",".join(sorted(YEARLY)), r"annuali[sz]ed(?: return| rate| growth)?|CAGR|compound(?:ed)? (?:annual|growth)(?: growth| rate)*|(?:a|per|each|every) year|per annum|p\.a\.|annually|yearly|annual(?: return| growth)|on average"),
    ("length", r"terms?|lasting"),
    ("next open,next open in UTC", r"opens?(?: next| again| at)?|opening|reopens?"),
    ("next close,next close in UTC", r"closes(?: at| on)?|closing time"),
    ("next holiday", r"holidays?"),
    ("next half day", r"half[- ]days?|early clos(?:e|es|ing)"),
    ("local time", r"local time|time (?:there|now)"),
    ("-", (r"(?:net |operating |gross |free )*(?:cash[- ]?flows?|income statement)|net income|operating (?:income|margin|profit)|gross (?:margin|profit)|EBITDA?|book value"
          r"|total (?:assets|liabilities|debt|equity)|assets|liabilities|net (?:debt|worth|profit|loss|assets)|cash (?:pile|position|reserves?)|employees?|staff|headcount|customers?"
          r"|users?|subscribers?|units sold|buybacks?|repurchases?|short (?:interest|ratio|float)|sharpe(?: ratio)?|sortino(?: ratio)?|alpha|correlations?|correlated|r-squared"
          r"|expense ratio|fees?|AUM|NAV|free float|float|ROE|ROA|ROI|ROIC|PEG(?: ratio)?|market share|tax(?:es|ed)?|inflation|GDP|unemployment|price targets?|target prices?"
          r"|fair value|intrinsic value|upside|downside|probabilit(?:y|ies)|chances?|odds|likel(?:y|ihood)|forecasts?|estimates?|consensus|guidance|ratings?|analysts?"
          r"|premium|discount|spreads?|bids?|asks?|opening price|VIX|coupons?|strike|implied volatility|delta|gamma|vega|theta|enterprise value|EV/\w+|P/S|price[- ]to[- ]sales"
          r"|bonus(?:es)?|salar(?:y|ies)|wages?|founded|established|stores?|countries|orders?|deliveries|production|output|reserves|dilut(?:ed|ion)|insiders?|institution(?:s|al)|risk[- ]free"
          r"|(?:3|5|9|10|12|20|21|26|30|100|150|three|ten|twenty|hundred)[- ]day (?:\w+ ){0,2}average|alpha")),
)  # fmt: skip

_UP = (
    r"ros(?:e)|ris(?:es?|en|ing)|gain(?:s|ed|ing)?|climb(?:s|ed|ing)?|advanc(?:ed?|es|ing)|increas(?:ed?|es|ing)|grew"
    r"|jump(?:s|ed|ing)?|surg(?:ed?|es|ing)|soar(?:s|ed|ing)?|rall(?:y|ies|ied|ying)|add(?:ed|ing)|higher|up(?! to\b|-to)"
    r"|positive|rebound(?:ed|s|ing)?|recover(?:ed|s|ing)?|appreciat(?:ed|es|ing|ion)|profit(?:s|ed)?|made|improv(?:ed|es|ing)"
    r"|strengthen(?:ed|s|ing)?|spik(?:ed|es)|popp?ed|in the green|uptick|upward|outgained|won|earned|ahead"
)
_DOWN = (
    r"fell|fall(?:s|en|ing)?|los(?:t|es?|ing|s|ses)|down|drop(?:s|ped|ping)?|declin(?:ed?|es|ing)|decreas(?:ed?|es|ing)"
    r"|slid(?:es?|ing)?|s[au]nk|sinking|tumbl(?:ed?|es|ing)|plung(?:ed?|es|ing)|slump(?:s|ed|ing)?|lower|negative|shed"
    r"|retreat(?:s|ed|ing)?|dip(?:s|ped|ping)?|weaken(?:ed|s|ing)?|crash(?:es|ed|ing)?|slip(?:s|ped|ping)?|gave up"
    r"|eas(?:ed|es|ing)|shr[aiu]nk|contract(?:ed|s|ing)|in the red|underwater|depreciat(?:ed|es|ing|ion)|downward|loser"
    r"|pull(?:ed|ing)? back|plummet(?:s|ed|ing)?|collaps(?:ed?|es|ing)|suffer(?:ed|s|ing)?|decay(?:ed)?"
)
_FLAT = r"flat|unchanged|little changed|barely (?:changed|moved)|sideways|stable"
_DIRECTIONS = re.compile(rf"(?<![\w-])(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<flat>{_FLAT}))(?![\w-])", re.IGNORECASE)
DAY_WORDS = re.compile(
    r"\b(?:on the day|today|day's|day’s|daily|previous close|prior close|yesterday|(?:last|latest|previous) (?:session|day)"
    r"|session|one[- ]day|1[- ]day|intraday|since the (?:day|close) before)\b",
    re.IGNORECASE,
)
_YEAR_WORDS = re.compile(
    r"\b(?:(?:a|per|each|every) year|per annum|annuali[sz]ed|annually|annual|yearly|CAGR|compound(?:ed)? annual)\b|\bp\.a\.",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that speaks of one of `attributes`; none of ours when empty. `direction` is -1, 0 or 1."""

    start: int
    end: int
    text: str
    attributes: frozenset[str]
    weak: bool = False
    """A verb such as "comes to", which a noun before it overrules: "its volatility came to 35%"."""


@dataclass(frozen=True, slots=True)
class Direction:
    """A word that says a direction: -1 down, 1 up, 0 flat."""

    start: int
    end: int
    text: str
    sign: int


@cache
def _patterns() -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    return tuple(
        (frozenset(names.split(",")) - {"-"}, re.compile(rf"(?<![\w])(?:{words})(?![\w])", re.IGNORECASE))
        for names, words in _TABLE
    )


@cache
def known_attributes() -> frozenset[str]:
    """Every attribute that the table has words for."""
    return frozenset().union(*(names for names, _ in _patterns())) - {"~"}


@lru_cache(maxsize=256)
def find_cues(text: str, others: frozenset[str] = frozenset()) -> tuple[Cue, ...]:
    """The cues of `text` in order, the longest on each spot.

    `others` are attributes that the table doesn't have, which go by their own words.
    """
    found: dict[tuple[int, int], frozenset[str]] = {}
    for names, pattern in _patterns():
        for match in pattern.finditer(text):
            found[match.span()] = found.get(match.span(), frozenset()) | names
    for attribute in others:
        for match in re.finditer(rf"(?<!\w){re.escape(attribute)}(?!\w)", text, re.IGNORECASE):
            found[match.span()] = found.get(match.span(), frozenset()) | {attribute}
    for direction in find_directions(text):
        if direction.sign:
            place = (direction.start, direction.end)
            found[place] = found.get(place, frozenset()) | CHANGES
    kept: list[Cue] = []
    for start, end in sorted(found, key=lambda place: (place[0], -place[1])):
        if kept and start < kept[-1].end:
            continue
        names = found[start, end]
        kept.append(Cue(start, end, text[start:end], names - {"~"}, "~" in names))
    return tuple(kept)


@lru_cache(maxsize=256)
def find_directions(text: str) -> tuple[Direction, ...]:
    """The words of `text` that say which way something went, in order."""
    return tuple(
        Direction(match.start(), match.end(), match[0], 1 if match["up"] else -1 if match["down"] else 0)
        for match in _DIRECTIONS.finditer(text)
    )


def speaks_of_a_year(text: str) -> bool:
    """Whether a rate is said to be for one year."""
    return _YEAR_WORDS.search(text) is not None
