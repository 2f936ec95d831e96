"""The body processors by name: what ``ctl:requestBodyProcessor`` may ask for.

Called by the engine when a body is complete. It never raises, and its time and memory are in proportion to the body, whatever is in it.
"""

from collections.abc import Callable, Mapping

from routerd.waf.bodies import json, multipart, urlencoded, xml
from routerd.waf.bodies.body import Limits, Parsed

CATALOGUE: Mapping[str, Callable[[bytes, bytes, Limits], Parsed]] = {
    "URLENCODED": urlencoded.parse,
    "MULTIPART": multipart.parse,
    "JSON": json.parse,
    "XML": xml.parse,
}


def chosen(content_type: bytes) -> str:
    """The processor that a Content-Type asks for by itself; empty when none does: JSON and XML are chosen by rules."""
    lowered = content_type.lower()
    if lowered.startswith(b"multipart/form-data"):
        return "MULTIPART"
    return "URLENCODED" if lowered.startswith(b"application/x-www-form-urlencoded") else ""


def parse(processor: str, body: bytes, content_type: bytes, limits: Limits) -> Parsed:
    """Takes a body apart.

    Args:
        processor: a name of `CATALOGUE`; anything else makes an error in what is given back.
        body: all of it.
        content_type: the header field as it came.
        limits: where reading ends.
    """
    function = CATALOGUE.get(processor)
    if function is None:
        return Parsed(error=f"Unknown request body processor: {processor}")
    return function(body, content_type, limits)
