"""Answers in HTTP/2: an exchange's to fields for a client, and an upstream's fields to an exchange's. Pure."""

from collections.abc import Sequence

from routerd.edge.fields import lines, sort_answer
from routerd.edge.head import Fields
from routerd.edge.http1.lines import VALUE
from routerd.edge.http2.requests import LOWER_TOKEN
from routerd.edge.malformed import Malformed
from routerd.edge.message import Answer

_BODILESS = frozenset({204, 304})
_CONNECTION = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"})


def written(answer: Answer) -> Fields:
    """An answer as fields; names in lower case, as RFC 9113 (8.2) wants them."""
    fields = [(b":status", b"%d" % answer.status)]
    fields += [(name.lower(), value) for name, value in answer.kept]
    if answer.length is not None and answer.status != 204:
        fields.append((b"content-length", b"%d" % answer.length))
    return tuple(fields)


def read(fields: Sequence[tuple[bytes, bytes]], *, head_only: bool, ended: bool, fields_most: int) -> Answer:
    """An upstream's answer.

    Args:
        fields: as they came.
        head_only: HEAD was asked.
        ended: no body follows.
        fields_most: more are refused.

    Raises:
        Malformed: it is none.
    """
    if not fields or fields[0][0] != b":status" or len(fields) > fields_most + 1:
        raise Malformed("bad-answer-head")
    status = fields[0][1]
    if len(status) != 3 or not status.isdigit() or not b"100" <= status <= b"599":
        raise Malformed("bad-status")
    rest = [(bytes(name), bytes(value).strip(b" \t")) for name, value in fields[1:]]
    for name, value in rest:
        if not name or name.translate(None, LOWER_TOKEN) or value.translate(None, VALUE) or name in _CONNECTION:
            raise Malformed("bad-answer-field")
    kept, length, _, _, dated = sort_answer(rest)
    code = int(status)
    answer = Answer(code, tuple(rest), kept, length, head_only or code in _BODILESS)
    answer.dated, answer.lines = dated, lines(kept)
    if ended and not answer.bodiless:
        if length:
            raise Malformed("length-without-body")
        answer.length = 0
    return answer
