"""`infra/restore`: a backup into an empty stage, or back into its own.

Everything is verified before anything is written. Into another stage
(`--stage`), which must be empty and is made if it does not exist: what was sealed
with the old stage's KMS key is sealed with the new one's, and live channel
accounts arrive as sandbox accounts (`--keep-live` moves house instead). In place:
what is missing is put, what differs is put back as it was, newer items stay
(`--exact` deletes them), and what must not be taken back is left (`rules.GUARDS`).

Erased people do not come back: the erasures of the backup, of the backup's own stage,
of the stage as it was before, and of `--erasures` are merged, written first, and at the
end the product erases all of those people again and proves it. Events are put back as
history: marked, so that no reactor takes them for news.

Put back while customers write, an item that changes between being compared and
being put keeps the backup's state: stop the stage's traffic for `--in-place`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.platform.clock import iso, now
from infra import names
from infra.simulation.table import Bar

from . import erasures, files, gone, objects, placing, rules, sealing, surplus
from .erasures import Ledger
from .files import Progress
from .gone import Gone
from .loading import THREADS, Journal, Loader, Unwritten
from .manifest import Damaged, Manifest, NotABackup, read
from .rules import Outcome
from .stage import NoStage, Stage
from .typed import Item

#: Erased people would come back, and nobody would know.
UNKNOWN_SINCE = (
    "warning: stage {stage}, which this is a backup of, cannot be reached from here: whoever was"
    " erased after {ended} comes back, unless --erasures names a newer backup or a stage that knows"
)

Reapply = Callable[[Stage, Sequence[str]], None]


class NotEmpty(Exception):
    """The stage that a backup is to go into holds something else."""


class OtherKeys(Exception):
    """The stage derives its ids with another key than the backup's: the two do not mix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. `erasures`: further ledgers of who was erased."""

    folder: Path
    in_place: bool = False
    exact: bool = False
    only_missing: bool = False
    dry_run: bool = False
    keep_live: bool = False
    erasures: Ledger = field(default_factory=Ledger)
    threads: int = THREADS

    @property
    def manner(self) -> str:
        """What a run that goes on with another one must have in common with it."""
        chosen = (self.in_place, self.exact, self.only_missing, self.keep_live)
        return "".join(str(int(one)) for one in chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done, or would be: outcomes by table, deletions, objects, erased people."""

    tables: Mapping[str, Counter[Outcome]]
    deleted: Mapping[str, int]
    objects: Counter[Outcome]
    erased: tuple[str, ...]


def restore(
    stage: Stage, wanted: Wanted, *, journal: Path, progress: Progress, reapply: Reapply
) -> Done:
    """Put a backup into a stage; see the module for what that means.

    `journal` is where it notes how far it has come. Raises `NotABackup`, `Damaged`,
    `NotEmpty`, `OtherKeys`, `sealing.CannotOpen`, `Unwritten`; the first four and a
    key that cannot be used before anything is written.
    """
    manifest = read(wanted.folder)
    files.verify(wanted.folder, manifest, progress)
    objects.verify(wanted.folder, manifest, progress)
    noted = Journal.of(journal, f"{manifest.id} {stage.name} {wanted.manner}")
    check_room(stage, wanted, begun=noted.begun)
    check_keys(stage, wanted.folder, manifest)
    ledger = erasures.in_backup(wanted.folder, manifest) | erasures.in_stage(stage)
    ledger |= wanted.erasures
    if not wanted.dry_run:
        noted.note("", 0)  # from here on it is this backup that fills the stage
        erasures.keep(stage, ledger)
    absent = Gone(ids=frozenset(ledger.ids))
    if wanted.in_place:
        absent = gone.looked_for(stage, wanted.folder, manifest, ledger.ids)
    done = _load(stage, wanted, manifest, noted, progress, absent)
    if not wanted.dry_run:
        reapply(stage, ledger.ids)
        noted.end()
    return replace(done, erased=ledger.ids)


def _load(
    stage: Stage,
    wanted: Wanted,
    manifest: Manifest,
    noted: Journal,
    progress: Progress,
    absent: Gone,
) -> Done:
    """Every table, `events` last; then objects; then what is too much."""
    loader = _loader(stage, wanted, manifest, absent)
    tables: dict[str, Counter[Outcome]] = {}
    for table in stage.tables:
        meter = _Meter(table.name, manifest.count(table.name), progress)
        told = Counter[Outcome]()
        for part in manifest.tables.get(table.name, ()):
            told += loader.part(
                table,
                wanted.folder,
                part,
                journal=None if wanted.dry_run else noted,
                tell=meter.more,
            )
        tables[table.name] = told
    kept_objects = _objects(stage, wanted, manifest, progress, absent)
    deleted = {
        table.name: surplus.remove(
            stage, wanted.folder, manifest, table.name, write=not wanted.dry_run
        )
        for table in stage.tables
        if wanted.exact
    }
    return Done(tables=tables, deleted=deleted, objects=kept_objects, erased=())


def _loader(stage: Stage, wanted: Wanted, manifest: Manifest, absent: Gone) -> Loader:
    moment, home = now(), manifest.stage == stage.name
    seal = sealing.again(stage, sealing.opened_in(wanted.folder, manifest), same_key=home)

    def change(table: str, item: Item) -> Item:
        sealed = item if wanted.dry_run else seal(table, item)
        rested = sealed if home or wanted.keep_live else rules.put_to_rest(table, sealed)
        return rules.marked(table, rested, at=iso(moment))

    return Loader(
        stage=stage,
        now=moment,
        change=change,
        stays_out=absent.stays_out,
        theirs=absent.theirs,
        compare=wanted.in_place,
        only_missing=wanted.only_missing,
        write=not wanted.dry_run,
        threads=wanted.threads,
    )


def _objects(
    stage: Stage, wanted: Wanted, manifest: Manifest, progress: Progress, absent: Gone
) -> Counter[Outcome]:
    told, total = Counter[Outcome](), sum(part.lines for part in manifest.objects)
    for number, one in enumerate(objects.listed(wanted.folder, manifest), start=1):
        progress("objects", number, total)
        if absent.keeps_out(one.key):
            told[Outcome.KEPT] += 1
            continue
        there = objects.present(stage, one)
        told[Outcome.SAME if there else Outcome.NEW] += 1
        if not there and not wanted.dry_run and not one.key.startswith(erasures.OBJECTS):
            objects.put(stage, wanted.folder, one)
    return told


class _Meter:
    """Adds up the lines of a table's files and tells them."""

    def __init__(self, name: str, total: int, progress: Progress) -> None:
        self._name, self._total, self._progress, self._done = name, total, progress, 0

    def more(self, lines: int) -> None:
        self._done += lines
        self._progress(self._name, self._done, self._total)


def check_room(stage: Stage, wanted: Wanted, *, begun: bool) -> None:
    """Raises `NotEmpty` for a stage that is not to be mixed with the backup."""
    if wanted.in_place or begun:
        return
    full = [
        table.name
        for table in stage.tables
        if stage.dynamodb.scan(TableName=stage.table(table.name), Limit=1)["Count"]
    ]
    if full:
        raise NotEmpty(
            f"stage {stage.name} is not empty ({', '.join(full)}): restore into another stage, "
            "or --in-place into the backup's own"
        )


def check_keys(stage: Stage, folder: Path, manifest: Manifest) -> None:
    """Raises `OtherKeys` when stage and backup derive ids with different keys."""
    known = sealing.opened_in(folder, manifest)
    for item in sealing.signing_keys(folder, manifest):
        pk = item["pk"]["S"]
        kind = sealing.SEALED[0]
        plain = known.get((kind.table, pk)) or sealing.opened(stage, kind, item)
        answer = stage.dynamodb.get_item(
            TableName=stage.table(kind.table), Key={"pk": item["pk"], "sk": item["sk"]}
        )
        there = answer.get("Item")
        if there is not None and sealing.opened(stage, kind, there) != plain:
            raise OtherKeys(
                f"{pk} of stage {stage.name} is another key than the backup's: ids made from "
                "customers' phones would no longer be found. Restore into an empty stage"
            )


def show(done: Done, *, dry_run: bool) -> None:
    """What became of every table, in a table."""
    columns = list(Outcome)
    print("  " + "table".ljust(16) + "".join(f"{one.value:>10}" for one in columns))
    rows = {**done.tables, "objects": done.objects}
    for name, told in rows.items():
        print("  " + name.ljust(16) + "".join(f"{told[one]:>10}" for one in columns))
    for name, count in done.deleted.items():
        print(f"  {name}: {count} {'would be ' if dry_run else ''}deleted")
    if dry_run:
        print(f"nothing was written; {len(done.erased)} erased people would be erased again")


def show_new(name: str, folder: Path, manifest: Manifest) -> None:
    """What a restore into a stage that is not there yet would write. Raises `Damaged`."""
    bar = Bar()
    files.verify(folder, manifest, bar)
    objects.verify(folder, manifest, bar)
    bar.end()
    items = sum(manifest.count(table) for table in manifest.tables)
    kept = sum(part.lines for part in manifest.objects)
    print(f"stage {name} would be made, {items} items and {kept} objects would be written")
    print("nothing was written")


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(
        prog="infra/restore", description="Put a backup into an empty stage, or back in place."
    )
    parser.add_argument("folder", type=Path, help="a folder made by infra/backup")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--stage", help="an empty stage; made if it does not exist")
    where.add_argument("--in-place", action="store_true", help="into the backup's own stage")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do")
    parser.add_argument(
        "--missing-only", action="store_true", help="put nothing over what is there"
    )
    parser.add_argument("--exact", action="store_true", help="in place: delete what came later")
    parser.add_argument("--keep-live", action="store_true", help="live accounts stay live")
    parser.add_argument(
        "--erasures", action="append", default=[], metavar="FOLDER|STAGE", help="who was erased"
    )
    parser.add_argument("--env", type=Path, help="file with endpoint and credentials of the stage")
    parser.add_argument("--journal", type=Path, help="where it notes how far it has come")
    asked = parser.parse_args(words)
    if (asked.exact or asked.missing_only) and not asked.in_place:
        parser.error("--exact and --missing-only are for --in-place")
    return asked


def run(asked: argparse.Namespace) -> None:
    """Restore as the command line asks, and say what was done."""
    manifest = read(asked.folder)
    name = asked.stage or manifest.stage
    ledger = placing.ledgers(asked.erasures, asked.env)
    home = placing.own_ledger(manifest, asked.env)
    if home is not None:
        ledger |= home
    elif not asked.erasures:
        print(UNKNOWN_SINCE.format(stage=manifest.stage, ended=manifest.ended), file=sys.stderr)
    wanted = Wanted(
        folder=asked.folder,
        in_place=asked.in_place,
        exact=asked.exact,
        only_missing=asked.missing_only,
        dry_run=asked.dry_run,
        keep_live=asked.keep_live,
        erasures=ledger,
    )
    if asked.dry_run and not asked.in_place and not placing.is_there(name, asked.env):
        show_new(name, asked.folder, manifest)
        return
    stage = placing.place(name, asked.env, make=not asked.in_place and not asked.dry_run)
    bar = Bar()
    done = restore(
        stage,
        wanted,
        journal=asked.journal or names.LOCAL / f"restore-{name}.json",
        progress=bar,
        reapply=placing.reapply,
    )
    bar.end()
    show(done, dry_run=asked.dry_run)
    if not asked.dry_run:
        print(f"what was in queues when it was made: {placing.replay_of(stage, manifest.begun)}")


REFUSALS = (
    NoStage,
    names.BadStage,
    NotABackup,
    Damaged,
    NotEmpty,
    OtherKeys,
    Unwritten,
    sealing.CannotOpen,
    erasures.BadLedger,
    placing.NotErased,
    ClientError,
    BotoCoreError,
)


def main(words: Sequence[str]) -> int:
    """Run the command; the exit status."""
    try:
        run(read_words(words))
    except REFUSALS as error:
        print(f"infra/restore: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
