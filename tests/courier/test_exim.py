"""Mail through a real mail server into a real mailbox, and the code in it signs a guest in."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from routerd.core.errors import BadInput, Unavailable
from routerd.core.messaging import MailSettings
from routerd.courier.smtp import Smtp
from tests.courier.certificates import make
from tests.courier.exim import EXIM, Exim
from tests.fakes.clock import FakeClock
from tests.portal.proving import code, make_proving

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which(EXIM), reason="needs root and exim4")


@pytest.fixture(scope="module")
def exim():
    with tempfile.TemporaryDirectory(prefix="exim-") as name:  # its user has to get there, so none of pytest's own directories
        home = Path(name)
        home.chmod(0o711)
        make(home)
        with Exim(home, certified=True) as server:
            server.wait()
            yield server


def smtp(exim: Exim, **more) -> Smtp:
    own = {"host": "localhost", "port": exim.port, "ca_file": str(exim.home / "ca.pem"), "username": "wifi", "password": "secret", **more}
    return Smtp(MailSettings(**{"sender": "wifi@hotel.example", **own}), "Hotel", FakeClock())


def test_a_mail_lies_in_the_mailbox_over_starttls_and_with_an_account(exim) -> None:
    smtp(exim).send("guest@example.com", "Größe", "Ihr Code: 123456\n")
    letter = exim.letter("guest")
    assert (letter["Subject"], letter.get_content().strip()) == ("Größe", "Ihr Code: 123456")
    assert "esmtpsa" in letter["Received"], "received with TLS and authentication"


@pytest.mark.parametrize(
    ("more", "recipient", "said"),
    [
        ({"password": "wrong"}, "guest@example.com", "535"),
        ({"ca_file": ""}, "guest@example.com", "not trusted"),
        ({"security": "none", "username": "wifi"}, "guest@example.com", "AUTH"),
    ],
)
def test_what_the_server_does_not_allow_is_told_in_its_words(exim, more, recipient, said) -> None:
    with pytest.raises(Unavailable, match=said):
        smtp(exim, **more).send(recipient, "s", "t")


def test_a_recipient_whom_it_does_not_know_is_the_guest_s_mistake(exim) -> None:
    with pytest.raises(BadInput) as refused:
        smtp(exim).send("nobody@example.com", "s", "t")
    assert "no such user here" in refused.value.words


def test_the_code_in_the_mailbox_signs_the_guest_in(exim) -> None:
    box = make_proving('methods = ["email"]\n[portal.email]\nverify = "code"\ngrace_s = 0\n')
    server = smtp(exim)
    box.carrier.send_mail = server.send
    guest = box.guest()
    assert guest.submit("email", email="traveller@example.com").status == 200
    found = re.search(r"\b\d{6}\b", exim.letter("traveller").get_content())
    assert found is not None
    assert code(guest, "email", code=found[0]).location == "/online"
    assert box.online() == {"0a": ("traveller@example.com", "traveller@example.com")}
    box.world.store.stop()
