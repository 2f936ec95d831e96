"""The last good form of the rules, kept beside the store: a box that is started while a rule file is broken has rules all the same.

Called by `rulesets` on its own thread.
"""

import json
import logging
import os
import zipfile
from pathlib import Path

from routerd.waf.files import Bundle
from routerd.waf.loading import Gathered

log = logging.getLogger(__name__)

_INDEX = "index.json"


class Shelf:
    """One archive with every file that a rule set was made of.

    Args:
        path: of it; None: nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def put(self, files: tuple[str, ...], contents: dict[str, bytes]) -> None:
        """Keep these files in place of the ones before; a disk that is full is only worth a line in the log."""
        if self._path is None:
            return
        new = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with new.open("wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                    archive.writestr(_INDEX, json.dumps({"files": files, "contents": list(contents)}))
                    for number, content in enumerate(contents.values()):
                        archive.writestr(str(number), content)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as error:
            log.warning("the rules in use cannot be kept in %s: %s", self._path, error.strerror or error)

    def get(self) -> Gathered | None:
        """The files that were kept last."""
        if self._path is None or not self._path.exists():
            return None
        try:
            with zipfile.ZipFile(self._path) as archive:
                index = json.loads(archive.read(_INDEX))
                contents = {path: archive.read(str(number)) for number, path in enumerate(index["contents"])}
        except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
            log.warning("the rules kept in %s cannot be read: %s", self._path, error)
            return None
        return Gathered(tuple(index["files"]), Bundle(contents))
