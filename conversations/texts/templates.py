"""What a template may do: show values, through filters, and leave parts out. It cannot loop, call or calculate.

So its size and time grow with what is put into it and with nothing else, and no budget is needed for it. Authors are
trusted with words, not with the process: what is not named here is refused when it is loaded.
"""

from collections.abc import Iterator
from typing import Final

from jinja2 import nodes

ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Filter,
    nodes.Keyword,
    nodes.If,
    nodes.CondExpr,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)

_NAMES: Final[dict[type[nodes.Node], str]] = {
    nodes.For: "a loop",
    nodes.Macro: "a macro",
    nodes.Call: "a call",
    nodes.Include: "an include",
    nodes.Import: "an import",
    nodes.Assign: "an assignment",
}


def forbidden(tree: nodes.Node) -> Iterator[str]:
    """Yield, in words, what a parsed template does and may not: "a loop", "'pow'"."""
    if not isinstance(tree, ALLOWED):
        yield _NAMES.get(type(tree), f"'{type(tree).__name__.lower()}'")
        return
    for child in tree.iter_child_nodes():
        yield from forbidden(child)
