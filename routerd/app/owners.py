"""The admin page's door, put together from the house."""

from routerd.admin.desk import Desk
from routerd.admin.guard import Guard
from routerd.admin.premises import Premises
from routerd.admin.routes import Door
from routerd.admin.routes import build as build_door
from routerd.admin.sections.catalogue import sections
from routerd.admin.streams import STREAMS_MOST
from routerd.app.house import House
from routerd.core.places import data

THREADS = STREAMS_MOST + 8
"""Of the owner's server: what is left beside the streams serves the page and the action API."""


def desk(house: House, premises: Premises | None = None) -> Desk:
    """The services as the page's sections take them."""
    return Desk(
        settings=house.settings,
        clock=house.clock,
        bus=house.bus,
        store=house.store,
        accounts=house.accounts,
        audit=house.audit,
        access=house.access,
        vouchers=house.vouchers,
        sessions=house.sessions,
        guests=house.guests,
        preferences=house.preferences,
        brands=house.brands,
        data=house.data,
        premises=premises or Premises(),
    )


def door(services: Desk) -> Door:
    """The page's files and its JSON API."""
    guard = Guard(services.accounts.who, services.settings.management.names)
    return build_door(sections(services), guard, data("webroot", "admin", "dist"))
