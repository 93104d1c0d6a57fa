"""What we agreed on about the code, kept by the tools that know it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("desk", "bot", "mail", "store", "rules", "scheduler", "reports", "playground")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts)
SOFT_LIMIT = 250
FORBIDDEN_ROOMS = ("core", "utils", "common", "services", "helpers")


def said_by(*command: str) -> str:
    """What a tool has to say about the tree; empty when it is content."""
    tool = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return f"{tool.stdout}\n{tool.stderr}" if tool.returncode else ""


@pytest.mark.slow
def test_rooms_import_only_what_they_may() -> None:
    assert not said_by("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")


@pytest.mark.slow
def test_ruff_has_nothing_to_say() -> None:
    assert not said_by("-m", "ruff", "check", "--no-cache", ".")


@pytest.mark.slow
def test_mypy_has_nothing_to_say() -> None:
    assert not said_by("-m", "mypy")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_a_sentence_and_is_short_or_says_why(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    if path.name == "__init__.py" and not text.strip():
        return
    first = docstring.partition("\n\n")[0]
    assert first.endswith((".", ":")), "the first line of a module is a sentence"
    lines = len(text.splitlines())
    assert lines <= SOFT_LIMIT or "long" in docstring.lower() or "one page" in docstring.lower(), (
        f"{lines} lines; split the module by subject, or say in its docstring why it is long"
    )


def test_there_is_no_room_for_odds_and_ends() -> None:
    assert not [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.stem in FORBIDDEN_ROOMS]


def test_only_the_command_line_wires_rooms() -> None:
    """import-linter sees imports of packages; this one also sees those made by name."""
    edges = {"bot", "mail", "store", "rules", "scheduler", "reports", "playground"}
    for path in (ROOT / "desk").glob("*.py"):
        if path.name == "__main__.py":
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        named = {
            argument.value.partition(".")[0]
            for call in calls
            if "import_module" in ast.dump(call.func)
            for argument in call.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        }
        assert not named & edges, path
