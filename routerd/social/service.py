"""The social domain's verbs: send a guest to a provider, hear whom it says that he is, and keep since when an account has its grant.

The portal's methods call `begin` and `finish` outside the transaction, for they wait for the provider; `granted` inside it. The way to
the provider is open for the guest's device alone, from `begin` until `finish`, and for no longer than the kernel lets it be.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Denied, RouterdError, Unavailable
from routerd.core.parts import Every, Part
from routerd.core.providers import offered
from routerd.core.settings import Settings
from routerd.core.terms import Device
from routerd.social import records
from routerd.social.facebook import Facebook
from routerd.social.model import Identity
from routerd.social.oidc import OpenId
from routerd.social.pending import KEPT_S, Begun, Pending
from routerd.social.ports import Doorway, FoundAt
from routerd.store.database import Store

log = logging.getLogger(__name__)

LOOK_S = 60.0
"""How often a provider that has not answered yet is asked who it is."""


class Provider(Protocol):
    """One provider of accounts."""

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def is_known(self) -> bool: ...

    def hosts(self) -> set[str]: ...

    def address(self, begun: Begun, state: str) -> str: ...

    def identity(self, code: str, begun: Begun, issuer: str | None) -> Identity: ...


class Social:
    """The providers of accounts.

    Args:
        providers: all there are.
        doorway: lets a device out to them.
        found_at: told where their pages are.
        store: has the grants' starts.
        clock: tells the time.
    """

    def __init__(self, providers: Sequence[Provider], doorway: Doorway, found_at: FoundAt, store: Store, clock: Clock) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._doorway = doorway
        self._found_at = found_at
        self._store = store
        self._clock = clock
        self._pending = Pending(clock)
        self._looking = Every("identity providers", self._look, LOOK_S)

    def parts(self) -> list[Part]:
        """Finds out where the providers' pages are before the first guest asks."""
        return [self._looking]

    def offered(self, kind: str) -> list[tuple[str, str]]:
        """Name and label of each provider of a method."""
        return [(provider.name, provider.label) for provider in self._providers.values() if provider.kind == kind]

    def begin(self, kind: str, name: str, device: Device, redirect_uri: str) -> str:
        """Open the way to a provider for a device; returns where its browser has to go.

        Args:
            kind: the method's name.
            name: the provider's.
            device: who wants to sign in.
            redirect_uri: where the provider sends the guest afterwards.

        Raises:
            BadInput: there is no such provider.
            Limited: the device has set out too often.
            Unavailable: the provider does not answer.
        """
        provider = self._providers.get(name)
        if provider is None or provider.kind != kind:
            raise BadInput("This way to sign in is not offered here.")
        self._found_at(provider.hosts())
        self._pending.count(device.mac)
        state = tokens.nonce()
        begun = Begun(kind, name, device, redirect_uri, tokens.session(), tokens.nonce(), self._clock.monotonic() + KEPT_S)
        url = provider.address(begun, state)
        self._doorway.let_out(device.network, device.mac, KEPT_S)
        self._pending.put(state, begun)
        return url

    def finish(self, kind: str, answer: Mapping[str, str], device: Device) -> Identity:
        """Judge what a guest who comes back brings along, and close the way.

        Args:
            kind: the method's name.
            answer: the query of the address that he came back to.
            device: who he is here.

        Raises:
            Denied: it proves nothing, or he did not want to.
            Unavailable: the provider does not answer.
        """
        begun = self._pending.take(answer.get("state", ""), kind, device)
        try:
            identity = self._identified(begun, answer)
        finally:
            with suppress(Unavailable):  # the kernel ends it by itself
                self._doorway.shut_out(device.network, device.mac)
        self._pending.arrived(device.mac)
        return identity

    def _identified(self, begun: Begun, answer: Mapping[str, str]) -> Identity:
        error, code = answer.get("error", ""), answer.get("code", "")
        if error == "access_denied":
            raise Denied("You did not sign in with this account.", "cancelled")
        if error or not code:
            log.warning("sign-in with %s refused: it answered %r", begun.provider, error[:80])
            raise Denied("Your account could not be confirmed. Please try again.", "unconfirmed")
        return self._providers[begun.provider].identity(code, begun, answer.get("iss"))

    def granted(self, identity: Identity, lasts_s: int) -> int:
        """When the account's grant began: now, unless it has one that is not over. Inside the transaction that opens the session.

        Args:
            identity: whose.
            lasts_s: from a grant's start until the account may have another.

        Returns:
            Seconds since the epoch.
        """
        holder, now, db = tokens.fingerprint(f"{identity.provider}|{identity.account}"), int(self._clock.now()), self._store.db
        records.forget_over(db, now)
        starts_at = records.running_since(db, holder, now)
        if starts_at is None:
            starts_at = now
        records.hold(db, holder, starts_at, starts_at + lasts_s)
        return starts_at

    def since(self, identity: Identity) -> int | None:
        """When the grant began that the account has; None when it has none."""
        holder = tokens.fingerprint(f"{identity.provider}|{identity.account}")
        return records.running_since(self._store.db, holder, int(self._clock.now()))

    def _look(self) -> None:
        for provider in self._providers.values():
            if not provider.is_known:
                try:
                    self._found_at(provider.hosts())
                except RouterdError as error:
                    log.info("%s cannot be asked where its pages are: %s", provider.name, error)


def furnish(settings: Settings, doorway: Doorway, found_at: FoundAt, store: Store, clock: Clock) -> Social | None:
    """The providers that any network offers; None when there are none.

    Args:
        settings: verified.
        doorway: as for `Social`, like the rest.
        found_at: where their pages are.
        store: open.
        clock: tells the time.
    """
    used = offered(settings)
    providers: list[Provider] = [OpenId(each, clock) for each in settings.oidc] if "oidc" in used else []
    if Facebook.kind in used:
        providers.append(Facebook(settings.portal.social.facebook, clock))
    return Social(providers, doorway, found_at, store, clock) if providers else None
