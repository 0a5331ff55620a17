"""Where the words come from: the folders of languages that ship with the product."""

import tomllib
from collections.abc import Mapping
from importlib import resources

from conversations.question import type_texts
from conversations.texts.languages import Files
from reports.digest import section_texts


def language_files() -> Files:
    """Return parsed TOML by language and file (`de/cases.toml`), and what question types and report sections bring."""
    found: dict[str, Mapping[str, object]] = {}
    folder = resources.files("conversations") / "languages"
    for language in sorted((one for one in folder.iterdir() if one.is_dir()), key=str):
        for one in sorted(language.iterdir(), key=str):
            found[f"{language.name}/{one.name}"] = tomllib.loads(one.read_text("utf-8"))
    return {**found, **type_texts(), **section_texts()}
