"""How a program that works on sound ends when what it was given can't be used."""

NO_SOUND, TOO_LONG, SILENT, NO_VOICE = 11, 12, 13, 14
EXPECTED = frozenset({NO_SOUND, TOO_LONG, SILENT, NO_VOICE})
