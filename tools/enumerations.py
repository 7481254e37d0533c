"""Write the constants that programs have for documented values, `pulumi_bird/enumerations.py`;
`--check` tells whether they are current.

Pulumi's packages have enumerations, whose members `pulumi convert` writes. Here a constant is a
plain text, like the value that it stands for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bird_dynamic.providers.schema import schema
from bird_dynamic.schema.case import snake_case
from tools.generated import ROOT, write_or_check

HEAD = '''# Generated from the tables by tools/enumerations.py: run `make docs`, do not edit.
"""Documented values, under the names that programs of `pulumi convert` use."""

from __future__ import annotations
'''


def text() -> str:
    """The module."""
    types = schema("0.0.0")["types"]
    named = {token.rpartition(":")[2]: each for token, each in types.items() if "enum" in each}
    exported = "".join(f'    "{name}",\n' for name in named)
    classes = "".join("\n\n" + "".join(_class(name, each)) for name, each in named.items())
    return f"{HEAD}\n__all__ = [\n{exported}]\n{classes}"


def _class(name: str, described: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    yield f'class {name}:\n    """{described["description"]}"""\n\n'
    for each in described["enum"]:
        yield f'    {snake_case(each["name"]).strip("_").upper()} = "{each["value"]}"\n'


if __name__ == "__main__":
    sys.exit(write_or_check({ROOT / "pulumi_bird" / "enumerations.py": text()}))
