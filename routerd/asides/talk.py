"""How a program beside the daemon listens and answers: frames on standard input and output, until the input ends.

Every aside's last line is `serve(its answer)`. Whatever a library prints goes to standard error, lest it get between the frames.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from routerd.core.frames import Frame, pack, unpack

Told = Callable[[int], None]
Answer = Callable[[Mapping[str, Any], Told], Frame]
"""Answers a question; tells meanwhile how far it is."""

FAILED_MOST = 500
"""Characters of what is said about a failure."""


def serve(answer: Answer) -> None:
    """Answer one question after the other; returns when the daemon is gone or wants no more."""
    replies = os.dup(1)
    os.dup2(2, 1)
    try:
        while True:
            question = unpack(_read)
            _write(replies, _answered(answer, question.words, lambda done: _write(replies, Frame({"done": done}))))
    except (EOFError, BrokenPipeError):
        return


def _answered(answer: Answer, words: Mapping[str, Any], told: Told) -> Frame:
    try:
        return answer(words, told)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library raises, the asker is to hear of it
        return Frame({"failed": f"{type(error).__name__}: {error}"[:FAILED_MOST]})


def _read(wanted: int) -> bytes:
    parts, lacking = [], wanted
    while lacking:
        part = os.read(0, lacking)
        if not part:
            raise EOFError
        parts.append(part)
        lacking -= len(part)
    return b"".join(parts)


def _write(number: int, frame: Frame) -> None:
    rest = memoryview(pack(frame))
    while rest:
        rest = rest[os.write(number, rest) :]
