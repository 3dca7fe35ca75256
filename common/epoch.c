#include "common/epoch.h"

#include <stdatomic.h>
#include <string.h>

#include "common/crc32c.h"
#include "common/endian.h"

/* The header, page 0.  The words up to H_FIXED never change. */
#define H_MAGIC     0
#define H_VERSION   8
#define H_SUM       12 /* over the fixed bytes but itself */
#define H_ID        16
#define H_PAGE      32
#define H_PAGES     36
#define H_CREATED   40
#define H_FIXED     64
#define H_BOOT_ID   64
#define H_BEAT_BOOT 80
#define H_BEAT_UNIX 88
#define H_STATE     96
#define H_ALLOWANCE 104
#define H_PROJECTS  112

/* A project's page. */
#define P_NAME    0
#define P_NAMESUM 64
#define P_OLDEST  EPOCH_P_OLDEST
#define P_CURRENT EPOCH_P_CURRENT
#define P_SLOTS   512

#define SLOT      64
#define SLOT_WORD 6 /* generation, four places and lengths, time */
#define SLOT_SUM  48

static const uint8_t magic[8] = {'F', 'G', 'e', 'p', 'o', 'c', 'h', '\n'};

_Static_assert(P_SLOTS + EPOCH_SLOTS * SLOT == EPOCH_PAGE, "a page is full");
_Static_assert(sizeof(size_t) == 8, "forkgate is for 64-bit machines");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "words are read whole");

static uint64_t
load_acquire(const uint8_t *p)
{
	return le64toh(__atomic_load_n(
	    (const uint64_t *)(const void *)p, __ATOMIC_ACQUIRE));
}

static void
store_release(uint8_t *p, uint64_t x)
{
	__atomic_store_n((uint64_t *)(void *)p, htole64(x), __ATOMIC_RELEASE);
}

static const uint8_t *
page_at(const uint8_t *file, unsigned page)
{
	return file + (size_t)page * EPOCH_PAGE;
}

static uint8_t *
page_of(uint8_t *file, unsigned page)
{
	return file + (size_t)page * EPOCH_PAGE;
}

static size_t
slot_place(uint64_t generation)
{
	return P_SLOTS + generation % EPOCH_SLOTS * SLOT;
}

static uint32_t
header_sum(const uint8_t head[H_FIXED])
{
	return crc32c(crc32c(0, head, H_SUM), head + H_ID, H_FIXED - H_ID);
}

enum fg_status
epoch_check(const uint8_t *file, size_t n)
{
	uint8_t head[H_FIXED];
	uint32_t version;

	if (n < EPOCH_FILE)
		return FG_E_CORRUPT;
	words_load(head, file, H_FIXED);
	if (memcmp(head, magic, sizeof(magic)) != 0)
		return FG_E_CORRUPT;
	/* What follows may be laid out otherwise in a later version. */
	version = le32dec(head + H_VERSION);
	if (version > EPOCH_VERSION)
		return FG_E_VERSION;
	if (version == 0 || header_sum(head) != le32dec(head + H_SUM) ||
	    le32dec(head + H_PAGE) != EPOCH_PAGE ||
	    le32dec(head + H_PAGES) != EPOCH_PAGES)
		return FG_E_CORRUPT;
	return FG_OK;
}

void
epoch_identity(const uint8_t *file, uint8_t id[EPOCH_ID])
{
	words_load(id, file + H_ID, EPOCH_ID);
}

/*
 * Two words, so a reader can see half of a change: then it is no kernel's boot
 * id, and the reader verifies once more than it had to.
 */
void
epoch_boot_id(const uint8_t *file, uint8_t id[EPOCH_ID])
{
	words_load(id, file + H_BOOT_ID, EPOCH_ID);
}

enum epoch_state
epoch_state(const uint8_t *file)
{
	/* Acquire: who sees "retired" finds the new environment by path. */
	uint64_t state = load_acquire(file + H_STATE);

	/* A damaged word, too, means that one has to look again. */
	return state == EPOCH_LIVE ? EPOCH_LIVE : EPOCH_RETIRED;
}

struct epoch_beat
epoch_last_beat(const uint8_t *file)
{
	struct epoch_beat beat = {
	    le64load(file + H_BEAT_BOOT), le64load(file + H_BEAT_UNIX)};

	return beat;
}

uint64_t
epoch_queue_allowance(const uint8_t *file)
{
	return le64load(file + H_ALLOWANCE);
}

unsigned
epoch_projects(const uint8_t *file)
{
	/* Pairs with the release in epoch_add: the pages are there. */
	uint64_t n = load_acquire(file + H_PROJECTS);

	return n < EPOCH_PROJECTS ? (unsigned)n : EPOCH_PROJECTS;
}

bool
epoch_name_ok(const char *project)
{
	size_t n;

	for (n = 0; n < EPOCH_NAME && project[n] != '\0'; n++) {
		char c = project[n];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && c != '_' && c != '.' && c != '-')
			return false;
	}
	return n > 0 && n < EPOCH_NAME;
}

enum fg_status
epoch_name(const uint8_t *file, unsigned page, char name[EPOCH_NAME])
{
	const uint8_t *p = page_at(file, page);

	words_load(name, p + P_NAME, EPOCH_NAME);
	if (crc32c(0, name, EPOCH_NAME) != le64load(p + P_NAMESUM) ||
	    !epoch_name_ok(name))
		return FG_E_CORRUPT;
	return FG_OK;
}

unsigned
epoch_find(const uint8_t *file, const char *project)
{
	char name[EPOCH_NAME];
	unsigned n = epoch_projects(file);

	for (unsigned page = 1; page <= n; page++)
		if (epoch_name(file, page, name) == FG_OK &&
		    strcmp(name, project) == 0)
			return page;
	return 0;
}

uint64_t
epoch_newest(const uint8_t *file, unsigned page)
{
	/* Pairs with the release of current in epoch_publish. */
	return load_acquire(page_at(file, page) + P_CURRENT);
}

uint64_t
epoch_oldest(const uint8_t *file, unsigned page)
{
	return load_acquire(page_at(file, page) + P_OLDEST);
}

enum fg_status
epoch_slot(const uint8_t *file, unsigned page, uint64_t generation,
    struct epoch_slot *out)
{
	const uint8_t *s = page_at(file, page) + slot_place(generation);
	uint64_t w[SLOT_WORD], sum;

	/* Acquire, pairs with the release of the number in slot_write. */
	if (generation == 0 || load_acquire(s) != generation)
		return FG_ABSENT;
	words_load(w, s, sizeof(w));
	sum = le64load(s + SLOT_SUM);
	/*
	 * Pairs with the release fence in slot_write: if a word above came
	 * from a later writing of this slot, the number below is not ours
	 * any more.  The sum is against a damaged or half-written file.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (le64load(s) != generation || crc32c(0, w, sizeof(w)) != sum)
		return FG_ABSENT;
	out->generation = le64toh(w[0]);
	out->image_at = le64toh(w[1]);
	out->image_len = le64toh(w[2]);
	out->manifest_at = le64toh(w[3]);
	out->manifest_len = le64toh(w[4]);
	out->time_ms = le64toh(w[5]);
	return out->generation == generation ? FG_OK : FG_ABSENT;
}

/* After a power cut the newest slot may be lost while older ones are whole. */
static enum fg_status
newest_whole(const uint8_t *file, unsigned page, struct epoch_slot *out)
{
	uint64_t current = epoch_newest(file, page);
	uint64_t oldest = epoch_oldest(file, page);

	for (unsigned i = 0; i < EPOCH_SLOTS; i++) {
		if (current < i + 1 || current - i < oldest)
			break;
		if (epoch_slot(file, page, current - i, out) == FG_OK)
			return FG_OK;
	}
	return FG_E_CORRUPT;
}

enum fg_status
epoch_current(const uint8_t *file, unsigned page, struct epoch_slot *out)
{
	uint64_t current;

	/* A slot can only be lost to EPOCH_SLOTS newer ones: look again. */
	for (int tries = 0; tries < 8; tries++) {
		current = epoch_newest(file, page);
		if (current == 0)
			return FG_E_NOT_READY;
		/* Only damage puts oldest above current. */
		if (epoch_slot(file, page, current, out) == FG_OK &&
		    epoch_oldest(file, page) <= current)
			return FG_OK;
	}
	return newest_whole(file, page, out);
}

/* --- for the single writer ----------------------------------------------- */

void
epoch_init(uint8_t *file, const uint8_t identity[EPOCH_ID], uint64_t created_ms)
{
	memset(file, 0, EPOCH_FILE);
	memcpy(file + H_MAGIC, magic, sizeof(magic));
	le32enc(file + H_VERSION, EPOCH_VERSION);
	memcpy(file + H_ID, identity, EPOCH_ID);
	le32enc(file + H_PAGE, EPOCH_PAGE);
	le32enc(file + H_PAGES, EPOCH_PAGES);
	le64enc(file + H_CREATED, created_ms);
	le32enc(file + H_SUM, header_sum(file));
	le64enc(file + H_STATE, EPOCH_LIVE);
}

enum fg_status
epoch_add(uint8_t *file, const char *project, unsigned *page)
{
	char name[EPOCH_NAME] = {0};
	unsigned n = epoch_projects(file);
	uint8_t *p;

	if (!epoch_name_ok(project))
		return FG_E_INVALID;
	if (n >= EPOCH_PROJECTS)
		return FG_E_SPACE;
	memcpy(name, project, strlen(project));
	p = page_of(file, n + 1);
	words_store(p + P_NAME, name, sizeof(name));
	le64store(p + P_NAMESUM, crc32c(0, name, sizeof(name)));
	/* Release: who counts the page finds its name. */
	store_release(file + H_PROJECTS, n + 1);
	*page = n + 1;
	return FG_OK;
}

static void
slot_write(uint8_t *file, unsigned page, const struct epoch_slot *slot)
{
	uint8_t *s = page_of(file, page) + slot_place(slot->generation);
	uint64_t w[SLOT_WORD] = {
	    htole64(slot->generation),
	    htole64(slot->image_at),
	    htole64(slot->image_len),
	    htole64(slot->manifest_at),
	    htole64(slot->manifest_len),
	    htole64(slot->time_ms),
	};

	le64store(s, 0);
	/*
	 * The 0 comes before every word below.  Pairs with the acquire fence
	 * in epoch_slot.
	 */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	words_store(s + 8, w + 1, sizeof(w) - 8);
	le64store(s + SLOT_SUM, crc32c(0, w, sizeof(w)));
	store_release(s, slot->generation);
}

enum fg_status
epoch_publish(uint8_t *file, unsigned page, const struct epoch_slot *slot)
{
	uint8_t *p = page_of(file, page);
	uint64_t oldest = le64load(p + P_OLDEST);

	if (slot->generation <= le64load(p + P_CURRENT))
		return FG_E_INVALID;
	if (oldest != 0 && slot->generation - oldest >= EPOCH_SLOTS)
		return FG_E_SPACE;
	slot_write(file, page, slot);
	if (oldest == 0)
		le64store(p + P_OLDEST, slot->generation);
	/* Release: slot, oldest and the committed values come before it. */
	store_release(p + P_CURRENT, slot->generation);
	return FG_OK;
}

enum fg_status
epoch_mend(uint8_t *file, unsigned page, const struct epoch_slot *slot)
{
	if (!epoch_alive(file, page, slot->generation))
		return FG_E_INVALID;
	slot_write(file, page, slot);
	return FG_OK;
}

enum fg_status
epoch_retire(uint8_t *file, unsigned page, uint64_t oldest)
{
	uint8_t *p = page_of(file, page);

	if (oldest > le64load(p + P_CURRENT))
		return FG_E_INVALID;
	if (oldest < le64load(p + P_OLDEST))
		oldest = le64load(p + P_OLDEST);
	/* Also when it is there: that makes the page dirty again. */
	store_release(p + P_OLDEST, oldest);
	/*
	 * The retirement comes before any write into the pages that it gives
	 * back, which are system calls made after this.  Pairs with the fence
	 * in epoch_alive.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return FG_OK;
}

void
epoch_set_beat(uint8_t *file, struct epoch_beat beat)
{
	le64store(file + H_BEAT_BOOT, beat.boot_ms);
	store_release(file + H_BEAT_UNIX, beat.unix_ms);
}

void
epoch_set_queue_allowance(uint8_t *file, uint64_t bytes)
{
	le64store(file + H_ALLOWANCE, bytes);
}

void
epoch_set_boot_id(uint8_t *file, const uint8_t id[EPOCH_ID])
{
	words_store(file + H_BOOT_ID, id, EPOCH_ID);
}

void
epoch_set_state(uint8_t *file, enum epoch_state state)
{
	store_release(file + H_STATE, state);
}
