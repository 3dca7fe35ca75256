/*
 * replay: runs a fuzz target over files, where there is no fuzzer.
 *
 * Linked with any fuzz_NAME.c, it turns a corpus into a regression test.  An
 * argument is a file or a folder of files; each is one case, and prints one
 * line before the next begins, so that the last line tells which one crashed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* A heap copy of exactly the file's size lets a sanitizer see one byte over. */
static uint8_t *
read_whole(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *bytes = NULL;

	if (f == NULL)
		return NULL;
	if (fstat(fileno(f), &st) == 0) {
		*n = (size_t)st.st_size;
		bytes = malloc(*n > 0 ? *n : 1);
		if (bytes != NULL && fread(bytes, 1, *n, f) != *n) {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(f);
	return bytes;
}

static int
replay_file(const char *path)
{
	const char *name = strrchr(path, '/');
	size_t n = 0;
	uint8_t *bytes = read_whole(path, &n);

	name = name != NULL ? name + 1 : path;
	if (bytes == NULL) {
		printf("not ok %s: cannot be read\n", name);
		return 1;
	}
	fprintf(stderr, "# %s, %zu bytes\n", name, n);
	LLVMFuzzerTestOneInput(bytes, n);
	free(bytes);
	printf("ok %s\n", name);
	fflush(stdout);
	return 0;
}

static int
replay_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort);
	int failed = 0;

	if (n < 0) {
		printf("not ok %s: cannot be listed\n", path);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		char file[4096];

		if (entries[i]->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path,
			    entries[i]->d_name);
			failed |= replay_file(file);
		}
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int
main(int argc, char *argv[])
{
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			failed |= replay_folder(argv[i]);
		else
			failed |= replay_file(argv[i]);
	}
	return failed;
}
