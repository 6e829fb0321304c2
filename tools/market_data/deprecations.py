"""Warnings of the libraries that we call about each other: nothing that whoever runs this could mend."""

from __future__ import annotations

import warnings

_LIBRARIES = r"(yfinance|exchange_calendars|pandas)(\.|$)"


def ignore_deprecations() -> None:
    """Ignore that they use what pandas 3.1 deprecates, from here on; to be called before each use of them.

    Not `catch_warnings`: it puts back the filters of the whole process, under the feet of other threads.
    """
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=_LIBRARIES)
