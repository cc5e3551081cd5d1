"""The parser of the command line, in French: Click’s commands and groups, and their value types."""

import gc
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from enum import Enum
from importlib import import_module
from typing import Any

import click

from config.text import fold

NBSP = "\u00a0"
HELP_WORDS = frozenset({"aide", "help"})
FIRST = ("serve", "setup", "doctor")
"""The commands that are suggested if none is named."""
_NEGATIVE = re.compile(r"-\d+|-\d*\.\d+")


class Value(click.ParamType[Any]):
    """The type of a value that a function parses; its ValueError is explained with ``example``, its BadParameter text
    is French already."""

    name = "value"

    def __init__(self, read: Callable[[str], Any], example: str = "") -> None:
        self._read = read
        self._example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse a value; a default is one already."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError:
            hint = f" : par exemple {self._example}" if self._example else ""
            self.fail(f"{value!r} n’est pas une valeur possible{hint}", param, ctx)


class WordChoice(click.ParamType[str]):
    """The type of a word that must be one of several; typed without its accents or in capitals it is the same."""

    name = "choice"

    def __init__(self, *words: str) -> None:
        self._words = words
        self._folded = {fold(word): word for word in words}

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the words for the help."""
        return f"{{{','.join(self._words)}}}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept one of the words."""
        if (word := self._folded.get(fold(str(value)))) is None:
            self.fail(_not_one_of(value, self._words), param, ctx)
        return word


def _not_one_of(word: str, words: Sequence[str]) -> str:
    return f"{word!r} n’est pas un de {', '.join(map(repr, words))}"


class _InFrench(click.Command):
    """The base of commands and groups; at most one of the ``exclusive`` options may be given."""

    exclusive: Sequence[str] = ()

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return « --help » with French help."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "montrer cette aide"
        return option

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage, the description, then arguments and options."""
        formatter.write_usage(ctx.command_path, " ".join(self._pieces(ctx)), prefix="usage : ")
        if self.help:
            formatter.write_paragraph()
            formatter.write_text(self.help)
        arguments = [
            (_name(ctx, param), param.help or "") for param in self.params if isinstance(param, click.Argument)
        ]
        options = [(_spelling(ctx, option), option.help or "") for option in self._options(ctx)]
        for title, rows in (("arguments", arguments), ("options", options)):
            if rows:
                with formatter.section(f"{title}{NBSP}"):
                    formatter.write_dl(rows)

    def _options(self, ctx: click.Context) -> Sequence[click.Option]:
        """List all options, help first."""
        *own, asked = (param for param in self.get_params(ctx) if isinstance(param, click.Option))
        return [asked, *own]

    def _pieces(self, ctx: click.Context) -> Iterator[str]:
        """Yield the pieces of the usage line; options that exclude each other stand together."""
        options = self._options(ctx)
        exclusive = [option for option in options if option.opts[0] in self.exclusive]
        for option in options:
            together = exclusive if option in exclusive else [option]
            if option is together[0]:
                said = " | ".join(_spelling(ctx, each, short=True) for each in together)
                yield said if option.required else f"[{said}]"
        for param in self.params:
            if isinstance(param, click.Argument):
                yield _name(ctx, param) if param.required else f"[{_name(ctx, param)}]"

    def sort_words(self, ctx: click.Context, words: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
        """Sort the words into options with their values, arguments, and unknown options.

        Click would take an option after « --from » as its value, and « -3 » as an option.
        """
        known = {name: option for option in self._options(ctx) for name in option.opts}
        options, rest, unknown, queue = list[str](), list[str](), list[str](), deque(words)
        while queue:
            word = queue.popleft()
            name, equals, value = word.partition("=")
            option = known.get(name)
            if word == "--":
                rest += queue
                break
            if option is None and not _is_like_an_option(word):
                rest.append(word)
                if isinstance(self, click.Group):  # What follows is its command’s.
                    rest += queue
                    break
            elif option is None:
                unknown.append(word)
            elif option.is_flag or equals:
                if option.is_flag and equals:
                    raise click.UsageError(f"{name} : {value!r} est de trop", ctx)
                options.append(word)
            elif not queue or _is_like_an_option(queue[0]):
                raise click.UsageError(f"{name} : il manque sa valeur", ctx)
            else:
                options += [word, queue.popleft()]
        return options, rest, unknown


def _is_like_an_option(word: str) -> bool:
    return word.startswith("-") and len(word) > 1 and " " not in word and not _NEGATIVE.fullmatch(word)


def _name(ctx: click.Context, param: click.Parameter) -> str:
    """Return what help calls a value."""
    return param.metavar or param.type.get_metavar(param, ctx) or param.name.upper()


def _spelling(ctx: click.Context, option: click.Option, *, short: bool = False) -> str:
    names = option.opts[0] if short else ", ".join(option.opts)
    return names if option.is_flag else f"{names} {_name(ctx, option)}"


class Touches(Enum):
    """What a command does to the configured database."""

    NOTHING = "nothing"
    READS = "reads"
    WRITES = "writes"


def option(name: str, metavar: str, help: str, *, into: str = "", **attributes: Any) -> click.Option:
    """Declare an option of a command, whose value goes ``into`` a parameter of another name; more as ``click.option``
    does."""
    return click.Option([name, *filter(None, [into])], metavar=metavar or None, help=help, **attributes)


def flag(name: str, help: str, *, into: str = "", **attributes: Any) -> click.Option:
    """Declare an option of a command that is given or not."""
    return click.Option([name, *filter(None, [into])], is_flag=True, help=help, **attributes)


def argument(name: str, metavar: str, help: str, **attributes: Any) -> click.Argument:
    """Declare an argument of a command, as ``click.argument`` does."""
    return click.Argument([name], metavar=metavar, help=help, **attributes)


class CliCommand(_InFrench):
    """A command with its parameters. ``where`` names its function, « module:function », which is imported only when it
    runs."""

    def __init__(
        self,
        where: str,
        short_help: str,
        *params: click.Parameter,
        touches: Touches = Touches.NOTHING,
        exclusive: Sequence[str] = (),
    ) -> None:
        super().__init__(None, params=list(params), short_help=short_help)
        self.where = where
        self.touches = touches
        self.exclusive = exclusive

    def invoke(self, ctx: click.Context) -> int:
        """Run it."""
        run = load("cli.command:run")
        code: int = run(ctx, self.where)
        return code

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words. Raises UsageError, in French."""
        options, rest, unknown = self.sort_words(ctx, args)
        self._refuse_both(ctx, options)
        ctx.allow_extra_args = True
        try:
            super().parse_args(ctx, [*options, "--", *rest])
        except click.MissingParameter:
            missing = [_hint(param) for param in self.params if param.required and ctx.params.get(param.name) is None]
            raise click.UsageError(f"il manque : {', '.join(missing)}", ctx) from None
        if more := [*unknown, *ctx.args]:
            raise click.UsageError(f"arguments inconnus : {' '.join(more)}", ctx.find_root())
        return []

    def _refuse_both(self, ctx: click.Context, options: Sequence[str]) -> None:
        given = [name for name in dict.fromkeys(word.partition("=")[0] for word in options) if name in self.exclusive]
        if len(given) > 1:
            raise click.UsageError(f"{given[1]} : à choisir, ou {given[0]}, mais pas les deux", ctx)


def load(where: str) -> Any:
    """Import a function by « module:function », or another value that only some commands need. Garbage collection is
    paused meanwhile, as it took a sixth of the time."""
    module, _, name = where.partition(":")
    gc.disable()
    try:
        return getattr(import_module(module), name)
    finally:
        gc.enable()


class CommandGroup(_InFrench, click.Group):
    """A group of commands in order of declaration; ``usual`` is the one that runs if none is named."""

    usual: str = ""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names, in their order."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words before the command, and its name; « aide » is « --help ». Raises UsageError, in French."""
        if args[:1] and args[0] in HELP_WORDS:
            args = ["--help"]
        if self.usual and not {"--help", *self.commands} & set(args[:1]):
            args = [self.usual, *args]
        options, rest, unknown = self.sort_words(ctx, args)
        super().parse_args(ctx, [*options, "--", *rest])
        if not rest:
            first = [name for name in FIRST if name in self.commands] or list(self.commands)[: len(FIRST)]
            raise click.UsageError(f"que faire ? {', '.join(first)}…", ctx)
        if rest[0] not in self.commands:
            near = get_close_matches(rest[0], self.commands, 1)
            meant = f" (vouliez-vous dire « {near[0]} » ?)" if near else ""
            said = _not_one_of(rest[0], list(self.commands))
            raise click.UsageError(f"{self.subcommand_metavar} : {said}{meant}", ctx)
        if unknown:
            raise click.UsageError(f"arguments inconnus : {' '.join(unknown)}", ctx.find_root())
        return ctx.args

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands last."""
        super().format_help(ctx, formatter)
        rows = [(name, each.short_help or "") for name, each in self.commands.items()]
        title = f"{self.subcommand_metavar}{'s' if ctx.parent is None else ''}{NBSP}"
        with formatter.section(title):
            formatter.write_text(self.subcommand_metavar)
            with formatter.indentation():
                formatter.write_dl(rows)

    def _pieces(self, ctx: click.Context) -> Iterator[str]:
        yield from super()._pieces(ctx)
        yield f"{self.subcommand_metavar} ..."


def group(name: str, short_help: str, commands: dict[str, click.Command]) -> CommandGroup:
    """Declare the group of commands that begin with this word."""
    return CommandGroup(name, commands=commands, short_help=short_help, subcommand_metavar="quoi")


def _hint(param: click.Parameter) -> str:
    """Return the name of a parameter in an error message."""
    return param.opts[0] if isinstance(param, click.Option) else param.metavar or param.name


def explain(error: click.UsageError) -> str:
    """Say what was not understood, and where the help is."""
    path = error.ctx.command_path if error.ctx else "coop-bot"
    param = error.param if isinstance(error, click.BadParameter) else None
    about = f"{_hint(param)} : " if param else ""
    return f"{path} : {about}{error.message}\nVoir « {path} --help »."
