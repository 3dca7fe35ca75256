/* The ruleset and who is asking for it. */
#include "tools/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool
origin_read_file(const char *path, struct stat *st, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char block[65536];
	ssize_t got;

	out->n = 0;
	if (fd < 0 || fstat(fd, st) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((got = read(fd, block, sizeof(block))) > 0)
		bytes_add(out, block, (size_t)got);
	close(fd);
	return got == 0;
}

/* Reads the file again if it is another one than last time. */
bool
origin_rules_refresh(void)
{
	struct rules *r = &origin.rules;
	struct scan_text doc, checksum;
	struct stat st;

	if (stat(origin.rules_path, &st) != 0)
		return false;
	if (r->text.p != NULL && st.st_ino == r->st.st_ino &&
	    st.st_size == r->st.st_size &&
	    st.st_mtim.tv_sec == r->st.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == r->st.st_mtim.tv_nsec)
		return true;
	if (!origin_read_file(origin.rules_path, &r->st, &r->text))
		return false;
	bytes_gzip(r->text.p, r->text.n, &r->gzip);
	doc = (struct scan_text){r->text.p, r->text.n};
	r->time = scan_u64(scan_member(doc, "time"));
	checksum = scan_member(doc, "checksum");
	r->checksum[0] = '\0';
	if (checksum.p != NULL && checksum.n > 2 && checksum.p[0] == '"')
		snprintf(r->checksum, sizeof(r->checksum), "%.*s",
		    (int)(checksum.n - 2), checksum.p + 1);
	return true;
}

/* Do sinceTime and checksum say that the caller has all there is? */
bool
origin_rules_known(struct MHD_Connection *c)
{
	const char *since = MHD_lookup_connection_value(
		       c, MHD_GET_ARGUMENT_KIND, "sinceTime"),
		   *checksum = MHD_lookup_connection_value(
		       c, MHD_GET_ARGUMENT_KIND, "checksum");
	const struct rules *r = &origin.rules;

	if (since == NULL || strtoull(since, NULL, 10) < r->time)
		return false;
	return checksum == NULL || r->checksum[0] == '\0' ||
	    strcmp(checksum, r->checksum) == 0;
}
