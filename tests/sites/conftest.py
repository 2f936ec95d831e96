import base64

import pytest

from routerd.core.edge import SiteSettings
from routerd.core.errors import Unavailable
from routerd.sites.service import Sites
from routerd.store.database import Store
from tests.fakes.clock import FakeClock
from tests.sites.authority import NOW


class Seal:
    """Fulfils `sites.ports.Seal`, as far as a test can tell."""

    def seal(self, secret, purpose):
        return base64.b64encode(f"{purpose}|{secret}".encode()).decode()

    def open(self, sealed, purpose):
        told, _, secret = base64.b64decode(sealed).decode().partition("|")
        if told != purpose:
            raise Unavailable("another purpose")
        return secret


@pytest.fixture
def store():
    made = Store("sqlite:///:memory:")
    yield made
    made.stop()


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
def sites(store, clock):
    return Sites(store, Seal(), clock)


@pytest.fixture
def with_file(store, clock):
    """Sites of a file beside those of the store."""

    def made(*settings: SiteSettings) -> Sites:
        return Sites(store, Seal(), clock, settings)

    return made
