"""A Kannel gateway's sendsms service (Kannel 1.4 user's guide, chapter 6): a GET with the message in the query, 202 when it was taken."""

from urllib.parse import urlencode

from routerd.core.errors import Unavailable
from routerd.courier.sms import web
from routerd.courier.sms.alphabet import is_gsm
from routerd.courier.sms.carrier import Carrier


class KannelCarrier(Carrier):
    """Asks a Kannel smsbox, usually on this machine, to send."""

    name = "kannel"

    def send(self, number: str, text: str) -> None:
        own = self.settings.kannel
        fields = {"username": own.username, "password": own.password, "to": number, "text": text, "charset": "UTF-8"}
        fields["coding"] = "0" if is_gsm(text) else "2"
        if self.settings.sender:
            fields["from"] = self.settings.sender
        status, answer = web.request("GET", f"{own.url}?{urlencode(fields)}", {}, None, self.settings.timeout_s)
        if status != 202:
            raise Unavailable(f"Kannel answered {status}: {web.words(answer)}")
