"""Free access at one click: so much per device, and again after a while."""

from typing import Any

from routerd.core.terms import MIB, Terms
from routerd.portal.methods.method import Asked, Method


class FreeMethod(Method):
    """Grants what [portal.free] says. Within `renew_s` of its start a device is offered the same grant, used up or not."""

    name = "free"
    template = "free.tpl"

    def authenticate(self, asked: Asked) -> Terms:
        free = self.desk.settings.free
        mac = asked.device.mac
        starts_at = self._running_since(asked)
        if starts_at is None:
            starts_at = asked.now
        self.desk.free_users.note_free(mac, starts_at)
        return Terms(
            kind=self.name,
            subject=mac,
            login=mac,
            starts_at=starts_at,
            ends_at=starts_at + free.valid_for_s,
            down_limit_octets=free.download_limit_mb * MIB or None,
            up_limit_octets=free.upload_limit_mb * MIB or None,
            down_kbit=free.down_kbit,
            up_kbit=free.up_kbit,
        )

    def again_at(self, asked: Asked) -> int | None:
        starts_at = self._running_since(asked)
        return None if starts_at is None else starts_at + self.desk.settings.free.renew_s

    def values(self) -> dict[str, Any]:
        free = self.desk.settings.free
        return {"lasts_s": free.valid_for_s, "down": free.download_limit_mb * MIB, "up": free.upload_limit_mb * MIB}

    def _running_since(self, asked: Asked) -> int | None:
        starts_at = self.desk.free_users.free_since(asked.device.mac)
        if starts_at is None or starts_at + self.desk.settings.free.renew_s <= asked.now:
            return None
        return starts_at
