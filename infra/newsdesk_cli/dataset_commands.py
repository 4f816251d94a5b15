"""The commands that query the data set, and have it written.

Comes in: arguments. Goes out: what :mod:`newsdesk_cli.app` promises of every command. Changes: the data set; the file
that an answer goes into.

What a command needs is imported inside it, as in ``app``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from newsdesk_cli.console import EXIT_WAITING, fail, print_facts, require_checkout, say, usage
from newsdesk_cli.options import Json, Region, Since, StackName, Until
from newsdesk_cli.queries import AnswerFormat

dataset_commands = typer.Typer()

_FRESH = timedelta(hours=15)


@dataset_commands.command(
    epilog="Example: newsdesk query \"SELECT host, headline FROM articles WHERE contains(country_codes, 'UA')\""
)
def query(
    sql: Annotated[
        str,
        typer.Argument(metavar="SQL", help="One SELECT, or the name of one in docs/datasets.md, such as countries"),
    ],
    folder: Annotated[
        Path | None,
        typer.Option("--from", help="A folder that mirrors a bucket, such as out.", exists=True, file_okay=False),
    ] = None,
    form: Annotated[
        AnswerFormat | None,
        typer.Option("--format", help="How to write the answer; by default as the name of --out ends, or as a table."),
    ] = None,
    destination: Annotated[
        Path | None, typer.Option("--out", help="Write the answer to this file.", dir_okay=False)
    ] = None,
    stack_name: StackName = None,
    region: Region = None,
) -> None:
    """Run SQL over the data set: revisions, articles, articles_by_country and syndication."""
    from newsdesk_cli import querying

    if folder is not None and stack_name is not None:
        usage("give --from or --stack, not both")
    ending = destination.suffix.lstrip(".") if destination is not None else ""
    chosen = form or (AnswerFormat(ending) if ending in set(AnswerFormat) else AnswerFormat.TABLE)
    if chosen is AnswerFormat.PARQUET and destination is None:
        usage("--format parquet needs --out FILE")
    text = querying.sql_of(sql)
    if stack_name is not None:
        from newsdesk_cli.lookup import open_stack

        asked = querying.asked_of_athena(open_stack(stack_name, region), text)
    else:
        asked = querying.asked_of_folder(folder or _local_bucket(), text)
    with asked as answer:
        querying.write(answer, chosen, destination)


@dataset_commands.command(epilog="Example: newsdesk compact --since 2026-11-01 --stack newsdesk")
def compact(
    since: Since = None,
    until: Until = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the parts.", min=0)] = 60,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Write what the data set lacks of some hours, the current one included; without --since, of the last 15."""
    from newsdesk_cli.compacting import compact as write_parts
    from newsdesk_cli.lookup import open_stack

    now = datetime.now(UTC)
    done = write_parts(open_stack(stack_name, region), since or now - _FRESH, until or now, wait)
    print_facts({"parts": done.parts, "not_written_yet": len(done.waiting)}, as_json)
    if done.waiting:
        raise typer.Exit(EXIT_WAITING)


def _local_bucket() -> Path:
    """Return the folder of the local stack's bucket, with a data set that is up to date if the stack is up."""
    require_checkout("a query without --from and --stack")
    from newsdesk.clock import utc_now
    from newsdesk_cli.compacting import compact as write_parts
    from newsdesk_cli.compacting import keeps_a_data_set
    from newsdesk_cli.local_stack import LocalStack

    local = LocalStack()
    folder = local.bucket_folder()
    if folder is None:
        fail("there is no stack on this machine; `newsdesk up` starts one, and --from FOLDER reads a copy of a bucket")
    stack = local.find()
    if stack is not None and keeps_a_data_set(stack):
        done = write_parts(stack, utc_now() - _FRESH, utc_now(), wait_seconds=20)
        if done.waiting:
            say(f"{len(done.waiting)} parts of the data set are not written yet")
    return folder
