"""What the sections about guests, vouchers and traffic share: one list of guests, one overview, one set of streams for all listeners."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routerd.admin.admission import Admission
from routerd.admin.board import Board
from routerd.admin.streams import Streams
from routerd.admin.table import Table
from routerd.core.jobs import Jobs
from routerd.core.settings import Settings
from routerd.sheets.printer import Printer
from routerd.telemetry.service import Telemetry


@dataclass(frozen=True, slots=True)
class Data:
    """By name.

    Attributes:
        current: the settings as the owner has set them by now.
        erase: has domains that the sections do not know forget a person's names and devices; called inside `Store.write`.
    """

    current: Callable[[], Settings]
    jobs: Jobs
    printer: Printer
    telemetry: Telemetry
    admission: Admission
    table: Table
    board: Board
    streams: Streams
    erase: Callable[[Sequence[str], Sequence[str]], None]
