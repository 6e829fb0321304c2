"""What Slack publishes of the shape of its payloads and blocks, and a check against it.

`slack_shapes.json` is generated from Slack's own TypeScript types; its first lines say from which. A shape is one of its
`roots`. Only the words of JSON Schema that stand in that file are known here.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "array": list,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}
_TELLS_APART = ("type", "subtype")


@lru_cache(maxsize=1)
def _published() -> dict[str, Any]:
    return json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))


def shapes() -> set[str]:
    """The names of all that can be checked."""
    return set(_published()["roots"])


@lru_cache(maxsize=1)
def block_kinds() -> set[str]:
    """The blocks whose shape is published."""
    branches = _branches({"$ref": f"#/definitions/{_published()['roots']['block']}"})
    return {str(branch["properties"]["type"]["const"]) for branch in branches}


def differences(value: Any, shape: str) -> list[str]:
    """Where a value is not of a published shape, "where: what" each; [] when it is."""
    return _differences(value, {"$ref": f"#/definitions/{_published()['roots'][shape]}"}, shape)


def delivery_differences(payload: dict[str, Any]) -> list[str]:
    """Where what Slack delivers is not of its shape; nothing is said of a kind of which no shape is published."""
    kind = payload.get("type")
    if kind is None and "command" in payload:
        return differences(payload, "slash_command")
    if kind != "event_callback":
        return differences(payload, kind) if kind in shapes() else []
    event = payload.get("event", {})
    inside = differences(event, event["type"]) if event.get("type") in shapes() else []
    return differences(payload, "event_callback") + inside


def _differences(value: Any, schema: dict[str, Any], where: str) -> list[str]:
    schema = _resolved(schema)
    if "anyOf" in schema:
        return _nearest(value, _branches(schema), where)
    if "not" in schema:
        return [f"{where}: is not to be there"]
    if "const" in schema and value != schema["const"]:
        return [f"{where}: {value!r} is not {schema['const']!r}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    if "type" in schema and not _is_a(value, schema["type"]):
        return [f"{where}: {type(value).__name__} is no {schema['type']}"]
    found: list[str] = []
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{where}.{name}: lacking" for name in schema.get("required", ()) if name not in value]
        for name, item in value.items():
            more = known.get(name, schema.get("additionalProperties", {}))
            found += (
                [f"{where}.{name}: not published"] if more is False else _differences(item, more, f"{where}.{name}")
            )
    elif isinstance(value, list):
        for place, item in enumerate(value):
            found += _differences(item, schema.get("items", {}), f"{where}[{place}]")
    return found


def _nearest(value: Any, branches: list[dict[str, Any]], where: str) -> list[str]:
    """What differs from the branch that is meant: the one of its type or, where that tells nothing, the one most like."""

    def is_other(branch: dict[str, Any]) -> int:
        if not isinstance(value, dict):
            return 0
        known = branch.get("properties", {})
        return sum(
            1
            for name in _TELLS_APART
            if ("const" in known.get(name, {}) and value.get(name) != known[name]["const"])
            or ("not" in known.get(name, {}) and name in value)
        )

    tried = [(is_other(branch), _differences(value, branch, where)) for branch in branches]
    return min(tried, key=lambda each: (bool(each[1]), each[0], len(each[1])))[1]


def _branches(schema: dict[str, Any]) -> list[dict[str, Any]]:
    schema = _resolved(schema)
    return [leaf for each in schema["anyOf"] for leaf in _branches(each)] if "anyOf" in schema else [schema]


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = _published()["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema


def _is_a(value: Any, kinds: str | list[str]) -> bool:
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, _TYPES[kind]) for kind in ([kinds] if isinstance(kinds, str) else kinds))
