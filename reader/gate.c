#include "reader/call.h"

static void
copy_value(struct call *c, void *out)
{
	*(bool *)out = c->e.end == EVAL_RECOGNIZED && c->e.r.value;
}

bool
fg_check_gate(struct fg_session *ses, struct fg_user *user, const char *name)
{
	struct arena_mark mark = arena_mark(&ses->arena);
	uint64_t pin_no = ses->pin_no;
	bool value = false;
	struct call c;

	c.ses = ses;
	c.user = user;
	c.kind = EVAL_GATE;
	c.name = name;
	c.expose = true;
	c.manual = false;
	c.asked = false;
	c.events = NULL;
	c.status = FG_OK;
	call_run(&c, copy_value, &value);
	/* A session that moved on keeps its new reasons behind the mark. */
	if (ses->pin_no == pin_no)
		arena_release(&ses->arena, mark);
	return value;
}

static void
copy_gate(struct call *c, void *out)
{
	struct fg_gate *gate = out;
	const struct eval *e = &c->e;
	bool known = e->end == EVAL_RECOGNIZED;

	*gate = (struct fg_gate){.name = c->name, .rule_id = "", .id_type = ""};
	call_details(c, &gate->details);
	if (!known)
		return;
	gate->value = e->r.value;
	gate->rule_id = call_rule_id(c);
	gate->id_type = call_text(c, e->r.id_type);
	gate->secondary = call_pairs(c, eval_secondary(e), &gate->n_secondary);
}

enum fg_status
fg_get_gate(struct fg_session *ses, struct fg_user *user, const char *name,
    unsigned flags, struct fg_gate *out)
{
	struct call c = {.ses = ses,
	    .user = user,
	    .kind = EVAL_GATE,
	    .name = name,
	    .expose = (flags & FG_NO_EXPOSURE) == 0};

	return call_run(&c, copy_gate, out);
}

enum fg_status
fg_expose_gate(struct fg_session *ses, struct fg_user *user, const char *name)
{
	struct call c = {.ses = ses,
	    .user = user,
	    .kind = EVAL_GATE,
	    .name = name,
	    .expose = true,
	    .manual = true};
	bool value;

	return call_run(&c, copy_value, &value);
}
