"""NO_PROXY of the environment: hosts that are reached without the proxy, as curl reads it."""

from collections.abc import Mapping


def is_excepted(host: str, environ: Mapping[str, str]) -> bool:
    """Whether a host, or a domain it lies in, stands in the list; `*` stands for all."""
    listed = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    names = {name.strip().lower().removeprefix("*.").lstrip(".") for name in listed.split(",")} - {""}
    return "*" in names or any(f".{host.lower()}".endswith(f".{name}") for name in names)
