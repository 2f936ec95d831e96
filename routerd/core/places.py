"""Where routerd's data files (`rules/`, `webroot/`) are: beside the package in a checkout, under share/routerd when installed."""

import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]

_SHARES = (
    Path(sys.prefix, "share", "routerd"),  # pip, in a venv or not
    Path("/usr/share/routerd"),  # the Debian package, whose interpreter may live elsewhere
)


def data(*parts: str) -> Path:
    """The path of a data file or directory, such as ``data("webroot", "portal")``.

    Args:
        parts: path below the data root; the first is ``rules`` or ``webroot``.

    Returns:
        The first place that has it; the checkout's when none has, so that the error names a path to look at.
    """
    candidates = [root.joinpath(*parts) for root in (_CHECKOUT, *_SHARES)]
    return next((path for path in candidates if path.exists()), candidates[0])
