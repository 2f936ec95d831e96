"""Vouchers on paper: a PDF, made beside the request, or cards that the browser prints itself."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from routerd.admin import reading
from routerd.admin.paper import Paper
from routerd.admin.section import Asked, BadField, Route, only
from routerd.admin.sections.vouchers import chosen
from routerd.core.jobs import Jobs, Progress, Result
from routerd.core.settings import Settings
from routerd.identity.actor import STAFF
from routerd.identity.audit import Audit
from routerd.sheets.printer import PAPERS, Printer
from routerd.vouchers.model import Voucher
from routerd.vouchers.service import Vouchers

PRINTED_MOST = 2000
"""Vouchers in one document: 84 sheets."""

CARDS_MOST = 500

CHOICE = ("ids", "batch", "network", "words", "title", "ssid")


class VoucherSheets:
    """POST /vouchers/print and /vouchers/cards.

    Args:
        settings: what the house is called, and where its portal is.
        audit: the trail.
        vouchers: their service.
        jobs: run the printer.
        printer: makes the documents.
    """

    def __init__(self, settings: Callable[[], Settings], audit: Audit, vouchers: Vouchers, jobs: Jobs, printer: Printer) -> None:
        self._settings = settings
        self._audit = audit
        self._vouchers = vouchers
        self._jobs = jobs
        self._printer = printer

    def routes(self) -> Sequence[Route]:
        return (Route("POST", "/vouchers/print", self._print, STAFF), Route("POST", "/vouchers/cards", self._cards, STAFF))

    def _print(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, "paper", *CHOICE)
        kind = asked.fields.get("paper", "a4")
        if kind not in PAPERS:
            raise BadField("paper", f"paper: expected {' or '.join(PAPERS)}")
        vouchers, paper = chosen(self._vouchers, asked.fields, PRINTED_MOST), self._paper(asked)
        job = self._jobs.submit("voucher-print", asked.actor.name, partial(_printed, self._printer, kind, paper, vouchers))
        self._audit.note(asked.actor, "voucher.print", f"{len(vouchers)} vouchers", after={"paper": kind, "count": len(vouchers)})
        return {"job": job}

    def _cards(self, asked: Asked) -> dict[str, Any]:
        only(asked.fields, *CHOICE)
        vouchers, paper = chosen(self._vouchers, asked.fields, CARDS_MOST), self._paper(asked)
        return {"title": paper.heading.title, "ssid": paper.heading.ssid, "rows": [_card(paper, voucher) for voucher in vouchers]}

    def _paper(self, asked: Asked) -> Paper:
        title, ssid = (reading.text(asked.fields, name, "", 128) for name in ("title", "ssid"))
        return Paper(self._settings(), reading.text(asked.fields, "network", "", 32), asked.fields.get("words") or {}, title, ssid)


def _printed(printer: Printer, kind: str, paper: Paper, vouchers: Sequence[Voucher], progress: Progress) -> Result:
    def told(done: int) -> None:
        progress.step(done, len(vouchers), "laying out")

    told(0)
    printed = printer.print(kind, paper.heading, [paper.card(voucher) for voucher in vouchers], told)
    lacking = f"no font has {printed.missing[:20]}: install fonts-dejavu-core, fonts-tlwg-loma-ttf and fonts-droid-fallback"
    progress.step(len(vouchers), len(vouchers), lacking if printed.missing else "done")
    return Result(f"vouchers-{kind}.pdf", "application/pdf", printed.content)


def _card(paper: Paper, voucher: Voucher) -> dict[str, Any]:
    from routerd.sheets.codes import code  # noqa: PLC0415 - a box that never prints goes without

    card = paper.card(voucher)
    drawn = code(card.url) if card.url else None
    limits = {"valid_for": voucher.valid_for, "valid_from": voucher.valid_from}
    data = {"down_limit_mb": voucher.download_limit_mb, "up_limit_mb": voucher.upload_limit_mb}
    speed = {"down_kbit": voucher.down_kbit, "up_kbit": voucher.up_kbit, "devices": voucher.devices}
    shown = {"username": card.username, "passcode": card.passcode, "single": card.single, "url": card.url or None}
    return {**shown, "qr": drawn and {"size": drawn.size, "path": drawn.path}, "lines": card.lines, **limits, **data, **speed}
