"""What asks about markets as a whole, and about the list of names that one follows."""

from __future__ import annotations

from bot.turn.choices.cues import WORDS, Cue, compiled

WORDS |= {
    "market": r"(?:the )?(?:\w+ )?(?:markets?|stock market|stock exchange|exchange|PLACE|bourse|wall street)",
    "shuts": r"(?:open|opens|opening|opened|close|closes|closed|closing|shut|shuts)",
}

MARKET = (
    Cue(
        "get_sector_performance",
        "none",
        compiled(
            r"\b(?:which|what|wich) (?:\w+ )?(?:sectors?|industr\w+) (?:\w+ )*?(?:<rise>|<fall>|lead\w*|lag\w*|best"
            r"|worst|winning|losing"
            r"|hot|strong\w*|weak\w*|ahead|behind|moving|perform\w*|doing|did|done|gain\w*|eating|hurt\w*|suffer\w*)",
            r"\b(?:best|worst|strongest|weakest|hottest|leading|lagging) (?:\w+ )?(?:sectors?|industr(?:y|ies))\b",
            r"\bhow (?:are|did|have|do) (?:the )?(?:\w+ )?(?:sectors|industries)\b",
        ),
        compiled(r"\b(?:stocks? with|companies with|shares in|yield|p/e|predict|next year|will)\b"),
    ),
    Cue(
        "get_market_status",
        "none",
        compiled(
            r"\b(?:is|are|was|when (?:is|does|do|will|did)|does|do|will|did|what time|until what (?:hour|time)"
            r"|till when|how late)\b (?:\w+ )*?<market>"
            r" (?:\w+ )*?<shuts>\b",
            r"\b(?:when|what time|until what (?:hour|time)|till when|how late)\b.*\b<shuts>\b.*\b(?:the market"
            r"|stock market|PLACE)",
            r"\b(?:opening|closing|trading|business) (?:hours?|times?) (?:of|for|at|on|in) (?:the )?<market>",
            r"\b<market> (?:opening |trading |closing )?hours\b|\b<market> (?:opening|trading|closing) times?\b",
            r"\bhour\b.*\bworking PLACE",
            r"\bwhether (?:the )?PLACE (?:is|will be) (?:dealing|trading|working|open|closed|shut)\b",
            r"\b<market> .*\b(?:holiday|half day|day off|TIME off)\b",
            r"\b(?:market|exchange|stock market) holidays?\b",
        ),
        compiled(
            r"\b(?:higher|lower|green|red|in the (?:plus|minus))\b",
            r"\bhow (?:did|do|does|is)\b|\b(?:farmers?'?|flea|fish|christmas|super|grocery|saturday market|branch"
            r"|shop|store|flights?|trains?)\b",
        ),
    ),
    Cue(
        "get_market_overview",
        "none",
        compiled(
            r"\bhow (?:is|are|did|was|were|have|has|do) (?:the )?(?:\w+ )?(?:markets?|stock market|wall street"
            r"|indices|indexes|PLACE)"
            r" (?:\w+ )*?(?:doing|do|done|look\w*|perform\w*|holding up|far\w+|today|TIME)",
            r"\b(?:good|bad|green|red|ugly|rough|nice|quiet|bloody|terrible|great|strong|weak) day"
            r" (?:on|in|for|at) (?:the )?(?:\w+ )?(?:markets?|PLACE|stocks|wall street|equities|bourses?)\b",
            r"\b(?:did|has|have) (?:the )?(?:\w+ )?(?:markets?|stocks) (?:close|closed|end|ended|finish|finished)"
            r" (?:\w+ ){0,3}?(?:higher|lower|up|down|green|red)\b",
            r"\bmarkets? (?:overview|summary|recap|wrap|snapshot|roundup)\b",
            r"\b(?:bulls or bears|bears or bulls) (?:winning|ahead|in charge|in control|on top|TIME)",
            r"\b(?:are|is) (?:the )?(?:markets?|stocks|indices) (?:\w+ )?(?:up or down|down or up|green or red"
            r"|red or green)\b",
        ),
        compiled(r"\b(?:my|mine|sectors?|will|crash next|following|open|closed?)\b"),
    ),
    Cue(
        "get_news",
        "none",
        compiled(
            r"\bPLACE (?:is )?talking about\b|\btalking about (?:on|in) PLACE\b",
            r"\b(?:going on|goes on|happening|latest) (?:in|on|with|about) (?:the )?(?:\w+ )?(?:stock )?markets?\b",
            r"\b(?:market|financial|business|finance|stock market|economic) (?:news|headlines)\b",
        ),
        compiled(r"\bno (?:news|headlines)\b|\bthe (?:news|headlines) (?:is|are)\b"),
    ),
    Cue(
        "get_watchlist",
        "none",
        compiled(
            r"\b(?:show|see|list|read|open|what is (?:\w+ )?on|which|check|pull up)\b.*\b(?:watch ?list"
            r"|list of observation)\b",
            r"\b(?:which|what) (?:\w+ ){1,3}(?:that )?(?:i|i am|am i|do i|i have been) (?:follow|following|watch"
            r"|watching|track|tracking)\b",
        ),
        compiled(
            r"\b(?:should i|add|put|remove|take|delete|drop|throw|stick|place|pop|off|onto)\b",
            r"\b(?:in which order|movies?|news)\b",
        ),
    ),
)
