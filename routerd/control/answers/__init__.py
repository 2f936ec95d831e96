"""What the control socket answers, one module a subject. Each offers `routes(services)`: method, path, function."""

from collections.abc import Callable, Mapping

Answer = Callable[[], Mapping[str, object]]
"""Reads the current request, calls a service, returns what is told as JSON."""

Routes = tuple[tuple[str, str, Answer], ...]
