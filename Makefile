# Three commands on a fresh machine: make setup, make demo, make test. A second run starts in seconds.
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.gridwall

# What Qt, the virtual screen and the tests need from Debian; a seat needs the first two lines.
QT_PACKAGES := libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 \
  libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libxcb-randr0 libxcb-xinerama0 libdbus-1-3 libglib2.0-0 fontconfig fonts-noto-cjk
# A Node from elsewhere brings its own npm, and does not go together with Debian's.
NODE_PACKAGES := $(if $(shell command -v npm 2>/dev/null),,nodejs npm)
TEST_PACKAGES := xvfb x11-xserver-utils openbox xdotool libgl1-mesa-dri libpulse0 ffmpeg \
  chromium chromium-driver mosquitto gpsd gpsd-clients \
  python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad postgresql \
  $(NODE_PACKAGES) jq

.PHONY: help setup demo test check bench screenshots clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP)-base ## the environment, the packages and the system libraries

demo: setup ## the demonstration city in real windows (headless without a screen: make demo ARGS="--headless")
	@echo "gridwall: starting the demonstration city"
	@$(VENV)/bin/gridwall demo $(ARGS)

test: $(STAMP)-dev ## every check and test (what .ci/run calls)
	@echo "gridwall: lint";             $(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@echo "gridwall: types";            $(VENV)/bin/mypy
	@echo "gridwall: import contracts"; $(VENV)/bin/lint-imports
	@.ci/tests $(PY) $(ARGS)

bench: setup ## measures the wall and its limit in one run
	@$(VENV)/bin/gridwall bench wall $(ARGS)

screenshots: setup ## makes the README's pictures again from the running demonstration
	@$(VENV)/bin/gridwall screenshots $(ARGS)

clean: ## removes the environment and all caches
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# --- how setup gets there --------------------------------------------------------------------

$(STAMP)-base: pyproject.toml
	@echo "gridwall: system libraries"; .ci/system-packages $(QT_PACKAGES) python3-venv
	@test -x $(PY) || { echo "gridwall: new environment in $(VENV)"; python3 -m venv $(VENV); }
	@echo "gridwall: Python packages (a few minutes the first time)"
	@$(PY) -m pip install --disable-pip-version-check -q -e .
	@$(PY) -m compileall -q config ingest vision console  # windows open two seconds sooner the first time
	@touch $@; echo "gridwall: ready. Next: make demo, or $(VENV)/bin/gridwall --help"

$(STAMP)-dev: $(STAMP)-base
	@echo "gridwall: system packages of the tests"; .ci/system-packages $(TEST_PACKAGES)
	@echo "gridwall: Python packages of the tests"
	@$(PY) -m pip install --disable-pip-version-check -q -e ".[dev]"
	@touch $@
