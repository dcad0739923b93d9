# Hark's commands. `make run` is all that a newcomer needs.
.PHONY: run voice test check bench demo demo-remove dev
.SILENT:

# Starts Hark here, with everything it stands on. Ctrl-C ends it.
run:
	scripts/setup && exec .venv/bin/hark up --with-parent

# The telephone: an Asterisk beside a running Hark, fetched where this machine has none. Ctrl-C ends it.
voice:
	scripts/voice && exec .venv/bin/hark voice --with-parent

# Every test, browser journeys included; ARGS="-k name" for fewer.
test: dev
	scripts/debian
	-scripts/voice dev
	.venv/bin/python scripts/test.py $(ARGS)

# Everything that can be judged without running it.
check: dev
	scripts/check

# Speed and memory, each as a ratio within one run.
bench: dev
	.venv/bin/hark bench $(ARGS)
	.venv/bin/python -m pytest -q -s tests/journeys/bench_audio.py tests/journeys/bench_pages.py

# Five example hotlines with people, a month of history and callers that keep calling.
demo:
	scripts/setup
	.venv/bin/hark demo fill

demo-remove:
	scripts/setup
	.venv/bin/hark demo remove

dev:
	scripts/setup dev
