"""The digest as one HTML document that needs nothing else: style and pictures inside, no script, no address."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from markupsafe import Markup

from reports.blocks import Digest, Draw, Shape, Theme, Trend
from reports.render.environment import environment


def render(digest: Digest, draw: Draw | None = None) -> str:
    """Return the document. `draw` makes the pictures, in each theme and shape; without it the tables stand alone."""
    style = (Path(__file__).parent / "digest.css").read_text(encoding="utf-8")
    template = environment().get_template("html.j2")
    return template.render(
        digest=digest,
        policy=_policy(style),
        style=Markup(style),  # noqa: S704 - our own file
        picture=_picture(draw) if draw else None,
    )


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
