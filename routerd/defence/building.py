"""Puts the defence together from its settings. Called by `app`, which hands in the protections and runs the parts.

The engine is loaded only when some site is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from routerd.attacks.service import Attacks
from routerd.core.clock import Clock
from routerd.core.durations import HOUR_S
from routerd.core.edge import WafSettings
from routerd.core.parts import Every, Part
from routerd.defence.audit import AuditLog
from routerd.defence.journal import Journal
from routerd.defence.ports import Bans, Conditions, Counters, Countries, Errors, Lists
from routerd.defence.service import Defence, Desk
from routerd.store.database import Store

if TYPE_CHECKING:
    from routerd.defence.kept import OneGate
    from routerd.defence.making import Making
    from routerd.defence.rulebook import Rulebook
    from routerd.defence.rulesets import RuleSets


@dataclass(frozen=True, slots=True)
class Protections:
    """What stands before the rules; None: not there."""

    bans: Bans | None = None
    lists: Lists | None = None
    counters: Counters | None = None
    conditions: Conditions | None = None
    errors: Errors | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """The defence, put together.

    Attributes:
        guard: of every site; fulfils `edge.ports.Guard`.
        attacks: the attack log.
        journal: fills it.
        rulebook: how rules are changed; None when none are loaded.
        making: has matchers made beside the daemon; None likewise.
    """

    guard: Defence
    attacks: Attacks
    journal: Journal
    rulebook: "Rulebook | None" = None
    making: Part | None = None

    def parts(self) -> list[Part]:
        """What has to run, in this order, after the store and before the edge."""
        rounds = Every("attack log's bounds", self._prune, HOUR_S)
        return [self.journal, rounds, *(part for part in (self.making, self.rulebook) if part is not None)]

    def _prune(self) -> None:
        self.attacks.prune()

    def sites(self, modes: Mapping[str, str]) -> None:
        """Guard these sites from now on.

        Args:
            modes: ``on``, ``detect`` or ``off`` of each, by its name.
        """
        if self.rulebook is not None:
            self.rulebook.guard(modes)
        else:
            self.guard.modes(modes)


def furnish(
    settings: WafSettings,
    store: Store,
    clock: Clock,
    protections: Protections,
    countries: Countries | None = None,
    *,
    judging: bool = True,
    matching: bool = True,
) -> Watch:
    """The defence.

    Args:
        settings: [waf].
        store: open; matchers' databases and the last good rules are kept beside it.
        clock: for all of it.
        protections: asked before the rules.
        countries: for ``@geoLookup``; None: no address is known.
        judging: False: no site is judged by rules, and the engine is not loaded.
        matching: False: rules are asked without the matchers that are slow to make.

    Raises:
        Misconfigured: the audit log cannot be written.
    """
    audit = AuditLog(Path(settings.audit_log), clock) if settings.audit_log else None
    attacks = Attacks(store, clock, settings.attack_rows, settings.attack_days)
    journal = Journal(attacks, clock, audit)
    desk = Desk(clock, journal, protections.bans, protections.lists, protections.counters, protections.conditions, protections.errors)
    if not judging:
        return Watch(Defence(desk), attacks, journal)
    from routerd.defence.kept import OneGate  # noqa: PLC0415 - what is off is not loaded
    from routerd.defence.rulebook import Rulebook  # noqa: PLC0415

    folder = None if store.path == ":memory:" else Path(store.path).parent / "waf"
    making = _making(clock) if matching and folder is not None else None
    rules = _rules(settings, clock, countries, folder, OneGate(folder and folder / "matchers", making, hyperscan=matching))
    guard = Defence(desk, rules)
    return replace(Watch(guard, attacks, journal), rulebook=Rulebook(store, clock, rules, guard, attacks), making=making)


def _making(clock: Clock) -> "Making":
    """What is kept for the next start is made beside this process, while rules are in use without."""
    from routerd.defence.making import Making  # noqa: PLC0415 - as above
    from routerd.kernel.asides import Aside  # noqa: PLC0415

    return Making(Aside("matchers", clock))


def _rules(settings: WafSettings, clock: Clock, countries: Countries | None, folder: Path | None, matchers: "OneGate") -> "RuleSets":
    from routerd.defence import limits  # noqa: PLC0415 - as above
    from routerd.defence.kept import Shared  # noqa: PLC0415
    from routerd.defence.lookups import outside  # noqa: PLC0415
    from routerd.defence.rulesets import Recipe, RuleSets  # noqa: PLC0415
    from routerd.defence.shelf import Shelf  # noqa: PLC0415
    from routerd.waf.engine import compiled  # noqa: PLC0415

    compile_ = partial(compiled, budget=limits.budget(settings), collections=Shared(), matchers=matchers)
    recipe = Recipe(settings.rules, compile_, limits.seclang(settings), outside(countries, clock, rbl=settings.rbl))
    return RuleSets(recipe, Shelf(None if folder is None else folder / "rules.zip"), clock)
