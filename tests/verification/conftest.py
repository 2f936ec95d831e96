"""Verification on a store, with a carrier that only remembers."""

from dataclasses import dataclass

import pytest

from routerd.core.messaging import MailSettings, SmsSettings
from routerd.store.database import Store
from routerd.verification.model import Ask, Issued
from routerd.verification.service import Verification
from tests.fakes.carrier import FakeCarrier, FakeKeys
from tests.fakes.clock import FakeClock

MAC, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:02"
NUMBER = "+491711234567"


@dataclass
class Desk:
    """A box with its store, its clock and what it sent."""

    store: Store
    clock: FakeClock
    carrier: FakeCarrier
    verification: Verification

    def sms(self, number: str = NUMBER, mac: str = MAC, network: str = "main", **more) -> Issued:
        ask = Ask("sms", "mobile", number, mac, network, valid_s=600, **more)
        return self.verification.issue(ask, lambda code, _ticket: ("", f"Your code is {code}"))

    def mail(self, address: str = "a@example.com", mac: str = MAC, network: str = "main", **more) -> Issued:
        ask = Ask("mail", "email", address, mac, network, valid_s=600, **more)
        return self.verification.issue(ask, lambda code, ticket: ("Code", f"Code {code} ticket {ticket}"))

    def ticket(self) -> str:
        return self.carrier.mails[-1][2].rpartition(" ")[2]


def make_desk(url: str = "sqlite:///:memory:", clock: FakeClock | None = None, sms: SmsSettings | None = None) -> Desk:
    store, clock, carrier = Store(url), clock or FakeClock(), FakeCarrier()
    store.start()
    limits = {"mail": MailSettings(), "sms": sms or SmsSettings()}
    return Desk(store, clock, carrier, Verification(store, clock, FakeKeys(), mail=carrier, sms=carrier, limits=limits))


@pytest.fixture
def desk():
    made = make_desk()
    yield made
    made.store.stop()
