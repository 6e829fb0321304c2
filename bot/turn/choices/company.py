"""What asks about one listing, and for which side of it: the first that is asked for is meant."""

from __future__ import annotations

from bot.turn.choices.cues import WORDS, Cue, compiled

WORDS |= {
    "figure": r"(?:revenues?|turnover|eps|earnings per share|p ?/ ?e|pe ratio|price.to.(?:earnings|book|sales)"
    r"|book value"
    r"|market cap\w*|(?:profit )?margins?|net income|free cash flow|debt.to.equity|balance sheet|return on equity|roe"
    r"|dividend yield|payout ratio|valuation|fundamentals|peg ratio|ebitda|multiple)",
    "gauge": r"(?:rsi|macd|chart (?:setup|signals?|indicators?)|moving averages?|sma|ema|bollinger|oversold"
    r"|overbought|technicals?|golden cross|death cross)",
}

COMPANY = (
    Cue(
        "compare_performance",
        "two",
        compiled(
            r"\bcompar\w+\b.*\b<it>",
            r"\bside by side\b",
            r"\bNAME\b.{0,30}\b(?:vs\.?|versus|up against|next to|relative to|compared (?:to|with))\b.{0,30}\bNAME\b",
            r"\bwhich (?:one )?(?:was|is|has|had|did|does|do|of the (?:two|NUMBER)) <wait>(?:more|less|better|best"
            r"|worse|worst|higher|most"
            r"|deeper|deepest|bigger|stronger|ahead|steadier|steadiest|smoother|riskier|safer|won|beat|grown"
            r"|volatile)\b",
            r"\bdid <it> (?:\w+ )?(?:beat|smoke|outperform|outrun|crush|trail|lag|underperform|outdo|top) <it>",
            r"\bwho (?:came out|comes out|came|is|was) (?:ahead|on top|first|better)\b",
            r"\b(?:outperform|underperform|beat)\w*\b.*\bNAME\b.*\bNAME\b",
        ),
        compiled(
            r"\b(?:earlier|p/e|cheaper|valuation|yield\w*|price at|dividends?|moving average|news|market cap"
            r"|revenues?)\b"
        ),
    ),
    Cue(
        "find_symbol",
        "some",
        compiled(
            r"\b(?:ticker|ticker symbol|stock symbol|symbols?|stock code) (?:\w+ )?(?:of|for|on) <it>",
            r"\b(?:what|which) (?:is )?(?:the )?(?:ticker|symbol)\b.*\bNAME",
            r"\bNAME(?: 's)? (?:ticker|symbol)\b",
            r"\b(?:ticker|symbol),? NAME",
            r"\bNAME\b.*\bsymbols\b.*\bwhat are they\b",
            r"\bwhat (?:does|do|is) NAME (?:trade|traded|trades|trading|listed|list) (?:under|as)\b",
            r"\bwho (?:is|are) NAME(?: ?[?.,!]|$| please| again)",
            r"\bNAME\W.*\b(?:which|what) (?:company|business|firm|one|corporation|fund|etf|stock) is"
            r" (?:that|it|this)\b",
            r"\bwhose (?:ticker|symbol) is (?:that|this|it)\b",
            r"\bNAME\W.*\bwho (?:are they|is that|is it|is this)\b",
            r"\bwhich (?:company|business|firm|stock) (?:is|hides behind|trades (?:as|under)|goes by|uses) <it>",
            r"\bwhat (?:is|does) NAME (?:stand for|short for)\b",
        ),
        compiled(r"\b(?:quotes?|price|chemical)\b"),
    ),
    Cue(
        "get_news",
        "some",
        compiled(
            r"\b(?:news|headlines?|press coverage) (?:\w+ )?(?:on|about|from|regarding|for|around|of) <it>",
            r"\bNAME(?: 's)? (?:news|headlines?)\b",
            r"\bany (?:\w+ )?(?:news|headlines)$|^ ?(?:news|headlines)$",
            r"\b(?:any|been|anything|what is|are they) (?:\w+ ){0,2}(?:in|on) the (?:news|headlines|papers|press)\b",
            r"\b(?:word|notices?|scoop|tea|gossip|buzz|chatter|rumou?rs?|lowdown|latest|updates?|stories|coverage)"
            r" (?:on|about|around|from|regarding|concerning|with) <it>",
            r"\b(?:going on|goes on|happening|happened|the deal|cooking) (?:with|at|to|over at) <it>",
            r"\bwhat is (?:up|new) (?:with|at) <it>",
            r"\b(?:written|said|saying|reported|published|posted) (?:about|on) <it>",
            r"\bwhy (?:is|did|has|are|was|does|have) <it> (?:\w+ ){0,2}(?:<rise>|<fall>)",
            r"\bwhat (?:has |is |just )*(?:pushed|sent|drove|moved|driving|moving|pushing|dragging|behind|dragged"
            r"|lifted|sank)"
            r" <it>",
            r"\b(?:is there|any|there is) (?:a |some )?(?:story|stories|notice|notices)\b",
            r"\bNAME ?[,:-]? what is (?:going on|happening)\b",
        ),
        compiled(
            r"\bspread\b|\bdo not want\b",
            r"\bno (?:news|headlines)\b",
            r"\b<gauge>\b",
            r"\b(?:share|stock) price\b.*TIME",
        ),
    ),
    Cue(
        "get_events",
        "some",
        compiled(
            r"\b(?:when|what day|what date|which day|which date)\b.*\b(?:reports?|reporting|earnings|results)\b",
            r"\b(?:when|what day|what date|which day|which date)\b.*\b(?:ex.?dividend|dividends?|payout|pays? out)\b",
            r"\b(?:earnings|results|reporting|ex.?dividend|ex.?div|payout|payment|dividend) (?:date|day|dates"
            r"|calendar)\b",
            r"\b(?:how much|what) (?:do|does) <it> pay (?:out )?.*\b(?:when|what day)\b",
            r"\bex.?div(?:idend)? (?:for |of |on )?NAME\b",
            r"<it> (?:pays?|paid|hands? out|handed out) (?:\w+ ){0,3}?(?:dividends? )?per share\b",
            r"\bdividends?\W+how much\b.*\bwhen\b",
            r"\b(?:its|their) next (?:\w+ )?(?:dividend|earnings|results)\b(?! yield)|\bnext (?:dividend|earnings"
            r"|results)$",
        ),
        compiled(
            r"\bwhen (?:you|i)\b|\bmy (?:next |own )?(?:dividends?|payouts?)\b",
            r"\bmeans?\b|\bmeaning\b|\byield\b|\bdefine\b",
        ),
    ),
    Cue(
        "get_fundamentals",
        "some",
        compiled(
            r"\b<figure>\b (?:\w+ )?(?:of|for|on|at|from) <it>",
            r"\bNAME(?: 's)? (?:\w+ )?<figure>\b",
            r"\b(?:its|their) (?:\w+ )?<figure>\b",
            r"\b(?:is|are|has|have|does|what) <it>(?: 's)? .*\b<figure>\b",
            r"\bwhat (?:do|does) <it> (?:actually |even |really |exactly )*(?:do|make|sell|produce|build|offer)\b",
            r"\bwhat <it> (?:actually |really |even |exactly )*(?:does|makes|sells)\b",
            r"\b(?:what|which) (?:kind|sort|type|line) of (?:company|business|firm|work|industry|outfit)\b",
            r"\b(?:is|are) NAME (?:\w+ ){0,2}(?:profitable|overpriced|overvalued|making (?:\w+ ){0,2}(?:money"
            r"|profit)|in debt)\b",
            r"\bhow (?:big|large|profitable|indebted) is NAME\b",
            r"\bNAME (?:\w+ )?as a (?:company|business|whole)\b",
            r"\bdoes it pay (?:a |any )(?:\w+ )?(?:yield|dividend)\b",
            r"\bhow much (?:does|did|do) NAME (?:earn|make|owe)\b",
        ),
        compiled(
            r"\b(?:stocks|shares|companies|firms|names|equities|screen|find|list|lowest|highest|cheapest|below|under"
            r"|above)\b"
            r"(?! book)",
            r"\b(?:headphones|means?|meaning|dividend dates?|today)\b",
        ),
    ),
    Cue(
        "get_technicals",
        "some",
        compiled(
            r"\b<gauge>\b",
            r"\b(?:its|their|the) (?:mean|average) (?:of )?(?:the )?(?:last )?(?:TIME|NUMBER)\b",
            r"\bthe NUMBER.day(?: (?:line|average|dma))? (?:of|for|on) <it>",
            r"\b(?:momentum|volatility) (?:of|for|on|in) <it>",
            r"\bNAME(?: 's)? (?:\w+ )?(?:momentum|volatility)\b",
            r"\bhow (?:volatile|jumpy|choppy|wild|stretched) (?:is|has|are) <it>",
            r"\b(?:52.week|yearly|year's|annual|one.year|12.month) (?:high|low|range|highs|lows)\b",
        ),
        compiled(r"\b(?:means?|meaning|define|explain|do i|should i|compare|vs|or NAME)\b"),
    ),
    Cue(
        "get_price_history",
        "some",
        compiled(
            r"\b(?:chart|graph|plot|price history|price path|historical prices?) (?:\w+ )?(?:of|for|on) <it>",
            r"\bNAME\b.*\bprice path\b",
            r"\bNAME(?: 's)? (?:\w+ )?(?:chart|graph|price history|historical prices?)\b",
            r"\bNAME\b.*\bsee (?:the|a|its) chart\b",
            r"\bTIME chart$|^ ?chart TIME$",
            r"\bhow (?:high|low) (?:has|did) <it> (?:\w+ )?(?:go|got|gone|been|get|climb|fall)\b.*TIME",
            r"\bwhat happened (?:with|to) (?:the )?NAME (?:'s )?(?:share|stock) price\b.*TIME",
            r"\bhow (?:did|has|have) <it> (?:\w+ )*?(?:do|done|perform\w*|fared?|go|gone|held up|moved?|developed"
            r"|traded) <wait>TIME",
        ),
        compiled(
            r"\b(?:vs|versus|against|compared?|side by side|technical|chart (?:setup|signals?)|or NAME|NAME and NAME)\b"
        ),
    ),
    Cue(
        "get_quote",
        "some",
        compiled(
            r"\bquotes? (?:of|for|on) <it>",
            r"\bwhat (?:does|do) <it> (?:currently |now )?trade (?:at|for)\b",
            r"\bNAME (?:quotes?|level|(?:share|stock) price)\b",
            r"\b(?:share|stock|current|latest) price (?:of|for|on) <it>",
            r"\bwhere (?:is|are|do|does|did) <it>(?: and <it>)* (?:\w+ )*?(?:trad\w*|stand|sit\w*|last|right now"
            r"|now)(?: ?\?|$| TIME)",
            r"\b(?:if |whether )?<it> (?:is|are) (?:\w+ )?(?:up or down|down or up|green or red|red or green)\b",
            r"\bwhere (?:is |has )?<it> (?:\w+ )?(?:traded|trades|stands|sits|closed|finished)\b(?! TIME)",
            r"\bwhat (?:is|are) <it> (?:at|trading at|going for|changing hands)\b",
            r"\b(?:is|are) <it> (?:\w+ )?(?:up or down|down or up|green or red|red or green)\b",
            r"\bhow much (?:is|are) (?:it|they|one|one share)(?= ?[?.,!]|$| (?:now|today|right now|at the moment))",
            r"\b(?:share of|shares of) <it> (?:cost|right now|now|today|this (?:morning|afternoon|evening))\b",
        ),
        compiled(r"\b(?:alert|below|above|under|over|tell me when|reaches|hits|history|since|buy|sell|convert)\b"),
    ),
)
