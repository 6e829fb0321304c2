"""The part of Slack that keeps Home tabs and suggested prompts."""

from __future__ import annotations

from typing import Any

from tests.fakes.block_check import view_problems

NATIVE = frozenset({"table", "data_visualization"})


class Views:
    """Mixed into the server; `takes_native` says whether it knows the newer blocks."""

    def __init__(self) -> None:
        self.tabs: list[tuple[str, dict[str, Any]]] = []
        """(user, view) of every publication, the last one last."""
        self.prompts: list[dict[str, Any]] = []
        self.takes_native = True

    def tab(self, user: str) -> dict[str, Any]:
        """What somebody sees now."""
        return next(view for owner, view in reversed(self.tabs) if owner == user)

    def views_publish(self, body: dict[str, Any]) -> dict[str, Any]:
        view = body["view"]
        is_native = any(block["type"] in NATIVE for block in view["blocks"])
        if self.note("views.publish", view_problems(view)) or (is_native and not self.takes_native):
            return {"ok": False, "error": "invalid_blocks"}
        self.tabs.append((body["user_id"], view))
        return {"ok": True, "view": {"id": f"V{len(self.tabs)}", **view}}

    def note(self, method: str, problems: list[str]) -> bool:
        """Keep what is wrong with something of ours; whether anything is."""
        raise NotImplementedError

    def assistant_threads_setSuggestedPrompts(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        prompts = body["prompts"]
        if "thread_ts" in body or not 1 <= len(prompts) <= 4:
            return {"ok": False, "error": "invalid_arguments"}
        if any(set(prompt) != {"title", "message"} or not all(prompt.values()) for prompt in prompts):
            return {"ok": False, "error": "invalid_prompts"}
        self.prompts.append(body)
        return {"ok": True}
