"""Mutation testing: small changes to the code, each of which some fast test must notice.

Draws mutants of `lifecycle/`, `bird/`, `providers/` and `schema/` with a seed, and runs for each
one the tests that execute the changed line, the quickest first, until one fails. A mutant that no
test notices has survived: it is printed, and more than 10 % of them are an error.
`tests/mutants.md` lists the changes that change nothing.

Works in temporary copies of the project. Importing pytest and its plugins takes longer than most
tests, so that is done once, and each mutant is tested in a fork.

    BIRD_MUTANTS=200 BIRD_MUTATION_SEED=1 python tools/mutations.py [part of a path]
"""

from __future__ import annotations

import ast
import compileall
import copy
import hashlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from py_compile import PycInvalidationMode

import coverage
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "bird_dynamic"
MUTANTS = ROOT / "tests" / "mutants.md"
HALVES = (("lifecycle", "settings", "command"), ("client", "provider", "program", "docs"))
"""Folders of tests, in two parts that take about as long."""
OWN_TESTS = {
    "lifecycle": ("lifecycle",),
    "bird": ("client",),
    "providers": ("provider",),
    "schema": ("docs", "provider", "program", "settings", "lifecycle"),
}
"""The mutated folders, and the folders of tests that are all run for each, in that order."""
MUTATED = tuple(OWN_TESTS)
MAX_SURVIVORS = 0.1
MAX_SECONDS = 30.0
"""Of tests beyond the mutant's own folder, the quickest of which are taken."""
MAX_UNSURE = 2
"""Tests that may fail without a change, because tracing makes them slow. They are left out."""
HEAVY = (
    "hypothesis",
    "jsonschema_rs",
    "requests",
    "yaml",
    "pulumi",
    "grpc",
    "xdist",
)

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


@dataclass(frozen=True)
class Mutant:
    """One change. `place` is the function or class, `lines` are those of the statement."""

    path: str
    place: str
    lines: range
    change: str

    @property
    def is_run(self) -> bool:
        """Whether it is in a function: what is not is executed by the import."""
        return self.place.rpartition(".")[2].islower()

    @property
    def row(self) -> str:
        """Its beginning of a row of `tests/mutants.md`."""
        return f"| `{self.path}` `{self.place}` | {self.change} |"


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What the node can be replaced with."""
    match node:
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[index] = COMPARISONS[type(operator)]()
                yield changed
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in ARITHMETIC and not _is_text(left, right):
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(str() as value) if value and " " not in value:
            # Texts for people are left alone.
            yield ast.Constant(f"{value}X")
        case ast.If() | ast.IfExp() | ast.While() if not isinstance(node.test, ast.Constant):
            negated = copy.copy(node)
            negated.test = ast.UnaryOp(ast.Not(), node.test)
            yield negated
        case ast.Return(ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value) if not isinstance(value, ast.Constant):
            yield ast.Pass()
        case ast.Raise() | ast.Continue() | ast.Break() | ast.AugAssign() | ast.Delete():
            yield ast.Pass()
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()


def _is_text(*nodes: ast.AST) -> bool:
    return any(
        isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)
        for node in nodes
    )


def mutants(path: str, tree: ast.Module) -> Iterator[Mutant]:
    """Every mutant of a module; while one is looked at, `tree` is what it makes of the module."""

    def walk(parent: ast.AST, place: str, statement: ast.stmt) -> Iterator[Mutant]:
        for key, value in ast.iter_fields(parent):
            # Types, decorators and docstrings do nothing that a test could notice.
            if key in ("annotation", "returns", "decorator_list", "format_spec"):
                continue
            for index, node in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(node, ast.AST) or _is_docstring(node):
                    continue
                here = node if isinstance(node, ast.stmt) else statement
                for variant in variants(node):
                    before = ast.unparse(here)
                    _put(parent, key, index, ast.copy_location(variant, node))
                    after = ast.unparse(variant if here is node else here)
                    yield Mutant(path, place, _lines(node), _change(before, after))
                    _put(parent, key, index, node)
                inner = place
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    inner = f"{place}.{node.name}".lstrip(".")
                yield from walk(node, inner, here)

    return walk(tree, "", ast.Pass())


def _put(parent: ast.AST, key: str, index: int, node: ast.AST) -> None:
    value = getattr(parent, key)
    if isinstance(value, list):
        value[index] = node
    else:
        setattr(parent, key, node)


def _lines(node: ast.AST) -> range:
    places = [each for each in ast.walk(node) if isinstance(each, ast.expr | ast.stmt)]
    return range(
        min(each.lineno for each in places),
        max(each.end_lineno or each.lineno for each in places) + 1,
    )


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _change(before: str, after: str) -> str:
    """The first line that differs, before and after."""
    if after == "pass":
        return f"`{before.splitlines()[0]}` removed"
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    old, new = next((old, new) for old, new in pairs if old != new)
    return f"`{old.strip()}` → `{new.strip()}`"


@dataclass
class Baseline:
    """What the tests do with the code as it is: seconds of each test, and the tests of each line of
    a module (its path within `bird_dynamic`)."""

    seconds: dict[str, float]
    tests: dict[str, dict[int, list[str]]]

    def selection(self, mutant: Mutant) -> dict[str, float]:
        """The tests that may notice a mutant, the first ones first, with their seconds."""
        folder = mutant.path.partition("/")[0]
        by_line = self.tests[mutant.path]
        chosen = {test for line in mutant.lines for test in by_line.get(line, ())}
        own = tuple(f"tests/{each}/" for each in OWN_TESTS[folder])
        places = {each: place for place, each in enumerate(OWN_TESTS[folder])}
        if "" in chosen or not mutant.is_run:
            # Executed when it is imported.
            chosen = set(self.seconds)
        elif folder == "providers":
            # Some of these run the plugin in a process of its own, which is not traced.
            chosen |= {test for test in self.seconds if test.startswith(own)}
        order = sorted(
            chosen & self.seconds.keys(),
            key=lambda test: (places.get(test.split("/")[1], len(own)), self.seconds[test]),
        )
        selection: dict[str, float] = {}
        spent = 0.0
        for test in order:
            spent += 0.0 if test.startswith(own) else self.seconds[test]
            if spent < MAX_SECONDS:
                selection[test] = self.seconds[test]
        return selection


class Recorder:
    """A pytest plugin: which test executes which lines, and how long it takes."""

    def __init__(self, folder: Path) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._coverage = coverage.Coverage(
            data_file=None,
            source=[str(folder / "bird_dynamic" / each) for each in MUTATED],
            config_file=False,
        )
        self._coverage.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.add(report.nodeid)

    def recorded(self, folder: Path) -> Baseline:
        """What was seen."""
        self._coverage.stop()
        data = self._coverage.get_data()
        package = folder / "bird_dynamic"
        return Baseline(
            {test: spent for test, spent in self.seconds.items() if test not in self.failed},
            {
                Path(file).relative_to(package).as_posix(): data.contexts_by_lineno(file)
                for file in data.measured_files()
            },
        )


class Chooser:
    """A pytest plugin: keeps the chosen tests, in that order."""

    def __init__(self, chosen: Iterable[str]) -> None:
        self._places = {test: place for place, test in enumerate(chosen)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [each for each in items if each.nodeid in self._places]
        items.sort(key=lambda each: self._places[each.nodeid])


def in_a_fork(folder: Path, work: Callable[[], int]) -> int:
    """Start work in a fork that finds the package in `folder`; its process id, which is also that
    of its group."""
    if process := os.fork():
        return process
    code = 70
    try:
        os.setsid()
        with open(folder / "output.txt", "w") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.chdir(folder)
        os.environ["PYTHONPATH"] = sys.path[0] = str(folder)
        # Pytest tidies up a folder that all its runs on the machine share otherwise.
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def pytested(targets: Iterable[str], plugin: object, *options: str) -> int:
    """Pytest's exit code."""
    arguments = ["-q", "--no-header", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    # Pytest's plugins are imported already.
    arguments += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*arguments, *options, *targets], plugins=[plugin]))


def measured(folders: list[Path]) -> Baseline:
    """Run all the tests on the code as it is, half of them in each folder."""

    def half(folder: Path, tests: Iterable[str]) -> int:
        recorder = Recorder(folder)
        pytested([f"tests/{each}" for each in tests], recorder)
        (folder / "baseline.json").write_text(json.dumps(asdict(recorder.recorded(folder))))
        return min(len(recorder.failed), MAX_UNSURE + 1)

    started = [
        (folder, in_a_fork(folder, partial(half, folder, tests)))
        for folder, tests in zip(folders, HALVES, strict=True)
    ]
    baseline = Baseline({}, defaultdict(lambda: defaultdict(list)))
    for folder, process in started:
        if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) > MAX_UNSURE:
            sys.exit(f"the tests fail without a change:\n{(folder / 'output.txt').read_text()}")
        found = json.loads((folder / "baseline.json").read_text())
        baseline.seconds.update(found["seconds"])
        for path, tests in found["tests"].items():
            for line, names in tests.items():
                baseline.tests[path][int(line)] += names
    return baseline


@dataclass
class Trial:
    """A mutant that is being tested in a folder, until a time."""

    mutant: Mutant
    folder: Path
    original: str
    until: float


def survivors(
    drawn: list[tuple[Mutant, str]], baseline: Baseline, folders: list[Path]
) -> Iterator[Mutant]:
    """Test each mutant, as many at once as there are folders; those that no test notices."""
    waiting, free = drawn[::-1], list(folders)
    trials: dict[int, Trial] = {}
    while waiting or trials:
        while waiting and free:
            mutant, source = waiting.pop()
            selection = baseline.selection(mutant)
            if not selection:
                yield mutant
                continue
            folder = free.pop()
            target = folder / "bird_dynamic" / mutant.path
            original = target.read_text()
            target.write_text(source)
            files = dict.fromkeys(test.partition("::")[0] for test in selection)
            process = in_a_fork(folder, partial(pytested, files, Chooser(selection), "-x"))
            until = time.monotonic() + 20 + 5 * sum(selection.values())
            trials[process] = Trial(mutant, folder, original, until)
        time.sleep(0.02)
        for process, trial in list(trials.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended and time.monotonic() < trial.until:
                continue
            with suppress(ProcessLookupError):
                # The plugins that its tests have started, too.
                os.killpg(process, signal.SIGKILL)
            if not ended:
                os.waitpid(process, 0)
            elif status == 0:
                yield trial.mutant
            del trials[process]
            (trial.folder / "bird_dynamic" / trial.mutant.path).write_text(trial.original)
            free.append(trial.folder)


def copied(folder: Path) -> Path:
    """A copy of what git has, with code that is compiled for its content, not for its time."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    compileall.compile_dir(
        folder / "bird_dynamic", quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH
    )
    return folder


def drawn_mutants(number: int, seed: int, part: str) -> tuple[int, list[tuple[Mutant, str]]]:
    """How many mutants there are, and some of them with their modules. Which ones are drawn depends
    on the seed and on each mutant alone: a change of the code draws few others."""
    explained = tuple(MUTANTS.read_text().splitlines())
    trees = {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text())
        for folder in MUTATED
        for path in sorted((PACKAGE / folder).rglob("*.py"))
    }
    trees = {name: tree for name, tree in trees.items() if part in name}
    lots = {
        (name, index): hashlib.sha256(f"{seed} {mutant.row}".encode()).hexdigest()
        for name, tree in trees.items()
        for index, mutant in enumerate(mutants(name, tree))
        if not any(row.startswith(mutant.row) for row in explained)
    }
    chosen = set(sorted(lots, key=lambda each: lots[each])[:number])
    drawn = [
        (mutant, ast.unparse(tree))
        for name, tree in trees.items()
        for index, mutant in enumerate(mutants(name, tree))
        if (name, index) in chosen
    ]
    return len(lots), drawn


def main() -> int:
    """The exit code."""
    began = time.monotonic()
    number = int(os.environ.get("BIRD_MUTANTS", "200"))
    seed = int(os.environ.get("BIRD_MUTATION_SEED", "1"))
    there, drawn = drawn_mutants(number, seed, sys.argv[1] if len(sys.argv) > 1 else "")
    print(f"{len(drawn)} of {there:,} mutants, seed {seed}", flush=True)
    if not drawn:
        return 2
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for each in HEAVY:
        importlib.import_module(each)
    survived = 0
    with tempfile.TemporaryDirectory(prefix="bird-mutants-") as temporary:
        folders = [copied(Path(temporary).resolve() / str(number)) for number in range(len(HALVES))]
        baseline = measured(folders)
        print(f"{len(baseline.seconds):,} tests, {time.monotonic() - began:.0f} s", flush=True)
        # A control: what is not changed must survive.
        unchanged, _ = drawn[0]
        control = (unchanged, (PACKAGE / unchanged.path).read_text())
        if not list(survivors([control], baseline, folders)):
            sys.exit("the tests fail without a change")
        for mutant in survivors(drawn, baseline, folders):
            survived += 1
            print(f"bird_dynamic/{mutant.path}:{mutant.lines[0]}\n{mutant.row}", flush=True)
    share = survived / len(drawn)
    print(f"{survived} survivors ({share:.1%}), {time.monotonic() - began:.0f} s")
    return int(share > MAX_SURVIVORS)


if __name__ == "__main__":
    sys.exit(main())
