"""The client's mailbox on the page: letters go out by SMTP and come in by IMAP, before one's eyes."""

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.async_api import Locator, Page, expect

from playground.botapi import png
from playground.stage import SUPPORT
from tests.page.conftest import PHONE, Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = (
    '<h1>Скидки</h1><script>document.title="pwned"</script><img src="x" onerror="alert(1)"><img src="cid:logo">'
    '<img src="http://ads.example/pixel.png"><p style="background:url(//ads.example/b.png)">Только сегодня</p>'
    '<a href="javascript:alert(1)">жми</a>'
)


async def mailbox(shown: Shown, tab: Page, local: str, name: str) -> tuple[str, Locator]:
    """Somebody's fresh mailbox, open on the page: the address and the pane."""
    address = f"{local}@client.example"
    await shown.stage.mails.user(address, name=name)
    await tab.reload()
    await tab.wait_for_selector("html[data-ready]")
    pane = tab.locator("#pane-mail")
    if await tab.locator("#tab-mail").is_visible():
        await tab.locator("#tab-mail").click()
    await pane.get_by_label("Чья почта").select_option(address)
    await expect(pane.get_by_text("Писем пока нет")).to_be_visible()
    return address, pane


async def test_a_letter_becomes_a_ticket_and_the_answer_comes_back_into_the_conversation(shown: Shown, tab: Page) -> None:
    """A letter with looks and a file goes out; receipt and answer come in unread; the link opens the owner's Telegram."""
    address, pane = await mailbox(shown, tab, "olga", "Ольга Зимина")
    await pane.get_by_role("button", name="Написать").click()
    await expect(pane.get_by_label("Кому", exact=True)).to_have_value(SUPPORT)
    await pane.get_by_label("Тема").fill("Сломался <b>весы</b>")
    await pane.get_by_role("button", name="HTML").click()
    await pane.get_by_role("textbox", name="Текст письма").press_sequentially("Весы врут на ")
    await tab.keyboard.press("Control+b")
    await tab.keyboard.type("сто грамм")
    await pane.locator("input[type=file]").set_input_files(
        [{"name": "весы.png", "mimeType": "image/png", "buffer": png(80, 60)}]
    )
    await expect(pane.get_by_text("весы.png")).to_be_visible()
    await pane.get_by_role("button", name="Отправить").click()

    row = pane.locator(".mail-row")
    await expect(row.locator(".mail-dot")).to_be_visible()
    assert await shown.stage.mails.imap.seen(address) == [False], "nobody has opened it yet"
    came = (await shown.stage.mails.folder(address, "Sent"))[0]
    assert [part.get_content_type() for part in came.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/png",
    ]  # fmt: skip
    assert "<b>сто грамм</b>" in came.get_body(("html",)).get_content()
    assert "Весы врут на сто грамм" in came.get_body(("plain",)).get_content()

    await row.click()
    letter = pane.get_by_role("article").last
    await expect(letter).to_contain_text("автоматическое")
    await shown.until(lambda: _all_seen(shown, address), "the mail is marked as read")
    topic = shown.stage.group.topic("весы")
    words = next(one for one in topic.messages[1:] if "сто грамм" in one.text)
    maria = shown.stage.maria
    said = shown.stage.group.say(maria, "Ольга, откалибруйте весы, пожалуйста.", topic=topic, reply_to=words)
    await shown.until(lambda: said.reactions, "the answer is taken")
    shown.stage.jump(timedelta(minutes=1))
    await shown.desk.ask("tick")
    answer = pane.get_by_role("article").nth(2)
    await expect(answer).to_contain_text("откалибруйте")
    await expect(answer.locator(".mail-dot")).to_be_visible()
    await answer.get_by_role("button").first.click()
    await answer.get_by_role("button", name="Текст", exact=True).click()
    await answer.get_by_role("button", name="Ответить", exact=True).click()
    assert ">" in await pane.get_by_role("textbox", name="Текст письма").input_value()
    await tab.keyboard.type("Спасибо, помогло")
    await tab.keyboard.press("Control+Enter")
    await shown.until(lambda: any("Спасибо, помогло" in one.text for one in topic.messages), "in the same ticket")

    await pane.get_by_role("article").nth(1).frame_locator("iframe").get_by_role("link").click()
    await shown.until(lambda: any(one.name == "Ольга Зимина" and one.received for one in shown.stage.bot.world.people))


async def _all_seen(shown: Shown, address: str) -> bool:
    return all(await shown.stage.mails.imap.seen(address))


async def test_a_hostile_mail_is_looked_at_without_harm(shown: Shown, tab: Page) -> None:
    """Nothing in it runs or is fetched, its own picture is shown, its source is one click away, letter by letter."""
    address, pane = await mailbox(shown, tab, "nina", "Нина")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "<img src=x onerror=alert(1)> <ads@shop.example>", address, "\u202eСкидки <script>"
    mail.set_content("Только текст")
    mail.add_alternative(HOSTILE, subtype="html")
    mail.get_payload()[1].add_related(png(90, 40), "image", "png", cid="<logo>")
    mail.add_attachment(b"\0" * 3_000_000, maintype="text", subtype="html", filename="../../evil\u202egpj.html")
    await shown.stage.mails.put(address, mail.as_bytes(policy=email.policy.SMTP))
    await pane.locator(".mail-row").click()
    await expect(pane.get_by_text("картинки с чужих сайтов не загружены")).to_be_visible()
    frame = pane.frame_locator("iframe")
    await expect(frame.get_by_text("Только сегодня")).to_be_visible()
    assert await frame.locator("script").count() == 0
    assert await frame.locator("img").evaluate_all("all => all.map(one => one.naturalWidth)") == [0, 90, 0]
    assert await pane.locator("iframe").get_attribute("sandbox") == "allow-same-origin"
    assert "Otvet" in await tab.title()
    await expect(pane.get_by_role("link", name="evilgpj.html")).to_be_visible()
    await pane.get_by_role("button", name="Исходник").click()
    await expect(tab.get_by_role("dialog")).to_contain_text("Content-Type: multipart/alternative;")
    await expect(tab.get_by_role("dialog").get_by_role("link", name="Скачать .eml")).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(pane.get_by_role("button", name="Исходник")).to_be_focused()


async def test_what_was_written_survives_refusals_a_reload_and_a_mail_server_that_is_away(shown: Shown, tab: Page) -> None:
    """Each mistake is said in words around the server's own; the letter goes out once when the server is back."""
    address, pane = await mailbox(shown, tab, "igor", "Игорь")
    await pane.get_by_role("button", name="Написать").click()
    to, send, wrong = pane.get_by_label("Кому", exact=True), pane.get_by_role("button", name="Отправить"), pane.get_by_role("alert")
    await pane.get_by_label("Тема").fill("Касса")
    await pane.get_by_role("textbox", name="Текст письма").fill("Не открывается.\n" + "😀" * 4096)
    for typed, said in {"": "хотя бы одного", "касса": "«касса» не похоже", "nobody@client.example": "550 5.1.1"}.items():
        await to.fill(typed)
        await send.click()
        await expect(wrong).to_contain_text(said)
    await to.fill(SUPPORT)
    await tab.reload()
    await pane.get_by_label("Чья почта").select_option(address)
    await pane.get_by_role("button", name="Черновик").click()
    await shown.stage.cut_mails()
    try:
        await expect(pane.locator(".mail-away")).to_contain_text("Почтовый сервер не отвечает")
        await send.click()
        await expect(wrong).to_contain_text("сохранено в черновике")
    finally:
        await shown.stage.mend_mails()
    await expect(pane.locator(".mail-away")).to_be_hidden()
    await send.click()
    await expect(pane.locator(".mail-row").filter(has_text="Касса")).to_be_visible()
    await expect(pane.get_by_role("button", name="Черновик")).to_have_count(0)
    sent = await shown.stage.mails.folder(address, "Sent")
    assert len(sent) == 1
    assert "😀" * 4096 in sent[0].get_content()


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
async def test_a_phone_and_a_keyboard_are_enough(shown: Shown, tab: Page) -> None:
    """Open, go back to the same place, delete, look into the bin and at the desk's own mailbox, which is not touched."""
    address, pane = await mailbox(shown, tab, "vera", "Вера")
    for number in range(3):
        await shown.stage.mails.send(sender=SUPPORT, to=address, subject=f"Письмо {number}", text="https://t.me/other_bot?start=1.")
    rows = pane.locator(".mail-row")
    await expect(rows).to_have_count(3)
    assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await rows.nth(1).focus()
    await tab.keyboard.press("Enter")
    await expect(pane.get_by_role("heading", name="Письмо 1")).to_be_focused()
    await tab.keyboard.press("Escape")
    await expect(rows.nth(1)).to_be_focused()
    await tab.keyboard.press("Enter")
    await pane.get_by_role("button", name="Удалить", exact=True).press("Enter")
    await expect(rows).to_have_count(2)
    assert [str(one["Subject"]) for one in await shown.stage.mails.folder(address, "Trash")] == ["Письмо 1"]
    await pane.get_by_label("Папка").select_option("Trash")
    await expect(rows).to_contain_text(["Письмо 1"])
    await pane.get_by_label("Чья почта").select_option(SUPPORT)
    await expect(pane.get_by_role("button", name="Написать")).to_be_hidden()
