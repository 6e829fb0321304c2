"""What a person may be told when something expected goes wrong; all else is a bug.

TuppenceError                     base; `str(error)` is one sentence and a next step, `exit_code` is for scripts
├── SettingsError             78  a setting is wrong, unknown or a placeholder (every one is listed)
├── DatabaseError             74  what is kept can't be read or written
│   ├── DatabaseUnreachable   74  the file or the server can't be opened
│   ├── DatabaseReadOnly      77  the file, its folder or the server refuses writing
│   ├── DatabaseCorrupt       74  the file is damaged, cut short or empty
│   ├── DatabaseReplaced      74  the file was deleted or replaced while in use
│   ├── DatabaseNewer         78  the schema was made by a newer Tuppence
│   ├── DatabaseFull          74  no space is left on the disk
│   └── DatabaseLocked        75  another program kept the lock for too long
├── ModelError                69  no answer can be had from the language model
│   ├── ModelUnavailable      69  the server can't be reached
│   ├── ModelRefused          78  the server is too old, or where it must not be
│   ├── ModelMissing          69  the server lacks the model
│   ├── ModelTimeout          75  the model took too long
│   ├── ModelFailed           70  the model stopped with an error
│   └── WeightsDamaged        74  the built-in model's file is missing, cut short or altered
├── PortfolioRefused          65  a model can't be promoted or retired (every reason is listed)
├── ImportRefused             65  a file can't be imported (every problem has its line number)
├── BatchRefused              65  a file of questions can't be read
└── UnknownUser               67  nobody of that name is known

Exit codes are those of BSD `sysexits.h`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class TuppenceError(Exception):
    """Base of all expected failures; `str(error)` is fit to be shown, and never holds a secret."""

    exit_code = 1


class SettingsError(TuppenceError):
    """A setting is wrong; `problems` has one "KEY: reason; fix" for each."""

    exit_code = 78

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = "One setting is" if len(self.problems) == 1 else f"{len(self.problems)} settings are"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"{count} wrong; correct the environment or the .env file and start again:{lines}")


class DatabaseError(TuppenceError):
    """What is kept can't be read or written; `where` is the file's path or the server's address."""

    exit_code = 74

    def __init__(self, where: str, message: str) -> None:
        self.where = where
        super().__init__(message)


class DatabaseUnreachable(DatabaseError):
    """The file or the server can't be opened."""

    def __init__(self, where: str, reason: str, fix: str) -> None:
        super().__init__(where, f"The database {where} can't be opened ({reason}). {fix}")


class DatabaseReadOnly(DatabaseError):
    """The file, its folder or the server refuses writing."""

    exit_code = 77

    def __init__(self, where: str, fix: str = "") -> None:
        fix = fix or f"Give this user write permission to {where} and its folder, or set TUPPENCE_HOME to another one."
        super().__init__(where, f"The database {where} can only be read. {fix}")


class DatabaseCorrupt(DatabaseError):
    """The file is damaged, cut short or empty; it is left as it is, never replaced. `backup` is the last good one."""

    def __init__(self, where: str, reason: str, backup: str | None = None) -> None:
        self.backup = backup
        fix = (
            f"Move it away and put its last backup, {backup}, in its place."
            if backup
            else "Put a backup of yours in its place, or move it away to start with an empty one."
        )
        super().__init__(where, f"The database {where} is damaged ({reason}) and was left untouched. {fix}")


class DatabaseReplaced(DatabaseError):
    """The file was deleted or replaced while in use; nothing more is written."""

    def __init__(self, where: str) -> None:
        super().__init__(
            where,
            f"The database {where} was deleted or replaced while Tuppence was using it. "
            "Put the file back and start Tuppence again.",
        )


class DatabaseNewer(DatabaseError):
    """The schema was made by a newer Tuppence."""

    exit_code = 78

    def __init__(self, where: str, revision: str, known: str) -> None:
        super().__init__(
            where,
            f"The database {where} was made by a newer Tuppence (its schema is {revision}, this one knows {known}). "
            "Upgrade Tuppence, or set TUPPENCE_HOME to another folder.",
        )


class DatabaseFull(DatabaseError):
    """No space is left on the disk; nothing was half written."""

    def __init__(self, where: str) -> None:
        super().__init__(
            where, f"The disk that holds {where} is full, so nothing was saved. Free some space and ask again."
        )


class DatabaseLocked(DatabaseError):
    """Another program kept the lock for too long."""

    exit_code = 75

    def __init__(self, where: str) -> None:
        super().__init__(
            where,
            f"Another program kept the database {where} locked for too long. Close it, or try again in a moment.",
        )


class ModelError(TuppenceError):
    """No answer can be had from the language model."""

    exit_code = 69


class ModelUnavailable(ModelError):
    """The server at `address` can't be reached."""

    def __init__(self, address: str, reason: str = "it does not answer") -> None:
        self.address = address
        super().__init__(
            f"Ollama at {address} can't be reached ({reason}). "
            "Start it with `ollama serve`, or set TUPPENCE_MODEL_BACKEND=embedded."
        )


class ModelRefused(ModelError):
    """The server at `address` answers but must not be used, for `reason`."""

    exit_code = 78

    def __init__(self, address: str, reason: str, fix: str) -> None:
        self.address = address
        super().__init__(f"Ollama at {address} is not used ({reason}). {fix}")


class ModelMissing(ModelError):
    """The server at `address` lacks `model`."""

    def __init__(self, model: str, address: str) -> None:
        self.model = model
        self.address = address
        super().__init__(
            f"Ollama at {address} does not have the model “{model}”. "
            f"Get it with `ollama pull {model}`, or set TUPPENCE_MODEL to one it has."
        )


class ModelTimeout(ModelError):
    """`model` took longer than `seconds` for `what` ("its first word", "the whole answer")."""

    exit_code = 75

    def __init__(self, model: str, seconds: float, what: str = "the whole answer") -> None:
        self.model = model
        self.seconds = seconds
        super().__init__(
            f"The model {model} took longer than {seconds:g} seconds for {what}. Ask again, or choose a smaller model."
        )


class ModelFailed(ModelError):
    """`model` stopped with an error; `reason` is the server's, cut to one line."""

    exit_code = 70

    def __init__(self, model: str, reason: str) -> None:
        self.model = model
        self.reason = " ".join(reason.split())[:200]
        super().__init__(
            f"The model {model} stopped with an error ({self.reason}). "
            "Ask again, or choose another with TUPPENCE_MODEL."
        )


class WeightsDamaged(ModelError):
    """The built-in model's file is missing, cut short or altered."""

    exit_code = 74

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(
            f"The built-in model's file {path} is unusable ({reason}). Install Tuppence again to restore it."
        )


class PortfolioRefused(TuppenceError):
    """The admin's act on the model `name` is refused; `problems` has one sentence for each reason."""

    exit_code = 65

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        super().__init__(f"Nothing was changed for {name}:" + "".join(f"\n  - {problem}" for problem in self.problems))


class ImportRefused(TuppenceError):
    """A file can't be imported, and nothing of it was; `problems` has one "line N: reason" for each."""

    exit_code = 65

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"Nothing was imported from {name}: it has {count}. Correct it and import it again:{lines}")


class BatchRefused(TuppenceError):
    """A file of questions can't be read."""

    exit_code = 65

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The questions in {name} can't be read: {reason}. Name a UTF-8 file of JSON lines.")


class UnknownUser(TuppenceError):
    """Nobody of that name is known."""

    exit_code = 67

    def __init__(self, user: str) -> None:
        self.user = user
        super().__init__(
            f"There is no user “{user}”. Ask once as that user to create it, or check the name after --as."
        )
