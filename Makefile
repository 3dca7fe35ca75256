# forkgate: one syncer that publishes rules, a reader that evaluates them.
#
#   make                       syncer, library and command line
#   make deps                  installs what they are built from (Debian)
#   make demo [RULES=doc.json] the whole thing on this machine, in seconds
#   make test                  every test; installs what is missing first
#   make test SAN=address,undefined
#   make test KINDS="unit e2e" ONLY=queue
#   make test-servers          those alone that run web servers
#   make memcheck              unit tests under valgrind
#   make parity                compares with the reference implementation
#   make soak BACKLOG_GB=10    the promise about events, at full size
#   make parity-events         the same for what is logged
#   make bench                 figures into build/bench/report.md
#   make check                 static checks: layers, format, exports ...
#   make fuzz-NAME             fuzz one parser until stopped (needs clang)
#   make install DESTDIR=... PREFIX=...
#   make apache                the module for Apache; make install-apache
#   make php                   the PHP extension; test-php, install-php
#   make test-php-versions     that with other PHPs: tests/php_versions.sh
#   make V=1                   shows the commands
#
# A folder is a product: a new .c file in it is built with no change here.

CC         ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
SBINDIR    ?= $(PREFIX)/sbin
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
UNITDIR    ?= $(PREFIX)/lib/systemd/system
PHPDIR     ?= $(PREFIX)/share/forkgate/php
# A distribution keeps one library folder an architecture, /usr/local does not.
LIBDIR     ?= $(PREFIX)/lib$(if $(filter /usr,$(PREFIX)),$(addprefix \
	/,$(shell $(CC) -print-multiarch)))

VERSION := 0.1.0
SONAME  := libforkgate.so.0
STICKY_SONAME := libforkgate-sticky.so.0

# Each variant builds beside the others: build/plain, build/address-undefined.
comma := ,
B     := build/$(if $(SAN),$(subst $(comma),-,$(SAN)),plain)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wcast-qual -Wwrite-strings -Wpointer-arith -Wmissing-prototypes \
	-Wstrict-prototypes -Wswitch-enum -Wundef -Wvla -Wformat=2 \
	-Wimplicit-fallthrough -Wdouble-promotion
ifdef WERROR
WARN += -Werror
endif
ifdef SAN
SANFLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
# It does not know fences; a race that only a fence prevents is told wrongly,
# so code that rests on one uses atomic accesses on both sides anyway.
ifneq ($(findstring thread,$(SAN)),)
WARN += -Wno-tsan -Wno-unknown-warning-option
endif
endif

override CPPFLAGS += -I. -iquote common -iquote reader -D_GNU_SOURCE \
	-DFORKGATE_VERSION='"$(VERSION)"' -MMD -MP
override CFLAGS   += -std=c11 $(WARN) $(SANFLAGS) -fPIC -fno-plt \
	-fvisibility=hidden \
	-fstack-protector-strong
override LDFLAGS  += $(SANFLAGS) -Wl,--as-needed,-z,relro,-z,now

# What a product links with, looked up only when it is linked.
libs        = $(shell $(PKG_CONFIG) --libs $(1))
READER_LIBS = -lunistring $(call libs,libcrypto libpcre2-8) -lm -pthread
STICKY_LIBS = $(call libs,lmdb libcrypto) -pthread
SYNCER_LIBS = $(call libs,lmdb libcurl inih zlib libcrypto libmaxminddb) \
	-lunistring -lm
ORIGIN_LIBS = $(call libs,libmicrohttpd zlib)
CMOCKA      = $(call libs,cmocka)

obj    = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)))
COMMON = $(B)/libcommon.a
READER = $(B)/libforkgate.a
STICKY = $(B)/libforkgate-sticky.a
SYNCER = $(B)/libsyncer.a
TOOLS  = $(B)/libtools.a
FIXTURE = $(call obj,tests/unit/*_fixture.c)
TESTS := $(patsubst tests/unit/%.c,$(B)/%,$(wildcard tests/unit/test_*.c))
E2E   := $(patsubst tests/e2e/%.c,$(B)/e2e/%,$(wildcard tests/e2e/*.c))
BENCH := $(B)/forkgate-bench
FUZZ  := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

ifndef V
Q = @printf '  %-5s %s\n' $(1) $@;
endif

# The module for Apache is built where apxs is: "make apache" insists on it.
APXS   ?= $(firstword $(shell command -v apxs apxs2 2>/dev/null))
MODULE := $(B)/mod_forkgate.so

# The PHP extension likewise, where php-config is.
PHP_CONFIG ?= php-config
HAVE_PHP   := $(shell command -v $(PHP_CONFIG) 2>/dev/null)
PHP_SO     := $(B)/php/forkgate.so

.PHONY: all
all: $(B)/forkgate-syncer $(B)/$(SONAME) $(B)/$(STICKY_SONAME) $(B)/forkgate \
    $(B)/forkgate-origin

$(COMMON): $(call obj,common/*.c)
$(READER): $(call obj,reader/*.c)
$(STICKY): $(call obj,reader/sticky/*.c)
$(SYNCER): $(filter-out %/main.o,$(call obj,syncer/*.c))
$(TOOLS): $(filter-out %/forkgate.o $(B)/tools/origin%,$(call obj,tools/*.c))
%.a:
	@mkdir -p $(@D)
	$(call Q,AR)rm -f $@ && $(AR) rcs $@ $^

# Once: better one plain sentence than a page of compiler errors.
build/have-libs: tools/deps.sh
	@mkdir -p build
	@CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' sh tools/deps.sh headers
	@touch $@

$(B)/%.o: %.c | build/have-libs
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/$(SONAME): $(call obj,reader/*.c) $(B)/common/forkgate_status.o $(COMMON) \
    reader/forkgate.map
	$(call Q,LD)$(CC) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) \
	    -Wl,-z,nodelete -Wl,--version-script=reader/forkgate.map \
	    $(if $(SAN),,-Wl,--no-undefined) \
	    -o $@ $(filter %.o %.a,$^) $(READER_LIBS)

# The library is within it, and stays in memory when Apache reads its
# configuration again: it has handlers of forks that must not go away.
$(MODULE): $(call obj,reader/apache/*.c) $(READER) $(COMMON) \
    reader/apache/mod_forkgate.map
	$(call Q,LD)$(CC) $(LDFLAGS) -shared -Wl,-z,nodelete \
	    -Wl,--version-script=reader/apache/mod_forkgate.map \
	    -o $@ $(filter %.o %.a,$^) $(READER_LIBS)

apxs = $(if $(APXS),$(shell $(APXS) -q $(1)),$(error apxs is missing: make deps))
$(B)/reader/apache/%.o: override CPPFLAGS += $(call apxs,EXTRA_CPPFLAGS) \
	-isystem $(call apxs,INCLUDEDIR) -isystem $(call apxs,APR_INCLUDEDIR) \
	-isystem $(call apxs,APU_INCLUDEDIR)

.PHONY: apache
apache: $(MODULE)

# A library of its own, because libforkgate is to need no LMDB.
$(B)/$(STICKY_SONAME): $(call obj,reader/sticky/*.c) $(COMMON) \
    reader/sticky/forkgate_sticky.map
	$(call Q,LD)$(CC) $(LDFLAGS) -shared -Wl,-soname,$(STICKY_SONAME) \
	    -Wl,-z,nodelete \
	    -Wl,--version-script=reader/sticky/forkgate_sticky.map \
	    $(if $(SAN),,-Wl,--no-undefined) \
	    -o $@ $(filter %.o %.a,$^) $(STICKY_LIBS)

$(B)/forkgate-syncer: $(B)/syncer/main.o $(SYNCER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS)

$(B)/forkgate: $(B)/tools/forkgate.o $(TOOLS) $(SYNCER) $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

$(B)/forkgate-origin: $(call obj,tools/origin*.c) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(ORIGIN_LIBS)

# The same for PHP, which looks up its own part of the names when it loads it.
# Of PHP's macros nothing is said that only their authors can change.
$(PHP_SO): $(call obj,reader/php/*.c) $(READER) $(COMMON)
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(LDFLAGS) -shared -Wl,-z,nodelete \
	    -Wl,--exclude-libs,ALL -o $@ $^ $(READER_LIBS)

php_config = $(if $(HAVE_PHP),$(shell $(PHP_CONFIG) --$(1)),$(error \
	$(PHP_CONFIG) is missing: make deps))
$(B)/reader/php/%.o: override CPPFLAGS += -DCOMPILE_DL_FORKGATE \
	-DZEND_ENABLE_STATIC_TSRMLS_CACHE=1 -iquote reader \
	$(patsubst -I%,-isystem %,$(call php_config,includes))
$(B)/reader/php/%.o: override CFLAGS += -std=gnu11 -Wno-pedantic \
	-Wno-conversion -Wno-sign-conversion -Wno-cast-qual -Wno-undef \
	-Wno-unused-parameter -Wno-switch-enum -Wno-shadow \
	-Wno-missing-prototypes

.PHONY: php test-php
php: $(PHP_SO)
test-php: deps
	@$(MAKE) --no-print-directory $(PARALLEL) all $(E2E) $(PHP_SO) \
	    $(if $(SAN),$(B)/nodeepbind.so)
	@SAN='$(SAN)' PHP_CONFIG='$(PHP_CONFIG)' ONLY=e2e_php \
	    sh tests/run.sh $(B) e2e

# WHICH="trixie zts-debug": just these.  Suites want root.
.PHONY: test-php-versions
test-php-versions: deps
	@sh tests/php_versions.sh $(WHICH)

# What "make demo" runs; not installed.
$(B)/forkgate-demo: $(call obj,tools/demo/*.c) $(TOOLS) $(SYNCER) $(READER) \
    $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

$(TESTS): $(B)/%: $(B)/tests/unit/%.o $(FIXTURE) $(TOOLS) $(SYNCER) \
    $(STICKY) $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA) $(SYNCER_LIBS) $(READER_LIBS)

$(E2E): $(B)/e2e/%: $(B)/tests/e2e/%.o $(READER) $(COMMON)
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(READER_LIBS)

$(BENCH): $(call obj,tests/bench/*.c) $(SYNCER) $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

$(B)/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(SYNCER) \
    $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

.PHONY: demo
demo: deps
	@$(MAKE) --no-print-directory $(PARALLEL) all $(B)/forkgate-demo
	@$(B)/forkgate-demo $(B) $(or $(RULES),tools/demo/rules.json)

# Everything that a test runs.  Two cores are worth using when nobody said so.
UNDER_TEST = $(if $(APXS),$(MODULE)) $(B)/forkgate-syncer $(B)/$(SONAME) \
	$(B)/$(STICKY_SONAME) $(B)/forkgate \
	$(B)/forkgate-origin $(B)/forkgate-demo $(TESTS) $(E2E) $(FUZZ:%=$(B)/replay_%) \
	$(if $(HAVE_PHP),$(PHP_SO) $(if $(SAN),$(B)/nodeepbind.so))
PARALLEL   = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
# The checks look at sources and at the plain library: once is enough.  A web
# server is no program of ours: it has no sanitizer for what it loads.
KINDS      = unit fuzz $(if $(SAN),,check) e2e $(if $(SAN),,servers)

.PHONY: deps
deps:
	@sh tools/deps.sh

.PHONY: test
test: deps
	@bad=; $(MAKE) --no-print-directory $(PARALLEL) -k under-test || bad=1; \
	BUILD_FAILED=$$bad SAN='$(SAN)' ONLY='$(ONLY)' \
	    sh tests/run.sh $(B) $(KINDS)

.PHONY: test-servers
test-servers:
	@$(MAKE) --no-print-directory test KINDS=servers

.PHONY: under-test
under-test: $(UNDER_TEST)

.PHONY: unit
unit: $(TESTS)
	@SAN='$(SAN)' ONLY='$(ONLY)' sh tests/run.sh $(B) unit

.PHONY: check
check: $(B)/$(SONAME) $(B)/$(STICKY_SONAME)
	@sh tests/run.sh $(B) check

# Every figure in one run, two minutes; best when the machine does nothing else.
# Where there are node and npm, the reference is measured in the same run.
.PHONY: bench
bench: deps
	@$(MAKE) --no-print-directory $(PARALLEL) all $(BENCH) \
	    $(if $(HAVE_PHP),$(PHP_SO) $(E2E))
	@$(BENCH) build/bench
	@BUILD='$(abspath $(B))' sh tests/bench/php.sh build/bench/php.md

# Against the reference implementation, which npm fetches.  SEED, DOCS, USERS
# choose what is asked; FAULT=1 shows that a wrong operator is noticed.
.PHONY: parity
parity: deps
	@$(MAKE) --no-print-directory $(PARALLEL) $(B)/forkgate
	@SEED='$(SEED)' DOCS='$(DOCS)' USERS='$(USERS)' FAULT='$(FAULT)' \
	    sh tests/parity/run.sh $(B)

# What becomes of events, at full size; some twenty minutes.  BACKLOG_GB, KILLS
# (of workers), SYNCER_KILLS, WORKERS, EVENTS, CUTS (of power), FUZZ_SECONDS.
.PHONY: soak
soak: deps
	@$(MAKE) --no-print-directory $(PARALLEL) all $(E2E) $(B)/test_queue \
	    $(B)/test_power
	@BACKLOG_GB='$(BACKLOG_GB)' KILLS='$(KILLS)' CUTS='$(CUTS)' \
	    SYNCER_KILLS='$(SYNCER_KILLS)' WORKERS='$(WORKERS)' \
	    EVENTS='$(EVENTS)' FUZZ_SECONDS='$(FUZZ_SECONDS)' \
	    sh tests/soak.sh $(B)

# The same for the events that reach the server.
under-test: $(B)/parity-calls
.PHONY: parity-events
parity-events: deps
	@$(MAKE) --no-print-directory $(PARALLEL) all $(B)/parity-calls
	@SEED='$(SEED)' DOCS='$(DOCS)' USERS='$(USERS)' FAULT='$(FAULT)' \
	    sh tests/parity/events.sh $(B)

$(B)/parity-calls: $(B)/tests/parity/calls.o $(TOOLS) $(SYNCER) $(READER) \
    $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

.PHONY: memcheck
memcheck: $(TESTS) $(B)/nojit.so
	@TEST_TIMEOUT=1200 ONLY='$(ONLY)' \
	    WRAP='env LD_PRELOAD=$(abspath $(B))/nojit.so sh tests/memcheck.sh' \
	    sh tests/run.sh $(B) unit

$(B)/nojit.so $(B)/nodeepbind.so: $(B)/%.so: $(B)/tests/%.o
	$(call Q,LD)$(CC) -shared -o $@ $<

# A fuzzer wants all the code compiled for it: one more variant, by clang.
fuzz-%: tests/fuzz/fuzz_%.c
	@mkdir -p build/found-$*
	@$(MAKE) --no-print-directory B=build/fuzz CC=clang CFLAGS='-O1 -g' SAN=fuzzer \
	    SANFLAGS='-fsanitize=fuzzer-no-link,address,undefined' \
	    build/fuzz/fuzz_$*
	build/fuzz/fuzz_$* $(FUZZ_ARGS) build/found-$* tests/fuzz/corpus/$*

$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(SYNCER) $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ \
	    $(SYNCER_LIBS) $(READER_LIBS)

# The origin is for tests and demos and is not installed.
SERVICES := $(wildcard syncer/*.service syncer/*.socket)
MAN      := $(wildcard tools/*.1 reader/*.3 syncer/*.5 syncer/*.8)
SUBST    = sed -e 's|@VERSION@|$(VERSION)|g' -e 's|@PREFIX@|$(PREFIX)|g' \
	-e 's|@LIBDIR@|$(LIBDIR)|g' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|g' \
	-e 's|@SBINDIR@|$(SBINDIR)|g'

.PHONY: install
install: $(B)/forkgate-syncer $(B)/$(SONAME) $(B)/$(STICKY_SONAME) \
    $(B)/forkgate
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(SBINDIR) $(INCLUDEDIR) \
	    $(LIBDIR)/pkgconfig)
	install -m 755 $(B)/forkgate $(DESTDIR)$(BINDIR)
	install -m 755 $(B)/forkgate-syncer $(DESTDIR)$(SBINDIR)
	install -m 644 reader/forkgate.h common/forkgate_status.h \
	    reader/sticky/forkgate_sticky.h $(DESTDIR)$(INCLUDEDIR)
	install -m 755 $(B)/$(SONAME) \
	    $(DESTDIR)$(LIBDIR)/libforkgate.so.$(VERSION)
	ln -sf libforkgate.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libforkgate.so
	install -m 755 $(B)/$(STICKY_SONAME) \
	    $(DESTDIR)$(LIBDIR)/libforkgate-sticky.so.$(VERSION)
	ln -sf libforkgate-sticky.so.$(VERSION) \
	    $(DESTDIR)$(LIBDIR)/$(STICKY_SONAME)
	ln -sf $(STICKY_SONAME) $(DESTDIR)$(LIBDIR)/libforkgate-sticky.so
	@set -e; for pc in reader/forkgate.pc.in \
	    reader/sticky/forkgate-sticky.pc.in; do \
	    to=$${pc##*/}; \
	    $(SUBST) $$pc >$(DESTDIR)$(LIBDIR)/pkgconfig/$${to%.in}; done
	@set -e; for page in $(MAN); do \
	    to=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
	    install -d $$to; install -m 644 $$page $$to; done
	@set -e; for unit in $(SERVICES); do \
	    install -d $(DESTDIR)$(UNITDIR); \
	    $(SUBST) $$unit >$(DESTDIR)$(UNITDIR)/$${unit##*/}; done
	$(if $(DESTDIR),,-ldconfig)

# Where this PHP looks, and a setting to copy; conf.d is the administrator's.
.PHONY: install-php
install-php: $(PHP_SO)
	install -d $(DESTDIR)$(call php_config,extension-dir)
	install -m 644 $(PHP_SO) $(DESTDIR)$(call php_config,extension-dir)
	install -d $(DESTDIR)$(PHPDIR)
	cp -R reader/php/forkgate.stub.php reader/php/compat \
	    reader/php/openfeature $(DESTDIR)$(PHPDIR)
	@echo 'now say extension=forkgate in the php.ini of every SAPI that' \
	    'uses it (on Debian: a file in mods-available, then phpenmod)'

.PHONY: uninstall-php
uninstall-php:
	rm -f $(DESTDIR)$(call php_config,extension-dir)/forkgate.so
	rm -rf $(DESTDIR)$(PHPDIR)

# Where apxs says; on Debian "a2enmod forkgate" does the rest.  A configuration
# that is there already stays.
.PHONY: install-apache
install-apache: $(MODULE)
	install -d $(DESTDIR)$(call apxs,LIBEXECDIR) \
	    $(DESTDIR)$(call apxs,SYSCONFDIR)/mods-available
	install -m 644 $(MODULE) $(DESTDIR)$(call apxs,LIBEXECDIR)
	@cd $(DESTDIR)$(call apxs,SYSCONFDIR)/mods-available && \
	    echo "LoadModule forkgate_module $(call apxs,LIBEXECDIR)/mod_forkgate.so" \
	    >forkgate.load && \
	    { [ -e forkgate.conf ] || install -m 644 \
	    $(CURDIR)/reader/apache/forkgate.conf.example forkgate.conf; }

# Leaves the folders: they may be shared.
.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/forkgate $(DESTDIR)$(SBINDIR)/forkgate-syncer
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/,forkgate.h forkgate_status.h \
	    forkgate_sticky.h)
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libforkgate.so.$(VERSION) \
	    $(SONAME) libforkgate.so pkgconfig/forkgate.pc)
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,$(STICKY_SONAME) \
	    libforkgate-sticky.so.$(VERSION) libforkgate-sticky.so \
	    pkgconfig/forkgate-sticky.pc)
	rm -f $(foreach page,$(MAN),$(DESTDIR)$(MANDIR)/man$(subst \
	    .,,$(suffix $(page)))/$(notdir $(page)))
	rm -f $(addprefix $(DESTDIR)$(UNITDIR)/,$(notdir $(SERVICES)))
	$(if $(DESTDIR),,-ldconfig)

.PHONY: format
format:
	clang-format -i $$(git ls-files '*.[ch]' | grep -v _arginfo.h)

.PHONY: clean
clean:
	rm -rf build

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
