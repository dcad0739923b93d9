"""What people call the parts of a step that they may change."""

from infra.web import gettext


def path_words(path: str) -> str:
    """A text of a step, by its path: "text", "options.1.label"."""
    match path.split("."):
        case ["label"]:
            return gettext("Name in the picture")
        case ["text"]:
            return gettext("What callers hear")
        case ["options", key, _]:
            return gettext("Choice %(key)s", key=key)
        case ["links", place, _]:
            return gettext("Link %(place)s", place=place)
        case _:
            return gettext("Way out of the line")


def number_words(name: str) -> str:
    """A time or count of a step."""
    return {
        "seconds": gettext("Seconds in all"),
        "tries": gettext("How often it is said"),
        "seconds_each": gettext("Seconds for each person"),
        "max_seconds": gettext("Longest message in seconds"),
        "announce_every": gettext("Seconds between announcements"),
    }[name]
