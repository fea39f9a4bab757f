"""Write the pages of the documentation that are made from the code: commands.md and settings.md."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import click
import msgspec

from scraper import config
from scraper.cli.main import cli

HERE = Path(__file__).parent
WIDTH = 100


def commands() -> str:
    """Return the help of every command."""
    parts = ["# Commands\n\nMade by `make docs` from the commands themselves.\n"]
    for names, command in [((), cli), *_below(cli, ())]:
        title = " ".join(["scraper", *names])
        context = click.Context(command, info_name=title, max_content_width=WIDTH, terminal_width=WIDTH)
        context.help_option_names = ["-h", "--help"]
        parts.append(f"## {title}\n\n```\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    """Return every setting with its default and the comment behind it in config.py."""
    parts = [
        "# Settings\n\nMade by `make docs` from scraper/config.py, which holds the only defaults there are. A settings "
        "file is TOML; every key\nmay be left out. `scraper run FILE` reads it, and so do `get` and `clean` with "
        "`--settings FILE`.\n"
    ]
    comments = _comments(Path(config.__file__))
    for section in msgspec.structs.fields(config.Settings):
        kind = section.type
        many = get_origin(kind) is tuple
        struct = get_args(kind)[0] if many else kind
        about = (struct.__doc__ or "").strip()
        parts.append(f"## {'[[' if many else '['}{section.name}{']]' if many else ']'}\n\n{about}\n")
        parts.append("| key | default | |\n|---|---|---|")
        for field in msgspec.structs.fields(struct):
            default = "required" if field.required else f"`{_toml(_default(field))}`"
            parts.append(f"| `{field.name}` | {default} | {comments.get((struct.__name__, field.name), '')} |")
        parts.append("")
    return "\n".join(parts)


def _below(group: click.Group, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from _below(command, (*names, name))


def _default(field: Any) -> Any:
    return field.default_factory() if field.default is msgspec.NODEFAULT else field.default


def _toml(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, (tuple, list)):
        return "[]" if not value else f"[{', '.join(map(_toml, value))}]"
    return msgspec.json.encode(value).decode()


def _comments(path: Path) -> dict[tuple[str, str], str]:
    """Return the comment at the end of the line of each ``name: type = default``, by class and name."""
    found: dict[tuple[str, str], str] = {}
    owner = name = ""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            words = token.line.split()
            if words[:1] == ["class"]:
                owner = words[1].split("(")[0]
            elif token.type == tokenize.COMMENT and words[0].endswith(":"):
                name = words[0].rstrip(":")
                found[owner, name] = token.string.lstrip("# ").replace("|", "\\|")
    return found


if __name__ == "__main__":
    (HERE / "commands.md").write_text(commands(), encoding="utf-8")
    (HERE / "settings.md").write_text(settings(), encoding="utf-8")
