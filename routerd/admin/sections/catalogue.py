"""The list of sections. A new one is a module of its own and a line here."""

from collections.abc import Callable, Sequence

from routerd.admin.desk import Desk
from routerd.admin.section import Section
from routerd.admin.sections.doorstep import Doorstep
from routerd.admin.sections.firewall import FirewallSection
from routerd.admin.sections.garden import GardenSection
from routerd.admin.sections.guests import GuestsSection
from routerd.admin.sections.integrations import IntegrationsSection
from routerd.admin.sections.jobs import JobsSection
from routerd.admin.sections.live import Live
from routerd.admin.sections.log import Log
from routerd.admin.sections.me import Me
from routerd.admin.sections.network import NetworkSection
from routerd.admin.sections.overview import Overview
from routerd.admin.sections.people import PeopleSection
from routerd.admin.sections.portal import PortalSection
from routerd.admin.sections.settings import SettingsSection
from routerd.admin.sections.system import SystemSection
from routerd.admin.sections.trail import Trail
from routerd.admin.sections.users import Users
from routerd.admin.sections.vouchers import VouchersSection
from routerd.admin.sections.vouchersheets import VoucherSheets


def _portal(desk: Desk) -> Section:
    box = desk.premises
    return PortalSection(desk.brands, desk.preferences, desk.audit, desk.store, desk.clock, box.languages, box.preview)


def _garden(desk: Desk) -> Section | None:
    network = desk.premises.network
    return None if network is None else GardenSection(network.garden, desk.audit, desk.store)


def _system(desk: Desk) -> Section | None:
    box = desk.premises.system
    return None if box is None else SystemSection(box, desk.preferences, desk.audit, desk.data.jobs)


def _firewall(desk: Desk) -> Section | None:
    firewall = desk.premises.firewall
    return None if firewall is None else FirewallSection(firewall, desk.guests)


FACTORIES: tuple[Callable[[Desk], Section | None], ...] = (
    lambda desk: Doorstep(desk.accounts, desk.preferences),
    lambda desk: Me(desk.accounts),
    lambda desk: PeopleSection(desk.accounts),
    lambda desk: Trail(desk.audit, desk.accounts.signins),
    lambda desk: Live(desk.data.streams, desk.data.board, desk.data.table, desk.data.jobs),
    lambda desk: Overview(desk.data.board, desk.data.telemetry),
    lambda desk: GuestsSection(desk.store, desk.audit, desk.data.table, desk.guests, desk.sessions, desk.vouchers, desk.data.admission),
    lambda desk: VouchersSection(desk.store, desk.clock, desk.audit, desk.vouchers, desk.sessions, desk.data.jobs, desk.settings.vouchers),
    lambda desk: VoucherSheets(desk.data.current, desk.audit, desk.vouchers, desk.data.jobs, desk.data.printer),
    lambda desk: Users(desk.store, desk.audit, desk.guests.register, desk.sessions.desk, desk.vouchers, desk.data.erase),
    lambda desk: Log(desk.guests.log, desk.audit),
    lambda desk: JobsSection(desk.data.jobs),
    lambda desk: SettingsSection(desk.preferences, desk.audit, desk.premises.trials),
    _portal,
    _garden,
    lambda desk: NetworkSection(lambda: desk.preferences.settings, desk.sessions, desk.premises.network, desk.premises.interfaces),
    _firewall,
    lambda desk: IntegrationsSection(desk.access, desk.settings, desk.audit, desk.store, desk.premises.cloud),
    _system,
)
"""From the services to a section; None where the box lacks what it is about."""


def sections(desk: Desk) -> Sequence[Section]:
    """Every section that this box has, in the order of the list."""
    made = (factory(desk) for factory in FACTORIES)
    return [section for section in made if section is not None]
