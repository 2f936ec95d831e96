"""The second factor: codes of an authenticator (TOTP, RFC 6238) and recovery codes for the day that it is lost.

A code counts once: its time step is kept, and no step at or before it is taken again. A recovery code is deleted with its use. The
secret is kept sealed. `pyotp` is imported when somebody uses a second factor.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from routerd.core import tokens
from routerd.core.clock import Clock
from routerd.core.errors import BadInput, Conflict, Unavailable
from routerd.identity.actor import Actor
from routerd.identity.audit import Audit
from routerd.identity.records import PersonRow, RecoveryCodeRow
from routerd.store.database import Store

PURPOSE = "totp"
STEP_S = 30
DRIFT_STEPS = 1
"""RFC 6238, 5.2: one step to either side for clocks that disagree and people who type."""

RECOVERY_CODES = 10
RECOVERY_LENGTH = 16
"""79 bits each: a stolen database gives none away."""

ISSUER = "routerd"


class Box(Protocol):
    """Seals secrets; `seal.Box`."""

    def seal(self, secret: str, purpose: str) -> str: ...

    def open(self, sealed: str, purpose: str) -> str: ...


class Factors:
    """Turns second factors on and off and judges codes.

    Args:
        store: where they are kept.
        clock: which codes are good now.
        box: seals the secrets.
        audit: hears of every change.
    """

    def __init__(self, store: Store, clock: Clock, box: Box, audit: Audit) -> None:
        self._store = store
        self._clock = clock
        self._box = box
        self._audit = audit

    def start(self, number: int, name: str) -> tuple[str, str]:
        """Make a secret that `confirm` turns on.

        Returns:
            The secret in base 32, and the otpauth address that authenticators read from a QR code.
        """
        import pyotp  # noqa: PLC0415 - see the module's docstring

        secret = pyotp.random_base32()
        sealed = self._box.seal(secret, PURPOSE)
        self._store.write(lambda: self._change(number, totp_pending=sealed))
        return secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)

    def confirm(self, account: Mapping[str, Any], code: str, actor: Actor) -> list[str]:
        """Turn the second factor on, now that the authenticator has shown a right code; call it inside `Store.write`.

        Returns:
            The recovery codes, which are never shown again.

        Raises:
            Conflict: nothing was started.
            BadInput: the code is wrong.
        """
        pending = account["totp_pending"]
        if not pending:
            raise Conflict("ask for a new secret first")
        step = self._step(pending, code, 0)
        if step is None:
            raise BadInput("this code is not right; enter the one that is shown now, and check the clock of both devices", "code")
        self._change(account["id"], totp_sealed=pending, totp_pending="", totp_step=step)
        self._audit.note(actor, "person.totp", account["name"], {"totp": bool(account["totp_sealed"])}, {"totp": True})
        return self._new_codes(account["id"])

    def off(self, number: int, actor: Actor) -> None:
        """Ask for no second factor any more; call it inside `Store.write`."""
        found = PersonRow.select(PersonRow.name, PersonRow.totp_sealed).where(PersonRow.id == number).tuples().execute(self._store.db)
        for name, sealed in found:
            self._audit.note(actor, "person.totp", name, {"totp": bool(sealed)}, {"totp": False})
        self._change(number, totp_sealed="", totp_pending="", totp_step=0)
        RecoveryCodeRow.delete().where(RecoveryCodeRow.person_id == number).execute(self._store.db)

    def renew_codes(self, number: int, actor: Actor) -> list[str]:
        """Recovery codes in the place of all earlier ones; call it inside `Store.write`."""
        self._audit.note(actor, "person.recovery-codes", actor.name)
        return self._new_codes(number)

    def _new_codes(self, number: int) -> list[str]:
        codes = [tokens.readable(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
        RecoveryCodeRow.delete().where(RecoveryCodeRow.person_id == number).execute(self._store.db)
        rows = [{"fingerprint": tokens.fingerprint(code), "person_id": number} for code in codes]
        RecoveryCodeRow.insert_many(rows).execute(self._store.db)
        return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)) for code in codes]

    def spend(self, account: Mapping[str, Any], code: str) -> bool:
        """Whether `code` is good for this account, of either kind; a good one is spent. Call it inside `Store.write`.

        Raises:
            Unavailable: the secret cannot be opened (the box key is lost); recovery codes still work.
        """
        plain = "".join(code.split()).replace("-", "").lower()
        if len(plain) == RECOVERY_LENGTH and plain.isascii():
            mine = (RecoveryCodeRow.person_id == account["id"]) & (RecoveryCodeRow.fingerprint == tokens.fingerprint(plain))
            return bool(RecoveryCodeRow.delete().where(mine).execute(self._store.db))
        step = self._step(account["totp_sealed"], plain, account["totp_step"])
        if step is None:
            return False
        self._change(account["id"], totp_step=step)
        return True

    def _step(self, sealed: str, code: str, after: int) -> int | None:
        """The time step whose code this is; None when it is none of those that are good now and later than `after`."""
        import pyotp  # noqa: PLC0415 - see the module's docstring

        try:
            totp = pyotp.TOTP(self._box.open(sealed, PURPOSE))
        except Unavailable:
            raise Unavailable(
                "the box key that opens the second factor is lost; use a recovery code, or reset the account on the box"
            ) from None
        now = int(self._clock.now()) // STEP_S
        steps = range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
        if not code.isascii():
            return None
        right = [step for step in steps if tokens.same(totp.generate_otp(step), code) and step > after]
        return right[-1] if right else None

    def _change(self, number: int, **columns: object) -> None:
        PersonRow.update(**columns).where(PersonRow.id == number).execute(self._store.db)
