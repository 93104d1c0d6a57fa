"""An article's Markdown as Telegram's HTML; pure."""

from html import escape

from desk.markdown import Span, quoted, read


def as_html(text: str) -> str:
    """The article within the tags that Telegram knows, everything else escaped."""
    parts = []
    for quote, spans in quoted(read(text)):
        inner = "".join(_tagged(span) for span in spans)
        parts.append(f"<blockquote>{inner}</blockquote>" if quote and inner.strip() else inner)
    return "".join(parts).strip()


def _tagged(span: Span) -> str:
    shown = escape(span.text, quote=False)
    if not span.text.strip():
        return shown
    if span.pre:
        return f"<pre>{shown}</pre>"
    if span.code:
        return f"<code>{shown}</code>"  # Telegram knows no other look within
    for wanted, tag in ((span.italic, "i"), (span.bold, "b")):
        shown = f"<{tag}>{shown}</{tag}>" if wanted else shown
    return f'<a href="{escape(span.url)}">{shown}</a>' if span.url else shown
