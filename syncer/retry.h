/*
 * retry: what an answer means, and when to try again.
 *
 * Pure functions.  The statuses and pauses are those of the protocol's
 * reference; jitter and Retry-After are added, so that many hosts that were
 * started together do not stay together.
 */
#ifndef SYNCER_RETRY_H
#define SYNCER_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RETRY_AFTER_MAX_MS 300000 /* a server may not send us away longer */
#define RETRY_SPECS        3      /* more attempts of one fetch */

/* A request for rules that did not bring a 2xx; status 0: nothing came. */
enum retry_specs {
	RETRY_SPECS_SOON,   /* again within this fetch */
	RETRY_SPECS_LATER,  /* with the next poll */
	RETRY_SPECS_DENIED, /* with the next poll, and a person should look */
};
enum retry_specs retry_specs(int status);

/* The pause before attempt 1, 2, 3 of a fetch: 200, 400, 800 ms. */
uint64_t retry_specs_pause_ms(unsigned attempt);

/* What becomes of a batch of events. */
enum retry_events {
	RETRY_EVENTS_ACCEPTED,
	RETRY_EVENTS_AGAIN,    /* the server or the way to it is at fault */
	RETRY_EVENTS_DOUBTFUL, /* 2xx, but not from one who took events */
	RETRY_EVENTS_DENIED,   /* the key is at fault, not the events */
	RETRY_EVENTS_SPLIT,    /* too large: in halves */
	RETRY_EVENTS_REFUSED,  /* never: into quarantine */
};

/*
 * Judges an answer to a batch.  A 2xx is believed when its body is empty or
 * is one JSON object whose success is not false: a captive portal's page has
 * taken nothing.
 */
enum retry_events retry_events(int status, const char *body, size_t n);

/* The longest pause after so many failures in a row: doubles up to max_ms. */
uint64_t retry_ceiling_ms(unsigned failures, uint64_t base_ms, uint64_t max_ms);

/* A pause between 0 and that: "full jitter".  random: any 64 bits. */
uint64_t retry_pause_ms(
    unsigned failures, uint64_t base_ms, uint64_t max_ms, uint64_t random);

/* interval_ms, shifted by up to a tenth to either side. */
uint64_t retry_jitter_ms(uint64_t interval_ms, uint64_t random);

/*
 * What a Retry-After header asks for: seconds or an HTTP date, at most
 * RETRY_AFTER_MAX_MS, 0 for nothing that can be read.  now: Unix seconds.
 */
uint64_t retry_after_ms(const char *value, int64_t now);

/* 64 random bits, good enough to spread hosts. */
uint64_t retry_random(void);

#endif /* SYNCER_RETRY_H */
