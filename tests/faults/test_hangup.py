"""SIGHUP to a desk of its own process: the file is read again, a broken one changes nothing, the process lives."""

import os
import signal
from pathlib import Path

from tests.faults.outside import Outside, forker
from tests.faults.test_disk import until
from tests.steps import said_in

RULE = '[[rule]]\nname = "печать"\nwhen = {{ mentions = ["принтер"] }}\nline = "{line}"\n'


async def test_a_hangup_reads_the_file_again(sqlite_url: str, tmp_path: Path) -> None:
    async with Outside(tmp_path, sqlite_url) as outside:
        config = outside.config()
        plain = config.read_text(encoding="utf-8")

        def with_rule(line: str) -> str:
            more = f'[[line]]\nname = "second"\ntitle = "Вторая"\n{RULE.format(line=line)}'
            return plain.replace("[[rule]]", f"{more}[[rule]]", 1)

        async with forker(config, tmp_path / "journal") as desks:
            process = await desks.ask("start")
            ann = outside.bot.world.person("Анна")
            ann.say("Здравствуйте")
            await until(lambda: "SD-1" in str([m.text for m in ann.received]), 30)
            config.write_text(with_rule("secnd"), encoding="utf-8")
            os.kill(process, signal.SIGHUP)
            await until(lambda: "настройки не перечитаны, в них 1 ошибка" in said_in(outside.group.general), 30)
            assert 'неизвестная линия "secnd"' in said_in(outside.group.general)
            config.write_text(with_rule("second"), encoding="utf-8")
            os.kill(process, signal.SIGHUP)
            await until(lambda: "SIGHUP: настройки перечитаны" in said_in(outside.group.general), 30)
            assert "[[line]] +second; [[rule]] +печать" in said_in(outside.group.general)
            vera = outside.bot.world.person("Вера")
            vera.say("Принтер не печатает")
            await until(lambda: any("SD-2" in topic.name for topic in outside.group.topics), 30)
            await until(lambda: "Линия: Вторая" in said_in(outside.group.topic("SD-2")), 30)
            assert await desks.ask("term") == 0, (tmp_path / "journal").read_text()
