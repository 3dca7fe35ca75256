/*
 * notify: what systemd is told, by its sd_notify protocol.
 *
 * Does nothing where nobody listens.  The library for this has many
 * dependencies; the protocol is one datagram.
 */
#ifndef SYNCER_NOTIFY_H
#define SYNCER_NOTIFY_H

#include <stdint.h>

/* Looks who listens, and takes that out of the environment. */
void notify_init(void);

/* One or more lines such as "READY=1\nSTATUS=..."; secrets are hidden. */
void notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How often WATCHDOG=1 is due, half of what systemd waits; 0: never. */
uint64_t notify_watchdog_ms(void);

#endif /* SYNCER_NOTIFY_H */
