"""Pages of the developer centre as a reader has them: what is in the HTML, and what their Markdown promises."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

DOCS = Path(__file__).resolve().parents[3] / "Sources/EmbeddedFiles/Files/docs"
NAMES = sorted(file.stem for file in DOCS.glob("*.md"))


@dataclass(frozen=True)
class Sample:
    """A piece of code, and the heading it stands below."""

    page: str
    section: str
    language: str
    title: str | None
    text: str

    @property
    def name(self) -> str:
        return " ".join(filter(None, [f"{self.page}#{self.section}", self.language, self.title]))


@dataclass
class Page(HTMLParser):
    """What of a page the tests ask about."""

    name: str
    samples: list[Sample] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    section: str = ""
    text: str | None = None
    attributes: dict = field(default_factory=dict)

    def __post_init__(self):
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        given = dict(attributes)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if tag in ("h2", "h3"):
            self.section = given["id"]
            self.headings.append(given["id"])
        if tag == "code" and "language-" in given.get("class", ""):
            self.text, self.attributes = "", given

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self.text is not None:
            language = self.attributes["class"].removeprefix("language-")
            title = self.attributes.get("data-title")
            self.samples.append(Sample(self.name, self.section, language, title, self.text))
            self.text = None


def read(name: str, html: str) -> Page:
    page = Page(name)
    page.feed(html)
    page.close()
    return page


def path(name: str) -> str:
    return "/docs" if name == "index" else f"/docs/{name}"


def written(name: str) -> list[Sample]:
    """The samples of a page as its file has them."""
    samples, section, fence = [], "", None
    for line in (DOCS / f"{name}.md").read_text().splitlines():
        if fence is None and (heading := re.fullmatch(r"###? (.*)", line)):
            section = "-".join(re.findall(r"[a-z0-9]+", heading[1].lower()))
        elif fence is None and (opening := re.fullmatch(r'```(\w+)(?: title="(.*)")?', line)):
            fence = (opening[1], opening[2], [])
        elif fence and line == "```":
            samples.append(Sample(name, section, fence[0], fence[1], "".join(f"{each}\n" for each in fence[2])))
            fence = None
        elif fence:
            fence[2].append(line)
    return samples
