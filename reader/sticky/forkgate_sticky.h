/*
 * forkgate_sticky: a storage of sticky values for all processes of a host, in
 * an LMDB file; what struct fg_options asks for in its member "sticky".
 *
 *   struct fg_sticky_store *store;
 *   struct fg_sticky_storage storage;
 *
 *   fg_sticky_store_open(&store_options, &store);
 *   fg_sticky_store_use(store, &storage);
 *   options.sticky = &storage;
 *   fg_open(&options, &fg);
 *
 * Files: DIR holds values.mdb, values.mdb-lock, guard and checked.  A folder
 * that is missing is made, for its owner alone.  Every process reads and
 * writes there: workers of several users need a group and mode 0660, and a
 * folder with that group and mode 2770.  The unit IDs of users are in the file
 * as they are.  DIR has to be on a local file system.
 *
 * Forks: the file is opened by each process at its first use.  A store that was
 * opened, and even used, before a fork works in the children.  A parent that
 * has used it leaves each child a mapping and three descriptors that it does
 * not use.  Any number of threads may use a store.
 *
 * Kills: a process may be killed at any time.  What it had saved is there, what
 * it was saving is not, nobody waits for it, and its place in LMDB's table of
 * readers is taken away by a later writer.
 *
 * Waiting: reading waits for nobody.  Saving and removing wait for each other,
 * at most wait_ms, and then fail with FG_E_BUSY.
 *
 * Damage: after a reboot, or when LMDB has found damage, the first process
 * looks through the file.  A damaged one is set aside as values.mdb.bad, and
 * an empty one takes its place.
 *
 * Limits: processes that share DIR have to see each other in one PID namespace,
 * because LMDB knows them by their PIDs: not two containers.  One store a
 * folder and process, at most 1,024 processes at once in the middle of a load.
 * Nobody may cut the file while it is used.
 */
#ifndef FORKGATE_STICKY_H
#define FORKGATE_STICKY_H

#include "forkgate.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fg_sticky_store;

/* Start from FG_STICKY_STORE_OPTIONS_INIT.  Nothing is kept of the pointers. */
struct fg_sticky_store_options {
	size_t size;         /* sizeof(struct fg_sticky_store_options) */
	const char *dir;     /* the folder; there is no default */
	uint64_t max_bytes;  /* when what is kept takes more, the values that
	                        were saved longest ago go; 0 is 128 MiB, less
	                        than 1 MiB is 1 MiB.  The file can grow to twice
	                        that */
	uint64_t max_age_ms; /* values saved longer ago are not there any more;
	                        0: they stay */
	uint32_t wait_ms;    /* 0 is 100 */
	uint32_t mode;       /* of the files; 0 is 0600 */
	bool no_sync;        /* saving does not wait for the disk: faster, but a
	                        power cut may damage the file */
};
#ifdef __cplusplus
#define FG_STICKY_STORE_OPTIONS_INIT                                         \
	{                                                                    \
		sizeof(struct fg_sticky_store_options), nullptr, 0, 0, 0, 0, \
		    false                                                    \
	}
#else
#define FG_STICKY_STORE_OPTIONS_INIT                           \
	{                                                      \
		.size = sizeof(struct fg_sticky_store_options) \
	}
#endif

/*
 * FG_E_INVALID: no folder is named.  FG_E_IO, errno says why: it cannot be
 * made or entered.  The file itself is opened later, by each process.
 */
FG_API enum fg_status fg_sticky_store_open(
    const struct fg_sticky_store_options *options,
    struct fg_sticky_store **out);

/* Takes NULL.  No client may use it any more. */
FG_API void fg_sticky_store_close(struct fg_sticky_store *store);

/* Fills in a storage that is this store, for as long as the store is open. */
FG_API void fg_sticky_store_use(
    struct fg_sticky_store *store, struct fg_sticky_storage *out);

struct fg_sticky_store_info {
	size_t size;       /* sizeof(struct fg_sticky_store_info) */
	uint64_t n_values; /* that are kept now, expired ones included */
	uint64_t n_bytes;  /* that they take in the file */
};

/* Fails as loading does. */
FG_API enum fg_status fg_sticky_store_get_info(
    struct fg_sticky_store *store, struct fg_sticky_store_info *out);

#ifdef __cplusplus
}
#endif

#endif /* FORKGATE_STICKY_H */
