"""What identity tells others, and its rules that need no store: frozen values only, never a secret among them."""

import ipaddress
import unicodedata
from dataclasses import dataclass

from routerd.core.errors import BadInput

NAME_MOST = 64
AGENT_MOST = 255

PASSWORD_LEAST = 10
PASSWORD_MOST = 128
"""Characters. NIST SP 800-63B, 5.1.1.2: at least 64 must be allowed; without an upper bound the hash is a lever for floods."""

_TRIED_FIRST = """
1234567890 12345678910 0123456789 0987654321 9876543210 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4t5 qwertyuiop qwertzuiop asdfghjkl; azertyuiop
1qaz2wsx3edc zaq12wsxcde3 password12 password123 password1234 passw0rd123 p@ssw0rd123 p@ssword123 adminadmin admin12345 admin123456
administrator welcome123 welcome1234 letmein123 iloveyou12 iloveyou123 changeme123 changemenow qwerty12345 qwerty123456 abcdefghij
abcdefghijk abc1234567 guestguest guest12345 routerrouter router1234 wifipassword wifi123456 internet123 sunshine123 football123
princess123 superman123 michael123 charlie123 passwort123 passwort12 motdepasse contraseña contrasena mypassword secret1234
secretsecret trustno1trustno1 default123 testtest12 test123456 hotel12345 cafe123456 restaurant routerd123
"""

COMMON = frozenset(_TRIED_FIRST.split())
"""What is tried first, of the length that is allowed at all."""


@dataclass(frozen=True, slots=True)
class ApiState:
    """How `/api/` may be used at this moment.

    Attributes:
        post_enabled: POST requests are answered.
        get_enabled: GET requests are answered.
        has_key: a key has been made.
        rotated_at: when the key was made, seconds since the epoch; None without a key.
    """

    post_enabled: bool = False
    get_enabled: bool = False
    has_key: bool = False
    rotated_at: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account.

    Attributes:
        id: number that is never used again.
        name: as it is shown.
        role: one of `actor.ROLES`.
        language: language code of the page; empty: as the browser says.
        totp: whether a second factor is asked for.
        created_at: seconds since the epoch.
        last_login: likewise; None before the first.
    """

    id: int
    name: str
    role: str
    language: str
    totp: bool
    created_at: int
    last_login: int | None


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request came from, as far as sign-in is concerned.

    Attributes:
        address: IP address.
        agent: the browser's User-Agent.
        device: the cookie by which a device is known again; empty none.
    """

    address: str
    agent: str = ""
    device: str = ""

    @property
    def place(self) -> str:
        """The address, or the /64 that an IPv6 address is in: whoever has one has all of it."""
        try:
            address = ipaddress.ip_address(self.address.partition("%")[0])
        except ValueError:
            return self.address[:45]
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False).network_address)


def checked_name(name: object) -> str:
    """An account name as it is kept.

    Raises:
        BadInput: it is none.
    """
    text = unicodedata.normalize("NFKC", name).strip() if isinstance(name, str) else ""
    if not text or len(text) > NAME_MOST or not text.isprintable():
        raise BadInput(f"the name must have 1 to {NAME_MOST} characters that can be printed", "name")
    return text


def folded(name: str) -> str:
    """How an account name is looked up."""
    return unicodedata.normalize("NFKC", name).strip().casefold()[: 2 * NAME_MOST]


def prepared(password: str) -> str:
    """A password as it is hashed: the same from every keyboard (RFC 8265, 4.2.2, in its main rule)."""
    return unicodedata.normalize("NFC", password)


def checked_password(password: object, name: str) -> str:
    """A new password for the account `name`, ready to be hashed.

    Raises:
        BadInput: it would not last; the message says what would.
    """
    text = prepared(password) if isinstance(password, str) else ""
    if not PASSWORD_LEAST <= len(text) <= PASSWORD_MOST:
        raise BadInput(f"the password must have {PASSWORD_LEAST} to {PASSWORD_MOST} characters", "password")
    plain = text.casefold()
    if len(set(plain)) < 4:
        raise BadInput("the password must have at least 4 different characters", "password")
    if len(name) >= 3 and folded(name) in plain and len(plain) - len(folded(name)) < PASSWORD_LEAST // 2:
        raise BadInput("the password must not be the account's name, nor the name with little added", "password")
    if plain in COMMON:
        message = "this password is among those that are tried first; choose another, such as three words that do not belong together"
        raise BadInput(message, "password")
    return text
