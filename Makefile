# Two commands for a newcomer: `sudo make run` shows a guest network at work, `sudo make test` tests everything.
# Each does its own set-up on Debian 12, and takes a second or two over it once that is done.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run guest test check format bench bench-waf ftw reload fuzz page screenshots wheel deb relay-deb clean

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
RUNS ?= 100000

# Debian's own Python wherever it is new enough: another one on PATH may lack ensurepip.
PYTHON := $(shell for p in /usr/bin/python3 python3.11 python3; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

# What the daemon needs, what the lab's guests and servers need besides, and what the tests need besides.
APT_DAEMON := python3-venv nftables dnsmasq-base
APT_LAB := $(APT_DAEMON) iproute2 netbase udhcpc curl procps
# What vouchers are printed in: most scripts, Thai, Chinese.
APT_FONTS := fonts-dejavu-core fonts-tlwg-loma-ttf fonts-droid-fallback
APT_TEST := $(APT_LAB) chromium exim4-daemon-light kannel kannel-extras smstools $(APT_FONTS) poppler-utils zbar-tools conntrack ethtool iperf3 dpkg-dev systemd freeradius freeradius-utils nghttp2-client nginx-light openssh-server openssl libfaketime
# Whatever node and npm are on PATH will do.
APT_PAGE := $(shell command -v node >/dev/null && command -v npm >/dev/null || echo nodejs npm)
APT_WAF := python3-venv nginx-light libnginx-mod-http-modsecurity wrk
APT_BENCH := $(APT_TEST) $(APT_WAF) iodine

# A stamp is named after what it was made from, so neither a checkout's times nor a switch of branches misleads it.
PINS := $(shell cat setup.cfg pyproject.toml packaging/constraints.txt | sha256sum | cut -c1-16)
RUN_READY := $(VENV)/run-$(PINS)
DEV_READY := $(VENV)/dev-$(PINS)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint packaging/constraints.txt

help:
	@echo 'sudo make run     a lab of namespaces with routerd in the middle; Ctrl-C takes it down again'
	@echo 'sudo make guest   plays a guest in that lab, from a second terminal'
	@echo 'sudo make test    all tests; ARGS="tests/portal -k probes" for some'
	@echo 'sudo make bench   the benchmarks of docs/benchmarks.md'
	@echo 'sudo make bench-waf  the firewall beside nginx with ModSecurity; CRS_DIR=... names a copy of the OWASP CRS'
	@echo 'make ftw          the tests of the OWASP CRS through the real edge; CRS_DIR as above'
	@echo 'make reload       rules exchanged at full speed, the daemon killed'
	@echo 'make fuzz         coverage-guided fuzzing; RUNS=100000 inputs for each target'
	@echo 'make check        formatting, lint, types, imports, dead code'
	@echo 'make format       formats the code'
	@echo 'make page         builds the admin page; run, test, wheel and deb do it by themselves'
	@echo 'make screenshots  pictures of every page, into screenshots/'
	@echo 'make wheel, deb   packages, into dist/; relay-deb: the relay of the cloud endpoint'
	@echo 'make clean        removes what was built, the virtual environment included'

run: apt-lab $(RUN_READY) page root
	@exec $(BIN)/python -m tests.lab.run $(ARGS)

guest: apt-lab $(RUN_READY) root
	@exec $(BIN)/python -m tests.lab.guest $(ARGS)

test: apt-test $(DEV_READY) page root
	@$(BIN)/python -m pytest $(ARGS)

bench: apt-bench $(DEV_READY) page root
	@exec $(BIN)/python -m tests.bench $(ARGS)

bench-waf: apt-waf $(DEV_READY) root
	@exec $(BIN)/python -m tests.bench waf $(ARGS)

ftw: apt-venv $(DEV_READY)
	@exec $(BIN)/python -m tests.proof.ftw $(ARGS)

reload: apt-waf $(DEV_READY)
	@exec $(BIN)/python -m tests.proof.reload $(ARGS)

fuzz: apt-venv $(DEV_READY)
	@exec $(BIN)/python -m tests.fuzz --runs $(RUNS) $(ARGS)

check: apt-venv $(DEV_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/vulture routerd tests/checks/kept.py --exclude '*/ports.py' --ignore-names Meta,table_name,indexes

format: apt-venv $(DEV_READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

page: apt-page
	@packaging/build-page

screenshots: apt-test $(DEV_READY) page
	@$(BIN)/python -m tests.browser.screenshots screenshots

wheel: apt-venv apt-page $(RUN_READY)
	@packaging/build-wheel $(BIN)/python dist

relay-deb:
	@packaging/apt-install dpkg-dev
	@packaging/relay/build-deb dist

deb: apt-deb apt-page $(RUN_READY)
	@packaging/build-deb $(BIN)/python dist

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
	    webroot/admin/node_modules webroot/admin/dist webroot/admin/dist.making screenshots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: apt-venv apt-lab apt-test apt-bench apt-waf apt-deb apt-page root
apt-venv:
	@packaging/apt-install python3-venv
apt-lab:
	@packaging/apt-install $(APT_LAB)
apt-test:
	@packaging/apt-install $(APT_TEST)
apt-bench: apt-waf
	@packaging/apt-install $(APT_BENCH)
# nginx is wanted for its program alone: its service is not to start.
apt-waf:
	@command -v nginx >/dev/null || systemctl mask --quiet nginx.service 2>/dev/null || true
	@packaging/apt-install $(APT_WAF)
apt-page:
	@packaging/apt-install $(APT_PAGE)
apt-deb:
	@packaging/apt-install python3-venv dpkg-dev

root:
	@[ "$$(id -u)" = 0 ] || { echo 'This needs root, for network namespaces: use sudo.' >&2; exit 1; }

$(RUN_READY): | apt-venv
	@[ -n "$(PYTHON)" ] || { echo 'Python 3.11 or newer is needed.' >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || rm -rf $(VENV)
	@echo 'Setting up $(VENV)'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) setuptools
	@$(PIP) --no-build-isolation --editable .
	@rm -f $(VENV)/run-* && touch $@

$(DEV_READY): $(RUN_READY)
	@$(PIP) --no-build-isolation --editable '.[test,check]'
	@rm -f $(VENV)/dev-* && touch $@
