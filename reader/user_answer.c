/* What a user's agent tells, as values that conditions compare. */
#include "reader/user.h"

/*
 * A name and two versions can each be as long as the text, and half as long
 * again in lower case; the rest is for constants, ends and alignment.
 */
#define ROOM(n) (8 * (n) + 192)

bool
user_answer_reserve(struct fg_user *user, size_t n)
{
	size_t need = ROOM(n <= USER_AGENT_MAX ? n : 0);

	if (need <= user->agent_cap)
		return true;
	user->has_agent = false;
	user->agent_cap = 0;
	arena_free(&user->agent_room);
	if (!arena_init(&user->agent_room, need))
		return false;
	user->agent_cap = need;
	return true;
}

static const struct dyn *
in_map(const struct user_map *map)
{
	const struct dyn *v;

	if (map->n == 0)
		return NULL;
	v = user_map_get(map, "userAgent", 9, hash64("userAgent", 9));
	if (v == NULL)
		v = user_map_get(map, "useragent", 9, hash64("useragent", 9));
	return v;
}

/* EVALUATION.md 2.2 for the name "userAgent": his own unless it is empty. */
static const struct dyn *
agent_text(const struct fg_user *user, const struct user_defaults *defaults)
{
	const struct dyn *v = &user->atoms[IMAGE_ATOM_USER_AGENT];

	if (v->len > 0)
		return v;
	v = in_map(&user->maps[FG_CUSTOM]);
	if (v == NULL)
		v = in_map(&defaults->custom);
	if (v == NULL)
		v = in_map(&user->maps[FG_PRIVATE]);
	return v;
}

/* Keeps the answers as values with texts of their own. */
static bool
keep(struct fg_user *user, const struct user_agent *told)
{
	arena_reset(&user->agent_room);
	for (int i = 0; i < USER_AGENT_N_ANSWERS; i++) {
		const struct ua_text *t = &told->answers[i];
		const char *copy =
		    arena_text(&user->agent_room, t->bytes, t->len);

		if (copy == NULL ||
		    dyn_set_text(&user->agent[i], copy, t->len,
			&user->agent_room) != FG_OK)
			return false;
	}
	return true;
}

static bool
make_answers(struct fg_user *user, const struct user_defaults *defaults)
{
	const struct dyn *v = agent_text(user, defaults);
	struct user_agent told;

	user->agent_is_absent = v == NULL || !v->has_text ||
	    !user_agent_parse(v->text, v->len, &told);
	if (!user->agent_is_absent &&
	    (!user_answer_reserve(user, v->len) || !keep(user, &told)))
		return false;
	user->has_agent = true;
	user->agent_for = defaults->id;
	return true;
}

bool
user_answer(struct fg_user *user, const struct user_defaults *defaults,
    enum user_agent_answer which, struct dyn **out)
{
	*out = NULL;
	if ((!user->has_agent || user->agent_for != defaults->id) &&
	    !make_answers(user, defaults))
		return false;
	if (!user->agent_is_absent)
		*out = &user->agent[which];
	return true;
}
