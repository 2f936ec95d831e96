"""What a protection says of a request when one of its rules fits. Made once for each rule, not for each request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ruling:
    """A rule fits.

    Attributes:
        action: ``allow`` (nothing further looks at the request), ``block`` or ``challenge``.
        rule_id: as logs show it, such as ``acl_15``.
        rule_name: likewise.
        attack_type: groups the log: ``acl``, ``cc`` or ``custom``.
        variable: what of the request it went by, in SecLang's words; empty when nothing in particular.
    """

    action: str
    rule_id: str
    rule_name: str
    attack_type: str
    variable: str = ""
