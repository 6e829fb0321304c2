"""Why Slack does not take a message, in plain words; "" for what is no matter of the place."""

from __future__ import annotations

PLACE = {
    "channel_not_found": "that channel is gone, or I was taken out of it",
    "is_archived": "that channel is archived",
    "not_in_channel": "I am not a member of that channel; invite me there",
    "restricted_action": "only some people may post in that channel",
    "restricted_action_read_only_channel": "only some people may post in that channel",
    "restricted_action_thread_only_channel": "only threads are allowed in that channel",
    "restricted_action_non_threadable_channel": "threads are not allowed in that channel",
    "restricted_action_thread_locked": "that thread is locked",
    "cannot_reply_to_message": "that message can't be replied to",
    "thread_not_found": "that thread is gone",
    "team_access_not_granted": "I was not given access to that workspace",
    "access_denied": "I was not given access to that channel",
    "no_permission": "I was not given access to that channel",
    "ekm_access_denied": "administrators have suspended posting there",
}
"""Another place may do: the asker's direct messages."""

PERSON = {
    "user_not_found": "that person is not known to Slack any more",
    "user_disabled": "that person's account is deactivated",
    "user_not_visible": "I may not see that person",
    "cannot_dm_bot": "that is a bot, which takes no direct messages",
    "messages_tab_disabled": "direct messages with me are switched off in the app's settings",
    "is_inactive": "that person's account is deactivated",
}

FORM = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "only_one_table_allowed", "invalid_attachments"}
    | {"invalid_arguments", "msg_too_long"}
)
"""The same words may be taken in a plainer form."""

NOT_THERE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive_message"})
"""A message that can't be updated: it has to be posted anew."""


def reason_of(code: str) -> str:
    """The plain reason."""
    return PLACE.get(code) or PERSON.get(code) or f"Slack does not take it ({code[:60]})"
