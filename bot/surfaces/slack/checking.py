"""What `tuppence doctor` says of Slack: each way in, each workspace, and what mends what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from bot.errors import TuppenceError
from bot.jobs.posting import PostFailed
from bot.records import heard_events, installations
from bot.records.opening import open_records
from bot.redaction import one_line
from bot.surfaces.slack.api import REINSTALL, UNKNOWN_CLIENT, SlackApi, SlackRefused
from bot.surfaces.slack.events import NAME
from bot.surfaces.slack.installation import missing_scopes, unreadable
from bot.surfaces.slack.manifest import EVENTS
from bot.surfaces.slack.oauth import BACK, INSTALL
from bot.surfaces.slack.sockets import greeting
from bot.surfaces.slack.tokens import NotOneWorkspace, exchange_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.records.installations import Installation
    from bot.settings import Settings
    from bot.surfaces.slack.tokens import Exchange

Line = tuple[Literal["ok", "note", "bad"], str]
_ANEW = "paste what `tuppence slack manifest` prints at your app's page “App Manifest”, save, and install it again"
_NO_CODE = "doctor"
_TRY = {
    "message.im": "write to the app in a direct message",
    "app_mention": "mention it in a channel that it is in",
    "message.channels": "answer in a thread of that channel without a mention",
    "app_home_opened": "open its Home tab",
}
"""The events that anybody can bring about → how."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is on record of Slack: where it is installed, when it was last asked, tenant → which events ever came."""

    installations: Sequence[Installation] = ()
    asked_at: datetime | None = None
    heard: Mapping[str, frozenset[str]] = field(default_factory=dict)


async def check_slack(settings: Settings) -> list[Line]:
    """How it is, and the fix, for every token, way in and workspace."""
    app_api = SlackApi("", settings.slack_api_url)
    try:
        lines = await _configured(settings)
        if settings.slack_app_token is not None:
            lines.append(await _socket_mode(app_api, settings.slack_app_token.get_secret_value()))
        if exchange := exchange_of(settings, app_api):
            lines.append(await _client(exchange))
    finally:
        await app_api.aclose()
    if settings.slack_signing_secret is not None:
        lines.append(("ok", "events over HTTP are taken at /slack/events; that is the app's request URL"))
    if exchange:
        lines.append(_way_back(settings))
    kept = await _kept(settings)
    known = kept.installations
    lines += [await _installation(settings, each) for each in known]
    if exchange and not known and settings.slack_bot_token is None:
        lines.append(("note", f"it is installed nowhere yet; start `tuppence serve` and open {INSTALL} in a browser"))
    return [*lines, *_heard(kept)]


async def _configured(settings: Settings) -> list[Line]:
    if settings.slack_bot_token is None:
        return []
    api = SlackApi(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        return [await _bot(api, "the bot token")]
    finally:
        await api.aclose()


async def _bot(api: SlackApi, token: str) -> Line:
    try:
        answer = await api.answer("auth.test")
    except SlackRefused as error:
        where = "SLACK_API_URL, which has to end in /api/ as Slack's own does"
        return "bad", api.problem or f"{error}; check {where if error.code == 'http_404' else 'SLACK_API_URL'}"
    except PostFailed as error:
        return "bad", api.problem or f"{error}; check the network and SLACK_API_URL"
    name = one_line(str(answer.get("team") or answer.get("team_id")))
    if missing := missing_scopes(answer.headers):
        return "bad", f"in the workspace {name} the app lacks the scopes {', '.join(missing)}; {_ANEW}"
    return "ok", f"{token} works in the workspace {name}"


async def _socket_mode(api: SlackApi, app_token: str) -> Line:
    try:
        await greeting(api, app_token)
    except SlackRefused as error:
        return "bad", f"Socket Mode does not work ({error}); check SLACK_APP_TOKEN and its scope connections:write"
    except PostFailed as error:
        return "bad", f"Socket Mode does not work ({error}); check the network and HTTPS_PROXY"
    return "ok", "Socket Mode works"


async def _client(exchange: Exchange) -> Line:
    """Slack looks at the id and the secret before it looks at the code, which is made up here."""
    try:
        await exchange.for_code(_NO_CODE, "", datetime.now(UTC))
    except SlackRefused as error:
        if error.code in UNKNOWN_CLIENT:
            fix = "copy SLACK_CLIENT_ID and SLACK_CLIENT_SECRET from “Basic Information” of your Slack app"
            return "bad", f"Slack does not know the app ({error.code}); {fix}"
        if error.code != "invalid_code":
            return "note", f"whether the client id and secret are good can't be told here ({one_line(error.code)[:60]})"
    except (PostFailed, NotOneWorkspace) as error:
        return "bad", f"{error}; check the network and SLACK_API_URL"
    return "ok", f"the client id and secret are good; people install the app at {INSTALL}"


def _way_back(settings: Settings) -> Line:
    what = f"the app's redirect URL has to be https://, this server's public name and {BACK}"
    if settings.slack_signing_secret is None and settings.slack_app_token is not None:
        return "note", f"{what}, although events come by Socket Mode; browsers must reach that page"
    return "note", f"{what}, as `tuppence slack manifest --address` puts it"


async def _kept(settings: Settings) -> Kept:
    """What is on record; nothing where the database is away, of which the doctor has a line already."""
    try:
        async with await open_records(settings) as database, database.read() as session:
            known, asked = await installations.all_installations(session), await installations.last_event(session)
            return Kept(known, asked, await heard_events.heard(session, NAME))
    except TuppenceError:
        return Kept()


async def _installation(settings: Settings, known: Installation) -> Line:
    name = one_line(known.name)
    if not known.active:
        return "note", f"it was taken out of the workspace {name}; to answer there again, {REINSTALL}"
    if known.problem:
        return "bad", unreadable(known).rstrip(".")
    if known.expires_at and known.expires_at <= datetime.now(UTC):
        return "note", f"the token of the workspace {name} has expired; start `tuppence serve`, which renews it"
    api = SlackApi(known.bot_token, settings.slack_api_url, remedy=REINSTALL)
    try:
        return await _bot(api, "an installation")
    finally:
        await api.aclose()


def _heard(kept: Kept) -> list[Line]:
    """Which events the app is subscribed to, Slack tells nobody; which ever came, the records do."""
    if kept.asked_at is None and not kept.heard:
        asked = "no question has come yet; with `tuppence serve` running, write to the app in a direct message"
        return [("note", f"{asked}. If nothing comes, the app needs these bot events: {', '.join(EVENTS)}; {_ANEW}")]
    when = f"{kept.asked_at:%d %b %Y at %H:%M} UTC" if kept.asked_at else "a day that is not on record any more"
    names = {each.tenant: each.name for each in kept.installations}
    lines: list[Line] = [("ok", f"the last question came on {when}")]
    for tenant, kinds in sorted(kept.heard.items()):
        tries = "; ".join(f"{kind} ({how})" for kind, how in _TRY.items() if kind not in kinds)
        where = f"of these events none has ever come from the workspace {one_line(names.get(tenant, tenant))}"
        fix = f"try it, and if nothing happens, the app lacks the event: {_ANEW}"
        lines += [("note", f"{where}: {tries}; {fix}")] if tries else []
    return lines
