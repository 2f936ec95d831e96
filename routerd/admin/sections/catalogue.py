"""The list of sections. A new one is a module of its own and a line here."""

from collections.abc import Callable, Sequence

from routerd.admin.desk import Desk
from routerd.admin.section import Section
from routerd.admin.sections.doorstep import Doorstep
from routerd.admin.sections.me import Me
from routerd.admin.sections.people import PeopleSection
from routerd.admin.sections.trail import Trail

FACTORIES: tuple[Callable[[Desk], Section | None], ...] = (
    lambda desk: Doorstep(desk.accounts, desk.preferences),
    lambda desk: Me(desk.accounts),
    lambda desk: PeopleSection(desk.accounts),
    lambda desk: Trail(desk.audit, desk.accounts.signins),
)
"""From the services to a section; None where the box lacks what it is about."""


def sections(desk: Desk) -> Sequence[Section]:
    """Every section that this box has, in the order of the list."""
    made = (factory(desk) for factory in FACTORIES)
    return [section for section in made if section is not None]
