"""The buttons under an answer: what to ask next, how it was found, whether it helped, and what it proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.sending_buttons import sending_buttons
from bot.surfaces.slack.limits import BUTTON_TEXT, BUTTON_VALUE, TEXT_OBJECT, shortened
from bot.surfaces.slack.markup import plain_text
from bot.surfaces.slack.record import symbols_of
from tools.formatting import join_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHOW_HOW = "show_how"
FEEDBACK = "feedback"
FOLLOW_UP = "follow_up"
"""`follow_up_0` to `follow_up_3`; the button's value is the question."""
CONFIRM, DECLINE = "proposal_confirm", "proposal_decline"
REPLACE = "replace"
"""`proposal_confirm_replace` imports in the place of what was there."""
TURN_BLOCK = "turn-"
"""`turn-…`: the block of what can be asked next names its turn."""
HELPFUL, NOT_HELPFUL = "helpful", "not_helpful"
MOST_FOLLOW_UPS = 4
_MOST_COMPARED = 5

_OF_ONE = {
    "get_quote": ("Price now", "price of {one}"),
    "get_price_history": ("5-year chart", "how did {one} do over the last 5 years?"),
    "get_news": ("News", "news on {one}"),
    "get_fundamentals": ("Valuation", "valuation of {one}"),
    "get_events": ("Earnings dates", "when does {one} report earnings?"),
    "get_technicals": ("Technicals", "technical indicators of {one}"),
    "propose_watchlist_change": ("Add to watchlist", "add {one} to my watchlist"),
}
_OF_PORTFOLIO = {
    "get_portfolio": ("Holdings", "what do I hold?"),
    "get_portfolio_performance": ("Performance", "how did my portfolio do over the last year?"),
    "get_portfolio_risk": ("Risk", "how risky is my portfolio?"),
    "get_portfolio_income": ("Income", "what dividends did my portfolio pay?"),
    "suggest_rebalance": ("Off target?", "how far is my portfolio from its targets?"),
}
_OF_MARKET = {
    "get_market_overview": ("Market today", "how is the market?"),
    "get_sector_performance": ("Sectors", "which sectors led over the last year?"),
    "get_market_status": ("Opening hours", "is the market open?"),
}
_NEXT = {
    "find_symbol": ("get_quote", "get_price_history", "get_news", "propose_watchlist_change"),
    "get_quote": ("get_news", "get_price_history", "get_fundamentals", "propose_watchlist_change"),
    "get_price_history": ("get_quote", "get_news", "get_technicals", "propose_watchlist_change"),
    "get_fundamentals": ("get_price_history", "get_news", "get_events"),
    "get_news": ("get_quote", "get_price_history", "get_events", "propose_watchlist_change"),
    "get_events": ("get_quote", "get_news", "get_fundamentals"),
    "get_technicals": ("get_price_history", "get_news", "get_fundamentals"),
    "get_market_overview": ("get_sector_performance",),
    "get_sector_performance": ("get_market_overview",),
    "get_market_status": ("get_market_overview",),
    "get_portfolio": ("get_portfolio_performance", "get_portfolio_risk", "get_portfolio_income", "suggest_rebalance"),
    "get_portfolio_performance": ("get_portfolio", "get_portfolio_risk", "get_portfolio_income"),
    "get_portfolio_risk": ("get_portfolio", "get_portfolio_performance", "suggest_rebalance"),
    "get_portfolio_income": ("get_portfolio", "get_portfolio_performance"),
    "suggest_rebalance": ("get_portfolio", "get_portfolio_risk"),
}
"""Tool used → the tools whose answers people want next."""
BUNDLED = "bundled history"
"""The source that has prices only; a test holds it to the source's own name."""
_ANEW = (("Add to my holdings", "primary"), ("Replace my holdings", "danger"))
_NEED_A_LIVE_SOURCE = frozenset({"get_news", "get_fundamentals", "get_events"})


def follow_ups(record: dict[str, Any]) -> list[tuple[str, str]]:
    """(label, question) of up to 4 things to ask next, made from the tools that answered."""
    calls = [call for call in record.get("calls", ()) if call["ok"]]
    used = {call["name"] for call in calls}
    if any(source["name"] == BUNDLED for source in record.get("sources", ())):
        used |= _NEED_A_LIVE_SOURCE
    if record["status"] != "answered" or record.get("proposals"):
        return []
    found = dict(pair for call in calls for pair in _after(call, used, record.get("names", {})))
    return list(found.items())[:MOST_FOLLOW_UPS]


def _after(call: dict[str, Any], used: set[str], names: dict[str, str]) -> Iterator[tuple[str, str]]:
    symbols = symbols_of(call["arguments"])
    if len(symbols) > 1:
        listed = join_words([_called(symbol, names) for symbol in symbols[:_MOST_COMPARED]])
        if "get_quote" not in used:
            yield "Prices now", f"prices of {listed}"
        if call["arguments"].get("period") != "5y":
            yield "Over 5 years", f"compare {listed} over the last 5 years"
        if call["name"] == "get_quote":
            yield "Over a year", f"compare {listed} over the last year"
        return
    for tool in _NEXT.get(call["name"], ()):
        if tool in used:
            continue
        if symbols and tool in _OF_ONE:
            label, question = _OF_ONE[tool]
            yield label, question.format(one=_called(symbols[0], names))
        elif wanted := (_OF_PORTFOLIO | _OF_MARKET).get(tool):
            yield wanted


def _called(symbol: str, names: dict[str, str]) -> str:
    """A ticker as it is; what is written with signs by its name: "^GSPC" → "S&P 500"."""
    return symbol if symbol.replace(".", "").replace("-", "").isalnum() else names.get(symbol, symbol)


def button(action: str, text: str, value: str, **more: Any) -> dict[str, Any]:
    """One button; `value` comes back when it is pressed."""
    label = plain_text(shortened(text, BUTTON_TEXT))
    return {"type": "button", "action_id": action, "text": label, "value": value[:BUTTON_VALUE], **more}


def answer_buttons(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The `actions` blocks of an answer."""
    blocks = [proposal_buttons(proposal) for proposal in record.get("proposals", ())]
    elements = [
        button(f"{FOLLOW_UP}_{number}", label, question) for number, (label, question) in enumerate(follow_ups(record))
    ]
    if record.get("calls"):
        elements.append(button(SHOW_HOW, "Show how", record["turn"]))
    elements += [
        button(each.action, each.label, each.id, **({"style": "danger"} if each.is_for_good else {}))
        for each in sending_buttons(record)
    ]
    if elements:
        blocks.append({"type": "actions", "block_id": f"{TURN_BLOCK}{record['turn']}", "elements": elements})
    return blocks


def proposal_buttons(proposal: dict[str, Any]) -> dict[str, Any]:
    """Confirm and decline, both with the proposal's nonce and nothing else: what is done is kept on the server."""
    nonce = proposal["nonce"]
    confirm = [
        button(action, label, nonce, style=style)
        for action, (label, style) in zip((CONFIRM, f"{CONFIRM}_{REPLACE}"), _confirming(proposal), strict=False)
    ]
    return {"type": "actions", "elements": [*confirm, button(DECLINE, "Not now", nonce)]}


def _confirming(proposal: dict[str, Any]) -> list[tuple[str, str]]:
    """(label, style) of the button that makes the change and, in an import, of the one that replaces what was there."""
    details = proposal["details"]
    if proposal["kind"] == "import":
        return list(_ANEW) if details.get("again") else [("Import", "primary")]
    if proposal["kind"] == "price_alert":
        return [("Set alert", "primary")]
    return [("Remove", "danger") if details.get("action") == "remove" else ("Add to watchlist", "primary")]


def without(message: Mapping[str, Any], prefix: str, value: str, line: str) -> dict[str, Any]:
    """The message with `line` in the place of the buttons whose `action_id` and value begin so; {} without blocks."""
    blocks = message.get("blocks")
    if not isinstance(blocks, list):
        return {}
    note = {"type": "context", "elements": [plain_text(shortened(line, TEXT_OBJECT))]}
    kept = [note if _has(block, prefix, value) else block for block in blocks]
    text = message.get("text") if isinstance(message.get("text"), str) else ""
    return {"text": text or line, "blocks": kept}


def _has(block: Any, prefix: str, value: str) -> bool:
    elements = block.get("elements") if isinstance(block, dict) else None
    if not isinstance(elements, list):
        return False
    return any(
        isinstance(element, dict) and str(element.get("action_id", "")).startswith(prefix) and value in _values(element)
        for element in elements
    )


def _values(element: Mapping[str, Any]) -> list[str]:
    """What an element's buttons stand for, without the verdict before it."""
    both = (element.get("positive_button"), element.get("negative_button"))
    inner = [button.get("value") for button in both if isinstance(button, dict)]
    return [str(each).rpartition(":")[2] for each in (element.get("value"), *inner) if each]


def wants_feedback(record: dict[str, Any]) -> bool:
    """Whether a model had a part in the answer that a person can judge."""
    return bool(record.get("model")) and record["status"] in ("answered", "declined")


def feedback_block(record: dict[str, Any]) -> dict[str, Any]:
    """Slack's own thumbs up and down."""
    buttons = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _thumb("Helpful", HELPFUL, record),
        "negative_button": _thumb("Not helpful", NOT_HELPFUL, record),
    }
    return {"type": "context_actions", "elements": [buttons]}


def plain_feedback(record: dict[str, Any]) -> dict[str, Any]:
    """The same as two ordinary buttons; the `action_id` says which."""
    return {
        "type": "actions",
        "elements": [
            button(f"{FEEDBACK}_{HELPFUL}", "Helpful", f"{HELPFUL}:{record['turn']}"),
            button(f"{FEEDBACK}_{NOT_HELPFUL}", "Not helpful", f"{NOT_HELPFUL}:{record['turn']}"),
        ],
    }


def _thumb(label: str, verdict: str, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": plain_text(label),
        "value": f"{verdict}:{record['turn']}",
        "accessibility_label": f"{label} answer",
    }
