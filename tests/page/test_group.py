"""The engineers' group on the page: topics, who one is, and that what is said of words before they go comes true."""

import pytest
from playwright.async_api import Page, expect

from playground.botapi import Message, Person, Topic, png
from tests.page.conftest import PHONE, Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")

FATE = """async ([chat, thread, text, reply]) => {
  const { fate } = await import("/static/js/group/fate.js");
  const { messages, state } = await import("/static/js/world.js");
  const bot = state.bot.username.toLowerCase();
  return fate({ chat, thread, text, reply: reply ? messages(chat).get(reply) : null, edit: null, bot }).side;
}"""

HAS = "async ([chat, id]) => (await import('/static/js/world.js')).messages(chat).has(id)"


async def client_writes(shown: Shown, name: str, words: str) -> tuple[Person, Topic]:
    """Somebody new writes to the bot; they and the topic with the card and their words."""
    person = shown.stage.bot.world.person(name)
    person.start()
    person.say(words)
    group = shown.stage.group
    await shown.until(lambda: any(words in topic.name for topic in group.topics), f"a topic for {words!r}")
    topic = group.topic(words)
    await shown.until(lambda: len(topic.messages) > 1, "the words in the topic")
    return person, topic


async def open_topic(tab: Page, topic: Topic) -> None:
    await tab.locator(f"#pane-group .topic-row[data-thread='{topic.id}']").click()
    await expect(tab.locator("#pane-group .topic-title h3")).to_have_text(topic.name)


async def write(tab: Page, words: str) -> None:
    await tab.locator("#pane-group textarea").fill(words)
    await tab.locator("#pane-group textarea").press("Enter")


async def pass_time(tab: Page, shown: Shown, seconds: int) -> None:
    """As by the page's clock: what waits for that long is due, and the desk has looked."""
    passed = await tab.request.post(f"{shown.url}api/clock", data={"do": "jump", "seconds": seconds})
    assert passed.ok, await passed.text()


def post(shown: Shown, words: str) -> Message:
    """What an engineer wrote in the group."""
    return next(one for one in reversed(shown.stage.group.messages) if one.text == words and not one.from_bot)


def marked(shown: Shown, words: str, mark: str) -> bool:
    """Whether such words are in the group by now and bear that reaction."""
    return any(mark in one.reactions for one in shown.stage.group.messages if one.text == words and not one.from_bot)


async def signed(shown: Shown, message: Message) -> None:
    """Until the desk has said by its reaction what it made of the words."""
    await shown.until(lambda: {"👀", "✍", "👌"} & set(message.reactions), f"a sign on {message.text!r}")


async def said_in(shown: Shown, topic: Topic, words: str) -> Message:
    """The bot's message with those words, once it is there."""

    def found() -> list[Message]:
        return [one for one in topic.messages if one.from_bot and words in one.text]

    await shown.until(found, words)
    return found()[-1]


async def fate(tab: Page, topic: Topic, words: str, target: Message | None = None) -> str:
    """On which side the page says that these words will be, as a reply to `target`, once it has that message."""
    reply = target.id if target else None
    if reply:
        await tab.wait_for_function(HAS, arg=[topic.chat.id, reply])
    side: str = await tab.evaluate(FATE, [topic.chat.id, topic.id, words, reply])
    return side


async def test_a_note_stays_inside_and_an_answer_goes_to_the_client(tab: Page, shown: Shown) -> None:
    """The new topic counts what is new, its card's buttons work, and the foot says what becomes of the words."""
    vera, topic = await client_writes(shown, "Вера", "Не включается касса")
    pane = tab.locator("#pane-group")
    await expect(pane.locator(f".topic-row[data-thread='{topic.id}'] .topic-news")).to_contain_text("2")
    await open_topic(tab, topic)
    await expect(pane.locator(f".topic-row[data-thread='{topic.id}'] .topic-news")).to_have_count(0)
    await pane.get_by_role("button", name="Взять").click()
    await pass_time(tab, shown, 6)  # changes of a card are put together for a moment
    await expect(pane.locator(".card-bar")).to_contain_text("Мария")

    await expect(pane.locator(".fate-words")).to_have_text("Заметка: клиент её не увидит")
    await write(tab, "Похоже на блок питания")
    await shown.until(lambda: marked(shown, "Похоже на блок питания", "👀"), "the note is noted")
    await pane.get_by_role("button", name="Ответ: Вера").click()
    await expect(pane.locator(".fate-words")).to_contain_text("Ответ клиенту: Вера в Telegram")
    await write(tab, "Вера, проверьте, пожалуйста, розетку")
    await expect(pane.locator(".going")).to_contain_text("Уйдёт клиенту через")
    await expect(pane.locator(".fate-words")).to_have_text("Заметка: клиент её не увидит")
    await pass_time(tab, shown, 6)
    await shown.until(lambda: vera.last("проверьте, пожалуйста, розетку"), "the answer at the client")
    await expect(pane.locator(".going")).to_contain_text("Ответ доставлен клиенту")
    assert not any("блок питания" in one.text for one in vera.chat)


async def test_an_answer_is_taken_back_while_it_waits(tab: Page, shown: Shown) -> None:
    """The button does what 👎 does: the words stay as a note, and the client never reads them."""
    gleb, topic = await client_writes(shown, "Глеб", "Пропал звук")
    await open_topic(tab, topic)
    shown.stage.clock.pause()
    try:
        await tab.locator("#pane-group").get_by_role("button", name="Ответ: Глеб").click()
        await write(tab, "Это я зря")
        await tab.locator("#pane-group").get_by_role("button", name="Вернуть").click()
        await shown.until(lambda: marked(shown, "Это я зря", "👀"), "the answer became a note")
    finally:
        shown.stage.clock.resume()
    await expect(tab.locator("#pane-group .going")).to_contain_text("Записано как заметка")
    await tab.locator("#pane-group").get_by_role("button", name="Ответ: Глеб").click()
    await write(tab, "А это уже да")
    await shown.until(lambda: marked(shown, "А это уже да", "✍"), "it waits")
    await pass_time(tab, shown, 6)
    await shown.until(lambda: gleb.last("А это уже да"), "the next answer")
    assert not any("Это я зря" in one.text for one in gleb.chat)


async def test_what_is_said_of_words_comes_true(tab: Page, shown: Shown) -> None:
    """Whatever one replies to and however one begins: the page names the side on which the desk then takes it."""
    dora, topic = await client_writes(shown, "Дора", "Мигает лампа")
    group, maria, peter = shown.stage.group, shown.stage.maria, shown.stage.peter
    dora.send_photo(png(20, 20))
    dora.send_location()
    await shown.until(lambda: any(one.kind == "location" for one in topic.messages), "the place in the topic")
    await pass_time(tab, shown, 1)  # now all of it is written down
    await pass_time(tab, shown, 5)  # words that cross with the client's are asked about first
    colleague = group.say(peter, "слова коллеги", topic=topic)
    group.say(maria, "/client", topic=topic)
    desk = await said_in(shown, topic, "первый контакт")
    ours = [one for one in topic.messages if one.from_bot]
    client = next(one for one in ours[1:] if "Мигает лампа" in one.text)
    targets = {
        "nothing": None, "card": ours[0], "client": client, "photo": next(o for o in ours if o.kind == "photo"),
        "place": next(o for o in ours if o.kind == "location"), "colleague": colleague,
        "desk": desk,
    }  # fmt: skip
    cases = [(name, text) for name in targets for text in ("слова",)]
    cases += [("client", "// коллегам"), ("client", "@peter глянь"), ("card", "обычная строка")]
    for number, (name, text) in enumerate(cases):
        target, words = targets[name], f"{text} {number}"
        said = await fate(tab, topic, words, target)
        made = group.say(maria, words, topic=topic, reply_to=target)
        await signed(shown, made)
        assert ("inside" if "👀" in made.reactions else "client") == said, (name, words)


async def test_what_a_question_of_the_desk_is_answered_with_is_never_called_a_note(tab: Page, shown: Shown) -> None:
    """A reply to «что спросить?» or to a preview goes to the client, and no word of the page denies it."""
    _, topic = await client_writes(shown, "Егор", "Забыл пароль")
    group, maria = shown.stage.group, shown.stage.maria
    for order, words in (("/info", "что спросить"), ("/a password", "Отправить клиенту так")):
        group.say(maria, order, topic=topic)
        asks = await said_in(shown, topic, words)
        assert await fate(tab, topic, "слова", asks) == "unsure"
    assert await fate(tab, topic, "/info какая версия?") == "client"
    assert await fate(tab, topic, "/info") == "inside"


async def test_a_new_engineer_comes_in_answers_and_leaves(tab: Page, shown: Shown) -> None:
    """Who one is decides in whose name one writes, and whether one manages topics."""
    _, topic = await client_writes(shown, "Жанна", "Нужен доступ")
    group, pane = shown.stage.group, tab.locator("#pane-group")
    await pane.get_by_label("Кто я в группе").select_option("Добавить инженера…")
    dialog = tab.get_by_role("dialog")
    await dialog.get_by_label("Имя", exact=False).fill("Зоя <b>Ли</b>")
    await dialog.get_by_role("button", name="Добавить").click()
    await expect(pane.get_by_label("Кто я в группе").locator("option:checked")).to_have_text("Зоя <b>Ли</b>")
    await open_topic(tab, topic)
    await write(tab, "/take")
    await shown.until(lambda: any(one.text == "/take" for one in shown.stage.group.messages))
    await pass_time(tab, shown, 6)
    await expect(pane.locator(".card-bar")).to_contain_text("Зоя <b>Ли</b>")
    await expect(pane.get_by_role("button", name="Новая тема")).to_have_count(0)
    await pane.get_by_role("button", name="Участники группы").click()
    row = tab.get_by_role("dialog").locator("li", has_text="Зоя")
    await row.get_by_role("button", name="Сделать администратором").click()
    await expect(row).to_contain_text("администратор")
    await row.get_by_role("button", name="Вывести").click()
    await expect(tab.get_by_role("dialog").locator("li", has_text="Зоя")).to_have_count(0)
    await tab.keyboard.press("Escape")
    await expect(pane.get_by_label("Кто я в группе").locator("option:checked")).to_have_text("Мария")
    assert [one.user.first_name for one in group.chat.members.values() if not one.inside] == ["Зоя"]


async def test_topics_are_made_changed_closed_and_found(tab: Page, shown: Shown) -> None:
    """What an administrator does with topics is done in the group, and the list follows."""
    group, pane = shown.stage.group, tab.locator("#pane-group")
    await pane.get_by_role("button", name="Новая тема").click()
    dialog = tab.get_by_role("dialog")
    await dialog.get_by_label("Название").fill("<img src=x onerror=alert(1)> план")
    await dialog.get_by_label("💡").check(force=True)
    await dialog.get_by_role("button", name="Создать").click()
    await expect(pane.locator(".topic-title h3")).to_have_text("<img src=x onerror=alert(1)> план")
    topic = group.topic("план")
    row = pane.locator(f".topic-row[data-thread='{topic.id}']")
    await expect(row).to_contain_text("💡")

    for item, of in (("Изменить название и значок", "Что сделать с темой"), ("Закрыть тему", "Что сделать с темой")):
        await pane.get_by_role("button", name=of).click()
        await tab.get_by_role("menuitem", name=item).click()
        if item.startswith("Изменить"):
            await dialog.get_by_label("Название").fill("План на зиму")
            await dialog.get_by_role("button", name="Сохранить").click()
            await expect(pane.locator(".topic-title h3")).to_have_text("План на зиму")
    await expect(pane.locator(".closed-topics summary")).to_contain_text("1 закрытая")
    assert group.topic("План на зиму").closed
    await expect(pane.get_by_role("button", name="Что сделать с темой")).to_be_focused()
    await pane.get_by_label("Кто я в группе").select_option("Пётр")
    await expect(pane.locator(".composer .closed")).to_contain_text("только администраторы")

    # By keyboard: what is gone leaves the focus to what is there instead of it.
    await pane.get_by_label("Кто я в группе").select_option("Мария")
    await pane.get_by_role("button", name="Что сделать с темой").press("Enter")
    await tab.keyboard.press("End")
    await tab.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Удалить").press("Enter")
    await expect(row).to_have_count(0)
    await expect(pane.locator(".topic-row[aria-current=true]")).to_be_focused()


async def test_another_pane_opens_a_topic_at_a_message(tab: Page, shown: Shown) -> None:
    """«Open in the group» shows the topic with that message in sight; one that is gone is said to be."""
    _, topic = await client_writes(shown, "Лев", "Скрипит дверь")
    words = await said_in(shown, topic, "Лев · Telegram")
    await expect(tab.locator(f"#pane-group .topic-row[data-thread='{topic.id}']")).to_be_attached()
    where = {"chat": topic.chat.id, "topic": topic.id, "message": words.id}
    emit = "async (to) => (await import('/static/js/world.js')).emit('open-topic', to)"
    await tab.evaluate(emit, where)
    await expect(tab.locator("#pane-group .topic-title h3")).to_have_text(topic.name)
    await expect(
        tab.locator("#pane-group").get_by_role("article").filter(has_text="Лев · Telegram")
    ).to_be_in_viewport()
    await tab.evaluate(emit, {**where, "topic": 9999})
    await expect(tab.locator("#toasts")).to_contain_text("Этой темы больше нет")


async def test_a_topic_that_was_deleted_comes_back_and_so_does_a_migrated_group(tab: Page, shown: Shown) -> None:
    """The page says that nothing is lost, and goes with the request into its new topic, whatever that was called."""
    ilya, topic = await client_writes(shown, "Илья", "Течёт кран")
    pane, group = tab.locator("#pane-group"), shown.stage.group
    await open_topic(tab, topic)
    name, renamed = topic.name, "Кран у Ильи"
    group.rename_topic(topic, renamed)
    await expect(pane.locator(".topic-title h3")).to_have_text(renamed)
    await pane.get_by_role("button", name="Что сделать с темой").click()
    await tab.get_by_role("menuitem", name="Удалить тему").click()
    await tab.get_by_role("dialog").get_by_role("button", name="Удалить тему").click()
    await expect(pane.locator(".rebuilding")).to_contain_text("Заявка цела")
    ilya.say("Ещё течёт")
    await expect(pane.locator(".topic-title h3")).to_have_text(name)
    await expect(pane.locator(".log")).to_contain_text("Ещё течёт")
    assert group.topic("Течёт кран").id != topic.id

    group.migrate()
    await expect(pane.locator(".rebuilding")).to_contain_text("Заявка цела")
    ilya.say("Всё ещё течёт")
    await expect(pane.locator(".topic-title h3")).to_have_text(name)
    await expect(pane.locator(".log")).to_contain_text("Всё ещё течёт")


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_on_a_phone_one_goes_from_the_list_into_a_topic_and_back(tab: Page, shown: Shown) -> None:
    """By keyboard alone, with the focus where one is."""
    _, topic = await client_writes(shown, "Кира", "Замёрз экран")
    await tab.locator("#tab-group").click()
    pane = tab.locator("#pane-group")
    await expect(pane.locator(".topic-list")).to_be_visible()
    await expect(pane.locator(".talk")).to_be_hidden()
    await pane.get_by_role("searchbox", name="Найти тему").fill("замёрз")
    await expect(pane.locator(".topic-row:visible")).to_have_count(1)
    await tab.keyboard.press("ArrowDown")
    await tab.keyboard.press("Enter")
    await expect(pane.locator(".topic-title h3")).to_have_text(topic.name)
    await expect(pane.locator(".topic-list")).to_be_hidden()
    await pane.get_by_role("button", name="К списку тем").press("Enter")
    await expect(pane.locator(f".topic-row[data-thread='{topic.id}']")).to_be_focused()
