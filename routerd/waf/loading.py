"""From paths to a rule set: reads the files, after the settings that every rule set starts from, and compiles them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from routerd.core.places import data
from routerd.waf.asking import Tools, tools
from routerd.waf.checking import checked
from routerd.waf.engine import RuleSet
from routerd.waf.files import Disk, rule_files
from routerd.waf.operators import catalogue as operators
from routerd.waf.place import Fault, Place
from routerd.waf.rules import Setting, Source
from routerd.waf.seclang.parser import parse_files
from routerd.waf.transformations import catalogue as transformations


def load(paths: Sequence[Path], *, detect: bool = False) -> tuple[RuleSet | None, list[Fault]]:
    """A rule set, or all that is wrong with it.

    Args:
        paths: rule files and folders of them, in order.
        detect: whether it only detects, whatever its files say.
    """
    files = [str(data("rules", "waf-base.conf")), *(each for path in paths for each in rule_files(path))]
    faults: list[Fault] = []
    disk = Disk([Path(each).parent for each in files])
    source = parse_files(files, disk, faults)
    if detect:
        source = _detecting(source)
    return checked(source, faults, _tools(disk))


def _tools(disk: Disk) -> Tools:
    return tools(operators.CATALOGUE, transformations.CATALOGUE, disk)


def _detecting(source: Source) -> Source:
    return replace(source, entries=(*source.entries, Setting(Place("", 0, 0), "SecRuleEngine", ("DetectionOnly",))))
