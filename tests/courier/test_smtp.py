"""Mail over a real SMTP server (aiosmtpd), well and badly behaved."""

import contextlib
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from routerd.core.errors import BadInput, Unavailable
from routerd.core.messaging import MailSettings, SmsSettings
from routerd.courier.service import Courier
from routerd.courier.smtp import Smtp
from tests.courier.certificates import make
from tests.fakes.clock import FakeClock


class Mailbox:
    """An aiosmtpd handler that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.secured: list[bool] = []
        self.refusal = ""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.secured.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 taken"


def authenticator(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"wifi", b"secret")
    return AuthResult(success=good, handled=False)


class Plain(Controller):
    """aiosmtpd on a free port; `options` are its SMTP class's."""

    def __init__(self, handler, **options) -> None:
        self.options = options
        super().__init__(handler, hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.options)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Tls(Plain):
    """The same, with TLS from the start."""

    def __init__(self, handler, context) -> None:
        self.context = context
        super().__init__(handler)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, host=self.hostname, port=self.port, ssl=self.context)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        self.ssl_context = self.context
        super()._trigger_server()


@contextlib.contextmanager
def running(controller):
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make(tmp_path_factory.mktemp("good"))


def settings(port: int, **more) -> MailSettings:
    return MailSettings(**{"host": "127.0.0.1", "port": port, "security": "none", "sender": "wifi@hotel.example", "timeout_s": 3, **more})


def smtp(port: int, **more) -> Smtp:
    return Smtp(settings(port, **more), "Hôtel – Wi-Fi", FakeClock())


def complaint(call) -> str:
    with pytest.raises(Unavailable) as caught:
        call()
    return str(caught.value)


def test_a_mail_arrives_whole() -> None:
    box = Mailbox()
    with running(Plain(box)) as server:
        smtp(server.port).send(
            "guest@example.com", "Ihr Code\r\nBcc: everybody@example.com", "Größe: 123 456\nhttp://192.168.88.1/back/email?t=x\n"
        )
    (letter,) = box.letters
    assert letter["To"] == "guest@example.com"
    (sender,) = letter["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Hôtel – Wi-Fi", "wifi@hotel.example")
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Ihr Code Bcc: everybody@example.com"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime.year == 2025
    assert letter["Message-ID"].endswith("@hotel.example>")
    assert letter.get_content().replace("\r\n", "\n") == "Größe: 123 456\nhttp://192.168.88.1/back/email?t=x\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_starttls_protects_the_mail(certificate, host) -> None:
    ca_file, context = certificate
    box = Mailbox()
    with running(Plain(box, tls_context=context, require_starttls=True)) as server:
        smtp(server.port, host=host, security="starttls", ca_file=str(ca_file)).send("guest@example.com", "s", "t")
    assert box.secured == [True]


def test_tls_from_the_start_protects_the_mail(certificate) -> None:
    ca_file, context = certificate
    box = Mailbox()
    with running(Tls(box, context)) as server:
        smtp(server.port, security="tls", ca_file=str(ca_file)).send("guest@example.com", "s", "t")
    assert box.secured == [True]


def test_a_server_without_starttls_is_not_trusted_with_anything(certificate) -> None:
    box = Mailbox()
    with running(Plain(box)) as server:
        said = complaint(lambda: smtp(server.port, security="starttls", username="wifi", password="secret").send("a@example.com", "s", "t"))
    assert "STARTTLS" in said
    assert box.letters == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_we_trust_ends_it(certificate, security) -> None:
    _, context = certificate
    box = Mailbox()
    with running(Tls(box, context) if security == "tls" else Plain(box, tls_context=context)) as server:
        said = complaint(lambda: smtp(server.port, security=security).send("guest@example.com", "s", "t"))
    assert "certificate that is not trusted" in said
    assert box.letters == []


def test_a_certificate_of_another_host_ends_it(tmp_path) -> None:
    ca_file, context = make(tmp_path, "mail.elsewhere.example")
    box = Mailbox()
    with running(Tls(box, context)) as server:
        said = complaint(lambda: smtp(server.port, security="tls", ca_file=str(ca_file)).send("guest@example.com", "s", "t"))
    assert "certificate that is not trusted" in said
    assert box.letters == []


@pytest.mark.parametrize(("password", "arrives"), [("secret", True), ("Secret", False)])
def test_the_account_has_to_be_right(certificate, password, arrives) -> None:
    ca_file, context = certificate
    box = Mailbox()
    options = {"tls_context": context, "authenticator": authenticator, "auth_required": True}
    with running(Plain(box, **options)) as server:
        mail = smtp(server.port, security="starttls", ca_file=str(ca_file), username="wifi", password=password)
        if arrives:
            mail.send("guest@example.com", "s", "t")
        else:
            said = complaint(lambda: mail.send("guest@example.com", "s", "t"))
            assert "535" in said
            assert password not in said
    assert len(box.letters) == arrives


@pytest.mark.parametrize("refusal", ["550 5.1.1 no such user here", "553 5.1.3 bad address"])
def test_a_recipient_whom_the_server_does_not_know_is_the_guest_s_mistake(refusal) -> None:
    box = Mailbox()
    box.refusal = refusal
    with running(Plain(box)) as server:
        with pytest.raises(BadInput, match="does not accept this address"):
            smtp(server.port).send("nobody@example.com", "s", "t")
        courier = Courier(settings(server.port), SmsSettings(), "Wi-Fi", FakeClock())
        assert refusal in complaint(lambda: courier.send_test_mail("nobody@example.com")), "an owner reads the server's words"


@pytest.mark.parametrize("refusal", ["550 5.7.1 relaying denied", "554 5.7.1 you are listed", "452 4.3.1 disk full"])
def test_what_the_server_has_against_us_is_not_the_guest_s_mistake(refusal) -> None:
    box = Mailbox()
    box.refusal = refusal
    with running(Plain(box)) as server:
        assert refusal in complaint(lambda: smtp(server.port).send("guest@example.com", "s", "t"))


def test_a_server_that_wants_to_be_asked_later_is_nobody_s_mistake() -> None:
    box = Mailbox()
    box.refusal = "451 4.7.1 greylisted"
    with running(Plain(box)) as server:
        assert "451 4.7.1 greylisted" in complaint(lambda: smtp(server.port).send("guest@example.com", "s", "t"))


@pytest.mark.parametrize("address", ["nobody", "a@b\r\nRCPT TO:<x@example.com>", "a b@example.com", "", "a@example.com, b@example.com"])
def test_what_is_no_address_never_reaches_the_server(address) -> None:
    with pytest.raises(BadInput):
        smtp(1).send(address, "s", "t")


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        said = complaint(lambda: smtp(free.getsockname()[1]).send("guest@example.com", "s", "t"))
    assert "Connection refused" in said


def test_a_server_that_never_speaks_is_given_up_after_the_time_that_the_settings_give() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = complaint(lambda: smtp(silent.getsockname()[1], timeout_s=1).send("guest@example.com", "s", "t"))
    assert "timed out" in said


def test_a_server_that_hangs_up_after_taking_the_mail_has_taken_it() -> None:
    taken = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_hang_up_at_quit, args=(listener, taken))
        thread.start()
        smtp(listener.getsockname()[1]).send("guest@example.com", "s", "t")
        thread.join(5)
    assert taken.is_set()


def test_what_a_guest_is_not_told_is_in_the_log(caplog) -> None:
    box = Mailbox()
    box.refusal = "451 4.7.1 greylisted"
    with running(Plain(box)) as server:
        courier = Courier(settings(server.port), SmsSettings(), "Wi-Fi", FakeClock())
        complaint(lambda: courier.send_mail("guest@example.com", "s", "t"))
        assert "greylisted" in caplog.text
        box.refusal = "550 5.1.1 no such user"
        with pytest.raises(BadInput):
            courier.send_mail("guest@example.com", "s", "t")
    assert "no such user" in caplog.text
    assert box.letters == []


def test_without_a_server_it_says_which_setting_is_missing() -> None:
    courier = Courier(MailSettings(), SmsSettings(), "Wi-Fi", FakeClock())
    assert not courier.has_mail
    assert "[mail] host" in complaint(lambda: courier.send_mail("a@example.com", "s", "t"))
    assert "[mail] host" in complaint(lambda: courier.send_test_mail("a@example.com"))


def _hang_up_at_quit(listener: socket.socket, taken: threading.Event) -> None:
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as wire:
        wire.write(b"220 ready\r\n")
        wire.flush()
        for line in wire:
            word = line[:4].upper()
            if word == b"QUIT":
                return
            wire.write(b"354 go on\r\n" if word == b"DATA" else b"250 ok\r\n")
            wire.flush()
            if word == b"DATA":
                while wire.readline() != b".\r\n":
                    continue
                taken.set()
                wire.write(b"250 taken\r\n")
                wire.flush()
