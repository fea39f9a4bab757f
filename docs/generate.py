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
        if get_origin(section.type) is tuple:
            parts += _section(f"[[{section.name}]]", get_args(section.type)[0], comments)
            continue
        parts += _section(f"[{section.name}]", section.type, comments)
        for field in msgspec.structs.fields(section.type):
            if get_origin(field.type) is dict and issubclass(get_args(field.type)[1], msgspec.Struct):
                parts += _section(f'[{section.name}.{field.name}."NAME"]', get_args(field.type)[1], comments)
    return "\n".join(parts)


def _section(title: str, struct: type[msgspec.Struct], comments: dict[tuple[str, str], str]) -> Iterator[str]:
    yield f"## {title}\n\n{(struct.__doc__ or '').strip()}\n"
    yield "| key | default | |\n|---|---|---|"
    for field in msgspec.structs.fields(struct):
        default = "required" if field.required else f"`{_toml(_default(field))}`"
        yield f"| `{field.name}` | {default} | {comments.get((struct.__name__, field.name), '')} |"
    yield ""


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
