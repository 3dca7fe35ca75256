/* inspect: what is in a ruleset. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cmd.h"
#include "tools/image_source.h"

static const char help[] =
    "usage: forkgate inspect [SOURCE] [--names]\n"
    "\n"
    "Lists the gates, configs, experiments and layers of a ruleset, by name,\n"
    "with the number of their rules and conditions; and before them the\n"
    "overrides of this host that are in force.\n"
    "\n"
    "SOURCE, where the rules are from:\n"
    "  --state DIR [--project P]  a state directory; the default\n"
    "  --rules DOC.json           a document; - is standard input\n"
    "  --snapshot FILE.fgs        a file of forkgate compile\n"
    "\n"
    "  --names  nothing but the names, a line each\n"
    "\n"
    "Exit status: 0 done, 1 there are no rules yet, 2 the command line or the\n"
    "document is wrong, 3 the source cannot be read or is damaged.\n";

struct spec {
	char *name;
	const uint8_t *record;
};

static const char *const entities[] = {
    [IMAGE_ENTITY_OTHER] = "other",
    [IMAGE_ENTITY_FEATURE_GATE] = "gate",
    [IMAGE_ENTITY_SEGMENT] = "segment",
    [IMAGE_ENTITY_HOLDOUT] = "holdout",
    [IMAGE_ENTITY_DYNAMIC_CONFIG] = "config",
    [IMAGE_ENTITY_EXPERIMENT] = "experiment",
    [IMAGE_ENTITY_AUTOTUNE] = "autotune",
    [IMAGE_ENTITY_LAYER] = "layer",
};

/* A text for people: control bytes would play with their terminal. */
static char *
text_at(const struct image *im, uint32_t off)
{
	struct image_str s;
	char *text;

	if (!image_str(im, off, &s))
		return strdup("");
	text = strndup((const char *)s.bytes, s.len);
	for (char *p = text; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	return text;
}

static uint32_t
count_conditions(const struct image *im, const uint8_t *spec)
{
	uint32_t n_rules = le32load(spec + IMAGE_SPEC_N_RULES), n = 0;

	for (uint32_t i = 0; i < n_rules; i++) {
		const uint8_t *rule = image_nth(
		    im, le32load(spec + IMAGE_SPEC_RULES), i, IMAGE_RULE);

		if (rule == NULL)
			break;
		n += le32load(rule + IMAGE_RULE_N_CONDS);
	}
	return n;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct spec *)a)->name, ((const struct spec *)b)->name);
}

/* All specs of an index, sorted; NULL: out of memory. */
static struct spec *
specs_of(const struct image *im, uint32_t index, size_t *n)
{
	uint32_t slots = image_head32(im, index);
	uint32_t n_slots = image_head32(im, index + 4);
	struct spec *specs = calloc((size_t)n_slots + 1, sizeof(*specs));

	*n = 0;
	for (uint32_t i = 0; specs != NULL && i < n_slots; i++) {
		const uint8_t *slot = image_nth(im, slots, i, IMAGE_SLOT);
		const uint8_t *record = slot != NULL
		    ? image_rec(im, le32load(slot + 4), IMAGE_SPEC)
		    : NULL;

		if (record == NULL)
			continue;
		specs[*n].record = record;
		specs[*n].name = text_at(im, le32load(record));
		if (specs[*n].name != NULL)
			++*n;
	}
	if (specs != NULL)
		qsort(specs, *n, sizeof(*specs), by_name);
	return specs;
}

static void
print_spec(const struct image *im, const struct spec *spec)
{
	const uint8_t *r = spec->record;
	uint32_t entity = le32load(r + IMAGE_SPEC_ENTITY_NO);
	uint32_t flags = le32load(r + IMAGE_SPEC_FLAGS);
	char *id_type = text_at(im, le32load(r + IMAGE_SPEC_ID_TYPE));

	printf("%-10s  %-40s  rules %-3" PRIu32 "  conditions %-4" PRIu32
	       "  by %s%s%s\n",
	    entity <= IMAGE_ENTITY_LAYER ? entities[entity] : "other",
	    spec->name, le32load(r + IMAGE_SPEC_N_RULES),
	    count_conditions(im, r), id_type != NULL ? id_type : "",
	    (flags & IMAGE_SPEC_ENABLED) == 0 ? ", disabled" : "",
	    (flags & IMAGE_SPEC_ACTIVE) != 0 ? ", active" : "");
	free(id_type);
}

static int
print_index(const struct image *im, uint32_t index, bool names)
{
	size_t n;
	struct spec *specs = specs_of(im, index, &n);

	if (specs == NULL)
		return cmd_fail(&cmd_inspect, "memory", FG_E_NOMEM);
	for (size_t i = 0; i < n; i++) {
		if (names)
			puts(specs[i].name);
		else
			print_spec(im, &specs[i]);
		free(specs[i].name);
	}
	free(specs);
	return CMD_OK;
}

static void
print_head(const struct image_source *s)
{
	const struct image *im = &s->image;
	char source[IMAGE_SOURCE_CAP];

	memcpy(source, im->base + IMAGE_H_SOURCE, sizeof(source));
	source[sizeof(source) - 1] = '\0';
	printf("generation %" PRIu64 " from %s, %zu bytes\n", s->generation,
	    source, s->len);
	printf("rules of %s", cmd_date(image_head64(im, IMAGE_H_LCUT)));
	printf(", received %s\n", cmd_date(image_head64(im, IMAGE_H_RECEIVED)));
	printf("gates %" PRIu32 ", configs %" PRIu32 ", layers %" PRIu32
	       ", dropped as invalid %" PRIu32 "\n\n",
	    image_head32(im, IMAGE_H_N_GATES),
	    image_head32(im, IMAGE_H_N_CONFIGS),
	    image_head32(im, IMAGE_H_N_LAYERS),
	    image_head32(im, IMAGE_H_N_DROPPED));
}

static const struct option options[] = {
    {"state", required_argument, NULL, 's'},
    {"project", required_argument, NULL, 'p'},
    {"rules", required_argument, NULL, 'r'},
    {"snapshot", required_argument, NULL, 'f'},
    {"names", no_argument, NULL, 'n'},
    {NULL, 0, NULL, 0},
};

static int
take_args(int argc, char **argv, struct eval_source *source, bool *names)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			source->state_dir = optarg;
		else if (opt == 'p')
			source->project = optarg;
		else if (opt == 'r')
			source->rules = optarg;
		else if (opt == 'f')
			source->snapshot = optarg;
		else if (opt == 'n')
			*names = true;
		else
			return CMD_USAGE;
	}
	if (argc > optind)
		return cmd_usage(
		    &cmd_inspect, "%s: no such option or word", argv[optind]);
	return eval_source_check(&cmd_inspect, source);
}

static int
run(int argc, char **argv)
{
	static const uint32_t indexes[] = {
	    IMAGE_H_GATES, IMAGE_H_CONFIGS, IMAGE_H_LAYERS};
	struct eval_source source = {0};
	struct image_source s;
	bool names = false;
	int rc = take_args(argc, argv, &source, &names);

	if (rc == CMD_OK)
		rc = image_source_get(&cmd_inspect, &source, &s);
	if (rc != CMD_OK)
		return rc;
	if (!names) {
		print_head(&s);
		override_list_print(&s.overrides);
	}
	for (size_t i = 0; i < 3 && rc == CMD_OK; i++)
		rc = print_index(&s.image, indexes[i], names);
	image_source_free(&s);
	return rc;
}

const struct cmd cmd_inspect = {"inspect", "what is in a ruleset", help, run};
