"""The soft line ends of format=flowed (RFC 3676) are joined. Pure."""


def unflow(text: str, *, delete_space: bool) -> str:
    """Return the text in the lines that its writer meant."""
    lines: list[str] = []
    paragraph: list[str] = []
    depth_before, open_line = -1, False
    for line in text.split("\n"):
        words = line.lstrip(">") if line.startswith(">") else line
        quoted = len(line) - len(words)
        words = words.removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        if not (open_line and quoted == depth_before and words != "-- "):
            if paragraph:
                lines.append("".join(paragraph))
            paragraph = [">" * quoted + " "] if quoted else []
        paragraph.append(words[:-1] if soft and delete_space else words)
        depth_before, open_line = quoted, soft
    lines.append("".join(paragraph))
    return "\n".join(lines)
