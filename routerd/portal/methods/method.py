"""Method: what every way to sign in has in common, and what it may ask.

A method turns a submitted form into Terms, or refuses. It never opens a session, never writes a page, and never counts attempts:
`portal.signin` does that the same way for all of them. Its fields are a template below `webroot/portal/methods/`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from routerd.core.settings import PortalSettings
from routerd.core.terms import Device, Terms
from routerd.portal.languages import Languages
from routerd.portal.ports import FreeUsers
from routerd.vouchers.service import Vouchers

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.guests.service import Guests
    from routerd.radius.service import Radius
    from routerd.social.service import Social
    from routerd.verification.service import Verification


@dataclass(frozen=True, slots=True)
class Asked:
    """One guest asking to be signed in.

    Attributes:
        form: the fields submitted, unchecked; for a guest who comes back by a link, the link's query fields.
        device: who asks.
        now: seconds since the epoch.
        came_back: True when the guest followed a link to ``/back/<method>`` (an e-mail's, an identity provider's, a QR code's)
            instead of submitting the form.
        language: of the page, such as ``de``.
        base: the portal's own address as this guest sees it, without a slash at the end; links start with it.
        proof: what `prepare` returned.
    """

    form: Mapping[str, str]
    device: Device
    now: int
    came_back: bool = False
    language: str = "en"
    base: str = ""
    proof: Any = None


@dataclass(frozen=True, slots=True)
class Step:
    """There is more to fill in: the guest is shown another form of the same method before anything is granted.

    Attributes:
        template: one of the method's `more_templates`; it is given `values`, `form`, `first` and what every template may use. Its
            form goes to /signin again: the portal puts in the hidden fields that every form has, the template those of the method.
        values: what the template needs.
        said: heading of the page, in English; a literal, so that the test of translations finds it.
    """

    template: str | Path
    values: Mapping[str, Any] = field(default_factory=dict)
    said: str = "Sign in"


@dataclass(frozen=True, slots=True)
class Redirect:
    """The browser is sent elsewhere (an identity provider) and is expected back at ``/back/<method>``.

    It goes by a page that refreshes itself, not by a status 303: the pages' form-action holds for redirects of forms too.

    Attributes:
        url: absolute http or https URL, made by the method, never a guest's.
    """

    url: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What methods may ask.

    Attributes:
        settings: the section [portal].
        vouchers: redeems credentials.
        free_users: knows when a device was last given free access.
        people: keeps who signed in with an address, a number or an account.
        verification: one-time codes by e-mail and text message; None when neither can be sent.
        radius: the RADIUS client; None when no server is configured.
        social: the identity providers; None when none is configured.
        languages: the portal's, for messages; None: English.
    """

    settings: PortalSettings
    vouchers: Vouchers
    free_users: FreeUsers
    people: "Guests | None" = None
    verification: "Verification | None" = None
    radius: "Radius | None" = None
    social: "Social | None" = None
    languages: Languages | None = None


class Method(ABC):
    """One way to sign in. Subclasses name themselves and override `authenticate`.

    Args:
        desk: what it may ask.
    """

    name: ClassVar[str]
    """In settings, in the form's `method` field, and as `Terms.kind`."""

    template: ClassVar[str | Path]
    """Its fields: a file name below webroot/portal/methods/, or an absolute path. What every template may use: see `portal.pages`."""

    more_templates: ClassVar[tuple[str | Path, ...]] = ()
    """Templates of its further steps."""

    extends: ClassVar[bool] = False
    """A guest who is online may sign in with it once more to have more (RFC 8908, can-extend-session)."""

    guesses: ClassVar[frozenset[str]] = frozenset()
    """Reasons of refusal that count as a wrong guess."""

    sets_idle_timeout: ClassVar[bool] = False
    """Its terms' ``idle_timeout_s`` counts, where it is not 0; otherwise the guest network's does."""

    comes_back: ClassVar[bool] = False
    """``GET /back/<name>`` signs in. Anybody can make a browser follow a link, so what the link carries must be worth that: a secret
    that nobody else has, or a voucher, with which nobody can harm but himself. A device that is online is not signed in by it, but
    shown the form (if the method extends) or what it has."""

    comes_back_online: ClassVar[bool] = False
    """Likewise for a device that is online (a link in a mail that was read within a short grace session). Only for methods whose
    links are bound to the device that asked for them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def prepare(self, asked: Asked) -> Any:
        """What has to be asked of the outside first; called before the transaction, and may wait for some seconds.

        Returns:
            A `Step` or a `Redirect` ends this request without a sign-in; anything else becomes `asked.proof`.

        Raises:
            Denied: not this time; `reason` picks the page.
            BadInput: the form lacks something.
            Limited: too often.
            Unavailable: the outside does not answer.
        """
        del asked

    @abstractmethod
    def authenticate(self, asked: Asked) -> Terms:
        """What the device is granted; called inside the transaction that opens the session.

        Raises:
            Denied: not this time; `reason` picks the page.
            BadInput: the form lacks something.
        """

    def resumed(self, asked: Asked) -> Step | None:
        """The further step that a refused form belongs to.

        The guest then sees that step again, with the reason above it. Called outside the transaction; a refusal from here is not
        shown.

        Returns:
            None for the method's first form.
        """
        del asked
        return None

    def owed(self, asked: Asked) -> Step | None:
        """What this guest has begun and not finished (a code that is on its way), whatever page he comes to.

        It stands on the sign-in page in the place of the method's first form, and on the status page of a guest who is online. Called
        for every such page, outside the transaction.
        """
        del asked
        return None

    def login(self, asked: Asked) -> str:
        """Who it says it is, for the log of refusals."""
        return asked.device.mac

    def again_at(self, asked: Asked) -> int | None:  # noqa: B027 - most methods cannot say
        """When a device whose grant is used up may have another; None when this cannot be said."""

    def values(self) -> dict[str, Any]:
        """What its template needs besides `form` (the fields as submitted) and `first` (it heads the page)."""
        return {}
