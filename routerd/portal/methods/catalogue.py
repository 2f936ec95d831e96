"""Every sign-in method there is. To add one, write its module and its template and add a line."""

from collections.abc import Sequence

from routerd.core.errors import Misconfigured
from routerd.portal.methods.email import EmailMethod
from routerd.portal.methods.facebook import FacebookMethod
from routerd.portal.methods.free import FreeMethod
from routerd.portal.methods.method import Desk, Method
from routerd.portal.methods.mobile import MobileMethod
from routerd.portal.methods.oidc import OidcMethod
from routerd.portal.methods.radius import RadiusMethod
from routerd.portal.methods.voucher import VoucherMethod

CATALOGUE: tuple[type[Method], ...] = (
    VoucherMethod,
    FreeMethod,
    EmailMethod,
    MobileMethod,
    FacebookMethod,
    OidcMethod,
    RadiusMethod,
)

METHOD_NAMES: tuple[str, ...] = tuple(method.name for method in CATALOGUE)
"""For `core.verify`."""


def make(catalogue: Sequence[type[Method]], desk: Desk) -> dict[str, Method]:
    """One of each, by name.

    Raises:
        Misconfigured: two have the same name.
    """
    made: dict[str, Method] = {}
    for kind in catalogue:
        if kind.name in made:
            raise Misconfigured(f"two sign-in methods are named '{kind.name}'")
        made[kind.name] = kind(desk)
    return made
