# forkgate: one syncer that publishes rules, a reader that evaluates them.
#
#   make                       syncer, library and command line
#   make demo [RULES=doc.json] the whole thing on this machine, in seconds
#   make test                  every test; installs what is missing first
#   make test SAN=address,undefined
#   make bench                 figures into build/bench/report.md
#   make check                 static checks: layers, format, exports
#   make fuzz-NAME             fuzz one parser until stopped (needs clang)
#   make install DESTDIR=... PREFIX=...
#   make V=1                   shows the commands
#
# A folder is a product: a new .c file in it is built with no change here.

CC         ?= cc
PKG_CONFIG ?= pkg-config
PREFIX     ?= /usr/local
CFLAGS     ?= -O2 -g

VERSION := 0.1.0
SONAME  := libforkgate.so.0

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
endif

override CPPFLAGS += -I. -iquote common -D_GNU_SOURCE \
	-DFORKGATE_VERSION='"$(VERSION)"' -MMD -MP
override CFLAGS   += -std=c11 $(WARN) $(SANFLAGS) -fPIC -fvisibility=hidden \
	-fstack-protector-strong
override LDFLAGS  += $(SANFLAGS) -Wl,--as-needed,-z,relro,-z,now

# What a product links with, looked up only when it is linked.
libs        = $(shell $(PKG_CONFIG) --libs $(1))
READER_LIBS = -lunistring $(call libs,libcrypto libpcre2-8) -lm -pthread
SYNCER_LIBS = $(call libs,lmdb libcurl inih zlib libcrypto) -lunistring -lm
ORIGIN_LIBS = $(call libs,libmicrohttpd zlib)
CMOCKA      = $(call libs,cmocka)

obj    = $(patsubst %.c,$(B)/%.o,$(wildcard $(1)))
COMMON = $(B)/libcommon.a
READER = $(B)/libforkgate.a
SYNCER = $(B)/libsyncer.a
TOOL   = $(filter-out $(B)/tools/origin%,$(call obj,tools/*.c))
TESTS := $(patsubst tests/unit/%.c,$(B)/%,$(wildcard tests/unit/test_*.c))
E2E   := $(patsubst tests/e2e/%.c,$(B)/e2e/%,$(wildcard tests/e2e/*.c))
BENCH := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
FUZZ  := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

ifndef V
Q = @printf '  %-5s %s\n' $(1) $@;
endif

.PHONY: all
all: $(B)/forkgate-syncer $(B)/$(SONAME) $(B)/forkgate $(B)/forkgate-origin

$(COMMON): $(call obj,common/*.c)
$(READER): $(call obj,reader/*.c)
$(SYNCER): $(filter-out %/main.o,$(call obj,syncer/*.c))
%.a:
	$(call Q,AR)rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call Q,CC)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/$(SONAME): $(call obj,reader/*.c) $(B)/common/forkgate_status.o $(COMMON) \
    reader/forkgate.map
	$(call Q,LD)$(CC) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) \
	    -Wl,-z,nodelete -Wl,--version-script=reader/forkgate.map \
	    $(if $(SAN),,-Wl,--no-undefined) \
	    -o $@ $(filter %.o %.a,$^) $(READER_LIBS)

$(B)/forkgate-syncer: $(B)/syncer/main.o $(SYNCER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS)

$(B)/forkgate: $(TOOL) $(SYNCER) $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

$(B)/forkgate-origin: $(call obj,tools/origin*.c) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(ORIGIN_LIBS)

$(TESTS): $(B)/%: $(B)/tests/unit/%.o $(SYNCER) $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA) $(SYNCER_LIBS) $(READER_LIBS)

$(E2E): $(B)/e2e/%: $(B)/tests/e2e/%.o $(READER) $(COMMON)
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(READER_LIBS)

$(BENCH): $(B)/bench/%: $(B)/tests/bench/%.o $(SYNCER) $(READER) $(COMMON)
	@mkdir -p $(@D)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

$(B)/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/replay.o $(SYNCER) \
    $(READER) $(COMMON)
	$(call Q,LD)$(CC) $(LDFLAGS) -o $@ $^ $(SYNCER_LIBS) $(READER_LIBS)

.PHONY: unit
unit: $(TESTS)
	@for t in $(TESTS); do $$t || exit 1; done

.PHONY: format
format:
	clang-format -i $$(git ls-files '*.[ch]')

.PHONY: clean
clean:
	rm -rf build

.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
