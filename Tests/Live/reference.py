"""Writes the developer centre's API reference from `openapi.yaml`; with `--print`, to standard output.

usage: .venv/bin/python Tests/Live/reference.py [--print]
"""

import sys
from pathlib import Path

import yaml

FILES = Path(__file__).resolve().parents[2] / "Sources/EmbeddedFiles/Files"
METHODS = ["get", "post", "put", "patch", "delete", "head"]
# What the edge may answer to any request, told once.
ANYWHERE = {"408", "413", "414", "415", "417", "425", "431", "500", "501", "505"}
TITLES = {"tokens": "Tokens", "guard": "Guard", "oauth": "OAuth", "health": "Health", "documentation": "Documentation"}
SCHEMES = {"bearer": "a bearer token", "basic": "Basic authentication"}
OPENING = """# API reference

Every path of this server's API with its methods, fields and answers, drawn from [openapi.yaml](/openapi.yaml), which
has the same in OpenAPI 3.1 for your tools.

Any path may also answer with 408, 413, 414, 415, 417, 425, 431, 500, 501 or 505, and any other path with 404; the page
[Errors](errors.md#all-of-them) says when. They are left out below.
"""


class Reference:
    def __init__(self, document: dict):
        self.document = document

    def text(self) -> str:
        parts = [OPENING]
        for tag in self.document["tags"]:
            paths = {path: item for path, item in self.document["paths"].items() if self.tag(item) == tag["name"]}
            parts.append(f"## {TITLES[tag['name']]}\n\n{prose(tag['description'])}\n")
            parts += [self.path(path, item) for path, item in paths.items()]
        return "\n".join(parts)

    def tag(self, item: dict) -> str:
        return operations(item)[0][1]["tags"][0]

    def path(self, path: str, item: dict) -> str:
        methods = operations(item)
        first = methods[0][1]
        parts = [f"### `{path}`\n"]
        lines = [f"- **{method.upper()}**: {prose(operation['summary'])}" for method, operation in methods]
        parts.append("\n".join(lines) + "\n")
        parts += [prose(operation["description"]) + "\n" for _, operation in methods if "description" in operation]
        parts.append(f"Authentication: {authentication(first)}.\n")
        parts += self.parameters(first) + self.body(first) + self.answers(first)
        for method, operation in methods[1:]:
            same = all(operation.get(key) == first.get(key) for key in ["security", "responses", "requestBody"])
            assert same or method == "head", f"{method} {path} differs from the first method: tell of it here"
        return "\n".join(parts)

    def parameters(self, operation: dict) -> list[str]:
        rows = [self.resolve(each) for each in operation.get("parameters", [])]
        return table("in the query", [(code(row["name"]), prose(row["description"])) for row in rows])

    def body(self, operation: dict) -> list[str]:
        if "requestBody" not in operation:
            return []
        content = operation["requestBody"]["content"]
        types = " or ".join(code(name) for name in content)
        schema = self.resolve(next(iter(content.values()))["schema"])
        return [f"Body: {types}.\n", *table("field", self.members(schema))]

    def answers(self, operation: dict) -> list[str]:
        rows, parts = [], []
        for status, reference in operation["responses"].items():
            answer = self.resolve(reference)
            if status in ANYWHERE:
                continue
            words = prose(answer["description"])
            headers = answer.get("headers", {})
            if status == "200":
                parts += table("header of the answer", [self.header(*each) for each in headers.items()])
                for media in answer.get("content", {}).values():
                    parts += table("member of the answer", self.members(self.resolve(media["schema"])))
            elif headers:
                words += " With " + " and ".join(code(name) for name in headers) + "."
            rows.append((status, words))
        return table("status", rows) + parts

    def header(self, name: str, reference: dict) -> tuple[str, str]:
        return code(name), prose(self.resolve(reference).get("description", ""))

    def members(self, schema: dict, prefix: str = "") -> list[tuple[str, str]]:
        """Each member with what is said of it; members of members by their path."""
        rows = []
        for name, reference in schema.get("properties", {}).items():
            member = self.resolve(reference)
            if member.get("type") == "object":
                rows += self.members(member, f"{prefix}{name}.")
                continue
            words = [described(member)]
            if name not in schema.get("required", []):
                words.append("May be absent.")
            if "description" in member:
                words.append(prose(member["description"]))
            rows.append((code(prefix + name), " ".join(words)))
        return rows

    def resolve(self, item: dict) -> dict:
        if "$ref" not in item:
            return item
        found = self.document
        for key in item["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return found


def operations(item: dict) -> list[tuple[str, dict]]:
    return [(method, item[method]) for method in METHODS if method in item]


def authentication(operation: dict) -> str:
    names = [SCHEMES[name] for need in operation["security"] for name in need]
    words = " or ".join(names) or "none"
    return words + (", or in the body" if {} in operation["security"] else "")


def described(member: dict) -> str:
    if "const" in member:
        value = member["const"]
        return f"Always {code(str(value).lower() if isinstance(value, bool) else value)}."
    if "enum" in member:
        return " or ".join(code(value) for value in member["enum"]) + "."
    return {"string": "Text.", "integer": "A whole number.", "boolean": "True or false."}[member["type"]]


def table(first: str, rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    lines = [f"| {left} | {right} |" for left, right in rows]
    return [f"| {first} | what |\n|---|---|\n" + "\n".join(lines) + "\n"]


def prose(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def code(text: str) -> str:
    return f"`{text}`".replace("|", r"\|")


if __name__ == "__main__":
    text = Reference(yaml.safe_load((FILES / "openapi.yaml").read_text())).text()
    if "--print" in sys.argv[1:]:
        sys.stdout.write(text)
    else:
        (FILES / "docs/reference.md").write_text(text)
