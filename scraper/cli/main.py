"""The command `scraper`: finds the sub-command, and turns what ends it into one line and an exit code."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from scraper.cli.logs import set_up_logging
from scraper.errors import ScraperError
from scraper.report import error_code
from scraper.urls import host_of

log = logging.getLogger("scraper")

# Imported when they are called: `clean` needs no HTTP client, `schema` no parser.
COMMANDS = tuple("get clean discover run init config status verify state reclean purge rules schema".split())


class LazyGroup(click.Group):
    """A group whose commands are modules of this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of their importance."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of the module of that name."""
        del ctx
        if name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"scraper.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Point to `get` where an address stands in the place of a command."""
        first = args[0]
        if first in COMMANDS:  # whatever lies in the folder; in "/", where services run, lies "run"
            return super().resolve_command(ctx, args)
        if "://" in first or (
            host_of(f"https://{first}") and "." in first.partition("/")[0] and not Path(first).exists()
        ):
            address = first if "://" in first else f"https://{first}"
            raise click.UsageError(f"{first} is no command; did you mean `scraper get {address}`?", ctx)
        if Path(first).exists():
            raise click.UsageError(f"{first} is no command; did you mean `scraper clean {first}`?", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. click would make 1, which means a bug, of a reader that has enough."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return 128 + 13  # as if by SIGPIPE


def _show_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from scraper.extraction.model import model_version  # noqa: PLC0415 only this option needs them
    from scraper.rules import rules_version  # noqa: PLC0415
    from scraper.version import VERSION  # noqa: PLC0415

    click.echo(f"scraper {VERSION} (rules {rules_version()}, model {model_version()})")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
    help="Show the versions of the program, its rules and its model.",
)  # fmt: skip
def cli() -> None:
    """Turn news pages into clean JSON articles.

    Articles go to standard output, all else to standard error. Exit codes: 0 an article came out and nothing failed,
    3 some inputs failed, 4 no article came out, 2 wrong usage, 5 the output cannot be written; docs/output.md has all.

    \b
      scraper get https://news.example/story
      scraper get -i urls.txt -o articles.jsonl --append
      scraper clean saved-pages/ > articles.jsonl
      scraper run corpus.toml
    """


def run_cli(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    set_up_logging()
    try:
        code = cli.main(list(arguments), prog_name="scraper", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        code = 2
    except click.ClickException as error:
        code = _usage_error(error)
    except ScraperError as error:
        log.error("%s", error)  # noqa: TRY400  the message says it all
        code = error_code(error)
    except (KeyboardInterrupt, click.Abort):
        code = 128 + 2  # as if by SIGINT
    except Exception:
        log.exception("a bug; please report it, with these lines")
        code = 1
    return code if isinstance(code, int) else 0


def _usage_error(error: click.ClickException) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "scraper"
    log.error("%s: %s (see %s --help)", path, error.format_message().rstrip("."), path)
    return 2


def main() -> None:
    """Run the command of this process."""
    code = run_cli(sys.argv[1:])
    if code > 128:  # stopped: do not wait for a thread that is in the middle of a large page
        os._exit(code)
    sys.exit(code)
