"""The digest as one HTML document that needs nothing else: style and pictures inside, no script, no address."""

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup, escape

from reports.blocks import Digest, Draw, Shape, Theme, Trend
from reports.render.environment import environment, inert

CASE_NUMBER = re.compile(r"\b[A-Z]{1,4}-\d{4}-\d{1,9}\b")


def render(digest: Digest, draw: Draw | None = None) -> str:
    """Return the document. `draw` makes the pictures, in each theme and shape; without it the tables stand alone."""
    style = (Path(__file__).parent / "digest.css").read_text(encoding="utf-8")
    found = environment()
    found.filters["whole_numbers"] = _whole_numbers
    return found.get_template("html.j2").render(
        digest=digest,
        policy=_policy(style),
        style=Markup(style),  # noqa: S704 - our own file
        picture=_picture(draw) if draw else None,
    )


def _whole_numbers(text: str) -> Markup:
    """Keep case numbers on one line: they have hyphens, where a browser would break."""
    return Markup(CASE_NUMBER.sub(r'<span class="whole">\g<0></span>', str(escape(inert(text)))))  # noqa: S704


def _policy(style: str) -> str:
    """Allow this very style and embedded pictures; whatever else got in could do nothing."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _picture(draw: Draw) -> Callable[[Trend, Theme, Shape], str]:
    def picture(trend: Trend, theme: Theme, shape: Shape) -> str:
        return "data:image/svg+xml;base64," + base64.b64encode(draw(trend, "svg", theme, shape)).decode()

    return picture
