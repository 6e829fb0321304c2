"""Stock exchanges, by the ISO 10383 market identifier that `exchange_calendars` knows them by."""

from __future__ import annotations

import re

from tools.parsing.phrase import plain_ascii, without_accents
from tools.parsing.typos import Spelling

# Identifier, name to show, what people call it: names, cities, countries, and the indices that stand for it.
# An indented line goes on with the one above.
_TABLE = """
XNYS|New York Stock Exchange|nyse|new york stock exchange|new york|wall street|wall st|ny|nyc|dow|dow jones|djia|
    s&p|s&p 500|sp500|s&p500|snp|us|the us|u.s.|usa|u.s.a.|america|united states|american|amex|big board|the states|
    russell 2000
XNAS|Nasdaq|nasdaq|nasdaq 100|nasdaq composite|nasdaq-100|qqq
XTSE|Toronto Stock Exchange|tsx|toronto|toronto stock exchange|canada|canadian
XMEX|Mexican Stock Exchange|bmv|bolsa mexicana de valores|bolsa mexicana|mexico|mexico city|
    mexican|mexican stock exchange|ipc mexico
BVMF|B3 (São Paulo)|b3|brazil|brazilian|sao paulo|bovespa|ibovespa|bmf bovespa
XBUE|Buenos Aires Stock Exchange|argentina|buenos aires|merval|argentine|argentinian
XSGO|Santiago Stock Exchange|chile|santiago|bolsa de santiago|chilean|ipsa
XBOG|Colombia Securities Exchange|colombia|bogota|colombian
XLIM|Lima Stock Exchange|peru|lima|peruvian
XLON|London Stock Exchange|lse|london|london stock exchange|uk|u.k.|united kingdom|britain|great britain|england|
    ftse|ftse 100|ftse100|footsie|british|aim
XDUB|Euronext Dublin|dublin|ireland|euronext dublin|irish|iseq|irish stock exchange
XPAR|Euronext Paris|paris|france|euronext paris|cac|cac 40|cac40|french|euronext|paris bourse
XAMS|Euronext Amsterdam|amsterdam|netherlands|the netherlands|holland|euronext amsterdam|aex|dutch
XBRU|Euronext Brussels|brussels|belgium|euronext brussels|bel 20|bel20|belgian
XLIS|Euronext Lisbon|lisbon|portugal|euronext lisbon|psi 20|psi20|portuguese
XETR|Xetra|xetra|germany|dax|dax 40|dax40|german|deutsche boerse|deutsche borse|xetra dax|mdax
XFRA|Frankfurt Stock Exchange|frankfurt|frankfurt stock exchange|fse|fwb
XSWX|SIX Swiss Exchange|six|swiss exchange|six swiss exchange|six zurich|six swiss|
    swiss stock exchange|switzerland|zurich|swiss|smi|swiss market index
XMIL|Borsa Italiana|milan|milano|italy|borsa italiana|ftse mib|mib|italian|borsa
XMAD|Bolsa de Madrid|madrid|spain|ibex|ibex 35|ibex35|spanish|bolsa de madrid|bme
XSTO|Nasdaq Stockholm|stockholm|sweden|nasdaq stockholm|omx|omxs30|omx stockholm|swedish|stockholm stock exchange
XCSE|Nasdaq Copenhagen|copenhagen|denmark|nasdaq copenhagen|danish|omxc25|omx copenhagen
XHEL|Nasdaq Helsinki|helsinki|finland|nasdaq helsinki|finnish|omx helsinki
XOSL|Oslo Børs|oslo|norway|oslo bors|oslo stock exchange|norwegian|obx|ose
XICE|Nasdaq Iceland|iceland|reykjavik|icelandic|nasdaq iceland
XWBO|Vienna Stock Exchange|vienna|austria|atx|austrian|vienna stock exchange|wien|wiener borse|wiener boerse
XWAR|Warsaw Stock Exchange|warsaw|poland|wig20|wig 20|polish|gpw|warsaw stock exchange
XPRA|Prague Stock Exchange|prague|czech republic|czechia|czech|prague stock exchange
XBUD|Budapest Stock Exchange|budapest|hungary|hungarian|budapest stock exchange
XBSE|Bucharest Stock Exchange|bucharest|romania|romanian|bvb|bucharest stock exchange
ASEX|Athens Stock Exchange|athens|greece|greek|athex|athens stock exchange
XIST|Borsa Istanbul|istanbul|borsa istanbul|turkish|bist|bist 100|turkiye
XMOS|Moscow Exchange|moscow|russia|moex|russian|moscow exchange
XTAE|Tel Aviv Stock Exchange|tel aviv|israel|tase|israeli|tel aviv stock exchange
XSAU|Saudi Exchange|saudi arabia|riyadh|tadawul|saudi|saudi exchange
XJSE|Johannesburg Stock Exchange|jse|johannesburg|south africa|south african|johannesburg stock exchange|joburg
XTKS|Tokyo Stock Exchange|tokyo|japan|tokyo stock exchange|jpx|nikkei|nikkei 225|nikkei225|topix|japanese
XHKG|Hong Kong Stock Exchange|hong kong|hongkong|hkex|hong kong stock exchange|hang seng|hsi|hk|hkse|
    hong kong exchange
XSHG|Shanghai Stock Exchange|shanghai|china|shanghai stock exchange|sse|shanghai composite|chinese|csi 300|csi300|
    mainland china
XTAI|Taiwan Stock Exchange|taiwan|taipei|taiwan stock exchange|twse|taiex|taiwanese
XKRX|Korea Exchange|seoul|korea|south korea|krx|kospi|korea exchange|korean|south korean|kosdaq
XBOM|Bombay Stock Exchange|bombay|mumbai|india|bse|bombay stock exchange|sensex|nifty|nifty 50|nifty50|nse|indian|
    national stock exchange of india
XSES|Singapore Exchange|singapore|sgx|singapore exchange|singapore stock exchange|straits times|sti|
    straits times index|singaporean
XKLS|Bursa Malaysia|malaysia|kuala lumpur|bursa malaysia|klse|klci|malaysian|kl
XBKK|Stock Exchange of Thailand|thailand|bangkok|stock exchange of thailand|thai
XIDX|Indonesia Stock Exchange|indonesia|jakarta|idx|indonesia stock exchange|indonesian|jakarta composite
XPHS|Philippine Stock Exchange|philippines|the philippines|manila|philippine stock exchange|psei|philippine
XKAR|Pakistan Stock Exchange|pakistan|karachi|psx|pakistan stock exchange|kse 100|pakistani
XASX|Australian Securities Exchange|asx|australia|sydney|asx 200|asx200|australian|australian securities exchange|
    aussie|australian stock exchange|oz
XNZE|New Zealand Exchange|nzx|new zealand|auckland|wellington|nzx 50|kiwi|nz
"""

EXCHANGE_NAMES: dict[str, str] = {}
"""Market identifier → the name to show."""

_EXCHANGES: dict[str, str] = {}
for _line in _TABLE.strip().replace("\n    ", "").splitlines():
    _mic, _name, *_words = _line.split("|")
    EXCHANGE_NAMES[_mic] = _name
    _EXCHANGES.update(dict.fromkeys((_mic.lower(), *_words), _mic))

# English words, places' own words, or words for people: they name an exchange only with a tail ("Dutch market").
_ONLY_WITH_TAIL = frozenset(
    {"us", "six", "aim", "kiwi", "aussie", "swiss", "french", "german", "british", "american", "japanese", "chinese",
     "indian", "canadian", "australian", "dutch", "italian", "spanish", "swedish", "danish", "finnish", "norwegian",
     "icelandic", "austrian", "polish", "czech", "hungarian", "romanian", "greek", "turkish", "russian", "israeli",
     "saudi", "south african", "taiwanese", "korean", "south korean", "singaporean", "malaysian", "thai",
     "indonesian", "philippine", "pakistani", "mexican", "brazilian", "argentine", "argentinian", "chilean",
     "colombian", "peruvian", "irish", "belgian", "portuguese", "ny", "sti", "ose", "borsa"}
)  # fmt: skip
_TAILS = (" stock exchange", " stock market", " stock markets", " markets", " market", " exchange", " bourse",
          " stocks", " session", " trading", " index", " equities")  # fmt: skip
EXCHANGE_SPELLING = Spelling(
    (*_EXCHANGES, *_TAILS, "the 's"),
    # Short names and codes are a slip away from too many words.
    exact={word for name in _EXCHANGES for word in name.split() if len(word) <= 4} - {"hong", "kong", "york", "wall"},
)
_IN_CAPITALS = frozenset({"US", "SIX", "AIM", "NY", "STI", "OSE"})


def parse_exchange(text: str) -> str | None:
    """The market identifier of the exchange that the whole of `text` names: "NYSE", "tokyo", "the German market".

    A country's main exchange stands for the country, and an index for its exchange. None for anything else;
    "TSE" alone too, which is both Tokyo and Toronto.
    """
    whole = EXCHANGE_SPELLING.corrected(plain_ascii(without_accents(text)), text)
    if not whole:
        return None
    for phrase in (whole, whole.removeprefix("the ")):
        if phrase in _EXCHANGES and (phrase not in _ONLY_WITH_TAIL or text.strip() in _IN_CAPITALS):
            return _EXCHANGES[phrase]
    for tail in _TAILS:
        if phrase.endswith(tail):
            return _EXCHANGES.get(phrase[: -len(tail)].removesuffix("'s"))
    return None


def read_exchange(text: str) -> str | None:
    """The market identifier of what `text`, said to be an exchange, names: there "us" needs no "market" after it."""
    return parse_exchange(text) or parse_exchange(f"{text} market")


_WITHOUT_HOURS = (
    "abu dhabi|accra|algiers|almaty|amman|bahrain|baku|bangladesh|barbados|beirut|belgrade|botswana|cairo|caracas"
    "|casablanca|colombo|costa rica|croatia|cyprus|damascus|dar es salaam|dhaka|doha|dubai|ecuador|egypt|estonia|ghana"
    "|hanoi|harare|ho chi minh(?: city)?|iran|iraq|jamaica|jordan|kampala|kazakhstan|kenya|kuwait|kyiv|lagos|latvia"
    "|lebanon|lithuania|ljubljana|luxembourg|lusaka|malta|manama|mauritius|mongolia|montevideo|morocco|muscat|nairobi"
    "|namibia|nigeria|oman|panama|qatar|quito|riga|rwanda|saigon|serbia|shenzhen|slovenia|sofia|sri lanka|tallinn"
    "|tanzania|tehran|the uae|tunis|tunisia|uae|uganda|ukraine|uruguay|venezuela|vietnam|vilnius|zagreb|zambia|zimbabwe"
)
_UNKNOWN = re.compile(
    r"\b(?P<proper>(?!(?:The|And|Is|Stock|Will|Which|What|When|Does)\b)[A-Z][\w-]+(?: [A-Z][\w-]+)? Exchange"
    r"|(?:Boursa|Bolsa de|Bourse de) [A-Z][a-z]+)\b"
    rf"|\b(?P<place>(?i:{_WITHOUT_HOURS}))\b"
    r"|\b(?!(?:the|a|my|stock|which|this|that|is|on|an|every|any|foreign|what)\b)(?P<said>[A-Z][a-z]+|[a-z]{4,})"
    r" (?:[Ss]tock )?(?:exchange|bourse)\b"
)


def find_unknown_exchange(text: str) -> str | None:
    """A place of `text` that has an exchange whose hours nobody here knows: it must not be taken for New York."""
    match = _UNKNOWN.search(text)
    return match and (match["place"] or match["proper"] or match["said"])
