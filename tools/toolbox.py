"""From functions to the list the model is offered, and from what the model writes to one safe call.

A tool is an async function whose first parameter is the `ToolContext` and whose others are annotated with the kinds
of `tools.arguments` or with a `Literal`. Its docstring, up to "Returns", is what the model reads.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from tools.arguments import Kind
from tools.errors import ArgumentError, MissingArgument, ToolError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence

    from tools.context import ToolContext
    from tools.values import Findings

    ToolFunction = Callable[..., Awaitable[Findings]]

MAX_LIST = 8
MAX_TEXT = 120


def _as_text(value: object) -> object:
    """Small models write 300 for "300"; a number is taken as the text of itself."""
    if isinstance(value, bool):
        return value
    return str(value) if isinstance(value, int | float) else value


def _as_list(value: object) -> object:
    """Small models write "AAPL" or "AAPL, MSFT" where a list is asked for."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _as_single(value: object) -> object:
    """Small models write ["AAPL"] where one value is asked for."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return _as_text(value)


def _as_choice(value: object) -> object:
    return value.strip().lower().replace(" ", "_") if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool. `kind` is None for a closed choice; `choices` are then its values."""

    name: str
    kind: Kind | None
    choices: tuple[str, ...]
    is_list: bool
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call: exactly one of `findings` and `error` is set."""

    resolved: dict[str, Any]
    findings: Findings | None = None
    error: ToolError | None = None


class Tool:
    """One function with its schema; made once, at import."""

    def __init__(self, function: ToolFunction) -> None:
        self.function = function
        self.name = function.__name__
        self.description, arguments = _read_docstring(function)
        hints = get_type_hints(function, include_extras=True)
        signature = inspect.signature(function)
        names = list(signature.parameters)[1:]
        self.parameters = tuple(
            _parameter(name, hints[name], signature.parameters[name], arguments.get(name, "")) for name in names
        )
        self.raw = _raw_model(self.name, self.parameters)

    def schema(self, texts: Sequence[str] | None = None, context: ToolContext | None = None) -> dict[str, Any]:
        """The tool in the OpenAI form.

        With `texts` (what the person typed, newest first), each copied argument becomes an `enum` of the pieces of
        those texts that could be it, narrowed by what `context` knows; an optional argument that was not said at all
        is not offered.
        """
        properties: dict[str, Any] = {}
        for parameter in self.parameters:
            item: dict[str, Any] = {"type": "string", "description": parameter.description}
            if parameter.kind is None:
                item["enum"] = list(parameter.choices)
            elif texts is not None:
                pieces = _pieces(parameter.kind, texts, context)
                if pieces:
                    item["enum"] = pieces
                elif not parameter.required:
                    continue
            if parameter.is_list:
                least = 2 if self.name.startswith("compare") and texts is None else 1
                item = {"type": "array", "items": item, "minItems": least, "maxItems": MAX_LIST}
            properties[parameter.name] = item
        # A grammar writes required properties first. A native model writes them in the order of the signature, so for
        # it none is called required here; a call that lacks one is refused when it is read.
        required = [p.name for p in self.parameters if p.required and texts is None]
        parameters = {"type": "object", "properties": properties, "required": required}
        function = {"name": self.name, "description": self.description, "parameters": parameters}
        return {"type": "function", "function": function}

    def is_possible(self, texts: Sequence[str]) -> bool:
        """Whether every required value has a candidate in `texts`; a missing name is asked for instead."""
        values = (p.kind for p in self.parameters if p.required and p.kind and not p.kind.narrow)
        return all(any(kind.find(text) for text in texts) for kind in values)

    def read(self, arguments: dict[str, Any], context: ToolContext) -> tuple[dict[str, Any], dict[str, Any]]:
        """(values for the function, the same in canonical form). Raises `ToolError` with one sentence."""
        given = {name: value for name, value in arguments.items() if value not in (None, "", [])}
        try:
            raw = self.raw.model_validate(given).model_dump(exclude_none=True)
        except ValidationError as error:
            raise _refusal(self.name, error) from None
        values: dict[str, Any] = {}
        resolved: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.name not in raw:
                continue
            said = raw[parameter.name]
            if parameter.kind is None:
                values[parameter.name] = resolved[parameter.name] = said
            elif parameter.is_list:
                read = [parameter.kind.read(text, context) for text in said]
                unique = list(dict.fromkeys(read))
                values[parameter.name] = unique
                resolved[parameter.name] = [parameter.kind.write(value) for value in unique]
            else:
                value = parameter.kind.read(said, context)
                values[parameter.name] = value
                resolved[parameter.name] = parameter.kind.write(value)
        return values, resolved


class Toolbox:
    """The tools one model is offered."""

    def __init__(self, functions: Sequence[ToolFunction]) -> None:
        self.tools = {function.__name__: Tool(function) for function in functions}

    def schemas(
        self,
        texts: Sequence[str] | None = None,
        context: ToolContext | None = None,
        *,
        without: Collection[str] = (),
    ) -> list[dict[str, Any]]:
        """Every tool; with `texts`, those that could be called: not one whose rate, amount or currency nobody typed.

        A grammar turns a tool missing from the list into a listed one. That is what is wanted of a model that may only
        copy, and must never happen to one that writes: for it the list is whole, save the tools it must do `without`.
        """
        if texts is None:
            return [tool.schema() for tool in self.tools.values() if tool.name not in without]
        return [tool.schema(texts, context) for tool in self.tools.values() if tool.is_possible(texts)]

    def unsaid(self, name: str, arguments: dict[str, Any], texts: Sequence[str]) -> str | None:
        """The first copied argument that nobody typed, or None. A native model may only copy."""
        for parameter in self.tools[name].parameters if name in self.tools else ():
            value = arguments.get(parameter.name)
            if parameter.kind is None or value is None:
                continue
            for piece in value if isinstance(value, list) else [value]:
                if not any(_holds(text, str(piece), parameter.kind) for text in texts):
                    return parameter.name
        return None

    async def call(self, name: str, arguments: dict[str, Any], context: ToolContext) -> Outcome:
        """Validate, normalise and run one call. Expected failures come back as `error`; bugs are raised."""
        tool = self.tools.get(name)
        if tool is None:
            return Outcome(arguments, error=ArgumentError(f"There is no tool called {name[:40]!r}; use a listed one."))
        resolved = arguments
        try:
            values, resolved = tool.read(arguments, context)
            return Outcome(resolved, findings=await tool.function(context, **values))
        except ToolError as error:
            return Outcome(resolved, error=error)


def holds_piece(text: str, piece: str) -> bool:
    """Whether `piece` stands in `text` as it could be copied: in any case, and cut out of no longer word or number.

    "ba" does not stand in "bank", nor "5" in "50".
    """
    start = r"(?<!\d)" if piece[:1].isdigit() else r"(?<![^\W\d_])" if piece[:1].isalpha() else ""
    end = r"(?!\d)" if piece[-1:].isdigit() else r"(?![^\W\d_])" if piece[-1:].isalpha() else ""
    return re.search(f"{start}{re.escape(piece)}{end}", text, re.IGNORECASE) is not None


def _holds(text: str, piece: str, kind: Kind) -> bool:
    """Whether `piece` is said in `text`; half a pair of currencies ("EURUSD") is."""
    return holds_piece(text, piece) or any(span.text.casefold() == piece.casefold() for span in kind.find(text))


def _pieces(kind: Kind, texts: Sequence[str], context: ToolContext | None) -> list[str]:
    """The candidate pieces of all texts, each once, in order."""
    pieces: dict[str, None] = {}
    for text in texts:
        spans = kind.find(text)
        if kind.narrow and context:
            spans = kind.narrow(spans, context)
        pieces |= dict.fromkeys(span.text for span in spans)
    return list(pieces)


def _parameter(name: str, hint: Any, parameter: inspect.Parameter, description: str) -> Parameter:
    required = parameter.default is inspect.Parameter.empty
    options = [option for option in get_args(hint) if option is not type(None)]
    if get_origin(hint) not in (Annotated, Literal, list) and len(options) == 1:
        hint = options[0]  # X | None
    is_list = get_origin(hint) is list
    if is_list:
        hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        return Parameter(name, None, get_args(hint), is_list, required, description)
    kind = next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Kind)), None)
    if kind is None:
        msg = f"parameter {name} needs a kind from tools.arguments or a Literal"
        raise TypeError(msg)
    return Parameter(name, kind, (), is_list, required, f"{description} ({kind.form})" if description else kind.form)


def _raw_model(name: str, parameters: Sequence[Parameter]) -> type[BaseModel]:
    """The shape the model must write: texts, lists of texts and closed choices, nothing else."""
    fields: dict[str, Any] = {}
    for parameter in parameters:
        text: Any = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), BeforeValidator(_as_single)]
        if parameter.kind is None:
            text = Annotated[Literal[parameter.choices], BeforeValidator(_as_choice)]
        if parameter.is_list:
            text = Annotated[list[text], Field(min_length=1, max_length=MAX_LIST), BeforeValidator(_as_list)]
        fields[parameter.name] = (text, ...) if parameter.required else (text | None, None)
    return create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)


def _refusal(name: str, error: ValidationError) -> ToolError:
    """The first problem as one sentence the model, or the person, can act on."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = str(first["loc"][0]) if first["loc"] else "arguments"
    if first["type"] == "missing":
        return MissingArgument(f"{name} needs {where.replace('_', ' ')}; please say it.")
    if first["type"] == "extra_forbidden":
        return ArgumentError(f"{name} has no argument called {where[:40]}; leave it out.")
    return ArgumentError(f"{name} can't use that {where.replace('_', ' ')}: {first['msg'].lower()}.")


def _read_docstring(function: ToolFunction) -> tuple[str, dict[str, str]]:
    """(what the model reads, argument → its description) of a Google-style docstring."""
    text = inspect.getdoc(function) or ""
    head = re.split(r"\n\s*(?:Args|Returns|Raises|Source):", text, maxsplit=1)[0]
    section = re.search(r"\nArgs:\n(.*?)(?:\n\S|\Z)", text, re.DOTALL)
    arguments: dict[str, str] = {}
    if section:
        for match in re.finditer(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", section[1], re.MULTILINE):
            arguments[match[1]] = " ".join(match[2].split())
    return " ".join(head.split()), arguments
