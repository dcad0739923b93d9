"""Starter kits: all that a new hotline of a kind begins with, one folder each.

A kit is a folder with `kit.toml`, `theme.toml`, `texts.toml`, `calendar.toml`, `flow.json`, `form.json` and
`workflow.json`. Adding one is adding its folder.
"""
