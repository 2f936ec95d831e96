"""Where the control socket is: the one thing that daemon and command line must agree on."""

from pathlib import Path

SOCKET_NAME = "routerd.sock"


def socket_path(run_dir: str) -> Path:
    """The control socket in `[daemon] run_dir`."""
    return Path(run_dir) / SOCKET_NAME
