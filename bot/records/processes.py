"""Which process works on something, and whether it has ended: how a turn killed half-way is told from a running one."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def this_process() -> str:
    """The name of this process, "HOST/PID/START": `START` tells it from a later one with the same number."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def has_ended(process: str) -> bool:
    """Whether `process` certainly ended. False when it runs, and when that can't be known from this machine."""
    host, _, numbers = process.partition("/")
    pid, _, started = numbers.partition("/")
    if host != socket.gethostname() or os.name != "posix" or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)  # signal 0 only asks
    except ProcessLookupError:
        return True
    except PermissionError:  # it runs, as another user
        pass
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process started, in clock ticks since the machine did (Linux: proc(5), field 22), or "" elsewhere."""
    try:
        # The second field, the name, is in brackets and may hold spaces; "starttime" is the 20th after it.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except OSError:
        return ""
