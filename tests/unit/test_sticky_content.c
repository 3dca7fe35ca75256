/*
 * Records of sticky values by the public interface: what was kept in another
 * shape becomes one, and what a record says comes out of it again.
 */
#include <stdlib.h>

#include "tests/unit/formats.h"
#include "tests/unit/rules_fixture.h"
#include "tests/unit/test.h"

static const struct fixture_doc nothing = {"", "", "", "", ""};

struct world {
	struct fg *fg;
	struct fg_session *ses;
	struct fg_member members[3];
	struct fg_exposure exposure;
	const char *explicit_params[1];
	struct fg_sticky_content content;
};

static struct fg_member
member(const char *key, enum fg_type type)
{
	struct fg_member m = {.key = key, .key_len = strlen(key)};

	m.value.type = type;
	return m;
}

/* What the documented example of a record says, members in another order. */
static void
begin(struct world *w)
{
	char *text = fixture_text(&nothing);

	memset(w, 0, sizeof(*w));
	w->fg = fixture_open(text, NULL);
	free(text);
	assert_int_equal(fg_session_begin(w->fg, &w->ses), FG_OK);
	w->members[0] = member("s", FG_STRING);
	w->members[0].value.u.string.bytes = "x";
	w->members[0].value.u.string.len = 1;
	w->members[1] = member("n", FG_INT);
	w->members[1].value.u.integer = 7;
	w->exposure = (struct fg_exposure){"g", "r", true};
	w->explicit_params[0] = "n";
	w->content = (struct fg_sticky_content){.value = true,
	    .rule_id = "rule",
	    .group_name = "Test",
	    .delegate = "exp",
	    .members = w->members,
	    .n_members = 2,
	    .secondary = &w->exposure,
	    .n_secondary = 1,
	    .undelegated = &w->exposure,
	    .explicit_params = w->explicit_params,
	    .n_explicit_params = 1,
	    .lcut = 1700000000000,
	    .version = 3,
	    .has_version = true};
}

static void
end(struct world *w)
{
	fg_session_end(w->ses);
	fg_close(w->fg);
}

static void
what_is_written_is_as_documented(void **state)
{
	const void *record;
	struct world w;
	size_t n;

	(void)state;
	begin(&w);
	assert_int_equal(
	    fg_sticky_write(w.ses, &w.content, &record, &n), FG_OK);
	formats_compare("sticky-record", record, n);
	end(&w);
}

static void
what_is_read_can_be_written_again(void **state)
{
	const void *record, *again;
	struct fg_sticky_content c;
	struct world w;
	size_t n, m;

	(void)state;
	begin(&w);
	fg_sticky_write(w.ses, &w.content, &record, &n);
	assert_int_equal(fg_sticky_read(w.ses, record, n, &c), FG_OK);
	assert_true(c.value && c.has_version);
	assert_string_equal(c.rule_id, "rule");
	assert_string_equal(c.group_name, "Test");
	assert_string_equal(c.delegate, "exp");
	assert_int_equal(fg_params_int(c.params, "n", 0), 7);
	assert_int_equal(c.n_secondary, 1);
	assert_string_equal(c.secondary[0].gate, "g");
	assert_non_null(c.undelegated);
	assert_int_equal(c.n_undelegated, 0);
	assert_string_equal(c.explicit_params[0], "n");
	assert_int_equal(c.lcut, 1700000000000);
	assert_int_equal(c.version, 3);
	assert_int_equal(fg_sticky_write(w.ses, &c, &again, &m), FG_OK);
	assert_int_equal(m, n);
	assert_memory_equal(again, record, n);
	end(&w);
}

static void
what_is_not_there_stays_away(void **state)
{
	const struct fg_sticky_content least = {.rule_id = ""};
	struct fg_sticky_content c;
	const void *record;
	struct world w;
	size_t n;

	(void)state;
	begin(&w);
	assert_int_equal(fg_sticky_write(w.ses, &least, &record, &n), FG_OK);
	assert_int_equal(fg_sticky_read(w.ses, record, n, &c), FG_OK);
	assert_false(c.value || c.has_version);
	assert_null(c.group_name);
	assert_null(c.delegate);
	assert_null(c.undelegated);
	assert_null(c.explicit_params);
	assert_int_equal(c.n_secondary, 0);
	assert_int_equal(c.lcut, 0);
	assert_string_equal(fg_params_text(c.params, NULL), "{}");
	end(&w);
}

static void
what_cannot_be_is_refused(void **state)
{
	struct fg_sticky_content c;
	const void *record;
	struct world w;
	char *big;
	size_t n;

	(void)state;
	begin(&w);
	c = w.content;
	c.rule_id = NULL;
	assert_int_equal(fg_sticky_write(w.ses, &c, &record, &n), FG_E_INVALID);
	assert_null(record);
	w.members[2] = w.members[0];
	w.content.n_members = 3; /* "s" twice */
	assert_int_equal(
	    fg_sticky_write(w.ses, &w.content, &record, &n), FG_E_INVALID);
	w.members[2].value.type = (enum fg_type)99;
	assert_int_equal(
	    fg_sticky_write(w.ses, &w.content, &record, &n), FG_E_INVALID);
	w.content.n_members = 2;
	big = malloc(1 << 20);
	assert_non_null(big);
	memset(big, 'x', 1 << 20);
	w.members[0].value.u.string.bytes = big;
	w.members[0].value.u.string.len = 1 << 20;
	assert_int_equal(
	    fg_sticky_write(w.ses, &w.content, &record, &n), FG_E_SPACE);
	assert_null(record);
	assert_int_equal(fg_sticky_read(w.ses, big, 1 << 20, &c), FG_E_CORRUPT);
	assert_string_equal(c.rule_id, "");
	assert_int_equal(fg_params_count(c.params), 0);
	free(big);
	assert_int_equal(
	    fg_sticky_read(w.ses, "FGsv\2\0\0\0", 8, &c), FG_E_VERSION);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_as_documented),
	    cmocka_unit_test(what_is_read_can_be_written_again),
	    cmocka_unit_test(what_is_not_there_stays_away),
	    cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests_name("sticky_content", tests, NULL, NULL);
}
