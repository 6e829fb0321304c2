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
│   ├── DatabaseLocked        75  another program kept the lock for too long
│   └── InboxFull             75  too much waits to be done already
├── EncryptionError           78  what is kept can't be decrypted, or encrypted
│   ├── KeyMissing            78  the key that it needs is not there
│   ├── KeyWrong              78  a key has the right id and is another one
│   ├── KeysUnreadable        78  the file of keys can't be read or written
│   └── ValueAltered          74  one value was altered after it was encrypted
├── ModelError                69  no answer can be had from the language model
│   ├── ModelUnavailable      69  the server can't be reached
│   │   └── ModelBusy         69  its queue is full
│   ├── ModelSilent           69  the model did not answer lately and is left alone for a while
│   ├── ModelRefused          78  the server is too old, or where it must not be
│   ├── ModelMissing          69  the server lacks the model
│   ├── ModelTimeout          75  the model took too long
│   ├── ModelStopped          69  an administrator has stopped the model
│   ├── ModelFailed           70  the model stopped with an error
│   └── WeightsDamaged        74  the built-in model's file is missing, cut short or altered
├── AdminRefused              65  what an admin wants to change can't be so
├── RecordsRefused            65  what is kept can't be deleted, restored or taken in so
├── DigestRefused             65  a digest can't be scheduled or changed so
├── PortfolioRefused          65  a model can't be promoted or retired (every reason is listed)
├── AccountRefused            65  an admin account can't be added or changed
├── ImportRefused             65  a file can't be imported (every problem has its line number)
├── BatchRefused              65  a file of questions can't be read
├── AddressInUse              71  the server can't listen where it should
├── AlreadyServing            75  another server works on the same SQLite file
├── UnauthenticatedElsewhere  78  local play with Teams was to be served to other machines
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


class InboxFull(DatabaseError):
    """So much waits to be done, or to be posted, that nothing more is taken in."""

    exit_code = 75

    def __init__(self, tenant: str, most: int) -> None:
        super().__init__(
            "the inbox",
            f"{most:,} questions of {tenant} wait for an answer or to be posted, so nothing more is taken in. See what "
            "holds them up: tuppence doctor, and the page “Failed work” of the admin pages.",
        )


class EncryptionError(TuppenceError):
    """What is kept can't be decrypted, or encrypted; no message holds a key or a part of a value."""

    exit_code = 78


class KeyMissing(EncryptionError):
    """The key `key` is not there; "" stands for any key."""

    def __init__(self, key: str) -> None:
        self.key = key
        which = f"The encryption key {key}" if key else "The encryption key"
        super().__init__(
            f"{which} of what is kept is missing. Put it back into TUPPENCE_ENCRYPTION_KEYS, or the file “keys” into "
            "TUPPENCE_HOME, from your backup, and start again."
        )


class KeyWrong(EncryptionError):
    """The key `key` has the right id and is another one."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"The encryption key {key} is not the one that encrypted what is kept. Put the right one into "
            "TUPPENCE_ENCRYPTION_KEYS, or the file “keys” into TUPPENCE_HOME, from your backup, and start again."
        )


class KeysUnreadable(EncryptionError):
    """The file of keys can't be read or written, for `reason`, which ends with the fix."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        super().__init__(f"The encryption keys in {path} can't be used: {reason}.")


class ValueAltered(EncryptionError):
    """One value was altered, or cut short, after it was encrypted with the key `key`."""

    exit_code = 74

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"A value that was encrypted with the key {key} was altered and can't be read. Put back the last backup: "
            "tuppence admin restore FILE."
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


class ModelBusy(ModelUnavailable):
    """The server at `address` answers that its queue is full."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "it is busy and its queue is full")


class ModelSilent(ModelError):
    """`model` gave no answer `times` in a row and is left alone for `seconds` more; 0 while one question tries it."""

    def __init__(self, model: str, times: int, seconds: float) -> None:
        self.model = model
        self.seconds = seconds
        again = f"in about {max(5, round(seconds / 5) * 5)} seconds" if seconds else "at this moment"
        super().__init__(
            f"The model {model} does not answer: the last {times} times nothing came of it. It is tried again {again}. "
            "What you type as a command works without it, such as `/quote KO`; `/help` lists them."
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


class ModelStopped(ModelError):
    """`model` must not be used, as an administrator has stopped it."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(f"The model {model} is stopped by your administrator. Ask again when it is let go on.")


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


class AdminRefused(TuppenceError):
    """What an admin wants to change can't be so; nothing was changed. The message is one sentence with the fix."""

    exit_code = 65


class RecordsRefused(TuppenceError):
    """What is kept can't be deleted, restored or taken in so; nothing was changed. One sentence with the fix."""

    exit_code = 65


class DigestRefused(TuppenceError):
    """A digest can't be scheduled or changed so; nothing was changed. The message is one sentence with the fix."""

    exit_code = 65


class PortfolioRefused(TuppenceError):
    """The admin's act on the model `name` is refused; `problems` has one sentence for each reason."""

    exit_code = 65

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.name = name
        self.problems = tuple(problems)
        super().__init__(f"Nothing was changed for {name}:" + "".join(f"\n  - {problem}" for problem in self.problems))


class AccountRefused(TuppenceError):
    """An admin account can't be added or changed, for `reason`, which ends with the fix."""

    exit_code = 65

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        super().__init__(f"The admin account “{name}” is not changed: {reason}.")


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


class AddressInUse(TuppenceError):
    """The server can't listen at this host and port."""

    exit_code = 71

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"Nothing can be served at {host}:{port} ({reason.lower()}); "
            "stop what runs there, or choose another with --port."
        )


class UnauthenticatedElsewhere(TuppenceError):
    """Teams without any check of who delivers is for this machine alone."""

    exit_code = 78

    def __init__(self, host: str) -> None:
        super().__init__(
            f"TEAMS_ALLOW_UNAUTHENTICATED is for playing on this machine, and {host} can be reached from others; "
            "serve at 127.0.0.1, or set CLIENT_ID, CLIENT_SECRET and TENANT_ID instead (docs/teams.md)."
        )


class AlreadyServing(TuppenceError):
    """Another server works on the same SQLite file: two would double nothing, but block each other for ever."""

    exit_code = 75

    def __init__(self, where: str) -> None:
        super().__init__(
            f"Another tuppence serve works on {where}; stop it first, or use PostgreSQL for several "
            "(TUPPENCE_DATABASE_URL, docs/operations.md)."
        )


class UnknownUser(TuppenceError):
    """Nobody of that name is known."""

    exit_code = 67

    def __init__(self, user: str) -> None:
        self.user = user
        super().__init__(
            f"There is no user “{user}”. Ask once as that user to create it, or check the name after --as."
        )
