/*
 * kept: what lies in quarantine, for "forkgate queue".
 */
#ifndef TOOLS_KEPT_H
#define TOOLS_KEPT_H

/*
 * Does "list", "show", "replay" or "drop" with the IDs, a list that NULL ends.
 * The exit status.
 */
int kept_run(const char *state_dir, const char *word, char *const *ids);

#endif /* TOOLS_KEPT_H */
