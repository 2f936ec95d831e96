"""From what the owner names to a rule set: finds the files, reads them after the settings that every rule set starts from, compiles.

Called by the command line and by the defence. In three steps, so that sets which differ in little are read once: `gather` finds the
files, `read` takes them apart, `build` compiles.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, cast

from routerd.core.places import data
from routerd.waf import archives
from routerd.waf.asking import Tools, tools
from routerd.waf.checking import checked
from routerd.waf.engine import RuleSet, compiled
from routerd.waf.files import NOTHING, Bundle, Contents, Disk, Library, Outside, Over, rule_files
from routerd.waf.names import DISRUPTIVE
from routerd.waf.operators import catalogue as operators
from routerd.waf.operators.operator import Hit, Operator, Resources
from routerd.waf.place import Fault, Place
from routerd.waf.rules import Action, Entry, Rule, Source
from routerd.waf.seclang.include import Reader
from routerd.waf.seclang.parser import parse, parse_files
from routerd.waf.transformations import catalogue as transformations

BUILTIN = "builtin"
"""Stands for our own rules among the sources."""

OPERATORS_MOST = 10_000
"""Of one kind that are remembered; the OWASP CRS has 400 of @rx."""

_BASE = "waf-base.conf"
_SETUP = "crs-setup.conf"
_WILD = frozenset("*?[")
_CHANGING = frozenset({"setvar", "ctl", "skip", "skipAfter", "setenv", "initcol", "expirevar", "deprecatevar"})


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of a rule set.

    Attributes:
        files: rule files in order, the base that every set starts from first.
        contents: where they are read from.
    """

    files: tuple[str, ...]
    contents: Contents

    @property
    def folders(self) -> tuple[str, ...]:
        """Where lists are looked for."""
        return tuple(str(PurePosixPath(file).parent) for file in self.files)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a rule set has besides what its files say.

    Attributes:
        before: SecLang that stands before all rules but the base's.
        after: SecLang that stands after them.
        observed: ids of rules that are only watched: they match and are logged, and neither change nor decide anything.
    """

    before: str = ""
    after: str = ""
    observed: frozenset[int] = field(default=frozenset())


UNCHANGED = Changes()


def load(paths: Sequence[Path], *, detect: bool = False) -> tuple[RuleSet | None, list[Fault]]:
    """A rule set, or all that is wrong with it.

    Args:
        paths: rule files, folders and archives of them, in order.
        detect: whether it only detects, whatever its files say.
    """
    gathered, faults = gather([str(path) for path in paths])
    source = read(gathered, faults)
    return build(gathered, source, faults, Changes(after="SecRuleEngine DetectionOnly" if detect else ""))


def gather(sources: Iterable[str], contents: Contents | None = None) -> tuple[Gathered, list[Fault]]:
    """The files that sources stand for, and what is wrong with the sources.

    Args:
        sources: BUILTIN, rule files, patterns of them, folders, and archives, in order. Where one is called ``crs-setup.conf``, the
            set-up files of folders and archives after it are left out: there can only be one.
        contents: None: this machine's.
    """
    disk = contents or Disk()
    files, faults, unpacked = [str(data("rules", _BASE))], list[Fault](), dict[str, bytes]()
    for source in sources:
        try:
            found = _found(source, disk, unpacked)
        except Fault as fault:
            faults.append(fault)
            continue
        if any(PurePosixPath(each).name == _SETUP for each in files):
            found = [each for each in found if not PurePosixPath(each).name.startswith(_SETUP)]
        files += [each for each in found if PurePosixPath(each).name != _BASE or Path(each).resolve() != Path(files[0]).resolve()]
    return Gathered(tuple(dict.fromkeys(files)), Over(Bundle(unpacked), disk) if unpacked else disk), faults


def _found(source: str, disk: Contents, unpacked: dict[str, bytes]) -> list[str]:
    if source == BUILTIN:
        return sorted(str(each) for each in data("rules").glob("waf-*.conf") if each.name != _BASE)
    if archives.is_archive(source) and disk.has(source):
        try:
            files = archives.opened(source, disk.read(source))
        except OSError as wrong:
            raise Fault(Place(source, 1, 1), f"it cannot be read: {wrong.strerror or wrong}") from wrong
        unpacked.update((path, text) for path, text in files.items() if not path.endswith(archives.TESTS))
        return archives.rule_files(source, files)
    if Path(source).is_dir():
        found = rule_files(Path(source))
        missing = f"the folder {source} holds no *.conf, and its folder rules/ none"
    else:
        found = [source] if disk.has(source) else disk.glob(source) if _WILD & set(source) else []
        missing = f"there is no file {source}"
    if not found:
        raise Fault(Place(source, 1, 1), missing, "name a rule file, a pattern such as /etc/crs/rules/*.conf, a folder, or a release")
    return found


def read(gathered: Gathered, faults: list[Fault]) -> Source:
    """Takes rule files apart; what is wrong with them is added to `faults`."""
    return parse_files(list(gathered.files), Library(gathered.contents, ()), faults)


def build(
    gathered: Gathered,
    source: Source,
    faults: Sequence[Fault] = (),
    changes: Changes = UNCHANGED,
    kit: Tools | None = None,
    compile_: Callable[[Source, Tools], RuleSet] = compiled,
) -> tuple[RuleSet | None, list[Fault]]:
    """A rule set, or all that is wrong with it.

    Args:
        gathered: where lists are found.
        source: what `read` made of it.
        faults: what `read` found.
        changes: what it has besides.
        kit: of `tooled`; sets that are built with one share their operators. None: one of its own, and rules may ask nothing but files.
        compile_: `engine.compiled`, perhaps with what it takes besides already given.
    """
    found = list(faults)
    try:
        source = _changed(source, gathered.files[0], changes, Library(gathered.contents, ()))
    except Fault as fault:
        found.append(fault)
    return checked(source, found, kit or tooled(gathered), compile_)


def tooled(gathered: Gathered, outside: Outside = NOTHING) -> Tools:
    """What rule sets of some files are compiled with.

    Args:
        gathered: where lists are found.
        outside: what rules may ask besides files.
    """
    library = Library(gathered.contents, gathered.folders, outside)
    kit = tools((*operators.CATALOGUE, Apart), transformations.CATALOGUE, library)
    return replace(kit, operators={name: cast("type[Operator]", _Made(kind)) for name, kind in kit.operators.items()})


class _Made:
    """A kind of operator that makes each of its operators once: these hold nothing of the set that they are in."""

    def __init__(self, kind: type[Operator]) -> None:
        self.name, self.expands, self.price = kind.name, kind.expands, kind.price
        self._kind = kind
        self._made: dict[str, Operator] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kind, name)

    def __call__(self, argument: str, resources: Resources) -> Operator:
        """The operator; errors as of its kind."""
        if len(self._made) > OPERATORS_MOST:
            self._made.clear()  # arguments with macros in them come from requests
        found = self._made.get(argument)
        if found is None:
            found = self._made[argument] = self._kind(argument, resources)
        return found


def _changed(source: Source, base: str, changes: Changes, reader: Reader) -> Source:
    """The entries of a source with what is to stand before and after them, the base excepted."""
    before = parse(changes.before, "exclusions", reader).entries
    after = parse(changes.after, "settings", reader).entries
    at = next((at for at, entry in enumerate(source.entries) if entry.place.file != base), len(source.entries))
    entries = (*source.entries[:at], *map(_apart, before), *source.entries[at:], *after)
    if changes.observed:
        entries = tuple(_watched(entry, changes.observed) for entry in entries)
    return replace(source, entries=entries)


class Apart(Operator):
    """An operator that no gate speaks for: its argument is another operator's name and argument.

    What stands before the rules comes and goes with exclusions, and databases of gates take seconds to make.
    """

    name: ClassVar[str] = "apart"

    def __init__(self, argument: str, resources: Resources) -> None:
        name, _, rest = argument.partition(" ")
        kind = next(each for each in operators.CATALOGUE if each.name == name)
        self._operator = kind(rest, resources)

    def match(self, value: bytes) -> Hit | None:
        """What the other operator says."""
        return self._operator.match(value)


def _apart(entry: Entry) -> Entry:
    if not isinstance(entry, Rule) or entry.operation is None:
        return entry
    asked = entry.operation
    return replace(entry, operation=replace(asked, name=Apart.name, argument=f"{asked.name} {asked.argument}"))


def _watched(entry: Entry, ids: frozenset[int]) -> Entry:
    """A rule that matches and is logged, and does nothing else."""
    if not isinstance(entry, Rule) or entry.id not in ids:
        return entry
    calm = replace(_calm(entry), chained=tuple(map(_calm, entry.chained)))
    return replace(calm, actions=(*calm.actions, Action("pass", "", entry.place), Action("log", "", entry.place)))


def _calm(rule: Rule) -> Rule:
    return replace(rule, actions=tuple(each for each in rule.actions if each.name not in DISRUPTIVE and each.name not in _CHANGING))
