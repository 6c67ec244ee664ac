"""The command line of the runner; `make` is its usual caller."""

import argparse
import sys

from silk_road_ebao.runner.catalogues import check_catalogues
from silk_road_ebao.runner.children import die_with_parent
from silk_road_ebao.runner.commands import clean, manage, run_on_throw_away
from silk_road_ebao.runner.demo import run_demo
from silk_road_ebao.runner.environment import require_python
from silk_road_ebao.runner.messages import Trouble, say, show_trouble, trouble_of
from silk_road_ebao.runner.processes import serve_processes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m silk_road_ebao.runner", description=__doc__)
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this is gone")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("demo", help="services, sandbox, web, worker and beat until Ctrl-C")
    run = verbs.add_parser("run", help="a command on throw-away services: run -- pytest -q")
    run.add_argument("--durable", action="store_true", help="with fsync, as in production")
    run.add_argument("--files", action="store_true", help="with translations compiled and static files collected")
    run.add_argument("command", nargs="+")
    managed = verbs.add_parser("manage", help="a management command: manage -- market_day --date 2025-11-11")
    managed.add_argument("command", nargs="*")
    processes = verbs.add_parser("processes", help="some processes on DATABASE_URL and REDIS_URL until stdin closes")
    processes.add_argument("--only", default="sandbox,web,worker", help="of sandbox,web,worker,beat")
    verbs.add_parser("clean", help="remove the data folder and what was made from the code")
    verbs.add_parser("catalogues", help="check the translations")
    return parser


def main(argv: list[str]) -> int:
    """Run one verb; return the exit status: 1 for trouble on the machine, 2 for a wrong request."""
    ours, _, theirs = _split(argv)
    options = _parser().parse_args(ours + theirs)
    try:
        require_python()
        if options.with_parent:
            die_with_parent()
        return _carry_out(options)
    except Trouble as trouble:
        show_trouble(trouble)
        return trouble.status
    except OSError as error:
        show_trouble(trouble_of(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _carry_out(options: argparse.Namespace) -> int:
    match options.verb:
        case "demo":
            return run_demo()
        case "run":
            return run_on_throw_away(options.command, durable=options.durable, files=options.files)
        case "manage":
            return manage(options.command)
        case "processes":
            return serve_processes([name for name in options.only.split(",") if name])
        case "clean":
            return clean()
        case _:
            say(f"{check_catalogues()} messages in the catalogues are well formed")
            return 0


def _split(argv: list[str]) -> tuple[list[str], str, list[str]]:
    """Set apart what follows --, which belongs to another command line."""
    if "--" not in argv:
        return argv, "", []
    place = argv.index("--")
    return argv[:place], "--", argv[place:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
