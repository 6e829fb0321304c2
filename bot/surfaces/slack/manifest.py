"""The manifest from which Slack makes the app: what it may do, and no more."""

from __future__ import annotations

from typing import Any

from bot.surfaces.slack.events import COMMAND
from bot.surfaces.slack.revealing import EXPLAIN

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "mpim:history",
    "mpim:read",
    "users:read",
)
"""Reading where it takes part and what is dropped there, writing, and who is a guest; no e-mail addresses, no public
search, no joining."""

EVENTS = (
    "agent_session_stopped",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
)
PROMPTS = (
    ("How is the market?", "How is the market today?"),
    ("A company's five years", "How did Apple do over the last 5 years compared with Microsoft?"),
    ("My portfolio", "How is my portfolio doing?"),
    ("What can you do?", "/help"),
)


def manifest(address: str = "", *, by_socket: bool = False) -> dict[str, Any]:
    """The manifest for Socket Mode or, with this server's public `address`, for HTTP.

    With an address the app can be installed by OAuth, too; then `by_socket` still lets events come by Socket Mode.
    """
    base, is_http = address.rstrip("/"), bool(address) and not by_socket
    url = {"request_url": f"{base}/slack/events"} if is_http else {}
    way_back = {"redirect_urls": [f"{base}/slack/oauth_redirect"]} if address else {}
    about = "Answers questions about markets and your portfolio, with the source and date of every figure."
    return {
        "display_information": {"name": "Tuppence", "description": about, "background_color": "#1d3b53"},
        "features": {
            "shortcuts": [
                {
                    "name": "Explain the figures",
                    "type": "message",
                    "callback_id": EXPLAIN,
                    "description": "How an answer was found, or what the figures in a message are about",
                }
            ],
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Tuppence", "always_online": True},
            "agent_view": {
                "agent_description": about,
                "suggested_prompts": [{"title": title, "message": message} for title, message in PROMPTS],
            },
            "slash_commands": [
                {
                    "command": COMMAND,
                    "description": "Ask about markets or your portfolio; answered to you alone",
                    "usage_hint": "quote NVDA MSFT, portfolio, ask how is the market, help",
                    "should_escape": False,
                    **({"url": url["request_url"]} if url else {}),
                }
            ],
        },
        "oauth_config": {**way_back, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not is_http,
            "token_rotation_enabled": False,
        },
    }
