"""The client's Telegram on the page: people at their app, the bot at its work, in a real browser."""

import base64
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from playground.botapi.drafts import Draft, poll, words
from playground.botapi.files import png
from playground.botapi.model import Message
from playground.botapi.people import Person
from tests.page.conftest import PHONE, Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")


def pane(tab: Page) -> Locator:
    return tab.locator("#pane-client")


def field(tab: Page) -> Locator:
    return pane(tab).get_by_label("Написать сообщение")


def bubble(tab: Page, text: str) -> Locator:
    return pane(tab).locator(".msg", has_text=text).last


def own(tab: Page, text: str) -> Locator:
    return pane(tab).locator(".msg.mine", has_text=text).last


async def said(tab: Page, text: str) -> None:
    await field(tab).fill(text)
    await field(tab).press("Enter")


async def at_the_app_of(tab: Page, shown: Shown, name: str, *, started: bool = True) -> Person:
    """A fresh person whose app is open on the page."""
    person = shown.stage.bot.world.person(name)
    if started:
        person.start()
        await shown.until(lambda: person.received, "the bot greets")
    await pane(tab).get_by_role("button", name=re.compile(name.split(maxsplit=1)[0])).click()
    await expect(pane(tab).locator("[aria-current=true]").first).to_contain_text(name.split(maxsplit=1)[0])
    return person


def of_bot(shown: Shown, person: Person, content: dict[str, Any], markup: dict[str, Any] | None = None) -> Message:
    world = shown.stage.bot.world
    return world.post(person.chat_here, world.bot, Draft(content=content, markup=markup))


async def chosen_in_menu(tab: Page, message: Locator, action: str) -> None:
    await message.hover()
    await message.get_by_label("Действия с сообщением").click()
    await tab.get_by_role("menuitem", name=action).click()


async def test_a_person_is_added_starts_the_bot_and_writes_changes_answers_and_deletes(tab: Page, shown: Shown) -> None:
    """What a client does all day reaches the bot as Telegram would bring it."""
    await pane(tab).get_by_role("button", name="Добавить клиента").click()
    await tab.get_by_label("Имя и фамилия").fill("Вера <b>Смелая</b>")
    await tab.get_by_role("button", name="Добавить", exact=True).click()
    await pane(tab).get_by_role("button", name="Начать").click()
    vera = next(one for one in shown.stage.bot.world.people if one.name.startswith("Вера"))
    assert vera.name == "Вера <b>Смелая</b>"
    await shown.until(lambda: vera.received, "the bot greets")

    await field(tab).fill("Не печатает")
    await field(tab).press("Shift+Enter")
    await field(tab).press_sequentially("совсем")
    await field(tab).press("Enter")
    await shown.until(lambda: any(m.text == "Не печатает\nсовсем" for m in vera.chat), "the words are sent")
    await expect(own(tab, "совсем")).to_be_visible()

    await chosen_in_menu(tab, own(tab, "совсем"), "Изменить")
    await expect(field(tab)).to_have_value("Не печатает\nсовсем")
    await said(tab, "Не печатает принтер")
    await expect(own(tab, "Не печатает принтер")).to_contain_text("изменено")

    await chosen_in_menu(tab, own(tab, "Не печатает принтер"), "Ответить")
    await said(tab, "и сканер")
    await expect(own(tab, "и сканер").get_by_label(re.compile("Ответ на сообщение"))).to_contain_text("Не печатает")
    answer = await shown.until(lambda: next((m for m in vera.chat if m.text == "и сканер"), None))
    assert answer.reply_to is not None
    assert answer.reply_to.edited

    await chosen_in_menu(tab, own(tab, "и сканер"), "Удалить")
    await tab.locator("dialog").get_by_role("button", name="Удалить").click()
    await expect(pane(tab).locator(".msg.mine", has_text="и сканер")).to_have_count(0)
    assert answer.deleted


async def test_what_the_bot_sends_can_be_used(tab: Page, shown: Shown) -> None:
    """Spoilers open, polls take votes, keyboards send, reactions go on and off, buttons tell what the bot said."""
    dasha = await at_the_app_of(tab, shown, "Даша Речная")
    hidden = [{"type": "bold", "offset": 0, "length": 3}, {"type": "spoiler", "offset": 4, "length": 5}]
    first = of_bot(shown, dasha, words("Код 12345 <i>х</i>", hidden), {
        "inline_keyboard": [[{"text": "Скопировать", "copy_text": {"text": "12345"}}, {"text": "Да", "callback_data": "?"}]],
    })  # fmt: skip
    shows = bubble(tab, "Код")
    await expect(shows.locator("b")).to_have_text("Код")
    await expect(shows.locator("i")).to_have_count(0)
    await shows.get_by_label("Скрытый текст").press("Enter")
    await expect(shows.locator(".spoiler")).to_have_class(re.compile("open"))

    await shows.hover()
    await shows.get_by_label("Действия с сообщением").press("Enter")
    await tab.get_by_role("menuitemcheckbox", name="🔥").click()
    await shown.until(lambda: first.reactions == ["🔥"])
    await shows.locator(".reaction").press("Enter")
    await shown.until(lambda: first.reactions == [])

    await shows.get_by_role("button", name="Да", exact=True).click()
    await shown.until(lambda: shown.stage.bot.called("answerCallbackQuery"), "the bot answers the press")
    await expect(shows.get_by_role("button", name="Да", exact=True)).not_to_have_attribute("aria-busy", "true")

    asked = of_bot(shown, dasha, poll(1, "Как вам?", ["Хорошо", "Плохо"]))
    await pane(tab).get_by_role("button", name="Хорошо").click()
    await expect(bubble(tab, "Как вам?").locator("li").first).to_contain_text("100 %")
    assert asked.content["poll"]["total_voter_count"] == 1

    of_bot(shown, dasha, words("Ваш номер?"), {"keyboard": [[{"text": "Номер", "request_contact": True}]]})
    await pane(tab).get_by_label("Клавиатура бота").get_by_role("button", name="Номер").click()
    await tab.get_by_role("button", name="Отправить номер").click()
    contact = await shown.until(lambda: next((m for m in dasha.chat if m.kind == "contact"), None))
    assert contact.content["contact"]["user_id"] == dasha.id


async def test_files_go_as_albums_and_as_they_are(tab: Page, shown: Shown, tmp_path: Path) -> None:
    """Two pictures are one album with a caption; a file of 21 MB goes too, and its size is told before."""
    olga = await at_the_app_of(tab, shown, "Ольга Файлова")
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png(60, 40))
    (tmp_path / "big.bin").write_bytes(b"\0" * (21 * 1024 * 1024))
    await chosen_files(tab, "Фото или видео", [tmp_path / "a.png", tmp_path / "b.png"])
    await tab.get_by_label("Подпись").fill("две фотографии")
    await tab.get_by_label("Подпись").press("Enter")
    await expect(pane(tab).locator(".album img")).to_have_count(2)
    pictures = [m for m in olga.chat if m.kind == "photo"]
    assert len({m.album for m in pictures}) == 1
    assert pictures[0].text == "две фотографии"
    assert pictures[0].file is not None
    assert pictures[0].file.data == png(60, 40)
    await pane(tab).locator(".album .picture").first.click()
    await expect(tab.locator("dialog img.full")).to_be_visible()
    await tab.keyboard.press("Escape")

    await chosen_files(tab, "Файл", [tmp_path / "big.bin"])
    await expect(tab.locator("dialog .hint")).to_contain_text("не могут скачать")
    await tab.locator("dialog").get_by_role("button", name="Отправить").click()
    await expect(pane(tab).locator("a.file", has_text="big.bin")).to_contain_text("22 МБ")
    await expect(pane(tab).locator("progress")).to_have_count(0)


async def chosen_files(tab: Page, item: str, files: list[Path]) -> None:
    await pane(tab).get_by_label("Прикрепить").click()
    async with tab.expect_file_chooser() as chooser:
        await tab.get_by_role("menuitem", name=item, exact=True).click()
    await (await chooser.value).set_files(files)


async def test_drafts_commands_and_the_blocked_bot(tab: Page, shown: Shown) -> None:
    """A draft waits for its person; "/" offers what the bot set; a blocked bot is told and forgiven."""
    inna = await at_the_app_of(tab, shown, "Инна Дорогая")
    await field(tab).fill("не дописала")
    await at_the_app_of(tab, shown, "Юлия Другая")
    await expect(field(tab)).to_have_value("")
    await pane(tab).get_by_role("button", name=re.compile("Инна")).click()
    await expect(field(tab)).to_have_value("не дописала")

    await field(tab).fill("/")
    offers = pane(tab).get_by_role("option")
    commands = shown.stage.bot.settings.commands_for(inna.chat_here, inna.user)
    await expect(offers).to_have_count(len(commands))
    await field(tab).press("ArrowDown")
    await field(tab).press("Enter")
    await shown.until(lambda: inna.chat[-1].text == f"/{commands[1]['command']}" or inna.chat[-1].from_bot)
    assert any(m.text == f"/{commands[1]['command']}" for m in inna.chat)

    await pane(tab).get_by_label("Ещё").click()
    await tab.get_by_role("menuitem", name="Заблокировать бота").click()
    await tab.locator("dialog").get_by_role("button", name="Заблокировать бота").click()
    await expect(field(tab)).to_be_hidden()
    assert inna.chat_here.blocked
    await pane(tab).get_by_role("button", name="Разблокировать").click()
    await expect(field(tab)).to_be_visible()


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_a_thousand_messages_stay_light_and_new_ones_are_counted(tab: Page, shown: Shown) -> None:
    """Only a part is drawn; whoever reads above is told how many came; hostile and endless words change nothing."""
    lena = await at_the_app_of(tab, shown, "Лена Читающая")
    endless = "ж" * 4096
    for number in range(1000):
        of_bot(shown, lena, words(f"сообщение {number}"))
    of_bot(shown, lena, words(f"\u202e<img src=x onerror=alert(1)> 😀 {'W' * 300}"))
    await expect(bubble(tab, "onerror")).to_be_visible()
    log = pane(tab).locator(".log")
    assert await log.locator(".row").count() < 500
    assert await log.evaluate("log => log.scrollWidth <= log.clientWidth")

    await log.evaluate("log => { log.scrollTop = 0; }")
    of_bot(shown, lena, words("свежее"))
    down = pane(tab).get_by_role("button", name="1 новое сообщение")
    await expect(down).to_be_visible()
    await down.click()
    await expect(bubble(tab, "свежее")).to_be_in_viewport()
    await expect(down).to_be_hidden()

    await said(tab, endless + " и ещё")
    await shown.until(lambda: any(m.text == "и ещё" for m in lena.chat), "what is too long goes in parts")
    assert any(m.text == endless for m in lena.chat)


async def test_a_message_that_comes_with_a_change_of_everything_is_drawn_once(tab: Page, shown: Shown) -> None:
    """The chat is drawn anew, in another language say, before the next frame would have shown what came."""
    zoya = await at_the_app_of(tab, shown, "Зоя Однажды")
    await tab.evaluate("""async () => {
        const { on } = await import("/static/js/world.js");
        const { useLanguage } = await import("/static/js/words.js");
        on("message", () => useLanguage("en"));
    }""")
    zoya.say("один раз")
    await expect(pane(tab).get_by_label("Write a message")).to_be_visible()
    zoya.say("и ещё один")
    await expect(bubble(tab, "и ещё один")).to_be_visible()
    await expect(pane(tab).locator(".msg.mine", has_text="один раз")).to_have_count(1)  # the receipt names it as well


async def test_topics_of_the_clients_chat(tab: Page, shown: Shown) -> None:
    """Switched on, the chat has a topic for each of its conversations, and «Все» shows them together."""
    nina = await at_the_app_of(tab, shown, "Нина Разная")
    await pane(tab).get_by_label("Ещё").click()
    await tab.get_by_role("menuitem", name="Включить темы").click()
    await pane(tab).get_by_role("button", name="Новая тема").click()
    await tab.get_by_label("Название темы").fill("Про доставку")
    await tab.get_by_role("button", name="Создать").click()
    await said(tab, "где посылка?")
    await shown.until(lambda: any(m.text == "где посылка?" for m in nina.topics[0].messages))
    nina.say("вне тем")
    await pane(tab).get_by_role("button", name="Все", exact=True).click()
    await expect(bubble(tab, "вне тем")).to_be_visible()
    await expect(bubble(tab, "где посылка?")).to_be_visible()
    # The desk has put its number into the topic's name meanwhile.
    await pane(tab).get_by_label("Темы чата").get_by_role("button", name=re.compile("посылка")).click()
    await expect(pane(tab).locator(".msg", has_text="вне тем")).to_have_count(0)
    shown.stage.bot.world.set_private_topics(False)


async def test_a_foreign_page_can_upload_nothing(shown: Shown) -> None:
    """Without the page's own header an upload is refused; a wrong kind of file is a sentence."""
    person = shown.stage.bot.world.person("Чужая Страница")
    url = f"{shown.url}api/upload"
    async with aiohttp.ClientSession() as session:

        def form(kind: str) -> aiohttp.FormData:
            data = aiohttp.FormData({"person": str(person.id)})
            data.add_field(kind, base64.b64decode("AAAA"), filename="a.bin")
            return data

        async with session.post(url, data=form("document")) as answer:
            assert answer.status == 403
        async with session.post(url, data=form("nonsense"), headers={"X-Otvet": "1"}) as answer:
            assert answer.status == 400
            assert "nonsense" in (await answer.json())["description"]
    assert person.chat == []


async def test_nothing_that_was_written_is_lost_when_the_server_does_not_answer(tab: Page, shown: Shown) -> None:
    """The words come back into the field with a sentence, and go at the next try; the bot's offers can be chosen."""
    rita = await at_the_app_of(tab, shown, "Рита Терпеливая")
    await tab.route("**/control/do", lambda route: route.fulfill(status=502, body=""))
    await said(tab, "важное")
    await expect(tab.get_by_text("не может связаться")).to_be_visible()
    await expect(field(tab)).to_have_value("важное")
    await tab.unroute("**/control/do")
    await field(tab).press("Enter")
    await shown.until(lambda: any(m.text == "важное" for m in rita.chat))
    await expect(field(tab)).to_have_value("")

    group = tab.locator("#pane-group")
    await group.locator("textarea").fill(f"@{shown.stage.bot.world.bot.username} ")
    await expect(group.locator(".option").first).to_be_visible()
    await group.locator("textarea").press("ArrowDown")
    await group.locator("textarea").press("Enter")
    chosen = await shown.until(lambda: next((m for m in shown.stage.group.messages if m.via is not None), None))
    await expect(group.locator(".msg", has_text="через @").last).to_contain_text(chosen.text[:12])


async def test_votes_are_counted_and_messages_are_carried_to_other_chats(shown: Shown) -> None:
    """Two people's votes add up and can be taken back; an engineer forwards from their own chat into the group."""
    peter, group = shown.stage.peter, shown.stage.group
    asked = group.seat(shown.stage.maria).send_poll("Обед?", ("в час", "в два"))
    note = peter.say("из личного чата")
    async with aiohttp.ClientSession() as session:

        async def does(**body: Any) -> Any:
            async with session.post(f"{shown.url}control/do", json=body) as answer:
                return await answer.json()

        for person in (shown.stage.maria, peter):
            await does(action="vote", person=person.id, group=group.id, message=asked.id, options=[1])
        assert [option["voter_count"] for option in asked.content["poll"]["options"]] == [0, 2]
        await does(action="vote", person=peter.id, group=group.id, message=asked.id, options=[])
        assert asked.content["poll"]["total_voter_count"] == 1
        refused = await does(action="vote", person=peter.id, group=group.id, message=asked.id, options=[0, 1])
        assert "one answer" in refused["description"]

        carried = await does(action="forward", person=peter.id, group=group.id, message=note.id, source=peter.id)
    assert carried["result"]["forward_origin"]["sender_user"]["id"] == peter.id
    assert group.messages[-1].text == "из личного чата"
