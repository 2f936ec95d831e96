"""A real headless Chromium on a guest's device, steered over its debugging pipe: no driver, no socket, works inside a namespace."""

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from select import select
from typing import Any, Self

from tests.lab.namespace import Namespace

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=320,568",
    "--remote-debugging-pipe",
)
FOLLOWS_S = 10
"""For a page to give way to the next one."""
_BASH = 'in=$1 out=$2; shift 2; exec "$@" 3<&"$in" 4>&"$out"'
"""Chromium's debugging pipe is file descriptors 3 and 4, whatever ours are called."""


class Browser:
    """One page of a fresh Chromium; use it as a context manager.

    Args:
        where: the guest's namespace.
    """

    def __init__(self, where: Namespace) -> None:
        self._home = tempfile.mkdtemp(prefix="chromium-")
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        words = where.command("bash", "-c", _BASH, "bash", str(theirs_in), str(theirs_out))
        words += ["chromium", *FLAGS, f"--user-data-dir={self._home}", "about:blank"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "HOME": self._home, "TMPDIR": self._home}
        self._process = subprocess.Popen(words, pass_fds=(theirs_in, theirs_out), env=environment, start_new_session=True, **quiet)  # type: ignore[call-overload]
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer = b""
        self._number = 0
        self.complaints: list[str] = []
        """What the console said as an error or a warning, and exceptions that nobody caught, once `watch` was called."""
        self._session = ""
        page = next(target for target in self._call("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(5)
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self._home, ignore_errors=True)

    def open(self, url: str) -> str:
        """Go there; empty when it loaded, else Chromium's error word, such as ``net::ERR_CONNECTION_RESET``."""
        self.run("window.before = true")
        told = self._call("Page.navigate", url=url)
        error = str(told.get("errorText", ""))
        if not error:
            self._follow(left="loaderId" in told)
        return error

    def run(self, script: str) -> Any:
        """Evaluate JavaScript in the page."""
        return self._call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def wait(self, script: str, wait_s: float = 5) -> Any:
        """Evaluate until it is something that counts as true; return that.

        Raises:
            TimeoutError: it stayed false; the message has what the page shows.
        """
        until = time.monotonic() + wait_s
        while (value := self.run(script)) in (None, False, 0, ""):
            if time.monotonic() > until:
                raise TimeoutError(f"{script} stayed {value!r}; the page at {self.url} shows: {self.text[:1000]}; {self.complaints}")
            time.sleep(0.02)
        return value

    def watch(self) -> None:
        """Collect `complaints` from now on."""
        self._call("Runtime.enable")
        self._call("Log.enable")

    def screen(self, width: int, height: int) -> None:
        """A screen of this size in CSS pixels; below 600 it is a phone's, with a finger."""
        phone = width < 600
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self._call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def scheme(self, name: str) -> None:
        """``light`` or ``dark``, as the device's owner prefers."""
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def key(self, name: str, modifiers: int = 0) -> None:
        """Press a key of this name (``Tab``, ``Enter``, ``ArrowDown``, ``Escape``); modifiers: 8 shift."""
        text = "\r" if name == "Enter" else ""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowUp": 38, "ArrowDown": 40, " ": 32}
        more = {"key": name, "code": name, "windowsVirtualKeyCode": codes.get(name, 0), "modifiers": modifiers}
        self._call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **more)
        self._call("Input.dispatchKeyEvent", type="keyUp", **more)

    def write(self, text: str) -> None:
        """Type into whatever has the focus."""
        self._call("Input.insertText", text=text)

    @property
    def url(self) -> str:
        """Where the page is now."""
        return str(self.run("location.href"))

    def address(self) -> str:
        """Like `url`, as the browser knows it, without asking the page: also while one page gives way to another site's."""
        session, self._session = self._session, ""
        try:
            targets = self._call("Target.getTargets")["targetInfos"]
        finally:
            self._session = session
        return next(str(target["url"]) for target in targets if target["type"] == "page")

    @property
    def text(self) -> str:
        """What a person reads."""
        return str(self.run("document.body ? document.body.innerText : ''"))

    def fill(self, **fields: str) -> None:
        """Type into the inputs of these names and send their form as its button would."""
        names = list(fields)
        for name, value in fields.items():
            self.run(f"document.querySelector('[name={name}]').value = {json.dumps(value)}")
        self.press(f"document.querySelector('[name={names[0]}]').form.querySelector('[type=submit],button')")

    def press(self, element: str) -> None:
        """Click what a JavaScript expression names, then wait for the page that follows."""
        self.run("window.before = true")
        self.run(f"{element}.click()")
        self._follow(left=True)

    def settle(self, wait_s: float = 10) -> None:
        """Wait until the page is complete."""
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            if self._asked("document.readyState === 'complete' && location.href !== 'about:blank'"):
                return
            time.sleep(0.02)
        raise TimeoutError(f"{self.url} did not load within {wait_s} s")

    def _follow(self, *, left: bool) -> None:
        """Wait for the page that follows. Chromium says that it goes there while the page before is still the one that answers."""
        until = time.monotonic() + FOLLOWS_S
        while left and not self._asked("!window.before"):
            if time.monotonic() > until:
                raise TimeoutError(f"{self.url} gave way to nothing within {FOLLOWS_S} s; it shows: {self.text[:1000]}")
            time.sleep(0.02)
        self.settle()

    def _asked(self, script: str) -> bool:
        """Whether it is true of the page; false when the page gave way over the question."""
        with contextlib.suppress(RuntimeError):
            return bool(self.run(script))
        return False

    def picture(self, path: Path) -> None:
        """Save what is seen as PNG."""
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def _call(self, method: str, wait_s: float = 20, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            answer = self._next(until)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])
        raise TimeoutError(f"{method}: Chromium did not answer within {wait_s} s")

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select([self._in], [], [], max(0.0, until - time.monotonic()))
            data = os.read(self._in, 1 << 16) if ready else b""
            if not data:
                raise TimeoutError(f"Chromium ended or fell silent (exit {self._process.poll()})")
            self._buffer += data
        text, _, self._buffer = self._buffer.partition(b"\0")
        message = dict(json.loads(text))
        self._hear(message.get("method", ""), message.get("params", {}))
        return message

    def _hear(self, event: str, told: dict[str, Any]) -> None:
        if event == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"].get("exception", {}).get("description", told["exceptionDetails"]["text"])))
        elif event == "Runtime.consoleAPICalled" and told["type"] in {"error", "warning"}:
            self.complaints.append(" ".join(str(each.get("value", each.get("description"))) for each in told["args"]))
        elif event == "Log.entryAdded" and told["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
