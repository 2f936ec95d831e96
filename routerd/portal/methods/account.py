"""What the two methods with somebody else's account have in common: out to the provider, back by /back/<method>, on to the grant.

Coming back counts for the device that set out, once (`social.pending`), so a link that somebody else prepared does nothing.
"""

from typing import TYPE_CHECKING, Any, cast

from routerd.core.errors import Unavailable
from routerd.core.terms import MIB, Terms
from routerd.portal.methods.method import Asked, Method, Redirect

if TYPE_CHECKING:  # what is switched off is not imported
    from routerd.social.model import Identity
    from routerd.social.service import Social


class AccountMethod(Method):
    """Grants what [portal.social] says."""

    comes_back = True

    def prepare(self, asked: Asked) -> Any:
        if asked.came_back:
            return self.social.finish(self.name, asked.form, asked.device)
        return Redirect(self.social.begin(self.name, self.chosen(asked), asked.device, f"{asked.base}/back/{self.name}"))

    def chosen(self, asked: Asked) -> str:
        """The provider that the form names."""
        return asked.form.get("provider", "")

    def authenticate(self, asked: Asked) -> Terms:
        who, own = cast("Identity", asked.proof), self.desk.settings.social
        assert self.desk.people is not None
        starts_at = self.social.granted(who, max(own.valid_for_s, own.renew_s))
        self.desk.people.note_social(who.provider, who.account, who.name, who.email, asked.device.mac)
        return Terms(
            kind=self.name,
            subject=f"{who.provider}|{who.account}",
            login=who.login,
            starts_at=starts_at,
            ends_at=starts_at + own.valid_for_s,
            down_limit_octets=own.download_limit_mb * MIB or None,
            up_limit_octets=own.upload_limit_mb * MIB or None,
            down_kbit=own.down_kbit,
            up_kbit=own.up_kbit,
            devices=own.devices,
        )

    def login(self, asked: Asked) -> str:
        return cast("Identity", asked.proof).login if asked.proof is not None else asked.device.mac

    def again_at(self, asked: Asked) -> int | None:
        since = self.social.since(asked.proof) if asked.proof is not None else None
        own = self.desk.settings.social
        return None if since is None else since + max(own.valid_for_s, own.renew_s)

    def values(self) -> dict[str, Any]:
        return {"providers": self.desk.social.offered(self.name) if self.desk.social else []}

    @property
    def social(self) -> "Social":
        """The providers."""
        if self.desk.social is None:
            raise Unavailable(f"no provider is configured for {self.name}")
        return self.desk.social
