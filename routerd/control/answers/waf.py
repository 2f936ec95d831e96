"""The rules that requests are judged by: how they are, and reading them again."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from routerd.control.answers import Routes
from routerd.core.errors import Conflict

if TYPE_CHECKING:  # a box that only guards sites loads nothing of a gateway's
    from routerd.control.ports import Rules


def routes(rules: "Rules | None") -> Routes:
    """/waf and /waf/reload.

    Args:
        rules: None: nothing is judged.
    """

    def there() -> "Rules":
        if rules is None:
            raise Conflict('nothing is judged here: the configuration has no [edge] section, or mode = "off" in [waf]')
        return rules

    def show() -> dict[str, object]:
        return asdict(there().state)

    def reload() -> dict[str, object]:
        return asdict(there().reload())

    return (("GET", "/waf", show), ("POST", "/waf/reload", reload))
