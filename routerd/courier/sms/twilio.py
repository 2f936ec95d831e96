"""Twilio's Messages API, 2010-04-01: one form, HTTP Basic, 201 with a message's SID."""

import base64
import json
from contextlib import suppress
from urllib.parse import quote, urlencode

from routerd.core.errors import Unavailable
from routerd.courier.sms import web
from routerd.courier.sms.carrier import Carrier

SERVICE_PREFIX = "MG"
"""A sender of this kind is a messaging service, which picks a number itself."""


class TwilioCarrier(Carrier):
    """Creates a Message resource."""

    name = "twilio"

    def send(self, number: str, text: str) -> None:
        own, sender = self.settings.twilio, self.settings.sender
        by = "MessagingServiceSid" if sender.startswith(SERVICE_PREFIX) else "From"
        body = urlencode({"To": number, by: sender, "Body": text}).encode()
        login = base64.b64encode(f"{own.api_key or own.account}:{own.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        url = f"{own.base.rstrip('/')}/2010-04-01/Accounts/{quote(own.account, safe='')}/Messages.json"
        status, answer = web.request("POST", url, headers, body, self.settings.timeout_s)
        if status != 201:
            raise Unavailable(f"Twilio answered {status}: {_said(answer)}")


def _said(answer: str) -> str:
    """Twilio's own number and sentence for what went wrong."""
    with suppress(ValueError, AttributeError):
        told = json.loads(answer)
        return web.words(f"{told.get('code', '')} {told.get('message', '')}")
    return web.words(answer)
