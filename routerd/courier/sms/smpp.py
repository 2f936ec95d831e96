"""A message centre that speaks SMPP 3.4: bind as transmitter, submit, unbind; one connection per message.

Own code instead of a library: three requests are needed, and what there is carries Python 2's compatibility layer along.
"""

import contextlib
import socket
import ssl

from routerd.core.clock import Clock, SystemClock
from routerd.core.errors import Unavailable
from routerd.core.messaging import SmppSettings
from routerd.courier.sms import pdu
from routerd.courier.sms.carrier import Carrier
from routerd.courier.sms.pdu import Pdu


class SmppCarrier(Carrier):
    """Submits to one message centre."""

    name = "smpp"

    def send(self, number: str, text: str) -> None:
        own = self.settings.smpp
        try:
            with _connected(own, self.settings.timeout_s) as wire:
                line = _Line(wire, self.settings.timeout_s, SystemClock())
                line.ask(pdu.BIND_TRANSMITTER, pdu.bind_transmitter(own.system_id, own.password, own.system_type))
                line.ask(pdu.SUBMIT_SM, pdu.submit_sm(self.settings.sender, number, text))
                with contextlib.suppress(OSError, Unavailable):  # the message is theirs now, however they say goodbye
                    line.ask(pdu.UNBIND, b"")
        except ssl.SSLCertVerificationError as error:
            raise Unavailable(f"{own.host} has a certificate that is not trusted: {error.verify_message}") from None
        except OSError as error:
            raise Unavailable(f"the message centre {own.host}:{own.port} cannot be used: {error or type(error).__name__}") from None


class _Line:
    """Asks one question at a time, and answers the centre's in between."""

    def __init__(self, wire: socket.socket, timeout_s: float, clock: Clock) -> None:
        self._wire = wire
        self._timeout_s = timeout_s
        self._clock = clock
        self._sequence = 0

    def ask(self, command: int, body: bytes) -> None:
        """Send a request and wait for its answer.

        Raises:
            Unavailable: the answer is no.
            OSError: there is none.
        """
        self._sequence += 1
        self._wire.sendall(Pdu(command, 0, self._sequence, body).octets())
        until = self._clock.monotonic() + self._timeout_s
        while self._clock.monotonic() < until:
            answer = self._read()
            if answer.command == pdu.ENQUIRE_LINK:
                self._wire.sendall(Pdu(pdu.ENQUIRE_LINK | pdu.RESPONSE, 0, answer.sequence).octets())
            elif answer.sequence == self._sequence and answer.command in (command | pdu.RESPONSE, pdu.GENERIC_NACK):
                if answer.status or answer.command == pdu.GENERIC_NACK:
                    raise Unavailable(f"the message centre said: {pdu.words(answer.status)}")
                return
        raise TimeoutError("no answer")

    def _read(self) -> Pdu:
        length, command, status, sequence = pdu.HEADER.unpack(self._octets(pdu.HEADER.size))
        if not pdu.HEADER.size <= length <= pdu.PDU_OCTETS_MOST:
            raise ConnectionError(f"it does not speak SMPP: a unit of {length} octets")
        return Pdu(command, status, sequence, self._octets(length - pdu.HEADER.size))

    def _octets(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self._wire.recv(count - len(got))
            if not more:
                raise ConnectionError("it hung up")
            got += more
        return got


def _connected(own: SmppSettings, timeout_s: float) -> socket.socket:
    wire = socket.create_connection((own.host, own.port), timeout=timeout_s)
    if not own.tls:
        return wire
    try:
        return ssl.create_default_context(cafile=own.ca_file or None).wrap_socket(wire, server_hostname=own.host)
    except BaseException:
        wire.close()
        raise
