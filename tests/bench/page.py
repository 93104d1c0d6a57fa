"""`make bench-page`: how soon the demo's page is there, how soon it shows what happens, how smoothly a chat scrolls.

Each figure stands beside a baseline from the same run: a page with one line of text from the same server, a plain list
of as many rows. Needs Chromium; the processor is taken as it is.
"""

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from playground.page import server
from playground.stage import Stage

EVENTS = int(os.environ.get("COUNT") or 200)
LOADS = 5
CHATS = (1_000, 10_000)
TABS = 3
SIZE = {"width": 1360, "height": 860}
CHROMIUM = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)

PAINTED = """() => new Promise((then) => {
  const look = () => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    paint ? then([paint.startTime, performance.now()]) : requestAnimationFrame(look);
  };
  look();
})"""

# When a bubble with such words comes, note the time that it is painted: two frames on, as browsers go.
WATCH = """() => {
  window.seen = {};
  new MutationObserver(() => {
    for (const one of document.querySelectorAll("#pane-client [role=log] [data-message]")) {
      const found = /№(\\d+)\\./.exec(one.textContent);
      if (found && !(found[1] in seen)) {
        seen[found[1]] = null;
        requestAnimationFrame(() => setTimeout(() => { seen[found[1]] = Date.now(); }));
      }
    }
  }).observe(document.querySelector("#pane-client"), { childList: true, subtree: true });
}"""

# Up through the whole list and down again, a part of its height per frame; the frames' lengths in milliseconds.
SCROLL = """(list) => new Promise((then) => {
  const frames = [];
  const step = Math.max(200, list.scrollHeight / 120);
  let last = 0, way = -1, turns = 0;
  const go = (at) => {
    if (last) frames.push(at - last);
    last = at;
    const before = list.scrollTop;
    list.scrollTop = before + way * step;
    if (list.scrollTop === before) { way = -way; turns += 1; }
    turns > 2 || frames.length > 400 ? then(frames) : requestAnimationFrame(go);
  };
  requestAnimationFrame(go);
})"""


def put(what: str, values: Sequence[float], baseline: Sequence[float] = ()) -> None:
    """A line: the median and the 95th percentile, and the same of the baseline."""
    beside = f"   baseline {_of(baseline)}" if baseline else ""
    print(f"{what:<58}{_of(values)}{beside}", flush=True)


def _of(values: Sequence[float]) -> str:
    if len(values) < 2:
        return f"{values[0]:7.0f} ms" if values else "      –"
    worst = statistics.quantiles(values, n=20, method="inclusive")[-1]
    return f"median {statistics.median(values):7.1f} ms  p95 {worst:7.1f} ms"


@asynccontextmanager
async def tab(browser: Browser, url: str, *, ready: bool = True) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=SIZE, locale="ru-RU")
    page = await context.new_page()
    await page.goto(url)
    if ready:
        await page.wait_for_selector("html[data-ready]")
    yield page
    await context.close()


async def loading(browser: Browser, page: server.Page, empty: str) -> None:
    """First paint and all panes there, without and with a warm cache."""
    for warm in (False, True):
        painted: list[float] = []
        ready: list[float] = []
        bare: list[float] = []
        context = await browser.new_context(viewport=SIZE, locale="ru-RU")
        for _ in range(LOADS):
            if not warm:
                await context.close()
                context = await browser.new_context(viewport=SIZE, locale="ru-RU")
            one = await context.new_page()
            await one.goto(empty)
            bare.append((await one.evaluate(PAINTED))[0])
            await one.goto(page.url)
            await one.wait_for_selector("html[data-ready]")
            ready.append(await one.evaluate("performance.getEntriesByName('ready')[0].startTime"))
            painted.append((await one.evaluate(PAINTED))[0])
            await one.close()
        await context.close()
        cache = "warm" if warm else "cold"
        put(f"first contentful paint, {cache} cache", painted, bare)
        put(f"everything there, {cache} cache", ready, bare)


async def hearing(browser: Browser, page: server.Page, tabs: int) -> None:
    """From the moment that the server has a message to the bubble on every tab's screen."""
    anna = page.stage.anna
    anna.start()
    contexts = [await browser.new_context(viewport=SIZE) for _ in range(tabs)]
    try:
        pages = [await context.new_page() for context in contexts]
        for one in pages:
            await one.goto(page.url)
            await one.wait_for_selector("html[data-ready]")
            await one.evaluate(WATCH)
        first = len(page.world.log) * 1_000  # numbers of this round alone
        said: dict[int, float] = {}
        for number in range(first, first + EVENTS):
            said[number] = time.time() * 1_000
            anna.say(f"№{number}. Принтер не печатает")
            await asyncio.sleep(0.03)
        last = first + EVENTS - 1
        for one in pages:
            await one.wait_for_function(f"() => seen[{last}]")
        shown = [await one.evaluate("seen") for one in pages]
        put(
            f"a message on the screen of {tabs} tab{'s' if tabs > 1 else ''} ({EVENTS} messages)",
            [seen[str(number)] - at for seen in shown for number, at in said.items() if seen.get(str(number))],
        )
    finally:
        for context in contexts:
            await context.close()


async def scrolling(browser: Browser, page: server.Page, plain: str, count: int) -> None:
    """Frames while a long chat is scrolled through, and how long opening it takes."""
    boris = page.stage.boris
    boris.start()
    while len(boris.chat) < count:
        boris.say(f"Сообщение {len(boris.chat)}: принтер в бухгалтерии опять не печатает, мигает красным.")
    started = time.perf_counter()
    state = len(server.line(page.state()))
    put(f"a snapshot with {count} messages made ({state / 1e6:.1f} MB)", [1_000 * (time.perf_counter() - started)])
    async with tab(browser, page.url) as one, tab(browser, f"{plain}?{count}", ready=False) as other:
        put("  everything there", [await one.evaluate("performance.getEntriesByName('ready')[0].startTime")])
        started = time.perf_counter()
        await one.locator("#pane-client .clients button", has_text="Борис").click()
        await one.locator("#pane-client [data-message]").last.wait_for()
        put("  the chat opened", [1_000 * (time.perf_counter() - started)])
        frames = await one.locator("#pane-client [role=log]").evaluate(SCROLL)
        bare = await other.locator("ol").evaluate(SCROLL)
        put(f"  a frame while scrolling ({len(frames)} frames)", frames, bare)
        long = sum(1 for frame in frames if frame > 50)
        print(f"  frames longer than 50 ms: {long} of {len(frames)}; in the plain list "
              f"{sum(1 for frame in bare if frame > 50)} of {len(bare)}")  # fmt: skip


async def burst(browser: Browser, page: server.Page, count: int) -> None:
    """So many messages at once: how long until all are there, and the longest time that the page stands still."""
    peter = page.stage.peter
    peter.start()
    async with tab(browser, page.url) as one:
        await one.evaluate("""() => { window.longest = 0; let last = performance.now();
          const go = (at) => { longest = Math.max(longest, at - last); last = at; requestAnimationFrame(go); };
          requestAnimationFrame(go); }""")
        started = time.perf_counter()
        for number in range(count):
            peter.say(f"{number}. Много сразу")
        await one.evaluate(
            """async ([chat, last]) => { const { messages } = await import("/static/js/world.js");
              while (messages(chat).size < last) await new Promise((then) => setTimeout(then, 10)); }""",
            [peter.id, len(peter.chat)],
        )
        put(f"{count} messages at once known to the page", [1_000 * (time.perf_counter() - started)])
        put("  the longest frame meanwhile", [await one.evaluate("longest")])


async def main() -> None:
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium on this machine: apt install chromium.")
    folder = Path(tempfile.mkdtemp(prefix="otvet-bench-"))
    stage = await Stage.opened(folder)
    page = await server.Page(stage).start()
    bare = await plain_server()
    empty, plain = f"http://127.0.0.1:{bare.addresses[0][1]}/", f"http://127.0.0.1:{bare.addresses[0][1]}/list"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        await loading(browser, page, empty)
        for tabs in (1, TABS):
            await hearing(browser, page, tabs)
        for count in CHATS:
            await scrolling(browser, page, plain, count)
        await burst(browser, page, 5_000)
        await browser.close()
    await page.stop()
    await bare.cleanup()
    await stage.close(forget=True)


async def plain_server() -> web.AppRunner:
    """An empty page and a plain list, for comparison."""

    async def empty(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>.</title><p>Otvet", content_type="text/html")

    async def rows(request: web.Request) -> web.Response:
        items = "".join(f"<li>Сообщение {number}: принтер в бухгалтерии" for number in range(int(request.query_string)))
        style = "ol{height:700px;overflow:auto}li{padding:8px}"
        html = f"<!doctype html><meta charset=utf-8><style>{style}</style><ol>{items}</ol>"
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", empty)
    app.router.add_get("/list", rows)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


if __name__ == "__main__":
    asyncio.run(main())
