#include <forkgate.h>

#include <stdio.h>
#include <stdlib.h>

/* One request: its checks agree with each other. */
static void
serve(struct fg *fg, const char *user_id, const char *country)
{
	struct fg_session *session;
	struct fg_user *user;
	struct fg_config limits;
	struct fg_layer page;

	if (fg_session_begin(fg, &session) != FG_OK)
		return; /* out of memory */
	if (fg_user_new(&user) != FG_OK) {
		fg_session_end(session);
		return;
	}
	fg_user_set_string(user, FG_USER_ID, user_id);
	fg_user_set_string(user, FG_COUNTRY, country);
	fg_user_put_string(user, FG_CUSTOM, "plan", "team");

	/* Unknown names and missing rules give the default, never an error. */
	if (fg_check_gate(session, user, "new_checkout"))
		printf("%s: the new checkout\n", user_id);

	fg_get_config(session, user, "search_limits", 0, &limits);
	printf("%s: %lld results at most\n", user_id,
	    (long long)fg_params_int(limits.params, "max_results", 20));

	fg_get_layer(session, user, "front_page", 0, &page);
	printf("%s: %s photos, as %s says\n", user_id,
	    fg_layer_string(&page, "photo_size", "small"), page.rule_id);

	fg_log_event(session, user, "page_view", NULL, NULL, 0);

	fg_user_free(user);
	fg_session_end(session); /* what it handed out goes with it */
}

int
main(void)
{
	struct fg_options options = FG_OPTIONS_INIT;
	enum fg_status status;
	struct fg *fg;

	/* Once, before the workers are forked or in each of them. */
	options.state_dir = getenv("FORKGATE_STATE_DIR");
	status = fg_open(&options, &fg);
	if (status == FG_OK)
		status = fg_wait_ready(fg, 5000);
	if (status != FG_OK) {
		fprintf(stderr, "no rules: %s\n", fg_strerror(status));
		return 1;
	}
	serve(fg, "ada", "NZ");
	serve(fg, "bao", "DE");

	fg_flush(fg, 5000); /* optional: events are on disk already */
	fg_close(fg);
	return 0;
}
