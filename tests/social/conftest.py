"""The social service in front of a provider on loopback; the way to it is a list that tests read."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from routerd.core.providers import FacebookSettings, ProviderSettings
from routerd.core.terms import Device
from routerd.social.facebook import Facebook
from routerd.social.model import Identity
from routerd.social.oidc import OpenId
from routerd.social.service import Social
from routerd.store.database import Store
from tests.fakes.clock import FakeClock
from tests.fakes.doorway import FakeDoorway
from tests.social import provider as stand_in
from tests.social.provider import Provider

DEVICE = Device("a0:00:00:00:00:01", "192.168.88.10", "main")
BACK = "http://192.168.88.1/back/oidc"


@dataclass
class World:
    """A service and everything around it."""

    provider: Provider
    social: Social
    doorway: FakeDoorway
    clock: FakeClock
    found: list[str]

    def begin(self, device: Device = DEVICE, name: str = "cafe") -> str:
        return self.social.begin("oidc" if name != "facebook" else name, name, device, BACK)

    def visit(self, device: Device = DEVICE, name: str = "cafe") -> dict[str, str]:
        """Set out and sign in there; what the guest comes back with."""
        return self.provider.visit(self.begin(device, name))

    def finish(self, answer: dict[str, str], device: Device = DEVICE, kind: str = "oidc") -> Identity:
        return self.social.finish(kind, answer, device)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Provider, Path]]:
    with stand_in.serving(tmp_path_factory.mktemp("provider")) as served:
        yield served


@pytest.fixture
def provider(server: tuple[Provider, Path], monkeypatch: pytest.MonkeyPatch) -> Provider:
    """As honest as when it was made."""
    served, certificate = server
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    served.reform()
    return served


@pytest.fixture
def world(provider: Provider) -> Iterator[World]:
    settings = ProviderSettings("cafe", provider.issuer, stand_in.CLIENT, stand_in.SECRET, "The Café")
    facebook = FacebookSettings(
        stand_in.APP,
        stand_in.APP_SECRET,
        dialog_url="https://www.facebook.com/dialog/oauth",
        token_url=f"{provider.issuer}/facebook/token",
        profile_url=f"{provider.issuer}/facebook/me",
    )
    clock, store, doorway, found = FakeClock(time.time()), Store("sqlite:///:memory:"), FakeDoorway(), []
    social = Social([OpenId(settings, clock), Facebook(facebook, clock)], doorway, found.extend, store, clock)
    yield World(provider, social, doorway, clock, found)
    store.stop()
