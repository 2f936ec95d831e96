"""Who does something on the admin page, and in what role: what the audit trail and the guards speak of."""

from dataclasses import dataclass

OWNER = "owner"
"""May do everything."""

FRONT_DESK = "front-desk"
"""May make and print vouchers, and nothing else."""

ROLES = (OWNER, FRONT_DESK)

OWNERS = frozenset({OWNER})
STAFF = frozenset(ROLES)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for the audit trail.

    Attributes:
        name: account name.
        role: one of ROLES.
        address: IP address that the request came from.
    """

    name: str
    role: str
    address: str
