"""docs/admin-api/settings.md names every endpoint of the settings' sections, and none that is not there."""

import re
from dataclasses import replace
from pathlib import Path

from routerd.admin.premises import Premises
from routerd.admin.sections.firewall import FirewallSection
from routerd.admin.sections.garden import GardenSection
from routerd.admin.sections.integrations import IntegrationsSection
from routerd.admin.sections.network import NetworkSection
from routerd.admin.sections.portal import PortalSection
from routerd.admin.sections.settings import SettingsSection
from routerd.admin.sections.system import SystemSection
from tests.admin.house import House

MANUAL = Path(__file__).parents[2] / "docs" / "admin-api" / "settings.md"

TOLD_BY_THEIR_PARENT = {
    ("POST", "/settings/<>/test"),  # told as mail and sms
    ("GET", "/portal/preview/<>/"),  # "the preview's `url`"
    ("GET", "/portal/preview/<>/<>.css"),
}


def documented() -> set[tuple[str, str]]:
    text = MANUAL.read_text(encoding="utf-8").replace("\\<", "<").replace("\\>", ">")
    found = re.findall(r"\b(GET|POST|DELETE) (/[a-z/<>.]+)", text)
    return {(verb, re.sub(r"<[a-z]+>", "<>", path).rstrip(".")) for verb, path in found}


def served(tmp_path) -> set[tuple[str, str]]:
    house = House(tmp_path)
    desk = replace(house.desk, premises=Premises())
    sections = (
        SettingsSection(desk.preferences, desk.audit, desk.premises.trials),
        PortalSection(desk.brands, desk.preferences, desk.audit, desk.store, desk.clock, (), None),
        GardenSection(None, desk.audit, desk.store),
        NetworkSection(lambda: desk.settings, desk.sessions, None, tuple),
        FirewallSection(None, desk.guests),
        IntegrationsSection(desk.access, desk.settings, desk.audit, desk.store, lambda: None),
        SystemSection(None, desk.preferences, desk.audit, desk.data.jobs),
    )
    routes = {(route.verb, re.sub(r"<[a-z:]+>", "<>", route.path)) for section in sections for route in section.routes()}
    house.close()
    return routes


def test_the_manual_and_the_sections_name_the_same_endpoints(tmp_path) -> None:
    told = {pair for pair in documented() if pair[1] not in ("/settings/mail/test", "/settings/sms/test")}
    assert told == served(tmp_path) - TOLD_BY_THEIR_PARENT
