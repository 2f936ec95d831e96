"""What the settings say of requests that go over a limit: half of it is the engine's budget, the other half SecLang. Pure."""

from routerd.core.edge import WafSettings
from routerd.waf.budget import Budget, Over

_BODY = {"block": "Reject", "log": "ProcessPartial"}
_UNREADABLE = (200_002, 200_003, 200_004)
"""Rules of the base that refuse bodies which cannot be read."""


def budget(settings: WafSettings) -> Budget:
    """Limits of the engine's own."""
    return Budget(cost_over=Over(settings.over_cost), arguments_over=Over(settings.over_arguments))


def seclang(settings: WafSettings) -> str:
    """What stands after all rules."""
    lines = [f"SecRequestBodyLimitAction {_BODY[settings.over_body]}"] if settings.over_body in _BODY else []
    if settings.unreadable != "rules":
        action = "deny,status:400" if settings.unreadable == "block" else "pass"
        lines += [f'SecRuleUpdateActionById {rule} "{action}"' for rule in _UNREADABLE]
    return "\n".join(lines)
