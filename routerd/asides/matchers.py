"""Makes databases of rules' patterns. A program; `defence.making` asks it.

It is one of its own for the memory that compiling takes, which would stay with the daemon, and for its rank: whatever else the machine
has to do comes first, and this goes first when memory runs out.
"""

import os
import resource
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from routerd.asides.talk import Told, serve
from routerd.core.frames import Frame
from routerd.waf.gate import order

LEAST_RANK = 19
CPU_S = 600
"""Processor time for all that it is asked; patterns of the whole OWASP CRS at level 4 take a minute."""


def answer(words: Mapping[str, Any], _told: Told) -> Frame:
    """Carry out an order; the octets are the gate, sealed."""
    return Frame({}, order.carried_out(words))


def humble() -> None:
    """Get out of everybody's way."""
    os.nice(LEAST_RANK)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


if __name__ == "__main__":
    humble()
    serve(answer)
