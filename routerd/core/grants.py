"""What every sign-in method without credentials of its own grants, and the method that is nothing but a grant."""

from dataclasses import dataclass

from routerd.core.knobs import knob

LIMIT_MB_MOST = 9437184
"""Upper bound of data limits in MB (guest-action-api, 1.1)."""


@dataclass(frozen=True, slots=True)
class GrantSettings:
    """The limits that a method's section carries; the method's own keys come after them."""

    valid_for_s: int = knob(3600, why="seconds of access", least=60, most=31_536_000)
    download_limit_mb: int = knob(0, why="MB (2^20 octets) that may be downloaded; 0 unlimited", least=0, most=LIMIT_MB_MOST)
    upload_limit_mb: int = knob(0, why="MB that may be uploaded; 0 unlimited", least=0, most=LIMIT_MB_MOST)
    down_kbit: int = knob(0, why="kbit/s towards the guest; 0: the network's default", least=0, most=10_000_000)
    up_kbit: int = knob(0, why="kbit/s from the guest; 0: the network's default", least=0, most=10_000_000)


@dataclass(frozen=True, slots=True)
class VoucherFormSettings:
    """[portal.voucher]: how a voucher is entered."""

    single_code: bool = knob(False, why="one field that takes a voucher's single code, instead of username and passcode")


@dataclass(frozen=True, slots=True)
class FreeSettings(GrantSettings):
    """[portal.free]: what one click grants."""

    renew_s: int = knob(86_400, why="seconds from a grant's start until the same device may have a new one", least=60, most=31_536_000)
