#include "syncer/statedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_GROUP ((gid_t)-1)

static enum fg_status
failed(struct statedir *dir, const char *path, const char *what,
    const char *remedy)
{
	int keep = errno;

	snprintf(dir->why, sizeof(dir->why), "%s: %s: %s; %s", path, what,
	    strerror(keep), remedy);
	errno = keep;
	return FG_E_IO;
}

/* Makes the folder if it is missing and opens it; it must be ours. */
static enum fg_status
folder_open(struct statedir *dir, const char *path, int *fd)
{
	struct stat st;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return failed(dir, path, "cannot make the folder",
		    "make it, owned by the user of forkgate-syncer, or name "
		    "another with state_dir");
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		return failed(dir, path, "cannot open the folder",
		    "it must be a folder that the user of forkgate-syncer "
		    "owns");
	if (st.st_uid != geteuid()) {
		snprintf(dir->why, sizeof(dir->why),
		    "%s belongs to user %u and forkgate-syncer runs as %u; run "
		    "it as the owner, or chown the folder and all in it",
		    path, (unsigned)st.st_uid, (unsigned)geteuid());
		return FG_E_INVALID;
	}
	return FG_OK;
}

/* The group first: changing it clears the setgid bit. */
static enum fg_status
put_right(struct statedir *dir, const char *path, mode_t mode, gid_t group)
{
	struct stat st;
	int fd = -1;
	enum fg_status status = folder_open(dir, path, &fd);

	if (status == FG_OK && fstat(fd, &st) != 0)
		status = failed(dir, path, "cannot look at it", "try again");
	if (status == FG_OK && group != NO_GROUP && st.st_gid != group &&
	    fchown(fd, (uid_t)-1, group) != 0)
		status = failed(dir, path, "cannot change its group",
		    "make the user of forkgate-syncer a member of the group");
	if (status == FG_OK && fstat(fd, &st) == 0 &&
	    (st.st_mode & 07777) != mode && fchmod(fd, mode) != 0)
		status = failed(dir, path, "cannot change its mode",
		    "is the file system read-only?");
	if (fd >= 0)
		close(fd);
	return status;
}

static enum fg_status
find_group(struct statedir *dir, const char *name, gid_t *out)
{
	const struct group *group;

	*out = NO_GROUP;
	if (name == NULL)
		return FG_OK;
	group = getgrnam(name);
	if (group == NULL) {
		snprintf(dir->why, sizeof(dir->why),
		    "reader_group: there is no group %s on this host; create "
		    "it with groupadd, or name another",
		    name);
		return FG_E_INVALID;
	}
	*out = group->gr_gid;
	return FG_OK;
}

/*
 * What was made before the group was known, or under another one.  Later
 * folders inherit it, by the setgid bit of rules/.
 */
static enum fg_status
regroup(struct statedir *dir, gid_t group)
{
	static const char *const files[] = {"", "/data.mdb", "/epoch"};
	DIR *rules = group != NO_GROUP ? opendir(dir->rules) : NULL;
	struct dirent *e;
	char path[300];

	while (rules != NULL && (e = readdir(rules)) != NULL) {
		if (strncmp(e->d_name, "env-", 4) != 0)
			continue;
		for (size_t i = 0; i < 3; i++) {
			snprintf(
			    path, sizeof(path), "%s%s", e->d_name, files[i]);
			if (fchownat(dirfd(rules), path, (uid_t)-1, group,
				AT_SYMLINK_NOFOLLOW) == 0 ||
			    errno == ENOENT)
				continue;
			closedir(rules);
			return failed(dir, path, "cannot change its group",
			    "make the user of forkgate-syncer a member of "
			    "the group");
		}
	}
	if (rules != NULL)
		closedir(rules);
	return FG_OK;
}

static char *
join(const char *path, const char *name)
{
	char *joined = NULL;

	return asprintf(&joined, "%s/%s", path, name) < 0 ? NULL : joined;
}

enum fg_status
statedir_open(struct statedir *out, const char *path)
{
	enum fg_status status;
	int fd = -1;

	*out = (struct statedir){0};
	out->path = strdup(path);
	out->rules = join(path, "rules");
	out->queue = join(path, "queue");
	out->quarantine = join(path, "quarantine");
	if (out->path == NULL || out->rules == NULL || out->queue == NULL ||
	    out->quarantine == NULL)
		return FG_E_NOMEM;
	status = folder_open(out, out->path, &fd);
	if (fd >= 0)
		close(fd);
	return status;
}

enum fg_status
statedir_arrange(struct statedir *dir, const char *group)
{
	enum fg_status status;
	gid_t gid;

	status = find_group(dir, group, &gid);
	if (status == FG_OK)
		status = put_right(dir, dir->path, 0750, gid);
	if (status == FG_OK)
		status = put_right(
		    dir, dir->rules, gid != NO_GROUP ? 02750 : 0750, gid);
	if (status == FG_OK)
		status = regroup(dir, gid);
	if (status == FG_OK)
		status = put_right(dir, dir->queue, 03733, getegid());
	if (status == FG_OK)
		status = put_right(dir, dir->quarantine, 0700, NO_GROUP);
	return status;
}

void
statedir_free(struct statedir *dir)
{
	free(dir->path);
	free(dir->rules);
	free(dir->queue);
	free(dir->quarantine);
	*dir = (struct statedir){0};
}
