"""What the owner has set on the page: kept in the store, laid over the file's settings, judged as a whole before it is kept.

Called by the admin door and, at the start, by `app.build`, which builds the box from `settings`. Stored settings that no longer fit
a changed file are set aside, and settings that the box did not start with are taken back: neither ever keeps it from starting.
"""

import json
import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from routerd.core.clock import Clock
from routerd.core.errors import BadInput, NotFound, RouterdError
from routerd.core.knobs import Problem
from routerd.core.overlay import ROWS, Changes, document_of, laid, page_key, settings_of, table_of
from routerd.core.settings import Settings
from routerd.preferences.kept import TRIED, WAITING, Failure, Kept
from routerd.preferences.model import DOCUMENT_MOST, Field, Shape, Unfit, check_bounds, is_live, masked, shapes
from routerd.preferences.ports import Applier, Auditor, Sealer
from routerd.store.database import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did, secrets covered: for the audit trail.

    Attributes:
        before: key to what was stored for the page before; None where file or default counted.
        after: likewise now.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]


class Preferences:
    """The overlay.

    Args:
        store: where it is kept; need not run yet.
        box: seals sections with secrets.
        audit: is told of every change.
        clock: dates changes.
        base: what file and environment say, verified.
        methods: names of the sign-in methods that exist.
        environment: what of `base` the environment said.
        trouble: why the last start failed, if it did.
    """

    def __init__(
        self,
        store: Store,
        box: Sealer,
        audit: Auditor,
        clock: Clock,
        base: Settings,
        methods: Sequence[str],
        *,
        environment: Changes | None = None,
        trouble: str = "",
    ) -> None:
        self._store = store
        self._kept = Kept(store, box)
        self._audit = audit
        self._clock = clock
        self._base = document_of(base)
        self._based = base
        self._methods = tuple(methods)
        self._environment = environment or {}
        self._shapes = shapes([network.name for network in base.guest])
        self._lock = threading.Lock()
        self._misfit: Failure | None = None
        self.applier: Applier | None = None
        self._settle(trouble)
        self._read()

    @property
    def settings(self) -> Settings:
        """What counts now."""
        return self._settings

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the sign-in methods that exist."""
        return self._methods

    def sections(self) -> list[dict[str, Any]]:
        """Every section that may be changed, in the order of the file."""
        return [
            {
                "name": shape.name,
                "title": shape.title,
                "parent": shape.parent or None,
                "method": self._method_of(shape),
                "changed": len(self._page.get(shape.name, ())),
                "list": shape.rows,
            }
            for shape in self._shapes.values()
        ]

    def state(self) -> dict[str, Any]:
        """Whether settings wait for the box to start with them, and what went wrong last."""
        failure = self._misfit or self._kept.failure()
        applying = bool(self._kept.pending(WAITING) or self._kept.pending(TRIED))
        return {"applying": applying, "failed": asdict(failure) if failure else None}

    def section(self, name: str) -> dict[str, Any]:
        """One section with its settings and their values.

        Raises:
            NotFound: the page has no such section.
        """
        shape = self._shape(name)
        told: dict[str, Any] = {"name": name, "title": shape.title, "list": shape.rows}
        if shape.rows:
            rows = document_of(getattr(self._settings, name))
            source = "page" if name in self._page else self._source_of_rows(name, rows)
            return told | {"fields": shape.fields, "rows": [masked(shape.fields, row) for row in rows], "source": source}
        values = table_of(document_of(self._settings), name)
        return told | {"fields": [self._told(shape, field, values.get(field.key)) for field in shape.fields]}

    def set(self, section: str, changes: Mapping[str, Any], actor: Any) -> Changed:
        """Change one section; see `set_many`."""
        return self.set_many({section: changes}, actor)[section]

    def set_many(self, changes: Changes, actor: Any) -> dict[str, Changed]:
        """Change settings, all of them or none; they are in effect, or the box starts anew with them, after the commit.

        Args:
            changes: section to key to value; None goes back to what the file says.
            actor: who changes them, for the audit trail.

        Returns:
            Section to what changed.

        Raises:
            NotFound: the page has no such section.
            Unfit: the whole settings would be wrong; nothing was changed.
            Unavailable: the store or the box key failed; nothing was changed.
        """
        wanted = {name: self._prepared(name, values) for name, values in changes.items()}

        def work() -> dict[str, Changed]:
            page = self._stored()
            before = {name: page.get(name, {}) for name in wanted}
            after = {name: _merged(before[name], values) for name, values in wanted.items()}
            self._judge({**page, **after})
            live = all(is_live(name, values) for name, values in wanted.items())
            now = int(self._clock.now())
            for name, values in after.items():
                self._kept.put(name, values, now, sealed=self._shape(name).sealed, pending=True)
            self._store.after_commit(lambda: self._apply(frozenset(wanted), live=live))
            changed = {name: self._changed(name, wanted[name], before[name], after[name]) for name in wanted}
            for name, each in changed.items():
                self._audit.note(actor, "settings.set", name, each.before, each.after)
            return changed

        return self._store.write(work)

    def dismiss(self) -> None:
        """Take the notice of a failure away, and with it what was set aside."""
        misfit = self._misfit

        def work() -> None:
            self._kept.dismiss()
            if misfit is not None:
                self._kept.drop(set(misfit.sections))

        self._store.write(work)
        self._misfit = None

    def started(self) -> None:
        """The box runs with what was stored."""
        if self._kept.pending(TRIED):
            self._store.write(self._kept.prove)

    # --- at the start ---------------------------------------------------------------------------------------------------------------

    def _settle(self, trouble: str) -> None:
        """Take back what the last start was tried with; mark what this one is tried with. The store does not run yet."""
        with self._store.db.atomic():
            undone = self._kept.put_back(TRIED)
            if undone:
                message = f"the box did not start with these settings: {trouble or 'the log says why'}"
                log.error("%s: %s", ", ".join(undone), message)
                self._kept.failed(Failure(int(self._clock.now()), message, tuple(undone)))
            self._kept.turn(WAITING, TRIED)

    def _read(self) -> None:
        """Lay what is stored over the base; what does not fit is left out."""
        stored, closed = self._kept.documents()
        fitting = {name: values for name, values in stored.items() if name in self._shapes}
        settings, problems = settings_of(laid(self._base, fitting), self._methods)
        if settings is None:
            fitting = {name: values for name, values in fitting.items() if self._fits({name: values})}
            settings, _ = settings_of(laid(self._base, fitting), self._methods)
        if settings is None:
            fitting, settings = {}, self._based
        aside = sorted({*stored, *closed} - set(fitting))
        why = (
            "; ".join(str(self._covered(problem)) for problem in problems[:3])
            or "its section is gone, or was sealed under another box's key"
        )
        self._misfit = self._set_aside(aside, why) if aside else None
        self._page, self._settings = fitting, settings

    def _fits(self, changes: Changes) -> bool:
        return settings_of(laid(self._base, changes), self._methods)[0] is not None

    def _set_aside(self, sections: Sequence[str], why: str) -> Failure:
        message = f"what the page had set here no longer fits the configuration file and does not count: {why}"
        log.error("%s: %s", ", ".join(sections), message)
        return Failure(int(self._clock.now()), message, tuple(sections))

    # --- changing -------------------------------------------------------------------------------------------------------------------

    def _stored(self) -> dict[str, dict[str, Any]]:
        """What is stored and not set aside; read anew, since another change may have been committed since."""
        aside = set(self._misfit.sections) if self._misfit else set()
        return {name: values for name, values in self._kept.documents()[0].items() if name not in aside}

    def _prepared(self, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The changes, bounds checked and `{"set": true}` resolved."""
        shape = self._shape(name)
        check_bounds(shape, changes)
        if shape.rows and changes.get(ROWS) is not None:
            return {ROWS: self._rows(shape, changes[ROWS])}
        secrets = {field.key for field in shape.fields if field.secret}
        return {key: value for key, value in changes.items() if not (key in secrets and _is_mask(value))}

    def _rows(self, shape: Shape, rows: Any) -> list[dict[str, Any]]:
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise Unfit(f"{shape.name}.{ROWS}", f"{ROWS} has to be a list of objects")
        known = {row["name"]: row for row in document_of(getattr(self._settings, shape.name))}
        secrets = {field.key for field in shape.fields if field.secret}

        def resolved(row: Mapping[str, Any]) -> dict[str, Any]:
            before = known.get(str(row.get("name")), {})
            kept = {key: before.get(key, "") if key in secrets and _is_mask(value) else value for key, value in row.items()}
            return {key: value for key, value in kept.items() if value is not None}

        return [resolved(row) for row in rows]

    def _judge(self, page: Changes) -> None:
        for name, values in page.items():
            octets = len(json.dumps(values))
            if octets > DOCUMENT_MOST:
                raise Unfit(name, f"{name} has {octets} octets; expected at most {DOCUMENT_MOST}")
        document = laid(self._base, page)
        settings, problems = settings_of(document, self._methods)
        if settings is None:
            worst = self._covered(problems[0])
            key = page_key(worst, document)
            raise Unfit(key, f"{key}: found {worst.found}, expected {worst.expected}")

    def _covered(self, problem: Problem) -> Problem:
        """The problem, without the value of a secret."""
        last = problem.key.rpartition(".")[2].partition("[")[0]
        secret = any(field.secret and field.key == last for shape in self._shapes.values() for field in shape.fields)
        return Problem(problem.key, "another value", problem.expected) if secret else problem

    def _apply(self, sections: frozenset[str], *, live: bool) -> None:
        with self._lock:
            self._read()
            settings = self._settings
        if self.applier is None:
            return
        if not live:
            self.applier.anew(sections)
            return
        try:
            self.applier.live(settings)
        except RouterdError as error:
            self._undo(str(error))
            raise BadInput(f"the portal cannot serve by these settings, so those before still count: {error}") from error
        self._store.write(lambda: self._confirm(sections))

    def _confirm(self, sections: Iterable[str]) -> None:
        if set(self._kept.pending(WAITING)) <= set(sections):  # else the coming start proves them all
            self._kept.turn(WAITING, TRIED)
            self._kept.prove()

    def _undo(self, message: str) -> None:
        def work() -> None:
            undone = self._kept.put_back(WAITING)
            self._kept.failed(Failure(int(self._clock.now()), message, tuple(undone)))

        self._store.write(work)
        with self._lock:
            self._read()

    def _changed(self, name: str, keys: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Changed:
        fields = self._shape(name).fields
        return Changed(*({key: _audited(fields, key, values.get(key)) for key in keys} for values in (before, after)))

    # --- telling --------------------------------------------------------------------------------------------------------------------

    def _shape(self, name: str) -> Shape:
        shape = self._shapes.get(name)
        if shape is None:
            raise NotFound(f"there is no section '{name[:64]}' that can be changed on the page")
        return shape

    def _method_of(self, shape: Shape) -> str | None:
        last = shape.name.rpartition(".")[2]
        return last if shape.parent == "portal" and last in self._methods else None

    def _told(self, shape: Shape, field: Field, value: Any) -> dict[str, Any]:
        told = {key: value for key, value in asdict(field).items() if key != "fields" or value}
        shown = {"set": bool(value)} if field.secret else value
        return told | {"default": None if field.secret else field.default, "value": shown, "source": self._source(shape.name, field)}

    def _source(self, name: str, field: Field) -> str:
        if field.key in self._page.get(name, {}):
            return "page"
        if field.key in self._environment.get(name, {}):
            return "environment"
        value = table_of(document_of(self._based), name).get(field.key)
        return "default" if value == field.default else "file"

    def _source_of_rows(self, name: str, rows: Sequence[Any]) -> str:
        return "environment" if name in self._environment else "file" if rows else "default"


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**before, **changes}.items() if value is not None}


def _is_mask(value: Any) -> bool:
    return isinstance(value, Mapping) and set(value) == {"set"}


def _audited(fields: Sequence[Field], key: str, value: Any) -> Any:
    if value is None:
        return None
    if key == ROWS:
        return [masked(fields, row) for row in value]
    return masked(fields, {key: value})[key]
