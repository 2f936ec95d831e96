"""The only door to scapy: loads what is needed of it, when it is needed, and leaves out what is not.

As it comes, scapy reads the maker of every MAC prefix into memory (18 MB), and keeps pickles of such tables in a cache below the
user's home. Neither is for a daemon: makers are looked up by the guests domain, and a pickle that others could write is code. scapy
has no switch for either, so both are put out of its reach while it loads.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

_FOLDERS = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
_NOWHERE = "/dev/null/none"
_UNNEEDED: dict[str, Any] = {"scapy.libs.manuf": "", "scapy.libs.bluetoothids": {}}


@contextmanager
def _lean() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _FOLDERS}
    put = [name for name in _UNNEEDED if name not in sys.modules]
    for name in put:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__["DATA"] = _UNNEEDED[name]
    os.environ.update(dict.fromkeys(_FOLDERS, _NOWHERE))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        for name in put:
            del sys.modules[name]


with _lean():
    from scapy.arch.linux import L2ListenSocket
    from scapy.layers.l2 import Ether


@cache
def layer(module: str, name: str) -> Any:
    """A dissector of scapy's, such as ``layer("dns", "DNS")``; its module is loaded at first use."""
    return getattr(import_module(f"scapy.layers.{module}"), name)


__all__ = ["Ether", "L2ListenSocket", "layer"]
