"""The one table of who hears which event."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from routerd.app.house import House
from routerd.core.events import CloneSuspected, Handler, HostSighted, LeaseChanged, LoggedIn, LoginRefused, SessionEnded
from routerd.core.terms import Device

if TYPE_CHECKING:  # a box that is no gateway does not load these
    from routerd.app.gateway import Kernelside
    from routerd.core.settings import Settings
    from routerd.portal.live import LivePortal
    from routerd.radius.service import Radius


def hears(house: House) -> Mapping[type, Sequence[Handler]]:
    """On a box that is no gateway."""
    guests = house.guests
    return {
        LoggedIn: (guests.log.logged_in, guests.logged_in),
        SessionEnded: (guests.log.session_ended, guests.session_ended),
        LoginRefused: (guests.log.refused,),
        CloneSuspected: (guests.log.clone_suspected, house.data.telemetry.alerts.clone_suspected),
    }


def gateway_hears(
    house: House, kernel: "Kernelside", entrance: "LivePortal[Settings]", *, radius: "Radius | None" = None
) -> Mapping[type, Sequence[Handler]]:
    """On a gateway."""
    guests, sessions = house.guests, house.sessions

    def back_again(event: HostSighted | LeaseChanged) -> None:
        if event.address and not getattr(event, "gone", False):
            sessions.resume(Device(event.mac, event.address, event.network))

    def door_opened(_event: Any) -> None:
        entrance.forget()

    table = dict(hears(house))
    table[LoggedIn] = (*table[LoggedIn], door_opened)
    let_in = house.data.admission.heard
    table[LeaseChanged] = (guests.lease_changed, back_again, let_in)
    table[HostSighted] = (kernel.network.host_sighted, guests.sighted, back_again, let_in)
    if radius is not None:
        table[LoggedIn] = (*table[LoggedIn], radius.logged_in)
        table[SessionEnded] = (*table[SessionEnded], radius.session_ended)
        table[LeaseChanged] = (*table[LeaseChanged], radius.sighted)
        table[HostSighted] = (*table[HostSighted], radius.sighted)
    return table
