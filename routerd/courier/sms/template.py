"""A provider's own HTTP interface, described by the owner: address, headers and body with places to fill in.

Values are written as the place wants it: percent-encoded in an address or a form, escaped in JSON and XML. So a text with a quote or an
ampersand is still a text, and nobody who can choose a text can add a field.
"""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from routerd.core.errors import Unavailable
from routerd.core.messaging import HttpSmsSettings
from routerd.courier.sms import web
from routerd.courier.sms.carrier import Carrier

_PLACE = re.compile(r"\{(number|digits|text|sender|secret)\}")

_WRITTEN: dict[str, Callable[[str], str]] = {
    "application/json": lambda value: json.dumps(value)[1:-1],
    "application/x-www-form-urlencoded": quote_plus,
    "application/xml": lambda value: escape(value, {'"': "&quot;", "'": "&apos;"}),
    "text/plain": str,
}


def filled(template: str, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    """`template` with each place filled in; what is filled in is not looked at again."""
    return _PLACE.sub(lambda place: write(values[place[1]]), template)


class HttpCarrier(Carrier):
    """Sends what [sms.http] describes."""

    name = "http"

    def send(self, number: str, text: str) -> None:
        own, sender = self.settings.http, self.settings.sender
        values = {"number": number, "digits": number.removeprefix("+"), "text": text, "sender": sender, "secret": own.secret}
        body = filled(own.body, values, _WRITTEN[own.content_type]).encode() if own.method != "GET" else None
        url = filled(own.url, values, lambda value: quote(value, safe=""))
        status, answer = web.request(own.method, url, _headers(own, values, body), body, self.settings.timeout_s)
        if not 200 <= status < 300 or own.expect not in answer:
            raise Unavailable(f"the provider answered {status}: {web.words(answer)}")


def _headers(own: HttpSmsSettings, values: Mapping[str, str], body: bytes | None) -> dict[str, str]:
    headers = {"Accept": "*/*", "User-Agent": "routerd"}
    if body is not None:
        headers["Content-Type"] = f"{own.content_type}; charset=utf-8"
    for line in own.headers:
        name, _, value = line.partition(":")
        headers[name.strip()] = filled(value.strip(), values, _header_value)
    return headers


def _header_value(value: str) -> str:
    return re.sub(r"[\r\n]+", " ", value)
