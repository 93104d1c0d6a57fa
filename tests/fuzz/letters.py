"""Bytes that grow towards every branch of the reading of mail, by coverage: `make fuzz`. A find is kept in .fuzz/finds.

What is asked of any bytes: nothing is raised, nothing unfit to be stored comes out, and it takes neither
long (-timeout) nor much memory (-rss_limit_mb).
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "tests" / "mail" / "data"
HOME = ROOT / ".fuzz"
WORDS = (
    "Content-Type: ", "Content-Transfer-Encoding: base64", "quoted-printable", "multipart/mixed; boundary=b", "--b",
    "message/rfc822", "text/calendar", "application/ms-tnef", "text/html; charset=", "utf-7", "iso-2022-jp", "gb2312",
    "koi8-r", "filename*0*=utf-8''%", "=?utf-8?B?", "=?koi8-r?Q?=D0?=", "format=flowed; delsp=yes", "begin 644 a", "end",
    "BEGIN:VEVENT", "DTSTART;TZID=x:20260101T000000Z", "DURATION:P9999W", "<table><tr><td>", "<blockquote>", "<!--",
    "<style>.a{display:none}</style>", "<a href='https://x'>", "&#x41;", "&#99999999999;", "<pre>", "<li>", "<ol start=9>",
    "From: a@b.example", "> ", "Auto-Submitted: ", "multipart/report; report-type=delivery-status", "Final-Recipient: ",
    "\\x78\\x9f\\x3e\\x22", "LZFu", "{\\\\rtf1", "\\\\fromhtml1", "{\\\\*\\\\htmltag", "\\\\u9999?", "Date: ", "Received: x; ",
)  # fmt: skip


def check(data: bytes) -> None:
    """Read these bytes as what they begin like, a mail when in doubt."""
    from mail import invitations, markup, parse, rtf, winmail

    found: list[str] = []
    if data.startswith(winmail.SIGNATURE):
        inside = winmail.unpack(data)
        found += [inside.text, inside.html, *(file.name for file in inside.files)]
    elif data.startswith(b"{\\rtf"):
        found += [rtf.read(data)[0]]
    elif data[8:12] in (b"LZFu", b"MELA"):
        found += [rtf.read(rtf.unpack(data))[0]]
    elif data.startswith((b"BEGIN:", b"<")):
        text = data.decode("utf-8", "replace")
        found += [markup.to_text(text) if data[:1] == b"<" else invitations.words_of(text)]
    else:
        parsed = parse.parse(
            data,
            mailbox="support",
            own_address="support@desk.example",
            is_own_id=lambda id_: id_.startswith("<otvet."),
        )
        incoming = parsed.incoming
        found += [incoming.text, incoming.rest, incoming.subject, incoming.sender.name, incoming.sender.address]
        found += [incoming.external_id, incoming.reply_to, *incoming.references, *incoming.tags, incoming.failed]
        found += [text for file in parsed.files for text in (file.name, file.mime)]
        found += [text for other in incoming.others for text in (other.name, other.address)]
    for text in found:
        text.encode()  # no surrogate
        if "\x00" in text:
            raise AssertionError(f"NUL in {text[:100]!r}")


def seeds() -> None:
    """Write what no letter begins with: a container, rich text, an event and a page by themselves."""
    corpus = HOME / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    (HOME / "finds").mkdir(exist_ok=True)
    (HOME / "words").write_text("".join(f'"{word.replace(chr(34), "")}"\n' for word in WORDS), encoding="utf-8")
    sys.path.insert(0, str(ROOT))
    from mail.mime import take_apart

    for path in SEEDS.glob("*.eml"):
        try:
            parts = list(take_apart(path.read_bytes()).walk())
        except Exception:  # noqa: BLE001, S112 - a letter beyond the limits has no parts to begin from
            continue
        for number, part in enumerate(parts):
            if part.type in ("application/ms-tnef", "text/calendar", "text/html"):
                (corpus / f"{path.stem}-{number}").write_bytes(part.content())


def run(seconds: int) -> int:
    """Look for that long, in a process of its own; 0 when nothing was found."""
    seeds()
    command = [
        sys.executable, __file__, "--look", f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=1500",
        "-max_len=20000", f"-dict={HOME / 'words'}", f"-artifact_prefix={HOME / 'finds'}{os.sep}", "-print_final_stats=1",
        "-verbosity=0", str(HOME / "corpus"), str(SEEDS),
    ]  # fmt: skip
    code = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode
    print("nothing found" if code == 0 else f"a find: see {HOME / 'finds'}; make it a letter in {SEEDS}")
    return code


def look() -> None:
    import atheris

    with atheris.instrument_imports(include=["mail"]):
        import mail.parse  # noqa: F401 - instrumented while it is imported

    atheris.Setup([sys.argv[0], *sys.argv[2:]], check)
    atheris.Fuzz()


if __name__ == "__main__":
    if "--look" in sys.argv:
        look()
    else:
        sys.exit(1 if run(int(sys.argv[1])) else 0)
