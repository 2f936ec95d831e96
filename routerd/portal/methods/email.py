"""Sign-in with an e-mail address, proven or not: by a six-digit code, or by a link that comes with it.

Whoever reads his mail on the device that wants to sign in needs the internet for it: a short grace session is opened while the mail is on
its way. The code turns it into the full one.
"""

import re
from typing import Any

from routerd.core.errors import BadInput
from routerd.core.messaging import EmailSettings
from routerd.core.terms import Terms
from routerd.portal.methods.method import Asked
from routerd.portal.methods.proving import Entry, ProvingMethod, clean
from routerd.portal.words import duration_words

ADDRESS_MOST = 128
"""As wide as the column of logins; RFC 5321 allows 254, which nobody has."""

ANSWER_MOST = 255
"""As wide as the columns of comments."""

LOCAL_MOST = 64
"""RFC 5321, 4.5.3.1.1."""

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


class EmailMethod(ProvingMethod):
    """Grants what [portal.email] says."""

    name = "email"
    template = "email.tpl"
    more_templates = ("email.tpl", "email-code.tpl")
    step_template = "email-code.tpl"
    channel = "mail"
    comes_back = True
    comes_back_online = True

    @property
    def settings(self) -> EmailSettings:
        return self.desk.settings.email

    def first(self, asked: Asked) -> Any:
        identity = address(asked.form.get("email", ""))
        answers = self._answered(asked)
        if self.settings.verify == "none":
            return Entry(identity, answers, "typed")
        if self.is_known(asked, identity):
            return Entry(identity, answers, "known")
        step = self.ask(asked, identity, answers)
        return Entry(identity, answers, "grace") if self._may_have_grace(asked, identity) else step

    def compose(self, asked: Asked, identity: str, code: str, ticket: str) -> tuple[str, str]:
        del identity
        language = self.language(asked)
        t, title = language.t, self.desk.settings.title
        lines = [t("Somebody, hopefully you, is signing in to {title} with this e-mail address.", title=title)]
        lines.append(t("Your code: {code}", code=code))
        if self.settings.verify == "link":
            link = f"{asked.base}/back/{self.name}?key={ticket}"
            lines.append(f"{t('Or open this link on the same device, while it is connected to the Wi-Fi:')}\n{link}")
        else:
            lines.append(f"{t('Enter it on the sign-in page, which you find here while you are connected to the Wi-Fi:')}\n{asked.base}/")
        lines.append(t("The code counts for {time}. If it was not you, there is nothing to do.", time=self._time(asked)))
        return t("Your code for {title}", title=title), "\n\n".join(lines) + "\n"

    def note(self, asked: Asked, identity: str, answers: dict[str, str], how: str) -> None:
        proven = how in ("proven", "known")
        if how == "proven" and self._had_grace(asked):
            self.people.prove_email(identity, asked.device.mac, answers)
        elif not (how == "grace" and self._had_grace(asked)):
            self.people.note_email(identity, asked.device.mac, answers, proven=proven)

    def login_of(self, identity: str) -> str:
        return identity

    def values(self) -> dict[str, Any]:
        return {
            "questions": self._questions,
            "marketing": self.settings.marketing,
            "verified": self.settings.verify != "none",
        }

    @property
    def _questions(self) -> list[tuple[str, str, bool]]:
        """Name in the form, words, and whether an answer is needed, of each question that the owner asks."""
        own = self.settings
        all_three = (
            ("comments", own.comments_label, own.comments_required),
            ("comments1", own.comments1_label, own.comments1_required),
            ("comments2", own.comments2_label, own.comments2_required),
        )
        return [question for question in all_three if question[1]]

    def _answered(self, asked: Asked) -> dict[str, str]:
        """What was filled in besides the address; questions that are not asked are not looked at."""
        answers = {}
        for name, _, required in self._questions:
            answers[name] = clean(asked.form.get(name, ""), ANSWER_MOST)
            if required and not answers[name]:
                raise BadInput("Please answer every question that is marked.")
        if self.settings.marketing:
            answers["marketing"] = "yes" if asked.form.get("marketing") == "yes" else ""
        return answers

    def _may_have_grace(self, asked: Asked, identity: str) -> bool:
        own = self.settings
        running = self._grace_since(asked) is not None
        return bool(own.grace_s) and (running or self.verification.may_have_grace(identity, asked.device.mac, own.grace_day))

    def _entered(self, asked: Asked, entry: Entry) -> Terms:
        return self._grace(asked, entry) if entry.how == "grace" else super()._entered(asked, entry)

    def _grace(self, asked: Asked, entry: Entry) -> Terms:
        mac = asked.device.mac
        starts_at = self._grace_since(asked)
        if starts_at is None:
            starts_at = asked.now
            self.verification.note_grace(entry.identity, mac)
            self.verification.hold(self._grace_purpose, mac, mac, starts_at)
        return self._terms(f"grace {mac}", entry.identity, starts_at, self.settings.grace_s, 1)

    def _grace_since(self, asked: Asked) -> int | None:
        """When the device's grace session that still runs began."""
        since = self.verification.since(self._grace_purpose, asked.device.mac)
        return since if since is not None and asked.now < since + self.settings.grace_s else None

    def _had_grace(self, asked: Asked) -> bool:
        """Whether this visit has been counted when its grace session began."""
        return self._grace_since(asked) is not None

    @property
    def _grace_purpose(self) -> str:
        return f"{self.name} grace"

    def _time(self, asked: Asked) -> str:
        return duration_words(self.settings.code_s, language=self.language(asked))


def address(typed: str) -> str:
    """An e-mail address in the form in which it is kept: lower case, its domain in ASCII (RFC 5890).

    Raises:
        BadInput: it is none.
    """
    local, at, domain = typed.strip().rpartition("@")
    try:
        domain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        raise _no_address() from None
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    right = at and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) and not dotted
    if not right or len(local) > LOCAL_MOST or len(local) + 1 + len(domain) > ADDRESS_MOST:
        raise _no_address()
    return f"{local.lower()}@{domain}"


def _no_address() -> BadInput:
    return BadInput("Please enter your e-mail address, such as name@example.com.")
