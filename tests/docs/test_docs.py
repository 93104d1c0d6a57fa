"""The documentation names what there is and nothing else; texts are whole in both languages."""

import argparse
import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from desk.__main__ import COMMANDS as SHELL
from desk.command_line import parser
from desk.commands import COMMANDS as GROUP
from desk.configuration import override_names
from desk.lifecycle import diagram
from desk.menu import COMMANDS as PRIVATE
from desk.mistakes import LISTS
from desk.orders import Where
from desk.texts import LANGUAGES, sentences

ROOT = Path(__file__).parents[2]
ROOMS = ("desk", "bot", "mail", "store", "rules", "scheduler", "reports", "playground")
SLOT = re.compile(r"\{(\w+)(\|[^{}]*)?\}")
# Keys are put together from parts where the parts are a closed set; such a part stands as a prefix here.
COMPOSED = re.compile(r"""f["']([a-z_]+\.[a-z_]*?)\{""")
TEXT_FILES = {".py", ".md", ".toml", ".txt", ".yml", ".yaml", ".cfg", ".svg", ".sh", ".mako", ".html", ".json", ""}


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    return text.partition(f"## {title}")[2].partition("\n## ")[0]


def tracked() -> list[Path]:
    """The project's own files; without git whatever is not made by a tool."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    hidden = {".venv", ".git", "data", "htmlcov", "build"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)]


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def literals() -> set[str]:
    """Every string in the code, parts of composed ones included."""
    found: set[str] = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def composed() -> set[str]:
    return {prefix for path in sources() for prefix in COMPOSED.findall(path.read_text(encoding="utf-8"))}


def test_clients_commands_are_documented_and_no_others() -> None:
    clients = section(page("docs/commands.md"), "Clients")
    assert set(re.findall(r"^\| `/(\w+)", clients, re.MULTILINE)) == set(PRIVATE)


def test_engineers_commands_are_documented_where_they_work() -> None:
    topic, _, general = section(page("docs/commands.md"), "Engineers").partition("In General:")
    for text, where in ((topic, Where.TOPIC), (general, Where.GENERAL)):
        named = set(re.findall(r"^\| `/(\w+)", text, re.MULTILINE))
        assert named == {name for name, (place, _) in GROUP.items() if place in (where, Where.BOTH)}


def test_shell_commands_and_their_options_are_documented() -> None:
    shell = section(page("docs/commands.md"), "The operator")
    assert {name.split()[0] for name in re.findall(r"^\| `([^`]+)`", shell, re.MULTILINE)} == set(SHELL)
    options = {option for one in parsers(parser("en")) for action in one._actions for option in action.option_strings}
    for option in options - {"-h"}:
        assert f"`{option}" in shell or f"{option} PATH" in shell, option


def parsers(whole: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    inner = [action for action in whole._actions if isinstance(action, argparse._SubParsersAction)]
    return [whole, *(deep for group in inner for one in group.choices.values() for deep in parsers(one))]


def test_every_key_is_documented() -> None:
    text = page("docs/configuration.md")
    sample = tomllib.loads(page("config.toml").replace("# form = ", "form = ").replace("# oauth = ", "oauth = "))
    wanted = {".".join(path[1:]) for path in override_names().values()}
    for key, value in [pair for table in LISTS for row in sample[table] for pair in row.items()]:
        whole = value[0] if isinstance(value, list) and key == "form" else value
        wanted |= (
            {f"{key}.{inner}" for inner in whole}
            if isinstance(whole, dict) and key not in ("when", "terms", "calendar")
            else {key}
        )
    assert [key for key in sorted(wanted) if f"`{key}`" not in text] == []


def test_every_documented_key_exists() -> None:
    known = {".".join(path[1:]) for path in override_names().values()}
    sample = tomllib.loads(page("config.toml").replace("# form = ", "form = ").replace("# oauth = ", "oauth = "))
    for key, value in [pair for table in LISTS for row in sample[table] for pair in row.items()]:
        whole = value[0] if isinstance(value, list) and key == "form" else value
        known |= {key} | ({f"{key}.{inner}" for inner in whole} if isinstance(whole, dict) else set())
    named = re.findall(r"^\| (`[^|]+`) \|", page("docs/configuration.md"), re.MULTILINE)
    assert [key for row in named for key in re.findall(r"`([^`]+)`", row) if key not in known] == []


def test_the_diagram_is_the_one_of_the_state_machine() -> None:
    assert f"```mermaid\n{diagram()}\n```" in page("docs/states.md")


def test_links_between_pages_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_every_page_is_linked_from_the_front_page() -> None:
    front = page("README.md")
    assert [path.name for path in ROOT.glob("docs/*.md") if f"](docs/{path.name})" not in front] == []


def test_every_dependency_has_its_reason() -> None:
    reasons = page("docs/decisions/0002-dependencies.md")
    project = tomllib.loads(page("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert [name for name in wanted if re.split(r"[\[<>=]", name)[0] not in reasons] == []


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "index" + "-url", "/" + "root/", "/" + "work/"]
    for path in tracked():
        if path.suffix in TEXT_FILES and path.stat().st_size < 1_000_000:
            text = path.read_text(encoding="utf-8", errors="replace")
            # The Makefile keeps the index out by that very option.
            text = text.replace("--no-emit-index" + "-url", "")
            assert [host for host in hosts if host in text] == [], path


def test_both_languages_say_the_same() -> None:
    russian, english = (sentences(language) for language in LANGUAGES)
    assert russian.keys() == english.keys()
    differ = [
        key
        for key in russian
        if {slot for slot, _ in SLOT.findall(russian[key])} != {slot for slot, _ in SLOT.findall(english[key])}
    ]
    assert differ == []


@pytest.mark.parametrize(("language", "forms"), [("ru", 3), ("en", 2)])
def test_words_that_go_with_a_number_have_all_their_forms(language: str, forms: int) -> None:
    for key, text in sentences(language).items():
        for _, words in SLOT.findall(text):
            assert words.count("|") in (0, forms), key


def test_every_sentence_is_used() -> None:
    used, prefixes = literals(), composed()
    unused = [
        key
        for key in sentences("ru")
        if key not in used and key.partition(".")[2] not in used and not any(key.startswith(one) for one in prefixes)
    ]
    assert unused == []


def test_every_sentence_that_is_said_exists() -> None:
    known = sentences("ru")
    areas = {key.partition(".")[0] for key in known}
    shaped = re.compile(rf"({'|'.join(sorted(areas))})\.[a-z0-9_]+(\.[a-z0-9_]+)*")
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in ("say", "Said", "Refusal", "Unreadable", "CannotRestore"):
                continue
            for argument in node.args[:2]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    key = argument.value
                    assert key in known or not shaped.fullmatch(key), f"{path.relative_to(ROOT)}: {key}"
