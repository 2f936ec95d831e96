"""SMS Server Tools (Debian's smstools): a file in the spool directory is a message.

The format is a few header lines, an empty line, and the text. The file is written under a name that smsd does not look at and moved into
place when it is complete, as its documentation asks.
"""

import os
from pathlib import Path

from routerd.core import tokens
from routerd.core.errors import Unavailable
from routerd.courier.sms.alphabet import is_gsm
from routerd.courier.sms.carrier import Carrier

MODE = 0o640
"""smsd reads it through the directory's group."""


class SmstoolsCarrier(Carrier):
    """Writes into smsd's outgoing directory."""

    name = "smstools"

    def send(self, number: str, text: str) -> None:
        spool = Path(self.settings.smstools.spool)
        name = f"routerd-{tokens.nonce()}"
        draft = spool.parent / f".{name}"  # beside the spool directory: on its file system, and not in smsd's sight
        try:
            _write(draft, message(number, text), spool)
            draft.rename(spool / name)
        except OSError as error:
            raise Unavailable(f"sms.smstools.spool: cannot write to {spool}: {error.strerror}") from None
        finally:
            draft.unlink(missing_ok=True)


def message(number: str, text: str) -> bytes:
    """A spool file.

    Args:
        number: E.164; smsd wants it without the plus sign.
        text: Unicode goes as UCS-2, the rest as it is.
    """
    headers = [f"To: {number.removeprefix('+')}"]
    if not is_gsm(text):
        headers.append("Alphabet: UCS2")
        return ("\n".join(headers) + "\n\n").encode() + text.encode("utf-16-be")
    return ("\n".join(headers) + "\n\n" + text).encode()


def _write(draft: Path, octets: bytes, spool: Path) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE)
    with os.fdopen(handle, "wb") as file:
        os.fchown(file.fileno(), -1, spool.stat().st_gid)
        os.fchmod(file.fileno(), MODE)
        file.write(octets)
