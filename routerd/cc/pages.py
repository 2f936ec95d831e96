"""The challenge's pages as HTML: one that has a browser work, one with a slider. They need nothing from anywhere else.

Script and style stand in the page and never change, so that the policy can name them by their digests; whatever changes stands in
attributes, escaped.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape

from routerd.cc.captcha import Puzzle
from routerd.cc.proof import PARTS, Task
from routerd.cc.words import Words

PATH = "/.routerd/challenge"
"""Where answers go; the edge never forwards it while there are counters."""

STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:18vh auto 0;padding:0 1rem;text-align:center}
h1{font-size:1.25rem;margin:0 0 .5rem}
progress{width:100%;height:.75rem}
img,input[type=range]{display:block;width:320px;max-width:100%;margin:1rem auto;padding:0;box-sizing:border-box}
input[type=range]{appearance:none;-webkit-appearance:none;height:32px;background:#8884;border-radius:4px}
input[type=range]::-webkit-slider-thumb{-webkit-appearance:none;width:48px;height:32px;background:#06c;border-radius:4px}
input[type=range]::-moz-range-thumb{width:48px;height:32px;background:#06c;border:0;border-radius:4px}
button{font:inherit;padding:.5rem 1.5rem;min-height:44px}
"""

SCRIPT = """
(function () {
  "use strict";
  var box = document.getElementById("work"), data = box.dataset, bar = document.getElementById("bar");
  var bits = +data.bits, parts = +data.parts, K = [], H = [], w = new Int32Array(64), found = [], number = 0, n, i;
  function rest(x) { return ((x - Math.floor(x)) * 4294967296) | 0; }
  for (n = 2; K.length < 64; n++) {
    for (i = 2; i * i <= n && n % i; i++) {}
    if (i * i > n) { if (H.length < 8) { H.push(rest(Math.sqrt(n))); } K.push(rest(Math.cbrt(n))); }
  }
  function first(text) {
    var a = H[0], b = H[1], c = H[2], d = H[3], e = H[4], f = H[5], g = H[6], h = H[7], i, s, t, u;
    for (i = 0; i < 16; i++) { w[i] = 0; }
    for (i = 0; i < text.length; i++) { w[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8); }
    w[i >> 2] |= 128 << (24 - (i & 3) * 8);
    w[15] = text.length * 8;
    for (i = 16; i < 64; i++) {
      s = w[i - 15]; t = w[i - 2];
      w[i] = (w[i - 16] + w[i - 7] + ((s >>> 7 | s << 25) ^ (s >>> 18 | s << 14) ^ s >>> 3)
        + ((t >>> 17 | t << 15) ^ (t >>> 19 | t << 13) ^ t >>> 10)) | 0;
    }
    for (i = 0; i < 64; i++) {
      t = (h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      u = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    return (a + H[0]) | 0;
  }
  function round() {
    var end = Date.now() + 40;
    while (found.length < parts && Date.now() < end) {
      for (i = 0; i < 500; i++) {
        if (first(data.salt + "." + found.length + "." + number) >>> (32 - bits) === 0) { found.push(number); number = -1; break; }
        number++;
      }
      if (number < 0) { number = 0; }
    }
    bar.value = found.length / parts;
    if (found.length < parts) { setTimeout(round, 0); } else { location.replace(data.answer + found.join(",")); }
  }
  setTimeout(round, 0);
})();
"""


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'sha256-{_digest(SCRIPT)}'",
        f"style-src 'sha256-{_digest(STYLE)}'",
        "img-src data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
)


def work(words: Words, task: Task, answer: str, slider: str) -> bytes:
    """The page that has a browser work, and sends one without JavaScript on to the slider.

    Args:
        words: what it says.
        task: what is to be done.
        answer: address that takes the numbers, which are added to it.
        slider: address of the slider's page.
    """
    data = {"id": "work", "data-salt": task.salt, "data-bits": task.bits, "data-parts": PARTS, "data-answer": answer}
    refresh = f'<noscript><meta http-equiv="refresh" content="0;url={escape(slider)}"></noscript>'
    return _page(
        words,
        refresh,
        [
            f"<h1>{escape(words.title)}</h1>",
            f"<p>{escape(words.working)}</p>",
            f'<div {_attributes(data)}><progress id="bar" max="1" value="0" aria-label="{escape(words.title)}"></progress></div>',
            f'<noscript><p><a href="{escape(slider)}">{escape(words.without)}</a></p></noscript>',
            f"<script>{SCRIPT}</script>",
        ],
    )


def slider(words: Words, puzzle: Puzzle, to: str, *, again: bool) -> bytes:
    """The page with a slider: a form that needs no JavaScript.

    Args:
        words: what it says.
        puzzle: what to solve.
        to: where to go on afterwards.
        again: whether the last answer was wrong.
    """
    image = b64encode(puzzle.background).decode()
    return _page(
        words,
        "",
        [
            f"<h1>{escape(words.title)}</h1>",
            f'<p role="status">{escape(words.again)}</p>' if again else "",
            f'<form action="{PATH}" method="get">',
            f'<img src="data:image/png;base64,{image}" width="{puzzle.width}" height="{puzzle.height}" alt="{escape(words.picture)}">',
            f'<label for="ratio">{escape(words.slide)}</label>',
            '<input type="range" id="ratio" name="ratio" min="0" max="1000" value="0">',
            f'<input type="hidden" name="puzzle" value="{escape(puzzle.id)}"><input type="hidden" name="to" value="{escape(to)}">',
            f"<button>{escape(words.go)}</button></form>",
        ],
    )


def note(words: Words, text: str) -> bytes:
    """A page that only says something."""
    return _page(words, "", [f"<h1>{escape(words.title)}</h1>", f"<p>{escape(text)}</p>"])


def _page(words: Words, head: str, body: Sequence[str]) -> bytes:
    start = f'<!doctype html><html lang="{words.language}" dir="{words.direction}"><head><meta charset="utf-8">'
    view = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    style = f"<title>{escape(words.title)}</title>{head}<style>{STYLE}</style></head><body><main>"
    return f"{start}{view}{style}{''.join(body)}</main></body></html>".encode()


def _attributes(values: Mapping[str, object]) -> str:
    return " ".join(f'{name}="{escape(str(value))}"' for name, value in values.items())
