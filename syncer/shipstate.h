/*
 * shipstate: tells who looks at the state directory how shipping goes.
 *
 * STATE/rules/shipping is a line of JSON that whoever may evaluate may read too,
 * replaced as a whole when something in it changes, at most at each call:
 *
 *   {"projects":[{"project":"default","state":"ok"}],"dropped":0,"left_out":0}
 *
 * state is ok, failing (nothing is accepted) or denied (the server refuses the
 * SDK key); the latter two with "since", Unix ms, and the server's "answer".
 * dropped is how many events workers had no room for, as far as they have told,
 * and left_out how many exposures were not sent because another worker had logged
 * the same, both since the syncer started.
 */
#ifndef SYNCER_SHIPSTATE_H
#define SYNCER_SHIPSTATE_H

#include "common/forkgate_status.h"
#include "syncer/ship.h"

#define SHIPSTATE_FILE "rules/shipping"

struct shipstate;

enum fg_status shipstate_new(const char *state_dir, struct shipstate **out);
void shipstate_free(struct shipstate *s);

/* To be called once a second; that it cannot be written is said once. */
void shipstate_tell(struct shipstate *s, const struct ship *ship);

#endif /* SYNCER_SHIPSTATE_H */
